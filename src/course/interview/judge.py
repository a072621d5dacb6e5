"""A question as it is put, and whether an answer is right: by the machine where it can, else by own ticks."""

import re
from dataclasses import dataclass

from course.base import dice
from course.interview import proof
from course.interview.pool import CHOICES, Cell, Proof, Question, topics

LETTERS = "abcdefghij"
HOW = {
    "choose-all": "all letters that fit, for example ac",
    "order": "all letters in the right order, for example cab",
    "number": "a number",
    "name": "a name or a word",
}
SPOKEN = ("open", "design")  # what is said is ticked by the learner
TITLES = {
    "choose": "Choose one",
    "choose-all": "Choose all that fit",
    "order": "Put in order",
    "number": "A number",
    "name": "A name",
    "predict": "Predict the output",
    "debug": "Find the cause",
    "design": "Choose and defend",
    "open": "Say it aloud",
    "do": "Do it",
}


class NoAnswer(ValueError):
    """What was typed is no answer to this question; its text says what would be one."""


@dataclass(frozen=True)
class Result:
    """What came of one question.

    right: the machine's verdict, None where it has none. said, points: ticks of the rubric by the learner, and how many
    there are; 0 of 0 where nothing was to be said. seconds: until the answer. hints: read in a live task.
    """

    slug: str
    right: bool | None
    said: int = 0
    points: int = 0
    seconds: float = 0.0
    hints: int = 0

    @property
    def missed(self) -> bool:
        """Wrong, or less than half of what interviewers listen for."""
        return self.right is False or (self.points > 0 and self.said * 2 < self.points)


def choices(question: Question, seed: int) -> list[str]:
    """Options or items in the order in which this seed shows them."""
    return dice.shuffled(question.options or question.items, seed, question.slug)


def _letters(question: Question, seed: int, wanted: list[str]) -> str:
    return "".join(LETTERS[choices(question, seed).index(text)] for text in wanted)


def solution(question: Question, seed: int) -> str:
    """The right answer as it would be typed; "" for what no machine judges."""
    if question.kind in CHOICES:
        return "".join(sorted(_letters(question, seed, [question.options[place] for place in question.right])))
    if question.kind == "order":
        return _letters(question, seed, list(question.items))
    return f"{question.answer:g}" if isinstance(question.answer, float) else question.answer


def read(question: Question, seed: int, typed: str) -> str:
    """An answer in the form of `solution`, however it was typed; NoAnswer for what cannot be one."""
    if question.kind == "number":
        return _number(typed)
    if question.kind == "name":
        if not typed.strip():
            raise NoAnswer("Nothing was typed. Type a name or a word, or skip.")
        return " ".join(typed.split())
    there = LETTERS[: len(choices(question, seed))]
    letters = re.sub(r"[\s,.;)]", "", typed.lower())
    wanted = {"choose-all": range(1, len(there) + 1), "order": [len(there)]}.get(question.kind, [1])
    if not letters or set(letters) - set(there) or len(set(letters)) < len(letters) or len(letters) not in wanted:
        said = f"{typed.strip()[:40]!r} is no answer here." if typed.strip() else "Nothing was typed."
        raise NoAnswer(f"{said} Type {how(question, seed)}, or skip.")
    return letters if question.kind == "order" else "".join(sorted(letters))


def _number(typed: str) -> str:
    try:
        return f"{float(typed.strip().replace(',', '.')):g}"
    except ValueError:
        raise NoAnswer(f"{typed.strip()[:40]!r} is no number. Type a number alone, for example 5, or skip.") from None


def is_right(question: Question, seed: int, answer: str) -> bool:
    """Whether what `read` gave is right. Capitals, quotes around a name and its last dot do not matter."""
    return _plain(answer) in map(_plain, (solution(question, seed), *question.also))


def _plain(answer: str) -> str:
    return answer.casefold().strip("`'\". ")


def ticks(question: Question, typed: str) -> int:
    """How many points of the rubric were said, from their numbers; NoAnswer for a number that no point has."""
    words = re.findall(r"[^\s,;.]+", typed)
    if not words:
        raise NoAnswer("Type the numbers of the points that you said, for example 1 3, or 0 for none.")
    strange = [word for word in words if not word.isdecimal() or int(word) > len(question.rubric)]
    if strange:
        raise NoAnswer(f"{strange[0][:40]!r} is no point: 1 to {len(question.rubric)}, for example 1 3, or 0 for none.")
    return len({int(word) for word in words} - {0})


def how(question: Question, seed: int) -> str:
    """What to type."""
    if question.kind in HOW:
        return HOW[question.kind]
    return f"one letter, a to {LETTERS[len(choices(question, seed)) - 1]}"


def head(question: Question) -> str:
    """Topic, level and kind in a line."""
    title = next(topic.title for topic in topics() if topic.slug == question.topic)
    only = f" True of {question.only} only." if question.only else ""
    return f"{title}, {question.level}. {TITLES[question.kind]}.{only}"


def put(question: Question, seed: int) -> str:
    """The question with all that is needed to answer it."""
    parts = [head(question), question.ask]
    if question.command:
        parts.append(f"The command:\n{_indented(_command(question.command))}")
    if question.output:
        parts.append(f"The output:\n{_indented(_printed(question.output))}")
    if question.options or question.items:
        lines = zip(LETTERS, choices(question, seed), strict=False)
        parts.append("\n".join(f"{letter}) {text}" for letter, text in lines))
    return "\n\n".join(parts)


def _command(cell: Cell) -> str:
    found = proof.stored(cell)
    return found.source.removeprefix("%%bash").strip() if found else ""


def _printed(cell: Cell) -> str:
    found = proof.stored(cell)
    return found.printed.strip() if found else ""


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def rubric(question: Question) -> str:
    """What interviewers listen for, numbered."""
    return "\n".join(f"{number}. {point}" for number, point in enumerate(question.rubric, 1))


def verdict(question: Question, seed: int, answer: str) -> str:
    """Right or not, and what was right. answer: as `read` gave it, "" where it was left out."""
    if answer and question.kind != "open" and is_right(question, seed, answer):
        return "Right."
    if question.kind == "open":
        return "" if answer else "Left out."
    return f"{'No' if answer else 'Left out'}. Right is {in_words(question, seed, solution(question, seed))}"


def in_words(question: Question, seed: int, answer: str) -> str:
    """An answer as `read` gives it, letters with their texts; a paused run may hold letters of an older pool."""
    shown = dict(zip(LETTERS, choices(question, seed), strict=False))
    return f"{answer}: {'; '.join(shown.get(letter, '?') for letter in answer)}" if answer and shown else answer


def explanation(question: Question, asker: str = "They ask next") -> str:
    """The answer, in short and at length, what is often said instead, what is asked next, and the proof."""
    lines = [f"In short: {question.short}", f"At length: {question.deep}"]
    if question.command:
        where = proof.where(Proof(question.command.lesson, question.command.cell))
        lines.append(f"It printed ({where}):\n{_indented(_printed(question.command))}")
    often = question.wrong.answer if question.wrong.answer[-1] in ".!?" else f"{question.wrong.answer}."
    lines.append(f"Often said: {often} That is wrong: {question.wrong.why}")
    lines += [f"{asker}: {one}" for one in question.follow_up]
    lines += [f"Proof: {proof.where(one)}" for one in question.proof]
    return "\n".join(lines)
