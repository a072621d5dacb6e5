"""Desks that are made ahead of the session: seats, which participants then take by signing in."""

from collections.abc import Sequence
from time import monotonic

from course.base.errors import CourseError
from course.base.waiting import until
from course.provision.engine import Say
from course.workshop import hub

PATIENCE = 900.0  # seconds for these
FULL, BUSY = "Active user limit", "Too many users"  # of JupyterHub, which says 429 of both (6.1, handlers/base.py)


def warm(seats: int, say: Say) -> dict[str, float]:
    """Make the desks of so many seats (0: all that the hub has); the seconds of each, from asking to a ready cluster.

    CourseError for more seats than the hub has, and where a desk does not come.
    """
    hub.refuse_without()
    most, at_once = _setting("SEATS"), _setting("AT_ONCE")
    if seats > most:
        then = f"./course workshop warm --seats {seats}"
        raise CourseError(f"The hub has {most} seats, not {seats}.", "", f"{hub.again(seats)}, then {then}")
    names = [f"seat-{number:02}" for number in range(1, (seats or most) + 1)]
    took: dict[str, float] = {}
    for first in range(0, len(names), at_once):
        took |= _wave(names[first : first + at_once], say)
    return took


def _setting(name: str) -> int:
    """A number that the hub was made with, by the name of its variable in manifests.yaml."""
    path = f"jsonpath={{.spec.template.spec.containers[0].env[?(@.name=='{name}')].value}}"
    return int(hub.kubectl("get", "deployment", "hub", "-o", path))


def _ask_for(names: Sequence[str]) -> None:
    """Have the hub start these desks. CourseError where it has no room for them, or starts others."""
    try:
        hub.kubectl("exec", "deployment/hub", "--", "python", "/etc/hub/warm.py", *names, timeout=120)
    except CourseError as refused:
        if FULL in refused.why:
            raise _full(names) from None
        if BUSY in refused.why:
            what, why = "The hub starts other desks now.", "It starts only some at a time, and somebody signs in."
            raise CourseError(what, why, "./course workshop warm, in half a minute: what is there stays") from None
        raise


def _full(names: Sequence[str]) -> CourseError:
    """Words for a room whose seats are taken by desks that were not made ahead: whose they are, and what helps."""
    most = _setting("SEATS")
    up = [seat for seat in hub.on_the_board() if not seat.state.startswith("stopped")]
    others = [seat.name for seat in up if not seat.desk.startswith("seat-")]
    return CourseError(
        f"The hub has {most} seats, and none is left for {', '.join(names)}.",
        f"These are at desks of their own: {', '.join(others) or 'nobody any more'}. A desk that is up takes a seat.",
        f"{hub.again(most + len(others))}, then ./course workshop warm --seats {most}; "
        "or stop such a desk on the hub's page Admin, then ./course workshop warm",
    )


def _refuse_given_up(name: str, state: str) -> None:
    """CourseError for a desk that was being made and is no more. state: what the board says of it; "" for no row."""
    if not state or state.startswith("stopped"):
        why = state.removeprefix("stopped: ").capitalize() or "The hub waited for it in vain."
        raise CourseError(
            f"The desk of {name} did not begin.", f"{why}.".replace("..", "."), hub.typed("get", "pods,events")
        )


def _wave(names: Sequence[str], say: Say) -> dict[str, float]:
    begun, took, states = monotonic(), dict[str, float](), dict[str, str]()
    say(f"making the desks of {', '.join(names)} (one to two minutes; longer on a machine that is busy)")
    _ask_for(names)

    def look() -> bool:
        try:
            seats = {seat.desk: seat for seat in hub.on_the_board() if seat.desk in names}
        except CourseError as late:  # beside clusters that begin, the hub's own one answers late
            say(f"{late.what} {late.why} Asking again.")
            return False
        for name in states.keys() - took.keys():
            _refuse_given_up(name, seats[name].state if name in seats else "")
        for name in sorted(seats.keys() - took.keys()):
            seconds = monotonic() - begun
            if seats[name].ready:
                took[name] = seconds
            if states.get(name) != seats[name].state:
                states[name] = seats[name].state
                say(f"{name}: {states[name]} after {seconds:.0f} s")
        return len(took) == len(names)

    until(look, seconds=PATIENCE, what="The desks", next="./course workshop board")
    return took
