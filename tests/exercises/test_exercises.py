"""Every exercise of every lesson, three ways, on the real cluster; one stage a lesson, made by its `state` cells.

The starter fails as the lesson's file says, each wrong answer is in force and fails for its own reason, the reference
in the notebook passes, and each other right answer; and no check could be replaced by `always true` unseen. Each eighth
lesson's in an ordinary run, where the run of each lesson but `elsewhere` shows that the reference of each exercise
passes; all with `./course test --all`.
"""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from course import lesson as face
from course.base import shell
from course.base.waiting import until
from course.kube import kubectl
from course.lessons import begin, middle
from course.lessons.catalog import find
from course.tasks import cells, checks, experiment, index, progress, verbs
from course.tasks.task import Exercise
from tests import daily, second
from tests.labs import judging
from tests.labs.judging import Evidence, Expected

SETTLES_WITHIN = 240.0  # seconds until what a cell did is seen by all Pods, on a machine that runs other clusters, too
TODAY = daily.share(index.lessons(), at=4, of=8)
LESSONS = daily.params(index.lessons(), TODAY, "@exercises {}")


@pytest.fixture(autouse=True)
def own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FOLDER", tmp_path)


@pytest.mark.parametrize("slug", LESSONS)
def test_exercises(cluster: None, slug: str, proves: Callable[..., None], request: pytest.FixtureRequest) -> None:
    begin.begin(slug)
    # Else the clients of lesson 05 write all through the tests that come after it.
    request.addfinalizer(lambda: kubectl.output("delete", "--wait=false", "namespace", *find(slug).namespaces))
    namespace: dict[str, Any] = {"lesson": face}
    exercises = {exercise.slug: exercise for exercise in index.exercises(slug)}
    with second.cluster(slug == second.LESSON):
        for cell in cells.cells(slug):
            if exercise := exercises.get(cell["id"]):
                prove(exercise, namespace)
                proves("exercises")
                proves("exercises' wrong answers", len(exercise.wrong))
            elif experiment.STATE in cell["metadata"].get("tags", []):
                middle.make(slug, cell, namespace)


def prove(exercise: Exercise, namespace: dict[str, Any]) -> None:
    """Starter, wrong answers, other right ones, reference; the lesson goes on from the reference."""
    fresh = Expected("fresh", frozenset(exercise.fresh), exercise.fresh)
    evidence = [shows(exercise, cells.STARTER, fresh, namespace)]
    for name, wrong in exercise.wrong.items():
        evidence.append(shows(exercise, wrong.cell, judging.wrong(exercise, name), namespace, wrong.in_force))
    for answer in (*exercise.right.values(), cells.answer(exercise.source)):
        evidence.append(shows(exercise, answer, judging.solved(), namespace))
    assert judging.mistaken(evidence) == []
    assert judging.cannot_fail(evidence) == []


def shows(
    exercise: Exercise, answer: str, expected: Expected, namespace: dict[str, Any], in_force: str = ""
) -> Evidence:
    """From the exercise's beginning, with this answer between the marks: its report is as expected.

    A failure gives its reason, and an answer that is handed in moves nothing in the cluster: one report tells. A pass
    that the cluster gives must hold: two in a row.
    """
    verbs.start(exercise.slug)
    cells.run(cells.with_answer(exercise.source, answer), namespace)
    if in_force:
        until(
            lambda: shell.run(["bash", "-ec", in_force]).returncode == 0,
            seconds=SETTLES_WITHIN,
            what=f"{expected.state} being in force",
        )
    given = handed_in(exercise, namespace)
    wanted = [True] if expected.says or given is not None else [True, True]
    agreed: list[bool] = []

    def holds(report: checks.Report) -> bool:
        agreed.append(not judging.complaints(report, expected))
        return agreed[-len(wanted) :] == wanted

    report = verbs.settled(exercise, holds, SETTLES_WITHIN, given)
    said = f"{exercise.slug}, {expected.state}: {'; '.join(judging.complaints(report, expected))}\n{report.text()}"
    assert agreed[-len(wanted) :] == wanted, said
    return Evidence(expected, report)


def handed_in(exercise: Exercise, namespace: dict[str, Any]) -> object:
    """What the exercise's check cell hands over, in the words of that cell; None where it hands over nothing."""
    call = ast.parse(cells.source(exercise.lesson, f"{exercise.slug}-check")).body[-1]
    assert isinstance(call, ast.Expr) and isinstance(call.value, ast.Call)
    handed = [ast.unparse(argument) for argument in call.value.args[1:]]
    return eval(handed[0], namespace) if handed else None  # noqa: S307  # a cell of our own notebooks
