"""nbval on every lesson: top to bottom, on the real cluster, twice in a row, each stored output compared."""

from pathlib import Path

import pytest

from course.lessons import catalog
from tests.notebooks.harness import code_cells, nbval

SLUGS = [lesson.slug for lesson in catalog.lessons()]


@pytest.mark.cluster
@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("turn", ["first run", "second run"])
def test_lesson(cluster: None, slug: str, turn: str, tmp_path: Path) -> None:
    path = catalog.find(slug).notebook
    run = nbval(path, tmp_path / "report.xml")
    assert run.failed == 0, run.output[-6000:]
    assert run.collected == len(code_cells(path)) > 0
