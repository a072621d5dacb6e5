"""What a lesson asks of the learner, without a cluster: its files, its cells, its words, and what can be done wrong."""

import html
import json
import re
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from course.base import paths
from course.base.errors import CourseError
from course.cli import app
from course.dev.nbval import code_cells, source, texts
from course.jupyter import prediction as asking
from course.kube import kubectl
from course.lessons import catalog, middle, way, workspace
from course.tasks import catalog as labs
from course.tasks import cells, checks, index, progress, stage, verbs
from course.tasks.task import Exercise, Prediction

QUIZ = {"interview"}  # what it asks are questions, in a quiz
SLUGS = [lesson.slug for lesson in catalog.lessons()]
EXERCISES = [task for lesson in index.lessons() for task in index.exercises(lesson)]
PREDICTIONS = [task for lesson in index.lessons() for task in index.predictions(lesson)]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(progress, "FOLDER", tmp_path)
    return tmp_path


@pytest.mark.parametrize("slug", SLUGS)
def test_no_lesson_is_without_a_task(slug: str) -> None:
    if slug in QUIZ:
        assert f'quiz.check("{slug}"' in cells.source(slug, "quiz-check")
    else:
        assert index.exercises(slug)


@pytest.mark.parametrize("slug", SLUGS)
def test_each_lesson_ends_with_a_lab_and_the_next_lesson(slug: str) -> None:
    ending = cells.source(slug, "onward")
    practice = labs.practice(slug)
    assert practice and all(f"](../labs/{lab.slug}/{lab.notebook.name})" in ending for lab in practice)
    after = catalog.after(catalog.find(slug))
    assert (
        f"**Next** lesson [{after.number:02d} {after.title}]({after.notebook.name})" if after else "course interview"
    ) in ending
    assert [cell["id"] for cell in cells.cells(slug)[-2:]] == ["end", "onward"], "one says it of this learner"


def test_each_file_of_tasks_is_of_a_lesson_and_each_slug_is_given_once() -> None:
    assert set(index.lessons()) <= set(SLUGS)
    slugs = [lab.slug for lab in labs.labs()] + [task.slug for task in [*EXERCISES, *PREDICTIONS]]
    assert sorted(set(slugs)) == sorted(slugs)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda task: task.slug)
def test_an_exercise_is_whole(exercise: Exercise) -> None:
    ids = [cell["id"] for cell in cells.cells(exercise.lesson)]
    place = ids.index(exercise.slug)
    assert ids[place + 1] == f"{exercise.slug}-check"
    assert f'lesson.check("{exercise.slug}"' in cells.source(exercise.lesson, ids[place + 1])
    goal = exercise.text
    assert goal.startswith("## Your turn: ") and "lesson.hint" in goal and "lesson.solution" in goal
    assert cells.answer(exercise.source), "the reference stands between the marks"
    assert cells.STARTER in cells.with_answer(exercise.source)
    names = {check.name for check in exercise.checks()}
    assert set(exercise.fresh) <= names and exercise.fresh and len(exercise.hints) == 3 and exercise.wrong
    for wrong in exercise.wrong.values():
        assert set(wrong.fails) <= names and set(wrong.says) <= set(wrong.fails) and wrong.says
    assert all(hint.strip() for hint in (*exercise.hints, exercise.why, exercise.title))


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda task: task.slug)
def test_the_stored_report_is_of_the_checks_of_now(exercise: Exercise) -> None:
    """Else `course dev author` is due; the run of the lesson would say so an hour later."""
    cell = next(cell for cell in cells.cells(exercise.lesson) if cell["id"] == f"{exercise.slug}-check")
    stored = "".join(text for output in cell["outputs"] for text in output.get("text", ""))
    assert re.findall(r"^\[pass\] ([^:]+):", stored, re.MULTILINE) == [check.name for check in exercise.checks()]


@pytest.mark.parametrize("task", PREDICTIONS, ids=lambda task: task.slug)
def test_a_prediction_is_asked_before_and_compared_after(task: Prediction) -> None:
    everything = cells.cells(task.lesson)
    ids = [cell["id"] for cell in everything]
    asked, compared = ids.index(task.slug), ids.index(f"{task.slug}-reveal")
    assert cells.source(task.lesson, task.slug) == f'lesson.predict("{task.slug}")'
    assert cells.source(task.lesson, ids[compared]).startswith(f'lesson.reveal("{task.slug}"')
    between = everything[asked + 1 : compared]
    assert any(cell["cell_type"] == "code" for cell in between), "what it is about runs between the two"
    assert len(task.question) > 10, "the cell above asks **Predict:**"
    folded = next(cell for cell in everything[compared:] if cell["cell_type"] == "markdown")
    assert cells.text(folded).startswith("<details><summary>"), "what is explained at once is folded"


