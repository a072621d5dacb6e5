"""A question as it is put, and whether an answer is right: by the machine where it can, else by own ticks."""

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from course.base import dice
from course.interview import proof
from course.interview.pool import CHOICES, Cell, Proof, Question, topics

LETTERS = "abcdefghij"
NUMBER = re.compile(r"([-+]?\d+(?:[.,]\d+)?)\s*[a-z]*", re.IGNORECASE)  # a unit behind it may stay
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
FILLERS = re.compile(r"\b(?:and|then)\b|->|[\s,.;:)&+/>→]")  # what people write between letters
EMPHASIS = re.compile(r"(?<![\w*`])(\*{1,2})(\w[^*\n]*?[\w.!?])\1(?![\w*`])")
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
    """Options or items in the order in which this seed shows them.

    An option that is a letter, as the record type A is, stands at that letter: typed, it means one thing.
    """
    mixed = dice.shuffled(question.options or question.items, seed, question.slug)
    for place, letter in enumerate(LETTERS[: len(mixed)]):
        if letter.upper() in mixed:
            other = mixed.index(letter.upper())
            mixed[place], mixed[other] = mixed[other], mixed[place]
    return mixed


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
    letters = _by_text(question, seed).get(_plain(typed)) or FILLERS.sub("", typed.lower())
    wanted = {"choose-all": range(1, len(there) + 1), "order": [len(there)]}.get(question.kind, [1])
    if not letters or set(letters) - set(there) or len(set(letters)) < len(letters) or len(letters) not in wanted:
        raise NoAnswer(f"{_refusal(question, there, typed.strip(), letters)} Type {how(question, seed)}, or skip.")
    return letters if question.kind == "order" else "".join(sorted(letters))


def _by_text(question: Question, seed: int) -> dict[str, str]:
    """The letters by what is shown at them, with the letter and without: some people copy the whole line."""
    shown = list(zip(LETTERS, choices(question, seed), strict=False))
    return {_plain(typed): letter for letter, text in shown for typed in (text, f"{letter}) {text}")}


def _plain(text: str) -> str:
    return " ".join(unmarked(text).replace("`", "").casefold().rstrip(". ").split())


def _refusal(question: Question, there: str, typed: str, letters: str) -> str:
    """Why letters are no answer; of an order that is not whole, what is missing."""
    missing = [letter for letter in there if letter not in letters]
    if question.kind == "order" and len(letters) == len(there) - len(missing) > 0 and set(letters) <= set(there):
        return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing."
    return f"{typed[:40]!r} is no answer here." if typed else "Nothing was typed."


def _number(typed: str) -> str:
    """Digits, with or without a unit, or a small number as a word."""
    word = typed.strip().lower()
    if word in WORDS:
        return str(WORDS.index(word))
    if match := NUMBER.fullmatch(word):
        return f"{float(match[1].replace(',', '.')):g}"
    raise NoAnswer(f"{typed.strip()[:40]!r} is no number. Type a number in digits, or skip.")


def is_right(question: Question, seed: int, answer: str) -> bool:
    """Whether what `read` gave is right.

    Of a name neither its quotes nor its last dot nor an article matter; capitals, spaces and hyphens do where the
    question is exact. A name of a setting may come with a value, and a value with its setting.
    """
    same = _unquoted if question.exact or question.kind != "name" else _loose
    wanted = [same(one) for one in (solution(question, seed), *question.also)]
    settings = re.split(r"[=:]", answer) if question.kind == "name" and "=" not in wanted[0] else []
    return any(same(one) in wanted for one in (answer, *settings))


def _unquoted(answer: str) -> str:
    return answer.strip("`'\". ")


def _loose(answer: str) -> str:
    return re.sub(r"^(?:the|an?)\s|[\s_-]", "", _unquoted(answer).casefold())


def ticks(question: Question, typed: str) -> int:
    """How many points of the rubric were said, from their numbers; NoAnswer for a number that no point has."""
    words = re.findall(r"[^\s,;.]+", re.sub(r"\band\b", " ", typed.lower()))
    if not words:
        raise NoAnswer("Type the numbers of the points that you said, for example 1 3, or none.")
    points = {point for word in words for point in _points(word, len(question.rubric))}
    return len(points - {0})


