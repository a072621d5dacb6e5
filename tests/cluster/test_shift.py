"""On call on a real cluster: a round is drawn and broken, fixed one by one, and its clock stops at the last light."""

from dataclasses import replace
from pathlib import Path

import pytest

from course.base.errors import CourseError
from course.base.waiting import until
from course.lessons import begin
from course.tasks import cells, index, progress, shift, verbs
from course.tasks.checks import Check
from course.tasks.probe import Pod
from course.tasks.task import Exercise
from tests import daily

LESSON = "troubleshooting"


@pytest.fixture(autouse=True)
def own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FOLDER", tmp_path)


def green(board: shift.Board) -> set[str]:
    return {light.slug for light in board.lights if light.green}


def typed(slug: str) -> None:
    """As the learner does it: what the course makes is nobody's pass."""
    task = index.find(slug)
    assert isinstance(task, Exercise)
    cells.run(task.reference(), {})


def wait_for(slugs: set[str]) -> None:
    """Until these lights are green, two looks in a row: of CoreDNS's Pods one may hear of a change before the other."""
    until(lambda: green(shift.look()) == green(shift.look()) == slugs, seconds=240, what=f"Green: {slugs or 'none'}")


def test_a_round_from_red_to_green() -> None:
    begin.begin(LESSON, upto="on-call-text")
    begun = shift.begin(LESSON, seed=5, count=3, minutes=15)
    drawn = [light.slug for light in begun.lights]
    assert drawn == [exercise.slug for exercise in shift.draw(LESSON, 5, 3)] and not green(begun)
    verbs.hint(drawn[0])
    wait_for(set())
    for number, slug in enumerate(drawn, 1):
        typed(slug)
        wait_for(set(drawn[:number]))
    over = shift.look()
    assert over.lights[0].hints == 1 and "All green after" in over.head and "Your best round of 3" in over.head
    assert all(progress.record(slug).passed for slug in drawn)
    assert shift.look().shift.took == over.shift.took, "the clock stands still"
    again = shift.begin(LESSON, seed=6, count=3, minutes=15)
    assert not green(again) and again.shift.best == {"3": over.shift.took} and again.shift.took == 0


@daily.WEEKLY
def test_a_light_turns_red_again_with_its_fault() -> None:
    begin.begin(LESSON, upto="on-call-text")
    [one] = shift.begin(LESSON, seed=9, count=1).lights
    typed(one.slug)
    wait_for({one.slug})
    verbs.start(one.slug)
    wait_for(set())


def test_lights_without_the_lesson_are_said() -> None:
    nowhere = Check("any", Pod("no-such-namespace", "client").dig("any"), bool, "", "", "")
    with pytest.raises(CourseError, match="cannot be asked") as error:
        shift._asked([replace(index.exercises(LESSON)[0], judge=[nowhere])])
    assert f'lesson.begin("{LESSON}")' in error.value.next
