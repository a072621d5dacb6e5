"""Interview practice in a notebook: `from course import quiz`, then quiz.practise("warm-up").

practise, lesson and timed show a panel; show and check are their plain twin, result is the page of the last run.
"""

import secrets as _secrets
from collections.abc import Callable as _Callable

from course.interview import desk as _desk
from course.interview.dialog import Dialog as _Dialog
from course.interview.dialog import Say as _Say

__all__ = ["check", "lesson", "practise", "result", "show", "timed"]


def practise(mode: str = "warm-up", seed: int = 0) -> None:
    """A panel with questions, feedback after each. mode: warm-up, gaps or daily; seed: 0 is by chance."""
    _panel(lambda _: _desk.dialog(mode, seed or _secrets.randbelow(9999) + 1))


def lesson(slug: str) -> None:
    """A panel with the questions of a lesson."""
    _panel(lambda _: _desk.quiz(slug, _desk.LESSON_SEED))


def timed(minutes: int = 20, seed: int = 0) -> None:
    """A panel with a timed run: no feedback before its end. One that was paused, here or in a terminal, goes on."""
    _panel(lambda say: _desk.timed(minutes, seed or _secrets.randbelow(9999) + 1, say))


def _panel(begin: _Callable[[_Say], _Dialog]) -> None:
    from IPython.display import display

    from course.jupyter.interview import Desk

    display(Desk(begin))  # type: ignore[no-untyped-call]


def show(slug: str) -> None:
    """Print the questions of a lesson with their options."""
    print(_desk.quiz_text(slug))


def check(slug: str, *answers: str) -> None:
    """Print a verdict for each answer, the first for question 1 and so on: quiz.check("interview", "c", "ab", "5")."""
    print(_desk.quiz_checked(slug, *answers))


def result() -> None:
    """The result page of your last run."""
    from IPython.display import HTML, display

    display(HTML(_desk.result(as_html=True)))  # type: ignore[no-untyped-call]
