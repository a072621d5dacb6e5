"""A live task: a lab, or a fault of a lesson, under a clock, watched while the learner works elsewhere."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from course.base.errors import CourseError
from course.interview.judge import Result
from course.interview.pool import Question
from course.kube import kubectl, namespaces
from course.lessons import begin, catalog
from course.tasks import index, stage, verbs
from course.tasks.task import Exercise

EVERY = 10.0  # seconds between two looks


class Stopwatch(Protocol):
    """What knows the seconds that count."""

    @property
    def spent(self) -> float:
        """Seconds until now."""


def absent() -> str:
    """Why there can be no live task, in words; "" where there can be one."""
    try:
        kubectl.require_ready()
    except CourseError as reason:
        return f"{reason.what} {reason.why}"
    return ""


def free(questions: list[Question]) -> list[Question]:
    """Without the labs and the lessons on which the learner works right now: a live task begins afresh."""
    busy = {row.slug for row in verbs.rows() if row.state == "started"}
    exercises = {task.slug: task.lesson for slug in _tasks(questions) if isinstance(task := index.find(slug), Exercise)}
    begun = {lesson for lesson in set(exercises.values()) if namespaces.present(catalog.find(lesson).namespaces)}
    return [one for one in questions if one.task not in busy and exercises.get(one.task) not in begun]


def _tasks(questions: list[Question]) -> list[str]:
    return [question.task for question in questions if question.task]


class Task:
    """One lab or exercise, live. began: the second of the clock when it was ready; hints: how many were read."""

    def __init__(self, question: Question, hints: int = 0) -> None:
        self.question, self.task = question, verbs.checked_task(question.task)
        self.hints, self.began, self.passed, self.took = hints, 0.0, False, 0.0

    def set_up(self, say: Callable[[str], None]) -> None:
        """Begin it afresh, in its own namespaces; an exercise gets its lesson's, and what the lesson has there."""
        if isinstance(self.task, Exercise):
            begin.begin(self.task.lesson, upto=self.task.stage or f"{self.task.slug}-text")
        verbs.start(self.task.slug, say)

    def clear(self) -> None:
        """Take an exercise's namespaces away again, without waiting for it. A lab stays, as every lab does."""
        if isinstance(self.task, Exercise):
            ours = namespaces.ours(catalog.find(self.task.lesson).namespaces, self.task.label)
            kubectl.run("delete", "namespace", *ours, "--ignore-not-found", "--wait=false")

    def is_there(self) -> bool:
        """Whether it is set up in the cluster; CourseError where the cluster does not answer."""
        kubectl.require_ready()
        return not stage.missing(self.task)

    def text(self) -> str:
        """What is to be done."""
        return f"{self.question.ask}\n\n{self.task.goal}\n\n{verbs.shell_advice()}".strip()

    def prompt(self, skip: str) -> str:
        """What can be typed."""
        minutes = f"You have {self.question.minutes} minutes. Work in another terminal."
        return f"{minutes} Then type done. hint gives a hint (they are counted), {skip} gives up."

    def heard(self, line: str, clock: Stopwatch) -> str:
        """What to show for a word that was typed."""
        if line == "hint":
            self.hints += 1
            return verbs.hint(self.task.slug).text()
        if line == "done":
            return self.look(clock)
        return f"{line[:40]!r} is no word here: done, hint or skip."

    def look(self, clock: Stopwatch) -> str:
        """Ask the checks, change nothing; what they say."""
        try:
            report = verbs.check(self.task.slug)
        except CourseError as error:
            return str(error)
        if report.passed and not self.passed:
            self.passed, self.took = True, clock.spent - self.began
        return report.text()

    @contextmanager
    def watched(self, clock: Stopwatch) -> Iterator[None]:
        """While the block runs, look now and then, so that the moment of the pass is known."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(EVERY) and not self.passed:
                self.look(clock)

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def result(self, clock: Stopwatch) -> Result:
        """Passed within its minutes, or not."""
        took = self.took if self.passed else clock.spent - self.began
        within = self.passed and took <= self.question.minutes * 60
        return Result(self.question.slug, within, seconds=round(took, 1), hints=self.hints)
