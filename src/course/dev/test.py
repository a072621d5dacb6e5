"""`./course test`: what needs no cluster first; then everything on real clusters, several workers side by side.

Each worker of pytest-xdist has a cluster of its own (tests/conftest.py makes it), because lessons and labs wait much
and compute little. The learner's cluster is not touched, unless `--here` says so. `--engines` runs the same tests on
Docker, in a daemon of the tests' own, which leaves nothing.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from shutil import rmtree

from course import doctor
from course.base import files, paths, shell
from course.base.errors import CourseError
from course.dev import check, dockerd
from course.provision import engine, images, outside, parts

Say = Callable[[str], None]
Inside = Callable[[Sequence[str]], list[str]]  # a command, as it is run in another network namespace
RUNS = paths.STATE / "test"  # a folder for each run that is going on, or that was red; named by its process
DOCKER = "-docker"  # the end of that name, where the clusters are in a daemon of the run's own
BROWSERS = ("chromium", "google-chrome", "chrome")
BYTES_A_CLUSTER = 2 << 30  # 0.5 GiB for the cluster, the rest for what a lesson starts in it
NOT_MEANT = ("-k", "--ignore", "--ignore-glob", "--deselect")  # what follows these is no place of what is to be proven
WRONG_CALLS = (4, 5)  # pytest's exit codes where a word of its command line is none, and where nothing was collected


@dataclass(frozen=True)
class Options:
    """What `./course test` was told.

    workers: clusters side by side. pytest: paths and options for pytest, as they are.
    """

    offline: bool = False
    everything: bool = False
    engines: bool = False
    here: bool = False
    workers: int = 0
    pytest: Sequence[str] = ()


@dataclass
class Stages:
    """The stages of a run as they end: name, exit code, seconds. code: the first that is not 0."""

    say: Say
    ended: list[tuple[str, int, float]] = field(default_factory=list)
    code: int = 0

    def run(self, name: str, work: Callable[[], int]) -> bool:
        """Do one stage; whether it is green."""
        self.say(f"\n== {name}")
        begun = time.monotonic()
        try:
            code = work()
        except CourseError as error:
            self.say(str(error))
            code = error.exit_code
        self.ended.append((name, code, time.monotonic() - begun))
        self.code = self.code or code
        return code == 0

    def table(self) -> str:
        """Where the time went."""
        rows = [f"  {seconds:7.1f} s  {'RED  ' if code else 'green'}  {name}" for name, code, seconds in self.ended]
        total = sum(seconds for _, _, seconds in self.ended)
        return "\n".join(["Where the time went:", *rows, f"  {total:7.1f} s  in all"])


def run(options: Options, say: Say) -> int:
    """The exit code: 0 when everything is green, 1 when something is red, 2 when the call or the machine is wrong."""
    if options.pytest and options.offline:
        return _offline(options)
    if options.pytest and options.engines:
        return _on_docker(options, say)
    if options.pytest:
        with _own_clusters(options) as env:
            return _pytest(options.pytest, env)
    stages = Stages(say)
    green = stages.run("style, floors and types", lambda: check.tools(say)) and stages.run(
        "without a cluster", lambda: _offline(options, covered=not options.offline)
    )
    if green and not options.offline and stages.run("images", lambda: _prepare(say)):
        if not options.engines:
            stages.run("on real clusters", lambda: _on_clusters(options))
        if options.engines or options.everything:
            stages.run("other engines, other ways in", lambda: _pytest(["-m", "engines"], {}))
            stages.run("the same on Docker, which is then as before", lambda: _on_docker(options, say))
    say(f"\n{stages.table()}")
    return stages.code


def workers() -> int:
    """Clusters side by side: one a processor, for a lab's proof keeps one busy; fewer where the machine is small.

    Memory and the kernel's inotify instances limit them. One instance budget more than workers: some tests make a
    second cluster, one at a time (tests/second.py).
    """
    if sys.platform != "linux":
        return 2
    free = int(Path("/proc/meminfo").read_text().split("MemAvailable:")[1].split()[0]) * 1024
    watchers = int(Path("/proc/sys/fs/inotify/max_user_instances").read_text())
    fit = min(os.cpu_count() or 1, free // BYTES_A_CLUSTER, watchers // doctor.INOTIFY_A_NODE - 1)
    return max(1, fit)


def _offline(options: Options, *, covered: bool = False) -> int:
    """All but the slow ones, for this is the inner loop.

    covered: with coverage and its floor, which nearly doubles the time of what runs in the workers themselves. A file
    at a time for each worker, as on clusters, because the tests of a file share what they make.
    """
    unmarked = ["-m", "not (cluster or engine or engines or browser or slow)"]
    several = ["-n", str(os.cpu_count() or 1), "--dist", "loadscope", "--no-loadscope-reorder"]
    coverage = ["--cov", "--cov-report="] if covered else []
    return _pytest([*options.pytest, *unmarked, *several, *coverage], _share(options))


def _share(options: Options) -> dict[str, str]:
    """What tells tests whether all is proven, or what an ordinary run does (tests/daily.py).

    Of a file that somebody names, or a test in it, all is, and what is asked for by a word in a folder; of a folder
    alone, what an ordinary run proves of it.
    """
    words = ["", *options.pytest]
    meant = [word for before, word in pairwise(words) if before not in NOT_MEANT and not word.startswith("-")]
    places = [Path(word.partition("::")[0]) for word in meant]
    named = any("tests" in place.parts and (place.suffix or "-k" in options.pytest) for place in places)
    return {"COURSE_TEST_ALL": "1"} if options.everything or named else {}


def _prepare(say: Say) -> int:
    """What all workers share: the node image, the parts, and a browser where this machine may install one."""
    chosen = engine.choose(say)
    images.node_image(chosen, say)
    for part in parts.PARTS:
        parts.make(part.name, say)
    if shell.first_on_path(BROWSERS) is None and os.geteuid() == 0 and engine.is_debian():
        engine.apt_install(("chromium",), "Chromium, for the browser tests", say)
    return 0


def _on_clusters(options: Options) -> int:
    with _own_clusters(options) as env:
        return _pytest(["-m", "(cluster or engine or browser or slow) and not engines", *_several(options)], env)


def _several(options: Options) -> list[str]:
    """pytest-xdist's options for as many workers as were asked for, or as the machine carries."""
    count = 0 if options.here else options.workers or workers()
    return ["-n", str(count), "--dist", "loadscope", "--no-loadscope-reorder"] if count else []


