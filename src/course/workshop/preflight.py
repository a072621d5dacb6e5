"""What a room of so many seats needs of this machine, asked before anything is made; each answer no with what helps."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage

from course.base.errors import CourseError
from course.provision import known_issues
from course.provision.engine import Engine
from course.workshop import entrance, hub, image

WATCHERS = "fs.inotify.max_user_instances"


@dataclass(frozen=True)
class Finding:
    """good: whether it is there. next: what to type where it is not."""

    good: bool
    text: str
    next: str = ""


def of(engine: Engine, seats: int) -> list[Finding]:
    """Each thing that a room needs. CourseError where this machine is of a kind that has none."""
    hub.refuse_off_linux()
    at_work = hub.desks_at_work() if hub.is_there(engine) else 0
    return [
        _place(engine),
        _rights(engine, seats),
        memory(seats, hub.fit(), at_work),
        _disk(engine, seats - at_work),
        watchers(seats, int(Path("/proc/sys", *WATCHERS.split(".")).read_text())),
        Finding(
            engine.has_image(image.name()),
            f"{image.name()} is there (./course workshop image makes it)",
            "./course workshop image",
        ),
    ]


def answer(yes: str, ask: Callable[[], object]) -> Finding:
    """A question that raises CourseError where the answer is no."""
    try:
        ask()
    except CourseError as no:
        return Finding(False, " ".join(filter(None, (no.what, no.why))), no.next)
    return Finding(True, yes)


def _place(engine: Engine) -> Finding:
    """That no other room is in the way, and nobody else at its door."""
    if hub.is_there(engine):
        return answer("the room that is up is this copy's", lambda: hub.refuse_foreign(engine))
    listen = hub.AT_HOME.listen
    yes = f"no other room is up; port {hub.PORT} of {listen} is free"
    return answer(yes, lambda: entrance.refuse_taken(hub.AT_HOME, hub.PORT))


def _rights(engine: Engine, seats: int) -> Finding:
    root = engine.name == "docker" or os.geteuid() == 0
    may = "may" if root else "may not"
    text = f"{engine.name} {engine.version} {may} run privileged containers as root"
    return Finding(root, text, f"sudo ./course workshop check --seats {seats}")


def memory(seats: int, free: int, at_work: int) -> Finding:
    """free: how many desks the free memory carries. at_work: those that have theirs already."""
    most = min(free + at_work, hub.SEATS_AT_MOST)
    beside = f", and {at_work} are at work" if at_work else ""
    text = f"free memory and processors carry {free} desks{beside}; you want {seats}"
    return Finding(most >= seats, text, hub.again(most) if most else "free -h")


def _disk(engine: Engine, more: int) -> Finding:
    """Of the engine: there the desks write, and not where this clone is. more: desks that are to come."""
    store = known_issues.facts_of(engine).store
    try:
        return disk(store, disk_usage(store).free, max(0, more))
    except FileNotFoundError:  # an engine on another machine, or in one of its own
        return Finding(
            False, f"{store}, where {engine.name} keeps desks, is not on this machine", f"{engine.name} info"
        )


def disk(store: str, free: int, more: int) -> Finding:
    """free: bytes of the disk on which `store` is."""
    needed = more * hub.DISK_A_DESK
    text = f"{free / 1e9:.0f} GB are free on the disk of {store}, {more} more desks take {needed / 1e9:.0f} GB"
    return Finding(free >= needed, text, f"df -h {store}")


def watchers(seats: int, allowed: int) -> Finding:
    """allowed: inotify's instances, of one user over all containers."""
    needed = (seats + 1) * hub.INSTANCES
    text = f"{allowed} inotify instances are allowed, the desks take {needed}"
    return Finding(allowed >= needed, text, f"sudo sysctl -w {WATCHERS}={4 * needed}")
