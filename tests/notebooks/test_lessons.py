"""nbval on every lesson: top to bottom, on a real cluster, each stored output compared; then once more.

The second run finds what the first one left. That, and the lesson that makes a second cluster, which takes as long as
four others, are in `./course test --all`.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from course.dev.nbval import code_cells, nbval
from course.kube import kubectl
from course.lessons import begin, catalog
from course.provision import parts
from course.tasks import stage
from tests import daily, second

SLUGS = [lesson.slug for lesson in catalog.lessons()]
TODAY = [slug for slug in SLUGS if slug != second.LESSON]
# Both turns of a lesson in one worker.
RUNS = [
    *daily.params(SLUGS, TODAY, "first run @lesson {}"),
    *daily.params(SLUGS, [], "second run @lesson {}"),
]


@pytest.mark.parametrize("slug", RUNS)
def test_lesson(whole_set_up: None, slug: str, tmp_path: Path, proves: Callable[..., None]) -> None:
    lesson = catalog.find(slug)
    for part in lesson.parts:  # before: what making it says is no part of the lesson
        parts.make(part)
    end_others(slug)
    path = lesson.notebook
    with second.cluster(slug == second.LESSON):
        run = nbval(path, tmp_path / "report.xml")
    assert run.failed == 0, run.output[-6000:]
    assert run.collected == len(code_cells(path)) > 0
    proves("lesson runs")
    proves("cells", run.collected)


def end_others(slug: str) -> None:
    """End the Pods that tests of other lessons left: they ask DNS, too, and some lessons count questions.

    Where a namespace is being removed no new ones come; that it is gone is waited for by whoever makes it again.
    """
    theirs = ("-l", f"{begin.LABEL},{begin.LABEL}!={slug}", "-o", "jsonpath={.items[*].metadata.name}")
    names = kubectl.output("get", "namespaces", *theirs).split()
    if names:
        kubectl.output("delete", "namespace", *names, "--ignore-not-found", "--wait=false")
    for name in names:
        gone = ("--all", "--now", f"--timeout={stage.GONE_WITHIN}s")
        kubectl.output("delete", "pods", *gone, "-n", name, timeout=stage.GONE_WITHIN + 10)
