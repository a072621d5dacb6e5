"""A lesson can be entered in the middle: one call makes what a section needs, and all cells from there on are green.

One lesson at one section near its middle; each section of each lesson in `./course test --all`.
"""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from course.dev import generated
from course.dev.nbval import code_cells, nbval
from course.lessons import catalog, middle
from course.tasks import cells, experiment
from tests import daily, second

COUNTING = (generated.END, "paths")  # these tell what was done above, too


def sections(lesson: str) -> list[str]:
    """The ids of the cells that begin a section which makes something, but for the first: there is nothing above it."""
    everything = cells.cells(lesson)
    starts = [number for number, cell in enumerate(everything) if middle.heading(cell)]
    ends = [*starts[1:], len(everything)]
    with_code = [
        everything[start]["id"]
        for start, end in zip(starts, ends, strict=True)
        if any(cell["cell_type"] == "code" for cell in everything[start:end])
    ]
    return with_code[1:-1]  # the last one cleans up


TAGGED = [
    lesson.slug
    for lesson in catalog.lessons()
    if any(experiment.STATE in cell["metadata"].get("tags", []) for cell in cells.cells(lesson.slug))
]
TODAY = daily.share(TAGGED, at=6, of=len(TAGGED))


def entries(lesson: str) -> list[pytest.ParameterSet]:
    """Each section of a lesson; in an ordinary run the middle one of today's lesson."""
    names = sections(lesson)
    today = [names[len(names) // 2]] if lesson in TODAY else []
    return [
        pytest.param(lesson, name, id=f"{name} @middle of {lesson}", marks=[] if name in today else [daily.WEEKLY])
        for name in names
    ]


ENTRIES = [entry for lesson in TAGGED for entry in entries(lesson)]


def test_there_are_lessons_to_enter() -> None:
    assert ENTRIES


@pytest.mark.parametrize(("slug", "section"), ENTRIES)
def test_from_here_on(cluster: None, slug: str, section: str, tmp_path: Path, proves: Callable[..., None]) -> None:
    notebook = nbformat.read(catalog.find(slug).notebook, as_version=4)  # type: ignore[no-untyped-call]
    place = next(number for number, cell in enumerate(notebook.cells) if cell.id == section)
    entry = nbformat.v4.new_code_cell(  # type: ignore[no-untyped-call]
        f'from course import lesson\n\nlesson.begin("{slug}", upto="{section}")',
        id="entry",
        execution_count=1,
        metadata={"tags": ["nbval-ignore-output"]},
    )
    notebook.cells = [entry, *(cell for cell in notebook.cells[place:] if cell.id not in COUNTING)]
    path = tmp_path / "middle.ipynb"
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    with second.cluster(slug == second.LESSON):
        run = nbval(path, tmp_path / "report.xml")
    assert run.failed == 0, run.output[-6000:]
    assert run.collected == len(code_cells(path))
    proves("lessons entered in the middle")
