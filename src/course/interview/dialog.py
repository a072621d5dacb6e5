"""A sitting as a dialog: it shows a text, takes a line, shows the next one. Terminal and notebook are faces of it.

Each dialog is a generator: it yields what to show and is sent what was typed; what it returns is shown last. Closing it
is a pause: what was answered is kept at once, after each answer.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager

from course.base import files
from course.base.errors import CourseError
from course.interview import judge, memory, report
from course.interview.judge import NoAnswer, Result
from course.interview.live import Task
from course.interview.memory import Run
from course.interview.pool import Question
from course.tasks import progress

Dialog = Generator[str, str, str]
Step = Generator[str, str, str]  # a part of a dialog: yields and is sent the same, returns an answer
Say = Callable[[str], None]
SKIP, AGAIN = "skip", "again"
SPOKEN = "(spoken)"
WORDS = f"{SKIP} leaves it out, {AGAIN} repeats it, Ctrl-C stops."


class Clock:
    """Seconds that a learner had, however often the clock of the machine was set and the run was paused."""

    def __init__(self, spent: float = 0.0) -> None:
        self._before, self._begun = spent, 0.0

    @property
    def spent(self) -> float:
        """Seconds until now."""
        return self._before + (time.monotonic() - self._begun if self._begun else 0.0)

    @contextmanager
    def running(self) -> Iterator[None]:
        """The time that the block takes counts."""
        self._begun = time.monotonic()
        try:
            yield
        finally:
            self._before, self._begun = self.spent, 0.0


def typed(clock: Clock, text: str) -> Step:
    """Show a text, take a line; the time until it comes counts."""
    with clock.running():
        line = yield text
    return line.strip()


def _asked(clock: Clock, before: str, text: str, prompt: str, read: Callable[[str], str]) -> Step:
    """Ask until something was typed that `read` takes; "" where the question is left out. before: is shown once."""
    shown = f"{before}{text}\n\n{prompt}"
    while True:
        line = yield from typed(clock, shown)
        if line.lower() == SKIP:
            return ""
        if line.lower() == AGAIN:
            shown = f"{text}\n\n{prompt}"
            continue
        try:
            return read(line)
        except NoAnswer as reason:
            shown = str(reason)


def answered(clock: Clock, before: str, place: str, question: Question, seed: int) -> Step:
    """What was answered, as judge.read gives it; for an open question what was written, or (spoken).

    place: which question it is; `again` repeats it, and what came `before` not.
    """
    text = f"{place}{judge.put(question, seed)}"
    if question.kind == "open":
        prompt = f"Say it aloud, or write it. Then press Enter. ({WORDS})"
        return (yield from _asked(clock, before, text, prompt, lambda line: line or SPOKEN))
    prompt = f"Type {judge.how(question, seed)}. ({WORDS})"
    return (yield from _asked(clock, before, text, prompt, lambda line: judge.read(question, seed, line)))


def defended(clock: Clock, question: Question, seed: int, answer: str) -> Step:
    """How a choice of a design is defended, before anything is said about it: what was written, or (spoken)."""
    if question.kind != "design" or not answer:
        return ""
    text = f"You choose {judge.in_words(question, seed, answer)}"
    prompt = f"Defend it in one or two sentences, aloud or written. Then press Enter. ({WORDS})"
    return (yield from _asked(clock, "", text, prompt, lambda line: line or SPOKEN))


def recalled(words: str) -> str:
    """What was said, to be shown beside the rubric; "" where there is nothing to show."""
    return f"You said: {words}\n\n" if words and words != SPOKEN else ""


def ticked(before: str, question: Question) -> Step:
    """How many points of the rubric the learner says they said; "" is none."""
    did = "defend your choice" if question.kind == "design" else "answer"
    text = f"What interviewers listen for:\n{judge.rubric(question)}"
    prompt = f"How did you {did}? Type the numbers of what you said, for example 1 3; all, or none. You are the judge."
    return (yield from _asked(Clock(), before, text, prompt, lambda line: str(judge.ticks(question, line))))


def result(question: Question, seed: int, answer: str, ticks: int, seconds: float) -> Result:
    """What came of an answer; a live task is judged elsewhere."""
    right = None if question.kind == "open" else bool(answer) and judge.is_right(question, seed, answer)
    points = len(question.rubric) if question.kind in judge.SPOKEN else 0
    return Result(question.slug, right, ticks, points, round(seconds, 1))


def nothing(text: str) -> Dialog:
    """A sitting that is over at once: the text says why there is nothing to ask."""
    yield from ()
    return text


def practise(mode: str, questions: Sequence[Question], seed: int, opening: str = "") -> Dialog:
    """A sitting with feedback after each answer. opening: is shown before the first question."""
    began, results, before = progress.now(), [], opening
    for number, question in enumerate(questions, 1):
        clock = Clock()
        answer = yield from answered(clock, before, f"Question {number} of {len(questions)}. ", question, seed)
        words = yield from defended(clock, question, seed, answer)
        before = f"{judge.verdict(question, seed, answer)}\n\n"
        ticks = 0
        if question.kind in judge.SPOKEN and answer:
            ticks = int((yield from ticked(recalled(words) + before, question)) or 0)
            before = f"{ticks} of {len(question.rubric)} points, by your own judgement.\n\n"
        results.append(result(question, seed, answer, ticks, clock.spent))
        with memory.editing() as known:
            memory.note(known, results[-1], mode)
        before += f"{judge.explanation(question)}\n\n"
    return before + finished(Run(mode, seed, 0, began, sum(one.seconds for one in results), results))


def finished(run: Run) -> str:
    """Keep a run that is over; its result page."""
    with memory.editing() as known:
        earlier = list(known.runs)
        memory.keep(known, run)
    return report.text(run, earlier)


@contextmanager
def alone() -> Iterator[None]:
    """One timed run and one live task at a time: two would judge and remove each other's."""
    with files.lock_if_free(progress.FOLDER / "interview.lock") as free:
        if not free:
            why = "There is one clock and one live task."
            raise CourseError("A timed run or a live task is going on elsewhere.", why, "End it there with Ctrl-C.")
        yield


def live(question: Question, say: Say) -> Dialog:
    """One live task with feedback at each look."""
    with alone():
        began, clock = progress.now(), Clock()
        task = Task(question)
        task.set_up(say)
        shown = f"{judge.head(question)}\n\n{task.text()}"
        with task.watched(clock):
            while not task.passed:
                line = (yield from typed(clock, f"{shown}\n\n{task.prompt(SKIP)}")).lower()
                if line == SKIP:
                    break
                shown = task.heard(line, clock)
        came = task.result(clock)
        task.clear()
        with memory.editing() as known:
            memory.note(known, came, "live")
        told = f"{shown}\n\n{judge.explanation(question)}\n\n"
        return told + finished(Run("live", 0, question.minutes, began, came.seconds, [came]))
