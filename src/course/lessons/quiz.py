"""A small quiz in plain text: questions from notebooks/quiz.toml, your letters, and why each is right or wrong."""

from dataclasses import dataclass
from functools import cache

from course.base import paths, toml
from course.base.errors import CourseError

BANK = paths.NOTEBOOKS / "quiz.toml"
LETTERS = "abcd"


@dataclass(frozen=True)
class Question:
    """One question; `right` is the letter of the right option, `lesson` the slug of the lesson that proves it."""

    text: str
    options: list[str]
    right: str
    why: str
    lesson: str


@cache
def bank() -> list[Question]:
    """All questions in order."""
    return toml.entries(BANK, "question", Question)


def text() -> str:
    """All questions with their options."""
    lines = []
    for number, question in enumerate(bank(), 1):
        options = zip(LETTERS, question.options, strict=False)
        lines += [f"{number}. {question.text}", *(f"   {letter}) {option}" for letter, option in options)]
    return "\n".join(lines)


def show() -> None:
    """Print all questions with their options."""
    print(text())


def check(answers: str) -> int:
    """Print a verdict for each letter of `answers`, first letter for question 1 and so on; returns how many are right.

    A `-` leaves a question out. CourseError for what is no letter, or more letters than questions.
    """
    questions = bank()
    letters = answers.replace(" ", "").lower()
    if len(letters) > len(questions) or not set(letters) <= set(LETTERS + "-"):
        advice = f'quiz.check("bca"): one of {LETTERS} for each of the {len(questions)} questions, - to leave one out.'
        raise CourseError(f"{answers!r} cannot be checked.", "", advice)
    for number, (letter, question) in enumerate(zip(letters, questions, strict=False), 1):
        if letter != "-":
            print(_verdict(number, letter, question))
    right = sum(letter == question.right for letter, question in zip(letters, questions, strict=False))
    print(f"{right} right, {len(letters.replace('-', '')) - right} wrong, of {len(questions)} questions.")
    return right


def _verdict(number: int, letter: str, question: Question) -> str:
    if letter == question.right:
        return f"{number}. {letter}: right. {question.why}"
    return f"{number}. {letter}: no. {question.why} (lesson {question.lesson})"
