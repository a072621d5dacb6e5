"""Wait for a condition with a deadline; never for an amount of time."""

import time
from collections.abc import Callable
from typing import TypeVar

from course.base.errors import NotReady

T = TypeVar("T")


def until(condition: Callable[[], T | None], *, seconds: float, what: str, next: str = "./course doctor") -> T:
    """Ask until the answer is true, and return it; NotReady after `seconds`, naming `what` did not come."""
    deadline = time.monotonic() + seconds
    while True:
        begun = time.monotonic()
        if answer := condition():
            return answer
        if time.monotonic() > deadline:
            raise NotReady(f"{what} did not happen within {seconds:.0f} s.", "", next)
        # Between two questions, so that asking is not what keeps the machine busy: a fifth of the time at most.
        time.sleep(max(0.1, 4 * (time.monotonic() - begun)))


def seconds_until(
    condition: Callable[[], object], *, seconds: float, what: str, next: str = "./course doctor"
) -> float:
    """Ask until the answer is true, and return how many seconds that took; NotReady as `until` says it."""
    started = time.monotonic()
    until(condition, seconds=seconds, what=what, next=next)
    return time.monotonic() - started
