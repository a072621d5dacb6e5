"""A lesson entered in the middle: the cells tagged `state` above a section make what it needs.

They are the lesson's own cells, so nothing is written twice. An exercise among them is made by its reference.
"""

from typing import Any

from course.base.errors import CourseError
from course.tasks import cells, index, verbs
from course.tasks.experiment import STATE


def above(lesson: str, section: str) -> list[dict[str, Any]]:
    """The cells above a section: the words of its heading, or the id of a cell. CourseError names the sections."""
    wanted = section.strip().casefold()
    everything = cells.cells(lesson)
    for number, cell in enumerate(everything):
        if wanted in (cell.get("id"), (heading(cell) or "").casefold()):
            return everything[:number]
    known = ", ".join(filter(None, map(heading, everything)))
    raise CourseError(f"{lesson} has no section {section!r}.", f"It has: {known}.", f'lesson.begin("{lesson}")')


def heading(cell: dict[str, Any]) -> str | None:
    """The words of a section's heading, if the cell begins one."""
    first = cells.text(cell).partition("\n")[0]
    return first[3:].strip() if cell["cell_type"] == "markdown" and first.startswith("## ") else None


def enter(lesson: str, section: str) -> list[str]:
    """Run what the section needs, in this kernel; the ids of the cells that ran."""
    made = [cell for cell in above(lesson, section) if STATE in cell["metadata"].get("tags", [])]
    namespace: dict[str, Any] = {}
    for cell in made:
        make(lesson, cell, namespace)
    return [cell["id"] for cell in made]


def make(lesson: str, cell: dict[str, Any], namespace: dict[str, Any]) -> None:
    """One cell, as it leaves the cluster and the variables."""
    if any(task.slug == cell["id"] for task in index.exercises(lesson)):
        verbs.make(cell["id"], namespace)
    else:
        cells.run(cells.text(cell), namespace)
