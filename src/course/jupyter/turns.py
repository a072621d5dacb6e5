"""The learner's turns in a lesson's cells: each prints what the verb of the same name says."""

import time
from typing import TYPE_CHECKING

from course.tasks import shift, verbs

if TYPE_CHECKING:
    from course.jupyter.lights import Lights

WORTH_A_WORD = 5.0  # seconds of a check after which one wonders what it waits for
_panels: list["Lights"] = []  # the lights that were shown last: they follow the checks that are asked


def start(slug: str) -> None:
    """Put an exercise to its beginning: what it needs is there, what was tried before is gone."""
    task = verbs.start(slug)
    print(f"{task.slug}: {task.title}. Your turn.")


def check(slug: str, given: object = None) -> None:
    """What is right already and what is not, with the reasons. given: the answer, where the exercise asks for one."""
    began = time.monotonic()
    report = verbs.check(slug, given)
    for panel in _panels:
        panel.checked(report)
    print(report.text() + verbs.afterword(report))
    if not report.passed and (took := time.monotonic() - began) > WORTH_A_WORD:
        print(f"(Asked again and again for {took:.0f} s, because what you have just changed may be on its way.)")


def on_call(lesson: str, seed: int, draw: int = 0, minutes: int = 0) -> object:
    """Break so many exercises of a lesson, all of them if you say none, in the order of the seed; their lights.

    minutes: with a clock, which stops when the last light is green.
    """
    return _shown(shift.begin(lesson, seed, draw, minutes))


def lights() -> object:
    """Ask the cluster about every fault of the shift, and show a light for each."""
    return _shown(shift.look())


def _shown(board: shift.Board) -> object:
    from course.jupyter.lights import Lights  # widgets take half a second to load

    _panels[:] = [Lights(board)]
    return _panels[0]


def hint(slug: str) -> None:
    """The next of three hints."""
    print(verbs.hint(slug).text())


def solution(slug: str) -> None:
    """One right answer, and why it is right. Nothing is run."""
    print(verbs.solution(slug))


def need(slug: str) -> None:
    """What the cells below need of an exercise, whether you solved it or not."""
    print(f"{slug}: {'there, go on' if verbs.make(slug, {}) else 'made for you, go on'}.")


def predict(slug: str, answer: object = None) -> object:
    """Ask what the next cell will show, or take your answer: a letter, a number, a line, or "skip"."""
    if answer is not None:
        print(f"Your prediction: {verbs.predict(slug, answer)}. Now run the next cell.")
        return None
    from course.jupyter.prediction import Question  # widgets take half a second to load

    return Question(verbs.prediction(slug))


def reveal(slug: str, *measured: object) -> None:
    """Your prediction beside what the cluster says. measured: what the cell above measured, where it hands it over."""
    print(verbs.reveal(slug, *measured).text())
