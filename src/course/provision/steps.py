"""The visible list of steps from a machine to a ready cluster, shown in the terminal and in lesson 00 alike."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course import paths
from course.observe import kube
from course.provision import cluster, engine, images, outside, tools

PROGRESS = paths.STATE / "up.json"
LOCK = paths.STATE / "up.lock"
MODULES, MADE_MODULES = Path("/lib/modules"), paths.STATE / "made-lib-modules"
HEARTBEAT = 15.0  # seconds between two lines of a step that has nothing new to say


@dataclass
class Step:
    """One line of the list. state: waiting, running, done, failed. seconds: how long it took. doing: or why it failed."""

    title: str
    state: str = "waiting"
    seconds: float = 0.0
    doing: str = ""


@dataclass
class Work:
    """What the steps hand on to each other."""

    say: Callable[[str], None]
    engine: engine.Engine = field(init=False)
    image: str = ""
    outside_was_running: bool = True


def _engine(work: Work) -> None:
    work.engine = engine.choose(work.say)
    work.say(f"{work.engine.name} {work.engine.version}")


def _tools(work: Work) -> None:
    tools.kind()


def _images(work: Work) -> None:
    work.image = images.node_image(work.engine, work.say)


def _cluster(work: Work) -> None:
    _mountable_modules()
    cluster.ensure(work.engine, work.image, say=work.say, before_making=lambda: _begin_outside(work))


def _begin_outside(work: Work) -> None:
    """Its servers start while the node does; the first cluster ever makes the network that they need."""
    if outside.has_network(work.engine):
        work.outside_was_running &= outside.begin(work.engine)


def _mountable_modules() -> None:
    """kind mounts /lib/modules into the node; a machine without kernel modules gets an empty one, written down."""
    if sys.platform == "linux" and os.geteuid() == 0 and not MODULES.exists():
        MODULES.mkdir()
        MADE_MODULES.touch()


def _dns(work: Work) -> None:
    """As early as can be: in a new cluster CoreDNS has no Pods yet, and its first ones begin with the right Corefile."""
    work.outside_was_running &= outside.begin(work.engine)
    address = outside.known_addresses(work.engine).primary
    if cluster.forward_to(address, wait=False):
        work.say(f"CoreDNS forwards to {address}")


def _outside(work: Work) -> None:
    outside.wait_until_answering(work.engine, was_running=work.outside_was_running)


def _verify(work: Work) -> None:
    cluster.verify()


STEPS: list[tuple[str, Callable[[Work], None]]] = [
    ("Container engine", _engine),
    ("kubectl and kind", _tools),
    ("Node image and lab image", _images),
    ("kind cluster", _cluster),
    ("CoreDNS forwards to the world outside", _dns),
    ("The world outside the cluster", _outside),
    ("Checked by asking: API, node, DNS from a Pod", _verify),
]


def up(say: Callable[[str], None] = print) -> None:
    """Do every step that is not done yet. CourseError with the cause and the next command where one fails."""
    cluster.refuse_other_state()
    with _one_at_a_time(say):
        Reporter(say).run()


@contextmanager
def _one_at_a_time(say: Callable[[str], None]) -> Iterator[None]:
    paths.STATE.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another course command is setting up the cluster: waiting for it (course status shows its steps).")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Reporter:
    """Runs the steps, says each with its time, and writes them down for lesson 00."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.steps = [Step(title) for title, _ in STEPS]
        self.say = say
        self.work = Work(self._doing)
        self.current = self.steps[0]
        self.started = self.spoken = 0.0

    def run(self) -> None:
        """All steps in order; a heartbeat speaks while one takes long."""
        stop = threading.Event()
        heart = threading.Thread(target=self._beat, args=(stop,), daemon=True)
        heart.start()
        try:
            for number, (_, action) in enumerate(STEPS):
                self._one(number, action)
        finally:
            stop.set()
            self._write()

    def _one(self, number: int, action: Callable[[Work], None]) -> None:
        self.current = step = self.steps[number]
        self.started = self.spoken = time.monotonic()
        step.state = "running"
        self._write()
        try:
            action(self.work)
            step.state = "done"
        except BaseException as error:
            step.doing, step.state = str(error) or "It was interrupted.", "failed"
            raise
        finally:
            step.seconds = round(time.monotonic() - self.started, 1)
        self.say(f"[{number + 1}/{len(STEPS)}] {step.title}: done, {step.seconds:.1f} s")

    def _doing(self, text: str) -> None:
        self.current.doing = text
        self.spoken = time.monotonic()
        self.say(f"      {text}")
        self._write()

    def _beat(self, stop: threading.Event) -> None:
        while not stop.wait(2):
            self._write()
            now = time.monotonic()
            if now - self.spoken > HEARTBEAT:
                self.spoken = now
                step = self.current
                self.say(f"      {step.title}: {now - self.started:.0f} s so far. {step.doing}")

    def _write(self) -> None:
        if self.current.state == "running":
            self.current.seconds = round(time.monotonic() - self.started, 1)
        part = PROGRESS.with_name(f"{PROGRESS.name}.{os.getpid()}.{threading.get_ident()}")
        with suppress(OSError):  # a courtesy to lesson 00: on a full disk it is the step's own error that counts
            part.write_text(json.dumps({"pid": os.getpid(), "steps": [asdict(step) for step in self.steps]}))
            part.replace(PROGRESS)


