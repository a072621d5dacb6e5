"""Wait for a condition with a deadline; never for an amount of time."""

import time
from collections.abc import Callable
from typing import TypeVar

from course.base.errors import NotReady

T = TypeVar("T")
LEAST, MOST = 0.1, 5.0  # seconds between two questions


def until(condition: Callable[[], T | None], *, seconds: float, what: str, next: str = "./course doctor") -> T:
    """Ask until the answer is true, and return it; NotReady after `seconds`, naming `what` did not come."""
    deadline = time.monotonic() + seconds
    while True:
        begun = time.monotonic()
        if answer := condition():
            return answer
        if time.monotonic() > deadline:
            raise NotReady(f"{what} did not happen within {seconds:.0f} s.", "", next)
        # So that asking is not what keeps the machine busy: a fifth of the time, where an answer is quick.
        now = time.monotonic()
        time.sleep(max(LEAST, min(4 * (now - begun), MOST, deadline - now)))


def seconds_until(
    condition: Callable[[], object], *, seconds: float, what: str, next: str = "./course doctor"
) -> float:
    """Ask until the answer is true, and return how many seconds that took; NotReady as `until` says it."""
    started = time.monotonic()
    until(condition, seconds=seconds, what=what, next=next)
    return time.monotonic() - started