@pytest.mark.parametrize("task", PREDICTIONS, ids=lambda task: task.slug)
def test_what_the_cluster_said_is_one_of_the_options(task: Prediction) -> None:
    stored = cells.cells(task.lesson)
    said = next("".join(cell["outputs"][0]["text"]) for cell in stored if cell["id"] == f"{task.slug}-reveal")
    value = said.removeprefix("The cluster says: ").rstrip(".\n")
    assert value in task.options.values() if task.options else value


def test_one_output_is_both_a_widget_and_the_text_that_is_compared() -> None:
    task = PREDICTIONS[0]
    both = asking.Question(task)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in both
    assert both["text/plain"] == asking.text(task)
    assert asking.text(task) in texts(cells.notebook(task.lesson)), "stored, and so compared by nbval"


def test_a_button_answers_as_the_plain_call_does() -> None:
    question = asking.Question(PREDICTIONS[0])
    assert question.notice.value == ""
    question.children[1].click()
    assert progress.record(PREDICTIONS[0].slug).answer == "b"
    assert "Now run the next cell" in question.notice.value


def test_a_prediction_that_is_asked_again_shows_what_was_said() -> None:
    task = next(one for one in PREDICTIONS if one.options)
    verbs.predict(task.slug, "b")
    assert list(task.options.values())[1] in html.unescape(asking.Question(task).notice.value)
    for kept, shown in (("skip", "skip"), ("z", "z")):
        with progress.editing(task.slug) as record:
            record.answer = kept
        assert f"You said before: {shown}." in asking.Question(task).notice.value


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda task: task.slug)
def test_learners_get_the_starter_and_not_the_reference(
    exercise: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "WORKSPACE", tmp_path)
    copy = nbformat.read(workspace._copy(catalog.find(exercise.lesson).notebook), as_version=4)  # type: ignore[no-untyped-call]
    given = next(cell.source for cell in copy.cells if cell.id == exercise.slug)
    assert cells.STARTER in given
    assert cells.answer(exercise.source) not in given and "SOLUTION" not in given


def test_marks_of_a_cell_in_both_languages() -> None:
    for first in ("%%bash\n", "answer = None\n"):
        cell = f"{first}### BEGIN SOLUTION\none\ntwo\n### END SOLUTION"
        assert cells.answer(cell) == "one\ntwo"
        assert cells.with_answer(cell) == f"{first}{cells.STARTER}"
        assert cells.with_answer(cell, "a\\b") == f"{first}a\\b"


def test_answers_by_letter_number_and_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = Prediction(slug="c", lesson="x", options={"X": "this", "": "that"}, reads=str)
    number = Prediction(slug="n", lesson="x", near=1, reads=float)
    known = {task.slug: task for task in (choice, number)}
    monkeypatch.setattr(index, "find", lambda slug, kind="": known[slug])
    assert verbs.predict("c", "B)") == "that"
    verdict = verbs.reveal("c", "X")
    assert verdict.right is False and verdict.text().splitlines()[0].endswith("that")
    assert verbs.predict("n", "7") == "7"
    assert verbs.reveal("n", 8).right is True
    verbs.predict("n", 3)
    assert verbs.reveal("n", 8).right is False
    assert progress.record("n").passed, "the first verdict counts"
    verbs.predict("c", "skip")
    assert verbs.reveal("c", "X").right is None
    for slug, answer in (("c", "z"), ("n", "many")):
        with pytest.raises(CourseError, match="no answer here"):
            verbs.predict(slug, answer)


def test_an_unknown_prediction_is_no_lab() -> None:
    with pytest.raises(CourseError, match="There is no prediction named 'nonsense'"):
        verbs.predict("nonsense", "a")


def test_a_lesson_is_entered_by_heading_or_cell_and_nowhere_else() -> None:
    lesson = "first_externalname"
    by_heading = middle.above(lesson, "ports and a selector")
    assert by_heading[-1]["id"] != "stored-text" and by_heading == middle.above(lesson, "stored-text")
    with pytest.raises(CourseError, match="no section") as error:
        middle.above(lesson, "Nowhere")
    assert "Ports and a selector" in error.value.why