def _on_docker(options: Options, say: Say) -> int:
    """What runs on clusters, or what was asked for, in a daemon of the tests' own; then that `down --all` left nothing.

    The images are carried over from the engine that has them.
    """
    chosen = engine.choose(say)
    names = images.node_image(chosen, say), images.lab_name()
    with dockerd.daemon() as daemon:
        before = daemon.inventory()
        say(f"Carrying {' and '.join(names)} to Docker")
        daemon.load(chosen, *names)
        parts.carry(Path(daemon.environment["COURSE_CACHE"], paths.CACHE_NAME))
        with _own_clusters(options, daemon.environment) as env:
            words = options.pytest or ["-m", "(cluster or browser) and not engines", *_several(options)]
            return _pytest(words, env, daemon.inside) or _leaves_nothing(daemon, before, env, say)


def _leaves_nothing(daemon: dockerd.Daemon, before: Mapping[str, set[str]], env: Mapping[str, str], say: Say) -> int:
    """1 where something is left of `course up` and `course down --all`: it is said."""
    state, cache = Path(env["COURSE_TEST_RUN"], "last"), Path(env["COURSE_CACHE"])
    own = {**env, "COURSE_CLUSTER": cluster_of(state.parent, state.name), "COURSE_STATE": str(state)}
    daemon.engine.run("network", "rm", outside.NETWORK)  # of a worker's cluster: `down` alone leaves it
    codes = [_course(*words, env=own, inside=daemon.inside) for words in (("up",), ("down", "--all"))]
    left = {kind: sorted(now - before[kind]) for kind, now in daemon.inventory().items() if now - before[kind]}
    rest = [str(path) for folder in (state, cache) for path in folder.glob("*")]
    say(f"After ./course down --all in Docker there is left: {[*left.items(), *rest] or 'nothing'}")
    return int(any(codes) or bool(left) or bool(rest))


def _course(*words: str, env: Mapping[str, str], inside: Inside = list) -> int:
    argv = [sys.executable, "-P", "-m", "course", *words]
    return subprocess.run(inside(argv), env=shell.environment(env), stdout=subprocess.DEVNULL).returncode


@contextmanager
def _own_clusters(options: Options, variables: Mapping[str, str] = {}) -> Iterator[dict[str, str]]:
    """The environment of a run, in a folder of its own.

    Whatever clusters it leaves are removed, those of killed runs, too. variables: those that lead to another engine
    than the course would choose.
    """
    env = {**variables, **_share(options)}
    if options.here and not variables:
        yield env | {"COURSE_TEST_HERE": "1"}
        return
    _sweep()
    folder = RUNS / f"{os.getpid()}{DOCKER if variables else ''}"
    try:
        yield env | {"COURSE_TEST_RUN": str(folder)}
    finally:
        _remove_clusters(folder, env)


def _sweep() -> None:
    """What killed runs left. A daemon of theirs has ended with them, and so has what it ran."""
    for folder in RUNS.glob("*"):
        if not Path("/proc", folder.name.removesuffix(DOCKER)).exists():
            if not folder.name.endswith(DOCKER):
                _remove_clusters(folder, {})
            rmtree(folder, ignore_errors=True)


def _remove_clusters(folder: Path, env: Mapping[str, str]) -> None:
    """`course down` for each worker that began: one that was killed did not come to it."""
    for state in sorted(folder.glob("*/.course")):
        own = {"COURSE_CLUSTER": cluster_of(folder, state.parent.name), "COURSE_STATE": str(state.parent)}
        _course("down", env={**env, **own})


def cluster_of(folder: Path, worker: str) -> str:
    """The name of a worker's cluster, as tests/conftest.py forms it."""
    return f"externalname-test-{folder.name}-{worker}"


def _pytest(words: Sequence[str], env: Mapping[str, str], inside: Inside = list) -> int:
    """pytest in a folder of its own for temporary files: pytest's would stay among the system's.

    Each of the hundreds of processes of a run imports the course: it is compiled once, also where Python is told not to
    keep that.
    """
    scratch = files.state() / "tmp" / f"pytest-{os.getpid()}"
    scratch.mkdir(parents=True, exist_ok=True)
    argv = [
        sys.executable,
        "-P",
        "-m",
        "pytest",
        "-p",
        "no:nbval",  # it runs lessons in a pytest of its own, and loads for seconds in each worker
        f"--basetemp={scratch}/pytest",
        "--durations=5",
        "--durations-min=20",
        *words,
    ]
    try:
        compiled = {name: value for name, value in shell.environment(env).items() if name != "PYTHONDONTWRITEBYTECODE"}
        code = subprocess.run(inside(argv), cwd=paths.ROOT, env=compiled).returncode
    finally:
        rmtree(scratch, ignore_errors=True)
    return 2 if code in WRONG_CALLS else code