def _points(word: str, last: int) -> Iterable[int]:
    """The points that a word means: 2, 1-3, 123 (no rubric has more than nine), 0 or none."""
    if word in ("none", "all"):
        return range(1, last + 1) if word == "all" else [0]
    span = re.fullmatch(r"([0-9])-([0-9])", word)
    points = range(int(span[1]), int(span[2]) + 1) if span else [int(digit) for digit in word if digit.isdecimal()]
    if not points or max(points) > last or not (span or len(points) == len(word)):
        raise NoAnswer(f"{word[:40]!r} is no point: 1 to {last}, for example 1 3 or 1-3, or none.")
    return points


def how(question: Question, seed: int) -> str:
    """What to type."""
    last = LETTERS[len(choices(question, seed)) - 1]
    return {
        "choose-all": f"all letters that fit, of a to {last}",
        "order": f"all letters, a to {last}, in the right order",
        "number": "a number",
        "name": "it exactly as a machine takes it: capitals count" if question.exact else "a name or a word",
    }.get(question.kind, f"one letter, a to {last}")


def head(question: Question) -> str:
    """Topic, level and kind in a line."""
    title = next(topic.title for topic in topics() if topic.slug == question.topic)
    only = f" Shown for {question.only}; elsewhere it may differ." if question.only else ""
    return f"{title}, {question.level}. {TITLES[question.kind]}.{only}"


def put(question: Question, seed: int) -> str:
    """The question with all that is needed to answer it."""
    parts = [head(question), unmarked(question.ask)]
    if question.command:
        parts.append(f"The command:\n{_indented(_command(question.command))}")
    if question.output:
        parts.append(f"The output:\n{_indented(_printed(question.output))}")
    if question.options or question.items:
        lines = zip(LETTERS, choices(question, seed), strict=False)
        parts.append("\n".join(f"{letter}) {unmarked(text)}" for letter, text in lines))
    return "\n\n".join(parts)


def _command(cell: Cell) -> str:
    stored = proof.stored(cell)
    return stored.source.removeprefix("%%bash").strip() if stored else ""


def _printed(cell: Cell) -> str:
    stored = proof.stored(cell)
    return textwrap.dedent(stored.printed).strip() if stored else ""


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def rubric(question: Question) -> str:
    """What interviewers listen for, numbered."""
    return "\n".join(f"{number}. {unmarked(point)}" for number, point in enumerate(question.rubric, 1))


def unmarked(text: str) -> str:
    """A text without the asterisks that Markdown puts around what it stresses: a terminal shows them as they are."""
    return EMPHASIS.sub(r"\2", text)


def verdict(question: Question, seed: int, answer: str) -> str:
    """Right or not, and what was right. answer: as `read` gave it, "" where it was left out."""
    if answer and question.kind != "open" and is_right(question, seed, answer):
        return "Right."
    if question.kind == "open":
        return "" if answer else "Left out."
    right = f"{'No' if answer else 'Left out'}. Right is {in_words(question, seed, solution(question, seed))}"
    return "\n".join([right, *_why_not(question, seed, answer)])


def _why_not(question: Question, seed: int, answer: str) -> list[str]:
    """What the pool says about the wrong options that were chosen."""
    reasons = {question.options[one.option]: one.why for one in question.reasons}
    shown = zip(LETTERS, choices(question, seed), strict=False)
    return [f"{letter}: {unmarked(reasons[text])}" for letter, text in shown if letter in answer and text in reasons]


def in_words(question: Question, seed: int, answer: str) -> str:
    """An answer as `read` gives it, letters with their texts; a paused run may hold letters of an older pool."""
    shown = dict(zip(LETTERS, choices(question, seed), strict=False))
    texts = "; ".join(unmarked(shown.get(letter, "?")) for letter in answer)
    return f"{answer}: {texts}" if answer and shown else answer


def explanation(question: Question, asker: str = "They ask next") -> str:
    """The answer, in short and at length, what is often said instead, what is asked next, and the proof."""
    lines = [f"In short: {unmarked(question.short)}", f"At length: {unmarked(question.deep)}"]
    if question.command:
        where = proof.where(Proof(question.command.lesson, question.command.cell))
        lines.append(f"It printed ({where}):\n{_indented(_printed(question.command))}")
    often = question.wrong.answer if question.wrong.answer[-1] in ".!?" else f"{question.wrong.answer}."
    lines.append(unmarked(f"Often said: {often} That is wrong: {question.wrong.why}"))
    lines += [f"{asker}: {unmarked(one)}" for one in question.follow_up]
    lines += [f"Proof: {unmarked(proof.where(one))}" for one in question.proof]
    return "\n".join(lines)
