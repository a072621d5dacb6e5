"""Each correction of a common claim is shown by a cell that ran: notebooks/corrections.toml is the list."""

import json

import pytest

from course.dev.corrections import Correction, corrections
from course.dev.nbval import NOT_COMPARED, code_cells, tags
from course.lessons import catalog

NUMBERS = range(1, 49)  # 17 points in which common articles go wrong, then those of this course
ROWS = corrections()


def test_every_correction_has_a_cell() -> None:
    missing = sorted(set(NUMBERS) - {row.number for row in ROWS})
    assert not missing, f"no cell shows correction {missing}: add rows to notebooks/corrections.toml"
    assert {row.number for row in ROWS} == set(NUMBERS)
    assert len({(row.number, row.lesson, row.cell) for row in ROWS}) == len(ROWS), "the same row twice"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number}-{row.lesson}-{row.cell}")
def test_the_cell_is_there_and_was_executed(row: Correction) -> None:
    assert row.claim and row.truth and row.claim != row.truth
    path = catalog.find(row.lesson).notebook
    assert path.exists(), f"there is no lesson {row.lesson}"
    matches = [cell for cell in code_cells(path) if cell["id"] == row.cell]
    ids = [cell["id"] for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    assert matches, f"{row.lesson} has no code cell {row.cell}; it has {', '.join(ids)}"
    assert matches[0]["execution_count"] and matches[0]["outputs"], "the cell was not executed, or printed nothing"
    assert not tags(matches[0]) & NOT_COMPARED, "the cell that shows it must be compared"
