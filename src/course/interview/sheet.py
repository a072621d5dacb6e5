"""The printable page: ExternalName in ten sentences, error words and their causes, and which Service to choose.

Sentences and error words stand in interview/sheet.toml, each with the cell that shows it. The decision table is the one
of lesson without_selector, taken from its notebook.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from course.base import advice, toml
from course.base.errors import CourseError
from course.interview import pool, proof, web
from course.interview.pool import Cell, Proof
from course.lessons import catalog

MANIFEST = pool.FOLDER / "sheet.toml"
DECISION = Cell("without_selector", "decide")
TITLE = "ExternalName on one page"


@dataclass(frozen=True)
class Sentence:
    """One sentence, and what shows it."""

    says: str
    proof: tuple[Proof, ...]


@dataclass(frozen=True)
class Words:
    """The words of an error as a program prints them, what is behind them, and what shows it."""

    words: str
    cause: str
    proof: tuple[Proof, ...]


@dataclass(frozen=True)
class Sheet:
    """What the page says."""

    sentence: tuple[Sentence, ...]
    words: tuple[Words, ...]


@cache
def sheet() -> Sheet:
    """The page's own list; CourseError for a mistake in it."""
    data: dict[str, Any] = toml.load(MANIFEST)
    return toml.fill(MANIFEST, "it", data, Sheet)


def decision() -> list[list[str]]:
    """The rows of the lesson's decision table, its head first, as plain text: links keep their label."""
    stored = proof.stored(DECISION)
    lines = [line for line in stored.source.splitlines() if line.startswith("|")] if stored else []
    if len(lines) < 3:
        raise CourseError(f"Lesson {DECISION.lesson} has no table in its cell {DECISION.cell}.")
    return [[_plain(cell) for cell in line.strip("|").split("|")] for line in (lines[0], *lines[2:])]


def _plain(markdown: str) -> str:
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown).replace("`", "").strip()


def _where(proofs: Iterable[Proof]) -> str:
    return "; ".join(
        f"{one.source} {one.version}"
        if one.source
        else f"lesson {catalog.find(one.lesson).number:02d}, cell {one.cell}"
        for one in proofs
    )


def text() -> str:
    """The ten sentences and the error words as lines of text; the decision table is too wide for a terminal."""
    made = sheet()
    sentences = [f"{number}. {one.says} ({_where(one.proof)})" for number, one in enumerate(made.sentence, 1)]
    words = [f"- {one.words}: {one.cause} ({_where(one.proof)})" for one in made.words]
    onward = advice.for_here("With a decision table, to print:  ./course interview page page.html")
    return "\n".join([f"== {TITLE}", "", *sentences, "", "Error words and their causes:", "", *words, "", onward])


def html() -> str:
    """The page as one HTML file."""
    made, table = sheet(), decision()
    sentences = "\n".join(
        f"<li>{escape(one.says)} <small>({escape(_where(one.proof))})</small></li>" for one in made.sentence
    )
    words = [(one.words, one.cause, _where(one.proof)) for one in made.words]
    lesson = catalog.find(DECISION.lesson)
    return web.document(
        TITLE,
        [
            f"<h2>In ten sentences</h2>\n<ol>\n{sentences}\n</ol>",
            "<h2>Error words and their causes</h2>",
            web.table(("The program says", "Look for", "Shown in"), words),
            f"<h2>Which one?</h2>\n<p>From lesson {lesson.number:02d}; a number is a lesson, a word its cell.</p>",
            web.table(table[0], table[1:]),
        ],
    )
