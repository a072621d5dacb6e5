"""A prediction is compared only with what was done: not with a cell that did not run, and not with nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from course.jupyter import kernel
from course.kube import kubectl
from course.tasks import cells, experiment, index, probe, progress, stage, verbs
from course.tasks.probe import Probe
from course.tasks.task import Exercise, Prediction

LESSON = "first_externalname"
SLICES = verbs.prediction("slices-of-an-alias")
ABOVE = ["client", "create"]  # tagged `state`
OWN = "no-slices"  # between the question and the comparison


@pytest.fixture(autouse=True)
def own_kernel(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(progress, "FOLDER", tmp_path)
    experiment.watch()
    yield
    experiment._watches.clear()


def ran(*names: str) -> None:
    for name in names:
        experiment.note(name, "")


def test_the_first_cell_that_did_not_run_is_named() -> None:
    experiment.begun(LESSON)
    assert (
        experiment.undone(SLICES) == "the cell that begins with: " + cells.source(LESSON, "client").splitlines()[1][:60]
    )
    ran(*ABOVE)
    assert "kubectl get endpointslices" in experiment.undone(SLICES)
    with pytest.raises(verbs.CannotCheck, match="cannot be compared yet") as caught:
        verbs.reveal(SLICES.slug)
    assert "kubectl get endpointslices" in caught.value.why and caught.value.next.startswith("Run the cells above")
    ran(OWN)
    assert experiment.undone(SLICES) == ""


def test_what_ran_before_the_lesson_was_begun_does_not_count() -> None:
    experiment.begun(LESSON)
    ran(*ABOVE, OWN)
    experiment.begun(LESSON)
    assert experiment.undone(SLICES)


def test_a_cell_is_known_by_its_text_too() -> None:
    """nbval names no cells, and `lesson.begin(..., upto=...)` runs them by their text."""
    experiment.begun(LESSON)
    for name in (*ABOVE, OWN):
        experiment.note(None, cells.source(LESSON, name))
    assert experiment.undone(SLICES) == ""


def test_where_nobody_notes_nothing_is_demanded() -> None:
    assert experiment.undone(SLICES) == "", "the lesson was begun in another kernel"
    experiment.begun("across_namespaces")
    assert experiment.undone(SLICES) == ""
    experiment._watches.clear()
    experiment.begun(LESSON)
    assert experiment.undone(SLICES) == ""


@pytest.mark.parametrize("lesson", index.lessons())
def test_each_prediction_can_be_compared_after_its_lesson_ran(lesson: str) -> None:
    """With no exercise solved and no question answered."""
    asked = {f"{task.slug}-reveal": task for task in index.predictions(lesson)}
    left_out = {task.slug for task in index.of_lesson(lesson)}
    experiment.begun(lesson)
    for cell in cells.cells(lesson):
        if task := asked.get(cell["id"]):
            assert experiment._experiment(task), "what it is about is between the question and the comparison"
            assert experiment.undone(task) == ""
        elif cell["id"] not in left_out:
            ran(cell["id"])


def test_a_kernel_notes_what_ran_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "use_environment", lambda: None)
    monkeypatch.setattr(kernel, "advise", lambda result: None)
    shell = InteractiveShell()  # type: ignore[no-untyped-call]
    kernel.install(shell)
    experiment.begun(LESSON)
    shell.run_cell("good = 1", cell_id="of-the-page")  # type: ignore[no-untyped-call]
    shell.run_cell("good = 1 / 0", cell_id="failed")  # type: ignore[no-untyped-call]
    assert experiment._watches[0].ran >= {"good = 1", "of-the-page"}
    assert "failed" not in experiment._watches[0].ran


@pytest.mark.parametrize(
    ("cell", "seen", "unseen"),
    [
        ("%%bash\necho its own words\nexit 3", ["ended with exit code 3"], ["run_cell_magic", "Command 'b"]),
        ("import json\njson.loads('{')", ["json.loads('{')", "JSONDecodeError"], ["decoder.py", "raw_decode"]),
        ("def deep():\n    nowhere\ndeep()", ["deep()", "NameError"], []),
    ],
)
def test_a_failure_shows_the_lines_of_cells_alone(
    cell: str, seen: list[str], unseen: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(kernel, "use_environment", lambda: None)
    shell = InteractiveShell(colors="nocolor")  # type: ignore[no-untyped-call]
    kernel.install(shell)
    result = shell.run_cell(cell)  # type: ignore[no-untyped-call]
    said = capsys.readouterr().out
    assert result.error_in_exec is not None  # so "Run All" ends there
    assert all(word in said for word in seen), said
    assert not any(word in said for word in unseen), said


def asked(monkeypatch: pytest.MonkeyPatch, says: str, maker: str | None = "x", **more: Any) -> verbs.Verdict:
    """Reveal a prediction of lesson x whose question is answered so; maker: the lesson that made its namespace."""
    asks = Probe("", "run", "", says)
    task = Prediction(slug="p", lesson="x", asks=asks, **more)
    monkeypatch.setattr(index, "find", lambda slug, kind="": task)
    monkeypatch.setattr(stage, "lesson_of", lambda namespace: maker)
    return verbs.reveal("p")


def test_an_answer_that_is_none_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    choice: dict[str, Any] = {"options": {"CNAME": "alias", "": "nothing"}, "reads": lambda reply: reply.text}
    number: dict[str, Any] = {"near": 0, "reads": lambda reply: float(reply.text.split()[0])}
    line: dict[str, Any] = {"reads": lambda reply: reply.text}
    for says, more in (("A", choice), ("", number), ("many", number), ("  ", line)):
        with pytest.raises(verbs.CannotCheck, match="cannot be compared yet") as caught:
            asked(monkeypatch, says, **more)
        assert "none of the answers" in caught.value.why
    assert asked(monkeypatch, "CNAME", **choice).seen == "alias"
    assert asked(monkeypatch, "", **choice).seen == "nothing", "where that is an option, it is an answer"
    assert asked(monkeypatch, "0", **number).seen == "0"
    assert asked(monkeypatch, "two words", **line).seen == "two words"


def test_nothing_is_asked_of_a_namespace_that_is_not_the_lessons(monkeypatch: pytest.MonkeyPatch) -> None:
    number: dict[str, Any] = {"near": 0, "reads": lambda reply: float(reply.text)}
    for maker in (None, "another_lesson"):
        with pytest.raises(verbs.CannotCheck, match="cannot be compared yet") as caught:
            asked(monkeypatch, "0", maker, **number)
        assert "namespace" in caught.value.why
    assert asked(monkeypatch, "1", "", **number).seen == "1", "of no lesson: the cluster's own"


def test_a_pod_that_is_not_there_is_no_matter_for_the_doctor(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(probes: object) -> None:
        raise probe.Unreachable("The Pod x/client cannot be used.", 'pods "client" not found', "./course doctor")

    monkeypatch.setattr(probe, "run", unreachable)
    monkeypatch.setattr(kubectl, "require_ready", lambda: None)
    with pytest.raises(verbs.CannotCheck, match="cannot be compared yet") as caught:
        asked(monkeypatch, "", reads=str)
    assert "not found" in caught.value.why and "doctor" not in caught.value.next


def test_exercises_may_be_left_out() -> None:
    assert not any(
        isinstance(task, Exercise) and task.slug in {cell["id"] for cell in experiment._experiment(SLICES)}
        for task in index.of_lesson(LESSON)
    )
