"""Whether a proof still says so, by the stored source and output of the cell that it names."""

import difflib
import re
from dataclasses import dataclass
from functools import cache

from course.interview.pool import Cell, Proof
from course.lessons import catalog
from course.tasks import cells

HEADING = re.compile(r"#+ (.+)")
LINK = re.compile(r"\[([^\]\n]+)\]\([^)\s]+\)")


@dataclass(frozen=True)
class Stored:
    """A cell as it is stored: its source, and what it printed when it last ran on a cluster ("" for prose).

    heading: the last one at its beginning or above it, by which a reader finds it; cell ids are not seen in JupyterLab.
    """

    source: str
    printed: str
    heading: str = ""


@cache
def _cells(lesson: str) -> dict[str, Stored]:
    by_id, heading = {}, ""
    for cell in cells.cells(catalog.find(lesson).slug):
        source = cells.text(cell)
        if cell["cell_type"] == "markdown" and (first := HEADING.match(source)):
            heading = first[1]
        by_id[cell["id"]] = Stored(source, cells.printed(cell), heading)
    return by_id


def stored(cell: Cell) -> Stored | None:
    """The cell, or None where its lesson has none of that id. CourseError for an unknown lesson."""
    return _cells(cell.lesson).get(cell.cell)


def nearest(cell: Cell) -> str:
    """The cells of that lesson that are called almost so, in words. CourseError for an unknown lesson."""
    near = difflib.get_close_matches(cell.cell, _cells(cell.lesson), n=5, cutoff=0.4)
    return f"Did you mean {' or '.join(near)}?" if near else "None of its cells is called almost so."


def fault(proof: Proof) -> str:
    """Why a proof does not hold, in words; "" where it does. A source is only read by people."""
    if proof.source:
        return ""
    cell = stored(Cell(proof.lesson, proof.cell))
    if cell is None:
        return f"{proof.lesson} has no cell {proof.cell}. {nearest(Cell(proof.lesson, proof.cell))}"
    if _plain(proof.shows) not in _plain(f"{cell.source}\n{cell.printed}"):
        return f"in {proof.lesson}, cell {proof.cell}, nothing says {proof.shows!r}"
    return ""


def _plain(text: str) -> str:
    """Spaces, line ends, and where a word leads do not matter."""
    return " ".join(LINK.sub(r"\1", text).split())


def where(proof: Proof) -> str:
    """A proof as a reader finds it."""
    if proof.source:
        return f"{proof.source} ({proof.version}): {proof.says}"
    return place(proof) + (f", shows: {_as_printed(proof)}" if proof.shows else "")


def _as_printed(proof: Proof) -> str:
    """The words that a proof shows, in the columns and lines in which the cell printed them."""
    cell = stored(Cell(proof.lesson, proof.cell))
    match = re.search(r"\s+".join(map(re.escape, proof.shows.split())), cell.printed) if cell else None
    lines = [re.sub(r" {2,}", " | ", line.strip()) for line in (match[0] if match else proof.shows).splitlines()]
    return " / ".join(filter(None, lines))


def place(proof: Proof) -> str:
    """The lesson's number, the heading under which the cell stands, and its id."""
    cell = stored(Cell(proof.lesson, proof.cell))
    heading = f' "{cell.heading}",' if cell and cell.heading else ""
    return f"lesson {catalog.find(proof.lesson).number:02d},{heading} cell {proof.cell}"
