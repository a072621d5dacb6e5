"""The room that a desk is in: what its facilitator says, and how the desk speaks to the board of the hub.

Outside of a workshop there is none, and all of this says so. The hub's address and the desk's own token come from the
environment (workshop/hub/jupyterhub_config.py); what the hub said last is kept in the state folder.
"""

import json
import os
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from typing import Any

from course.base import paths, state
from course.base.errors import CourseError, in_words

FILE = paths.STATE / "room.json"
BOARD, TOKEN = "COURSE_BOARD", "JUPYTERHUB_API_TOKEN"  # names in the environment
LARGEST = 64_000  # characters of an answer


@dataclass(frozen=True)
class Room:
    """message: of the facilitator to all. lesson: the slug of the one where all should be; "" where none was set.

    held: solutions are held back. help: when this desk asked for help, ISO 8601; "" where it does not.
    """

    message: str = ""
    lesson: str = ""
    held: bool = False
    help: str = ""


def is_there() -> bool:
    """Whether this course is a desk in a room."""
    return bool(os.environ.get(BOARD) and os.environ.get(TOKEN))


def known() -> Room:
    """What the hub said last; an empty room before its first word, and outside of a workshop."""
    return _room(state.read(FILE)) if is_there() else Room()


def _room(answer: dict[str, Any]) -> Room:
    defaults = asdict(Room())
    fits = {key: answer[key] for key, default in defaults.items() if type(answer.get(key)) is type(default)}
    return Room(**fits)


def tell(**said: object) -> Room:
    """Tell the board something of this desk, and keep what it answers. CourseError where it does not.

    report: how far the desk is, as workshop/rows.py reads it. help: whether help is asked for.
    """
    if not is_there():
        raise CourseError(
            "This is no desk of a workshop.", "Nobody would see it.", "course lab hint NAME, or course doctor"
        )
    request = urllib.request.Request(  # noqa: S310  # the hub's own address
        os.environ[BOARD],
        data=json.dumps(said).encode(),
        headers={"Authorization": f"token {os.environ[TOKEN]}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as reply:
            answer = state.loads(reply.read(LARGEST).decode())
    except (OSError, urllib.error.URLError, ValueError) as error:
        raise CourseError("The hub's board does not answer.", in_words(error), "the same once more") from None
    room = _room(answer)
    if room != known() or not FILE.exists():
        state.write(FILE, **asdict(room))
    return room


def require_released() -> None:
    """CourseError while the facilitator holds solutions back."""
    if known().held:
        raise CourseError(
            "Your facilitator holds the solutions back for now.",
            "Nothing was applied, and this try does not count as shown.",
            "course lab hint NAME, or ask for help: course workshop help",
        )
