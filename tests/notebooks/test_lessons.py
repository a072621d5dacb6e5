"""nbval on every lesson: top to bottom, on a real cluster, twice in a row, each stored output compared."""

from collections.abc import Callable
from pathlib import Path

import pytest

from course.dev.nbval import code_cells, nbval
from course.lessons import catalog

# Both turns of a lesson in one worker: the second one finds what the first one left.
LESSONS = [pytest.param(lesson.slug, id=f"@lesson {lesson.slug}") for lesson in catalog.lessons()]


@pytest.mark.parametrize("slug", LESSONS)
@pytest.mark.parametrize("turn", ["first run", "second run"])
def test_lesson(cluster: None, slug: str, turn: str, tmp_path: Path, proves: Callable[..., None]) -> None:
    path = catalog.find(slug).notebook
    run = nbval(path, tmp_path / "report.xml")
    assert run.failed == 0, run.output[-6000:]
    assert run.collected == len(code_cells(path)) > 0
    proves("lesson runs")
    proves("cells", run.collected)