def test_an_exercise_of_a_lesson_that_is_not_begun_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    exercise = EXERCISES[0]
    monkeypatch.setattr(stage, "missing", lambda task: list(task.namespaces))
    monkeypatch.setattr(kubectl, "require_ready", lambda: None)
    with pytest.raises(CourseError, match="not begun") as error:
        verbs.start(exercise.slug)
    assert f'lesson.begin("{exercise.lesson}", upto="{exercise.slug}")' in error.value.next


def test_progress_and_next_tell_what_is_open() -> None:
    runner = CliRunner()
    assert "Next: lesson 00" in runner.invoke(app.app, ["next"]).stdout
    begun = catalog.find("first_externalname")
    for lesson in catalog.lessons()[: begun.number]:
        practice = [lab.slug for lab in labs.labs() if lab.lesson == lesson.slug]
        for slug in (
            f"{progress.LESSON}{lesson.slug}",
            *practice,
            *(task.slug for task in index.exercises(lesson.slug)),
        ):
            with progress.editing(slug) as record:
                record.started = record.passed = progress.now()
    assert f"Next: lesson {begun.number:02d}," in runner.invoke(app.app, ["next"]).stdout
    with progress.editing(f"{progress.LESSON}first_externalname") as record:
        record.started = progress.now()
    first = index.exercises("first_externalname")[0].slug
    assert first in runner.invoke(app.app, ["next"]).stdout
    for task in index.exercises("first_externalname"):
        with progress.editing(task.slug) as record:
            record.passed = progress.now()
    assert "course lab start lost-database" in runner.invoke(app.app, ["next"]).stdout
    said = runner.invoke(app.app, ["progress"]).stdout
    assert "[x]  00" in said and f"[~]  {begun.number:02d}      2 of 2" in said
    states = [row["state"] for row in json.loads(runner.invoke(app.app, ["progress", "--json"]).stdout)]
    assert states[: begun.number + 2] == ["done"] * begun.number + ["begun", "open"]
    assert way.following([part for part in way.parts() if part.state == "done"]).startswith("Next: nothing is open")


def test_solution_and_hints_of_an_exercise() -> None:
    exercise = EXERCISES[0]
    assert verbs.hint(exercise.slug).text().startswith("Hint 1 of 3")
    said = verbs.solution(exercise.slug)
    assert cells.answer(exercise.source) in said and exercise.why in said
    assert progress.record(exercise.slug).solution_seen
    with pytest.raises(CourseError, match="lab"):
        verbs.solution("odd-port")


def test_what_was_made_for_the_cells_below_is_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by lights nor by a check, nor is it explained unasked. In a lesson begun anew it is the learner's."""
    exercise = next(one for one in EXERCISES if not callable(one.judge))
    green, red = (checks.Report(exercise.slug, (checks.Result("x", good, *"aoewn"),)) for good in (True, False))
    reports = iter([red, green, green, green, green])
    monkeypatch.setattr(verbs, "_checked", lambda task, given=None: next(reports))
    monkeypatch.setattr(cells, "run", lambda source, namespace: None)
    monkeypatch.setattr(cells, "script", lambda source: None)
    monkeypatch.setattr(paths, "KUBECONFIG", Path(__file__))
    assert verbs.make(exercise.slug, {}) is False
    assert verbs.look(exercise.slug) == green
    assert not progress.record(exercise.slug).done
    assert "Well done" not in verbs.afterword(verbs.check(exercise.slug))
    assert progress.record(exercise.slug).passed == ""
    verbs.forget_shown(EXERCISES)
    assert "Well done" in verbs.afterword(verbs.check(exercise.slug))
    assert progress.record(exercise.slug).passed


def test_what_is_made_again_of_what_was_passed_stays_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    exercise = next(one for one in EXERCISES if callable(one.judge))
    monkeypatch.setattr(cells, "run", lambda source, namespace: None)
    monkeypatch.setattr(cells, "script", lambda source: None)
    with progress.editing(exercise.slug) as record:
        record.passed = progress.now()
    verbs.make(exercise.slug, {})
    assert not progress.record(exercise.slug).shown


def test_every_predict_of_a_written_lesson_is_a_task() -> None:
    for lesson in set(SLUGS) - QUIZ:
        everything = cells.cells(lesson)
        asked = [cell["id"] for cell in everything if cells.PREDICT.search(cells.text(cell))]
        assert len(asked) == len(index.predictions(lesson)), f"{lesson} asks in {asked}"
        assert [source(cell) for cell in code_cells(cells.notebook(lesson)) if "BEGIN SOLUTION" in source(cell)] == [
            exercise.source for exercise in index.exercises(lesson)
        ]
