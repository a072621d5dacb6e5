"""interview/*.toml: the questions, a file for each topic, and the list of topics.

CONTRIBUTING.md shows the format. A mistake is said with its file, question and key.
"""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course.base import paths, toml
from course.base.errors import CourseError

FOLDER = paths.ROOT / "interview"
LEVELS = ("junior", "senior", "staff")
CHOICES = ("choose", "choose-all", "predict", "debug", "design")  # kinds with options
KINDS = (*CHOICES, "order", "number", "name", "open", "do")


@dataclass(frozen=True)
class Topic:
    """One topic. slug: the name of its file; order: its place."""

    slug: str
    title: str
    order: int


@dataclass(frozen=True)
class Cell:
    """A cell of an executed lesson, by the lesson's slug and the cell's id."""

    lesson: str
    cell: str


@dataclass(frozen=True)
class Proof:
    """What shows that an answer is true: a lesson's cell in which `shows` stands, or a source that `says` it."""

    lesson: str = ""
    cell: str = ""
    shows: str = ""
    source: str = ""
    version: str = ""
    says: str = ""


@dataclass(frozen=True)
class Wrong:
    """The typical wrong answer, and why it is wrong."""

    answer: str
    why: str


@dataclass(frozen=True)
class Reason:
    """Why an option is wrong. option: its place in options, from 0."""

    option: int
    why: str


@dataclass(frozen=True)
class Question:
    """One question.

    ask: the question; options and right (places in options, from 0): for the kinds of CHOICES; items: for `order`, in
    the right order; reasons: why options are wrong that need words of their own; answer: for `number` and `name`; also:
    other names that are right; exact: whether a machine takes that name in one spelling only; task (a lab's slug) and
    minutes: for `do`; command, output: the cell whose output is predicted or debugged. short, deep: the answer in a
    sentence, and at length; rubric: what an interviewer listens for. only: where it was shown, if it need not be true
    elsewhere. lesson_quiz: the lesson whose quiz asks it too. asked: the topics of tests/unit/asked.toml that it
    answers.
    """

    slug: str
    kind: str
    level: str
    ask: str
    short: str
    deep: str
    rubric: tuple[str, ...]
    wrong: Wrong
    follow_up: tuple[str, ...]
    proof: tuple[Proof, ...]
    topic: str
    options: tuple[str, ...] = ()
    right: tuple[int, ...] = ()
    reasons: tuple[Reason, ...] = ()
    items: tuple[str, ...] = ()
    answer: float | str = ""
    also: tuple[str, ...] = ()
    exact: bool = False
    task: str = ""
    minutes: int = 0
    command: Cell | None = None
    output: Cell | None = None
    only: str = ""
    lesson_quiz: str = ""
    asked: tuple[str, ...] = ()


@cache
def topics(folder: Path = FOLDER) -> tuple[Topic, ...]:
    """All topics in order."""
    return tuple(sorted(toml.entries(folder / "topics.toml", "topic", Topic), key=lambda topic: topic.order))


@cache
def questions(folder: Path = FOLDER) -> tuple[Question, ...]:
    """All questions, by topic; CourseError for a mistake, with file, question and key."""
    by_slug: dict[str, Question] = {}
    for topic in topics(folder):
        path = folder / f"{topic.slug}.toml"
        for question in toml.entries(path, "question", Question, topic=topic.slug):
            _check(path, question)
            if question.slug in by_slug:
                other = by_slug[question.slug].topic
                raise toml.refusal(path, f"{_place(question)}.slug is also the one of a question in {other}.toml")
            by_slug[question.slug] = question
    return tuple(by_slug.values())


def find(slug: str) -> Question:
    """The question of that slug; CourseError with the nearest."""
    known = {question.slug: question for question in questions()}
    if slug in known:
        return known[slug]
    near = difflib.get_close_matches(slug, known, n=3, cutoff=0.5)
    why = f"Did you mean {' or '.join(near)}?" if near else "No question has a name like it."
    raise CourseError(f"There is no question {slug!r}.", why, "./course interview")


def of_lesson(slug: str) -> tuple[Question, ...]:
    """The questions of a lesson's own quiz."""
    return tuple(question for question in questions() if question.lesson_quiz == slug)


def _place(question: Question) -> str:
    return f"[[question]] {question.slug}"


def _check(path: Path, question: Question) -> None:
    """What the keys' types do not say."""
    for key, holds, why in _rules(question):
        if not holds():
            raise toml.refusal(path, f"{_place(question)}.{key} {why}")


def _rules(question: Question) -> list[tuple[str, Callable[[], bool], str]]:
    """(key, whether it holds, what is wrong if not), in the order in which they make sense."""
    kind, options, right = question.kind, question.options, question.right
    has_options, one_right = kind in CHOICES, kind != "choose-all"
    return [
        ("kind", lambda: kind in KINDS, f"is {kind!r}: one of {', '.join(KINDS)}"),
        ("level", lambda: question.level in LEVELS, f"is {question.level!r}: one of {', '.join(LEVELS)}"),
        ("options", lambda: bool(options) == has_options, "are for the kinds " + ", ".join(CHOICES)),
        (
            "options",
            lambda: not has_options or len(set(options)) == len(options) > 2,
            "are three or more, no two alike",
        ),
        (
            "right",
            lambda: len(set(right)) == len(right) and bool(right) == has_options,
            "is a list of places, each once",
        ),
        (
            "right",
            lambda: set(right) <= set(range(len(options))),
            f"has a place that is no option: 0 to {len(options) - 1}",
        ),
        ("right", lambda: not one_right or len(right) <= 1, f"has one place for the kind {kind}"),
        (
            "reasons",
            lambda: {one.option for one in question.reasons} <= set(range(len(options))) - set(right),
            "are for options that are wrong",
        ),
        ("items", lambda: (len(set(question.items)) > 2) == (kind == "order"), "are three or more, for the kind order"),
        ("answer", lambda: isinstance(question.answer, float) == (kind == "number"), "is a number for the kind number"),
        ("answer", lambda: (question.answer not in ("", 0.0)) or kind != "name", "is a text for the kind name"),
        ("also", lambda: not question.also or kind == "name", "is for the kind name"),
        ("exact", lambda: not question.exact or kind == "name", "is for the kind name"),
        ("rubric", lambda: len(question.rubric) < 10, "has nine points at most: each is ticked by one digit"),
        ("task", lambda: bool(question.task) == (kind == "do"), "is for the kind do"),
        ("minutes", lambda: (question.minutes > 0) == (kind == "do"), "are for the kind do"),
        ("command", lambda: (question.command is not None) == (kind == "predict"), "is for the kind predict"),
        ("output", lambda: (question.output is not None) == (kind == "debug"), "is for the kind debug"),
        ("rubric", lambda: len(question.rubric) > 1, "has two points or more"),
        ("follow_up", lambda: bool(question.follow_up), "is empty"),
        ("proof", lambda: bool(question.proof), "is empty"),
        ("proof", lambda: all(map(_is_whole, question.proof)), "is {lesson, cell, shows} or {source, version, says}"),
    ]


def _is_whole(proof: Proof) -> bool:
    cell, source = (proof.lesson, proof.cell, proof.shows), (proof.source, proof.version, proof.says)
    return (all(cell) and not any(source)) or (all(source) and not any(cell))
