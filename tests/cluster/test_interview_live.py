"""A live task on a real cluster: set up, watched while somebody works elsewhere, found again after a pause."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from course.base.waiting import until
from course.interview import desk, dialog, draw, live, memory, pool, timed
from course.interview.memory import Open
from course.kube import namespaces
from course.lessons import begin
from course.lessons import catalog as lessons
from course.tasks import catalog, cells, index, progress, stage, verbs
from course.tasks.task import Exercise
from tests import daily
from tests.unit import candidate

LAB = catalog.find("lost-database")
QUESTION = next(question for question in pool.questions() if question.task == LAB.slug)


@pytest.fixture(autouse=True)
def practice(cluster: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Progress of the test's own; the lab is removed again."""
    monkeypatch.setattr(progress, "FOLDER", tmp_path)
    monkeypatch.setattr(live, "EVERY", 0.5)
    yield
    stage.clean([LAB])


def fix() -> None:
    """What the candidate does in another terminal."""
    stage.apply_answer(LAB.folder / "solution")


def test_a_pass_is_seen_without_a_word_of_the_candidate() -> None:
    sitting = dialog.live(QUESTION, print)
    shown = next(sitting)
    assert LAB.text.strip() in shown and "5 minutes" in shown
    assert "Hint 1 of 3" in sitting.send("hint")
    assert "[FAIL]" in sitting.send("done")
    assert "is no word here" in sitting.send("finished")
    fix()
    until(lambda: progress.record(LAB.slug).passed, seconds=240, what="the watch seeing the pass")
    with pytest.raises(StopIteration) as end:
        sitting.send("done")
    [run] = memory.read().runs
    assert run.results[0].right and run.results[0].hints == 1 and run.results[0].seconds > 0
    assert "1 of 1" in end.value.value and "hints 1" in end.value.value


@daily.WEEKLY
def test_a_timed_run_finds_its_task_again_after_a_pause() -> None:
    def begin() -> Open:
        return timed.begin([QUESTION], 20, 5)

    first = timed.timed(begin, print)
    next(first)
    first.send("hint")
    fix()
    first.close()
    tries = progress.record(LAB.slug).tries
    again = timed.timed(begin, print)
    assert "seed 5 goes on" in next(again)
    assert progress.record(LAB.slug).tries == tries == 1
    verbs.settled(LAB, lambda report: report.passed)
    with pytest.raises(StopIteration) as end:
        again.send("done")
    assert "Passed in" in end.value.value and "hints read: 1" in end.value.value
    assert memory.read().runs[-1].results[0].right and memory.read().open is None


@daily.WEEKLY
def test_a_lab_that_is_being_worked_on_is_not_taken_away() -> None:
    verbs.start(LAB.slug)
    assert QUESTION not in live.free(draw.chosen())
    sitting = desk.timed(20, 5, print)
    shown = next(sitting)
    sitting.send(candidate.good(shown, 5))  # a run without any answer is not kept
    sitting.close()
    paused = memory.read().open
    assert paused and "Without a live task" not in shown and QUESTION.slug not in paused.slugs


FAULTS = [
    question
    for question in pool.questions()
    if question.task in {one.slug for one in index.exercises("troubleshooting")}
]


def there() -> list[str]:
    return namespaces.present(lessons.find("troubleshooting").namespaces)


@daily.WEEKLY
def test_a_fault_of_a_lesson_is_a_live_task_and_goes_again(cluster: None) -> None:
    namespaces.remove(there(), Exercise.label, 240)
    question = draw.live(live.free(FAULTS), 3)[0]
    sitting = dialog.live(question, print)
    shown = next(sitting)
    task = index.find(question.task)
    assert isinstance(task, Exercise)
    assert task.goal in shown and "Stuck?" not in shown and f"{question.minutes} minutes" in shown
    assert "[FAIL]" in sitting.send("done")
    cells.run(task.reference(), {})
    verbs.settled(task, lambda report: report.passed)
    with pytest.raises(StopIteration) as end:
        sitting.send("done")
    assert "1 of 1" in end.value.value and memory.read().runs[-1].results[0].right
    until(lambda: not there(), seconds=240, what="the fault's namespaces going away")


@daily.WEEKLY
def test_a_lesson_that_is_being_worked_on_is_not_taken_away(cluster: None) -> None:
    begin.begin("troubleshooting")
    assert not live.free(FAULTS) and QUESTION in live.free([QUESTION, *FAULTS])
    namespaces.remove(there(), Exercise.label, 240)
    assert live.free(FAULTS) == FAULTS
