"""Up, down, status: the cluster and the world outside it as a whole. One command at a time changes the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from course.base import files, ownership, paths, state
from course.base.errors import Foreign
from course.kube import corefile, kubectl
from course.provision import engine, images, kind_cluster, neighbour, outside
from course.provision.reporter import Reporter
from course.provision.steps import MADE_MODULES, MODULES

LOCK = paths.STATE / "up.lock"


def up(say: Callable[[str], None] = print) -> None:
    """Do every step that is not done yet. CourseError with the cause and the next command where one fails."""
    kind_cluster.refuse_other_state()
    with _one_at_a_time(say), _alone_with_the_name(say):
        Reporter(say).run()


@contextmanager
def _one_at_a_time(say: Callable[[str], None]) -> Iterator[None]:
    files.state()
    wait = "Another course command is at work on the cluster: waiting for it (course status shows its steps)."
    with files.lock(LOCK, waiting=lambda who: say(f"{wait} It is {who}.")):
        yield


@contextmanager
def _alone_with_the_name(say: Callable[[str], None]) -> Iterator[None]:
    """Of two copies of the course that make clusters of one name, the second waits until it is known whose the node is.

    A cache that takes no files is no reason to make nothing.
    """
    name = paths.cluster_name()
    wait = f"waiting: another copy of the course makes a cluster named {name}"
    with ExitStack() as held:
        with suppress(OSError):
            held.enter_context(files.lock(paths.cache() / f"{name}.lock", waiting=lambda who: say(f"{wait}, {who}")))
        yield


def running() -> bool:
    """Whether an `up` is at work right now, in any terminal."""
    return files.is_locked(LOCK)


def down(everything: bool = False, say: Callable[[str], None] = print) -> None:
    """Remove the cluster, a second one beside it, and the outside world.

    With `everything` also images, network, cache and state.

    From each engine that answers: the course may have been in another one before.
    """
    chosen = engine.choose(say, install=False)
    with _one_at_a_time(say):
        if neighbour.delete(chosen, lambda text: None):
            say(f"The second cluster, {neighbour.name()}, is removed.")
        _remove_from(chosen, everything, say, asked=True)
        for other in engine.others(chosen, say):
            _remove_from(other, everything, say, asked=False)
        if everything:
            _remove_folders(say)


def _remove_from(container_engine: engine.Engine, everything: bool, say: Callable[[str], None], *, asked: bool) -> None:
    """asked: the engine is in use, and somebody else's thing of our name in it is an error; else it is let be."""
    for what, delete in (("The cluster", kind_cluster.delete), ("The outside world", outside.delete)):
        try:
            if delete(container_engine):
                say(f"{what} is removed from {container_engine.name}.")
        except Foreign:
            if asked:
                raise
    if everything:
        _remove_images(container_engine, say)
        _remove_network(container_engine, say)


def _remove_images(container_engine: engine.Engine, say: Callable[[str], None]) -> None:
    for name in [*images.own(container_engine), *images.pulled(container_engine)]:
        container_engine.run("rmi", name)  # not by force: Podman would remove the containers of other clones with it
    left = images.own(container_engine)
    say(
        f"In use by another copy of the course, and kept: {', '.join(left)}"
        if left
        else f"No image of the course is left in {container_engine.name}."
    )
    if unlabelled := images.unlabelled(container_engine):
        say(f"Not of this version of the course, and kept: {container_engine.name} rmi {' '.join(unlabelled)}")


def _remove_network(container_engine: engine.Engine, say: Callable[[str], None]) -> None:
    if not outside.has_network(container_engine):
        return
    if outside.delete_network(container_engine):
        say(f"The network named {outside.NETWORK} is removed from {container_engine.name}.")
    else:
        say(f"The network named {outside.NETWORK} was not made for this copy of the course, or is in use: it is kept.")


def _remove_folders(say: Callable[[str], None]) -> None:
    left_in_cache = images.remove_cache()
    if left_in_cache is None:
        say(f"Another copy of the course is building: the cache {paths.cache()} is kept.")
    else:
        _say_removed(say, f"The cache {paths.cache()}", left_in_cache)
    if MADE_MODULES.exists() and MODULES.exists() and not list(MODULES.iterdir()):
        MODULES.rmdir()
    packages = engine.installed_packages()
    _say_removed(say, f"The state folder {paths.STATE}", ownership.remove_files(paths.STATE, state.NAMES))
    if packages:
        say(f"These Debian packages were installed for the course and stay: apt-get purge {' '.join(packages)}")


def _say_removed(say: Callable[[str], None], folder: str, left: list[str]) -> None:
    kept = f", but for what the course did not put there: {', '.join(left)}" if left else ""
    say(f"{folder} is removed{kept}.")


def status() -> dict[str, object]:
    """What is up right now: {"ready": bool, "cluster", "api", "node", "outside", "dns", "setting_up"}."""
    chosen = engine.chosen()
    _, node = kind_cluster.container_state(chosen)
    api = node == "running" and kubectl.is_ready()
    servers = outside.servers(chosen)
    answer = corefile.answer_for_the_api() if api else ""
    return {
        "ready": bool(api and answer and servers == outside.RUNNING),
        "engine": f"{chosen.name} {chosen.version}",
        "cluster": paths.cluster_name(),
        "node": node or "not made",
        "api": "answers" if api else "does not answer",
        "dns": f"a Pod gets {answer} for kubernetes.default" if answer else "no answer from a Pod",
        "outside": ", ".join(servers),
        "setting_up": running(),
    }
