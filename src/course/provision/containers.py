"""The course's containers as they are, which is not always what the engine remembers.

Docker watches over its containers. Podman believes what was last written down: after a hard restart, or without the
program that watches over each container (conmon), it says `running` of one in which nothing runs any more.
"""

import re
import signal
import sys
from contextlib import suppress
from pathlib import Path

from course.base.errors import CourseError
from course.base.waiting import until
from course.provision.engine import Engine, way_past

DEAD = "dead, though the engine calls it running"
FIELDS = "{{.Id}}|{{.State.Status}}|{{.State.Pid}}"  # what `status` is made of
# Of runc, crun, Podman and Docker, for a program that is to be run in a container in which nothing runs.
NOTHING_RUNS = re.compile(r"(?i)stopped container|not running|container does not exist|/status`: no such file")
STARTABLE = ("created", "configured", "initialized", "exited", "stopped")
TEMPORARY = re.compile(r'Using tmp dir (\S+?)"')
PENDING = re.compile(r"(?m)^(?:Sig|Shd)Pnd:\s*(\w+)")  # of /proc/PID/status: a bit for each signal that waits
KILLED = "137"  # the exit code of a program that was ended by signal 9


def state(engine: Engine, name: str) -> tuple[str, str]:
    """(id, status) of a container; ("", "") where there is none. CourseError where the engine cannot tell."""
    values = fields(engine, name, FIELDS)
    if not values:
        return "", ""
    container, reported, pid = values
    return container, status(engine, container, reported, pid)


def fields(engine: Engine, name: str, form: str) -> list[str]:
    """What the engine says of a container, by a form with | between the fields; [] where there is none.

    CourseError where what it says has another form: then it is no engine.
    """
    inspected = engine.inspect("container", name, form)
    values = inspected.split("|") if inspected else []
    if values and len(values) != form.count("|") + 1:
        what = f"What is called {engine.name} answers {inspected[:40]!r} where it is asked for a container."
        raise CourseError(what, "It is another program, or a damaged one.", way_past(engine.name))
    return values


def status(engine: Engine, container: str, reported: str, pid: str) -> str:
    """What the engine said of a container, or DEAD where it said `running` and nothing runs in it."""
    if reported != "running" or _is_of(pid, container):
        return reported
    tried = engine.run("exec", container, "true")
    return DEAD if tried.returncode and NOTHING_RUNS.search(tried.stderr) else reported


def start(engine: Engine, container: str, current: str, *, doing: str, next: str = "./course doctor") -> None:
    """Have a container run, whatever its status is. CourseError where the engine cannot start it."""
    if current == "paused":
        current = _unpaused(engine, container)
    if current == "running":
        return
    if current not in STARTABLE:
        _settle(engine, container)
    engine.output("start", container, doing=doing, next=next)


def _unpaused(engine: Engine, container: str) -> str:
    """The status of a paused container when it goes on. One that was killed only dies now: it may."""
    pid = engine.inspect("container", container, "{{.State.Pid}}")
    killed = signal.SIGKILL in waiting_signals(pid)
    if engine.run("unpause", container).returncode:
        return "paused"
    if killed:
        until(lambda: not _is_of(pid, container), seconds=30, what="The end of a container that was killed")
        return DEAD  # whatever the engine has noticed of it by now
    return state(engine, container)[1]


def remove(engine: Engine, container: str, *, doing: str, timeout: float = 120) -> None:
    """Remove a container with its own volumes, whatever its status is. CourseError where the engine cannot."""
    words = (*engine.removal, container)
    if engine.run(*words, timeout=timeout).returncode:  # without its conmon it is not removed at the first time
        _settle(engine, container)
        engine.output(*words, doing=doing, timeout=timeout)


def is_in(engine: Engine, container: str, network: str) -> bool:
    """Whether a container is in a network that is there: somebody may have taken it out, or removed the network.

    Docker removes one in which nothing runs; what is stopped remembers its id, and one of the same name has another.
    """
    form = "{{range $name, $own := .NetworkSettings.Networks}}{{$name}} {{$own.NetworkID}} {{end}}"
    known = engine.inspect("network", network, "{{.Id}}") if engine.name == "docker" else network
    return {network, known} <= set(engine.inspect("container", container, form).split())


def _is_of(pid: str, container: str) -> bool:
    """Whether a process is there and is the container's: quick, and certain where it says yes.

    The number alone says nothing: it may be another process's by now.
    """
    process = Path("/proc", pid)
    with suppress(OSError):
        ended = "\nState:\tZ" in (process / "status").read_text()  # and nobody has asked for its exit code yet
        return sys.platform == "linux" and not ended and container in (process / "cgroup").read_text()
    return False


def waiting_signals(pid: str) -> set[int]:
    """The signals that wait for a process, which has not had a turn since they were sent; none where it is gone."""
    with suppress(OSError):
        masks = [int(mask, 16) for mask in PENDING.findall(Path("/proc", pid, "status").read_text())]
        return {number for number in signal.valid_signals() if any(mask >> number - 1 & 1 for mask in masks)}
    return set()


def _settle(engine: Engine, container: str) -> None:
    """Have the engine find out that a container has ended."""
    engine.run("stop", "-t", "5", container)  # it may wait in vain for conmon, and writes down the end all the same
    if engine.name == "podman" and engine.inspect("container", container, "{{.State.Status}}") == "stopping":
        _end_for_conmon(engine, container)


def _end_for_conmon(engine: Engine, container: str) -> None:
    """Write the exit code, which conmon was killed before it could: until then Podman 4 says `stopping`, for ever."""
    log = engine.run("--log-level=debug", "info").stderr
    if match := TEMPORARY.search(log):
        with suppress(OSError):  # the start, which comes next, says what is wrong
            Path(match[1], "exits", container).write_text(KILLED)
            engine.run("ps", "--all", "--sync", "--filter", f"id={container}")
