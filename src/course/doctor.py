"""What is wrong with this machine or this clone: for each finding one cause and one command."""

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import disk_usage

from course.base import advice, clone, files, paths, shell, versions
from course.base.errors import CourseError
from course.jupyter import jupyterlab
from course.kube import corefile, kubectl
from course.lessons import catalog, workspace
from course.provision import engine, images, kind_cluster, known_issues, lifecycle, neighbour, outside
from course.tasks import catalog as labs
from course.tasks import index, progress

INOTIFY_A_NODE = 30  # instances that one kind node holds: kubelet 7, controller manager 7, API server 6, systemd 4, ...


@dataclass(frozen=True)
class Finding:
    """One line of the report. level: ok, note (nothing to do), wrong."""

    level: str
    what: str
    cause: str = ""
    command: str = ""

    def text(self) -> str:
        """The line, with cause and command below where there is something to do."""
        cause = [f"       cause: {self.cause}"] if self.cause else []
        command = [f"       type:  {advice.for_here(self.command)}"] if self.command else []
        return "\n".join([f"{self.level + ':':6} {self.what}", *cause, *command])


def examine() -> Iterator[Finding]:
    """Every check, in the order in which one stands on the other, each as soon as it is done. Changes nothing."""
    for look in (_versions, _material, _disk, _port, _state, _progress, _cache, _proxy, _kubeconfig, _setting_up):
        yield _finding(look)
    yield from _known(known_issues.machine, "on this machine")
    try:
        chosen = engine.choose(install=False)
    except Exception as error:  # of files, too: Podman's settings for this machine are one
        yield _failed(error)
        return
    yield Finding("ok", f"The engine is {chosen.name} {chosen.version}.")
    yield _store(chosen)
    yield from _known(partial(known_issues.in_engine, chosen), f"in {chosen.name}")
    if neighbour.is_there():
        cause = "A lesson made it; what begins next removes it."
        yield Finding("note", f"There is a second cluster, {neighbour.name()}.", cause, "course neighbour down")
    checks: list[Callable[[engine.Engine], Finding]] = [_image, _cluster, _outside, _forward]
    for check in checks:
        finding = _finding(partial(check, chosen))
        yield finding
        if finding.level == "wrong":
            return


