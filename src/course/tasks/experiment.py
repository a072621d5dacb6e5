"""Whether the experiment that a prediction is about was done: without it the cluster would be asked about nothing.

In a notebook the kernel notes each cell that ran to its end (jupyter/kernel). Where none does, nothing is demanded.
"""

from dataclasses import dataclass, field
from typing import Any

from course.tasks import cells, index
from course.tasks.task import Prediction

STATE = "state"  # the tag of cells that make what later ones need
LONGEST = 60  # characters of a cell's first line


@dataclass
class Watch:
    """What ran in this kernel. lesson: the one that was begun last; ran: ids and texts of the cells since then."""

    lesson: str = ""
    ran: set[str] = field(default_factory=set)


_watches: list[Watch] = []  # none, or the kernel's


def watch() -> None:
    """From now on `note` is called after each cell."""
    _watches[:] = [Watch()]


def begun(lesson: str) -> None:
    """What ran before a lesson was begun made nothing of what is there now."""
    for kernel in _watches:
        kernel.lesson, kernel.ran = lesson, set()


def note(cell: str | None, text: str) -> None:
    """A cell ran to its end. cell: its id, where the notebook's page says it: nbval does not."""
    for kernel in _watches:
        kernel.ran |= {cell or "", text.strip()}


def undone(prediction: Prediction) -> str:
    """The first cell above the comparison that did not run to its end since lesson.begin, in words; "" where all did.

    These count: cells tagged `state`, and those between the question and the comparison. A lesson that was not begun
    in this kernel may have been begun in another: then nobody knows.
    """
    ran = next((kernel.ran for kernel in _watches if kernel.lesson == prediction.lesson), None)
    if ran is None:
        return ""
    return next(
        (_words(cell) for cell in _experiment(prediction) if not {cell["id"], cells.text(cell).strip()} & ran), ""
    )


def _experiment(prediction: Prediction) -> list[dict[str, Any]]:
    everything = cells.cells(prediction.lesson)
    ids = [cell["id"] for cell in everything]
    tasks = {task.slug for task in index.of_lesson(prediction.lesson)}  # these may be left out
    asked, compared = ids.index(prediction.slug), ids.index(f"{prediction.slug}-reveal")
    return [
        cell
        for number, cell in enumerate(everything[:compared])
        if cell["cell_type"] == "code"
        and cell["id"].removesuffix("-reveal") not in tasks
        and (number > asked or STATE in cell["metadata"].get("tags", []))
    ]


def _words(cell: dict[str, Any]) -> str:
    lines = cells.text(cell).splitlines()
    first = next(line for line in lines if line.strip() and not line.startswith("%%"))
    return f"the cell that begins with: {first[:LONGEST]}"
