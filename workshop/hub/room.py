"""Who may take a seat: whoever knows the room's code. What is guessed wrongly is counted: nobody can try it all.

And which seat: one whose desk was made ahead of the session, while there are some that nobody has taken.
"""

import hmac
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

TRIES, SECONDS = 10, 60.0  # so many wrong guesses in so many seconds end the looking at them, for as long
LONGEST = 72  # bytes of a password that bcrypt looks at
TOO_LONG = f"A password has at most {LONGEST} bytes: take a shorter one."
SEAT = "seat-"  # before the number of a desk that was made ahead: nobody's own name begins so
NAME = r"[\w.-]{1,40}\Z"  # JupyterHub looks at the beginning alone
NO_NAME = "A name has up to 40 letters, digits, dots, hyphens or underscores, and no blanks."


class Guesses:
    """How often something was guessed wrongly of late."""

    def __init__(self, what: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._what, self._clock = what, clock
        self._wrong: deque[float] = deque(maxlen=TRIES)

    def too_many(self) -> str:
        """Why nothing is looked at for now, and for how long; "" where it is."""
        wait = self._wrong[0] + SECONDS - self._clock() if len(self._wrong) == TRIES else 0.0
        return f"Too many wrong {self._what}: wait {wait:.0f} seconds, then try again." if wait > 0 else ""

    def was_wrong(self) -> None:
        """One more."""
        self._wrong.append(self._clock())


class Door:
    """The join code of the room, guessed by anybody: a name costs nothing to change."""

    def __init__(self, code: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._code, self._guesses = code, Guesses("join codes", clock)

    def refuses(self, code: str) -> str:
        """Why nobody comes in with this code; "" for the right one while the door is open."""
        if why := self._guesses.too_many():
            return why
        # Capitals, blanks and hyphens are how it was heard, not what it is.
        if hmac.compare_digest(plain(code).encode(), plain(self._code).encode()):
            return ""
        self._guesses.was_wrong()
        return "That is not the room's join code: ask your facilitator."


class Seats:
    """The desks that were made ahead, a file each in a folder: who has taken it, or nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def offer(self, seat: str) -> None:
        """One more seat to take; who has it already keeps it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / seat).touch()

    def of(self, name: str, new: bool) -> str:
        """The seat of this name, a free one for a new name, or the name itself: it has a desk, or all are taken.

        new: the hub has nobody of this name. Who came before `warm` has a desk of that name, with work in it.
        """
        taken = {path: path.read_text() for path in sorted(self._folder.glob(f"{SEAT}*"))}
        mine = next((path for path, by in taken.items() if by == name), None)
        free = mine or next((path for path, by in taken.items() if new and not by), None)
        if free is None:
            return name
        free.write_text(name)
        return free.name


def plain(code: str) -> str:
    """A code as it is compared."""
    return "".join(letter for letter in code.lower() if letter.isalnum())
