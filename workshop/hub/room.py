"""Who may take a seat: whoever knows the room's code. Wrong codes are counted, so that nobody can try them all.

And which seat: one whose desk was made ahead of the session, while there are some that nobody has taken.
"""

import hmac
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

TRIES, SECONDS = 10, 60.0  # so many wrong codes in so many seconds close the door, for as long
SEAT = "seat-"  # before the number of a desk that was made ahead: nobody's own name begins so
NAME = r"[\w.-]{1,40}\Z"  # JupyterHub looks at the beginning alone
NO_NAME = "A name has up to 40 letters, digits, dots, hyphens or underscores, and no blanks."


class Door:
    """The join code of the room, and how often it was guessed lately, by anybody: a name costs nothing to change."""

    def __init__(self, code: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._code, self._clock = code, clock
        self._wrong: deque[float] = deque(maxlen=TRIES)

    def closed(self) -> float:
        """Seconds until a code is looked at again; 0 where the door is open."""
        if len(self._wrong) < TRIES:
            return 0.0
        return max(0.0, self._wrong[0] + SECONDS - self._clock())

    def refuses(self, code: str) -> str:
        """Why nobody comes in with this code; "" for the right one while the door is open."""
        if wait := self.closed():
            return f"Too many wrong join codes: wait {wait:.0f} seconds, then try again."
        # Capitals, blanks and hyphens are how it was heard, not what it is.
        if hmac.compare_digest(plain(code).encode(), plain(self._code).encode()):
            return ""
        self._wrong.append(self._clock())
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