def _finding(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as error:  # it is the command that still works when others do not
        return _failed(error)


def _failed(error: Exception) -> Finding:
    """What is said where a check could not look."""
    if isinstance(error, OSError):
        error = clone.explained(error)
    if isinstance(error, CourseError):
        return Finding("wrong", error.what, error.why, error.next)
    cause = f"{type(error).__name__}: {str(error)[:200]}. A program answered what makes no sense."
    return Finding("wrong", "One thing could not be looked at.", cause, "type -a docker podman kubectl")


def _versions() -> Finding:
    versions.read()
    return Finding("ok", "cluster/versions.toml is complete.")


def _material() -> Finding:
    """What lessons, labs, cluster and rooms are made of can be read. What an author changed there is no fault."""
    reads: list[Callable[[], object]] = [
        *(partial(clone.notebook, path) for path in workspace.originals()),
        *(partial(index.of_lesson, lesson.slug) for lesson in catalog.lessons()),
        *(read for lab in labs.labs() for read in (lab.checks, partial(clone.text, lab.folder / "README.md"))),
        lambda: [clone.text(path) for path in workspace.documents()],
        *(partial(clone.text, path) for path in clone.kept("cluster", "src", "workshop")),
    ]
    lost = {error.file: error for error in map(_lost, reads) if error}
    if not lost:
        return Finding("ok", "The files of this clone can be read.")
    errors = list(lost.values())
    return Finding("wrong", " ".join(error.what for error in errors), errors[0].why, clone.restore(*lost))


def _lost(read: Callable[[], object]) -> clone.Lost | None:
    try:
        read()
    except clone.Lost as error:
        return error
    return None


def _disk() -> Finding:
    return _free(paths.ROOT, "The clone's")


def _store(chosen: engine.Engine) -> Finding:
    """Where the engine keeps its images; in a machine of its own, as on macOS, it cannot be looked into."""
    form = "{{.DockerRootDir}}" if chosen.name == "docker" else "{{.Store.GraphRoot}}"
    store = Path(chosen.run("info", "--format", form).stdout.strip())
    try:
        return _free(store.resolve(strict=True), f"{chosen.name}'s")
    except OSError:
        return Finding("note", f"The disk of {chosen.name} cannot be looked at from here.")


def _free(folder: Path, whose: str) -> Finding:
    free = disk_usage(folder).free / images.GIGABYTE
    if free < 3:
        what = f"{whose} disk has only {free:.1f} GB free."
        return Finding(
            "wrong",
            what,
            "The images need about 3 GB, building them 8 for a while.",
            f"df -h '{folder}'; free some space",
        )
    return Finding("ok", f"{whose} disk has {free:.0f} GB free.")


def _port() -> Finding:
    """A port that JupyterLab of this clone has is not taken by another program."""
    with socket.socket() as probe:
        taken = probe.connect_ex(("127.0.0.1", paths.PORT)) == 0
    if taken and not jupyterlab.running():
        return Finding("note", f"Port {paths.PORT} is taken by another program: ./course start uses another one.")
    return Finding("ok", f"Port {paths.PORT} is JupyterLab's, or free for it.")


def _known(looked: Callable[[], list[known_issues.Issue]], where: str) -> list[Finding]:
    """What kind's page of known issues names and `looked` finds, or one line that there is nothing."""
    try:
        issues = looked()
    except Exception as error:
        return [_failed(error)]
    findings = [Finding(*issue) for issue in issues]
    return findings or [Finding("ok", f"None of kind's known issues was found {where}.")]


def _state() -> Finding:
    """Whether state and notebooks can be written, each where it is kept."""
    for kept in (paths.STATE, paths.WORKSPACE):
        place = next(path for path in (kept, *kept.parents) if path.exists())
        if not os.access(place, os.W_OK):
            ours = place.stat().st_uid in (0, os.geteuid()) and not os.statvfs(place).f_flag & os.ST_RDONLY
            mend = f"sudo chown -R $(id -un) '{place}'" if ours else files.a_copy()
            return Finding("wrong", f"{place} cannot be written.", f"{kept.name} is kept there.", mend)
    return Finding("ok", "The course's state and your notebooks can be written.")


def _progress() -> Finding:
    """Whether what the learner has done can be read; the next command that reads it puts the damaged aside itself."""
    odd = list[str]()
    try:
        progress.parse(files.text(progress.file()), odd)
    except FileNotFoundError:
        return Finding("ok", "There is no progress yet.")
    except progress.Newer as reason:
        return Finding("note", f"Your progress file: {reason}.", "Nothing is noted in it.", "git pull")
    except (ValueError, TypeError, KeyError) as reason:
        odd.append(f"it could not be read ({reason})")
    if odd:
        what, kept = (
            f"Your progress file is damaged: {'; '.join(odd)}.",
            "It is put aside; the rest goes on in a new one.",
        )
        return Finding("note", what, kept, "./course progress")
    return Finding("ok", "What you have done can be read.")


def _cache() -> Finding:
    cache = paths.cache()
    place = next(path for path in (cache, *cache.parents) if os.path.lexists(path))
    if not (place.is_dir() and os.access(place, os.W_OK)):
        return Finding("wrong", f"{place} is no folder to write to.", "What is built is to be in it.", files.OWN_CACHE)
    halves = sorted(path.name for path in (cache / "parts").glob("*.part"))
    if halves and not (lifecycle.running() or images.building()):
        return Finding(
            "note",
            f"Half-built parts of the node image: {', '.join(halves)}.",
            "A build was stopped; it goes on with",
            "./course up",
        )
    return Finding("ok", "No half-built parts in the cache.")


def _proxy() -> Finding:
    names = [name for name in shell.PROXIES if os.environ.get(name)]
    if names:
        return Finding("note", f"{', '.join(names)} set: used for downloads only; the cluster is reached without it.")
    return Finding("ok", "No HTTP proxy in the environment.")


def _kubeconfig() -> Finding:
    kubeconfig = os.environ.get("KUBECONFIG")
    if kubeconfig and kubeconfig != str(paths.KUBECONFIG):
        return Finding("note", f"Your KUBECONFIG is {kubeconfig}: the course neither reads nor writes it.")
    return Finding("ok", f"The course's own kubeconfig is {paths.KUBECONFIG}.")


def _setting_up() -> Finding:
    if pid := files.stopped(lifecycle.LOCK):
        what = f"A course command that sets up the cluster is stopped: process {pid}."
        return Finding("wrong", what, "Somebody pressed Ctrl-Z in its terminal.", files.go_on(pid))
    if lifecycle.running():
        return Finding("note", "The cluster is being set up right now.", "", "./course status")
    return Finding("ok", "No other course command is at work.")


def _image(chosen: engine.Engine) -> Finding:
    image_kind = os.environ.get("COURSE_NODE_IMAGE", "")
    names = [images.node_name(kind) for kind in ([image_kind] if image_kind else ["official", "build"])]
    node = any(chosen.has_image(name) for name in names)
    if node and chosen.has_image(images.lab_name()):
        return Finding("ok", "The node image and the lab image are there.")
    cause = "It was not made yet, or it was removed."
    return Finding("wrong", f"The {'lab' if node else 'node'} image is not there.", cause, "./course up")


def _cluster(chosen: engine.Engine) -> Finding:
    container_id, status = kind_cluster.container_state(chosen)
    if not container_id:
        return Finding("wrong", f"There is no cluster {paths.cluster_name()}.", "It was not made yet.", "./course up")
    try:
        kind_cluster.refuse_foreign(chosen, container_id)
        kubectl.refuse_neighbour()
    except CourseError as error:
        return Finding("wrong", error.what, error.why, error.next)
    if status != "running":
        return Finding(
            "wrong",
            f"The cluster is {status}.",
            "The machine was restarted, or its container was stopped.",
            "./course up",
        )
    if not kubectl.is_ready():
        return Finding(
            "wrong", "The cluster's API does not answer.", "It is starting, or it was stopped half way.", "./course up"
        )
    if kind_cluster.closed():
        cause = "Somebody cordoned or tainted the node."
        return Finding("wrong", "The node takes no new Pods.", cause, "./course up")
    if not kind_cluster.has_lab_image(chosen):
        cause = "Somebody removed it, or the node's disk was nearly full."
        return Finding("wrong", "The lab image is not in the node.", cause, "./course up")
    return Finding("ok", "The cluster's API answers, and the node takes Pods.")


def _outside(chosen: engine.Engine) -> Finding:
    try:
        stopped = outside.stopped(chosen)
    except CourseError as error:
        return Finding("wrong", error.what, error.why, "./course up")
    if stopped:
        return Finding(
            "wrong",
            f"Stopped in the world outside: {', '.join(stopped)}.",
            "A lesson or a lab stopped it.",
            "./course outside reset",
        )
    return Finding("ok", "The world outside answers: DNS, PostgreSQL, Redis, HTTPS.")


def _forward(chosen: engine.Engine) -> Finding:
    if not corefile.is_forwarded_to(outside.addresses(chosen).primary):
        return Finding(
            "wrong",
            "CoreDNS's Corefile is not as it was on the first day, with its forward to the world outside.",
            "The outside address changed, or a lesson was stopped half way.",
            "./course up",
        )
    if not corefile.answer_for_the_api():
        return Finding(
            "wrong",
            "CoreDNS does not answer a Pod.",
            "It is starting, somebody removed its Pods, or its Corefile is broken.",
            "./course up",
        )
    return Finding("ok", "CoreDNS answers a Pod and forwards to the world outside.")