def changed() -> list[str]:
    """What differs from the start in the outside world and in CoreDNS, in words; put_back undoes it."""
    found = engine.choose(install=False)
    world = outside.changed(found)
    forwarded = cluster.is_forwarded_to(outside.addresses(found).primary)
    return world if forwarded else [*world, "CoreDNS's Corefile"]


def put_back() -> None:
    """The outside world and CoreDNS as they were at the start, whatever a lesson or a learner left changed."""
    found = engine.choose(install=False)
    outside.reset(found)
    cluster.forward_to(outside.addresses(found).primary)


def progress() -> list[Step]:
    """The steps of the last or running `up`, or [] before the first."""
    try:
        return [Step(**step) for step in json.loads(PROGRESS.read_text())["steps"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def running() -> bool:
    """Whether an `up` is at work right now, in any terminal."""
    if not LOCK.exists():
        return False
    with LOCK.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def down(everything: bool = False, say: Callable[[str], None] = print) -> None:
    """Remove the cluster and the outside world; with `everything` also images, network, cache and state."""
    found = engine.choose(say, install=False)
    with _one_at_a_time(say):
        if cluster.delete(found):
            say("The cluster is removed.")
        if found.run("container", "inspect", outside.container()).returncode == 0:
            found.must("rm", "-f", "-v", outside.container(), doing="Removing the outside world")
            say("The outside world is removed.")
        if everything:
            _remove_everything(found, say)


def _remove_everything(found: engine.Engine, say: Callable[[str], None]) -> None:
    from shutil import rmtree

    for name in [*images.ours(found), *images.pulled()]:
        found.run("rmi", name)  # not by force: Podman would remove the containers of other clones with it
    left = images.ours(found)
    say(f"In use by another copy of the course, and kept: {', '.join(left)}" if left else "The images are removed.")
    if not found.run("ps", "-aq", "--filter", f"network={outside.NETWORK}").stdout.strip():
        found.run("network", "rm", outside.NETWORK)
        say(f"The network named {outside.NETWORK} is removed.")
    if images.remove_cache():
        say(f"The cache {paths.cache()} is removed; other copies of the course would build it again.")
    else:
        say(f"Another copy of the course is building: the cache {paths.cache()} is kept.")
    if MADE_MODULES.exists() and MODULES.exists() and not list(MODULES.iterdir()):
        MODULES.rmdir()
    packages = sorted(set(engine.INSTALLED.read_text().split())) if engine.INSTALLED.exists() else []
    rmtree(paths.STATE, ignore_errors=True)
    say(f"The state folder {paths.STATE} is removed.")
    if packages:
        say(f"These Debian packages were installed for the course and stay: apt-get purge {' '.join(packages)}")


def status() -> dict[str, object]:
    """What is up right now: {"ready": bool, "cluster", "api", "node", "outside", "dns", "setting_up"}."""
    found = engine.choose(install=False)
    _, state = cluster.container_state(found)
    api = state == "running" and kube.ready()
    servers = outside.inside("outside-service", "status", "all", engine=found).split("\n") if _outside_runs(found) else []
    answer = cluster.answers() if api else ""
    return {
        "ready": bool(api and answer and servers and all(line.endswith("running") for line in servers if line)),
        "engine": f"{found.name} {found.version}",
        "cluster": paths.cluster_name(),
        "node": state or "not made",
        "api": "answers" if api else "does not answer",
        "dns": f"a Pod gets {answer} for kubernetes.default" if answer else "no answer from a Pod",
        "outside": ", ".join(line for line in servers if line) or "not running",
        "setting_up": running(),
    }


def _outside_runs(found: engine.Engine) -> bool:
    said = found.run("container", "inspect", "--format", "{{.State.Status}}", outside.container())
    return said.stdout.strip() == "running"
