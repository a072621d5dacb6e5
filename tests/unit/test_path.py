"""A path: its steps in order, what is done on it, and what comes next."""

from pathlib import Path

import pytest

from course.base.errors import CourseError
from course.lessons import catalog as lessons
from course.lessons import path, routes
from course.tasks import catalog as labs
from course.tasks import index, progress

EVENING = routes.find("first-evening")


@pytest.fixture(autouse=True)
def own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FOLDER", tmp_path)


def done(slug: str) -> None:
    with progress.editing(slug) as record:
        record.tries, record.passed, record.done = 1, progress.now(), True


def lesson_done(slug: str) -> None:
    done(f"{progress.LESSON}{slug}")
    for task in index.of_lesson(slug):
        done(task.slug)


def test_each_lab_comes_after_its_lesson_and_none_is_lost() -> None:
    for route in routes.routes():
        slugs = [step.slug for step in path.steps(route)]
        assert sorted(slugs) == sorted([*route.lessons, *route.labs]), route.slug
        assert all(slugs.index(labs.find(lab).lesson) < slugs.index(lab) for lab in route.labs)
    everything = routes.find("all-of-it")
    assert set(everything.lessons) == {lesson.slug for lesson in lessons.lessons()}
    assert set(everything.labs) == {lab.slug for lab in labs.labs()}


def test_an_evening_is_at_most_two_hours() -> None:
    assert EVENING.minutes <= 120


def test_what_comes_next_moves_along_the_path() -> None:
    seen = []
    for step in path.steps(EVENING):
        seen.append(path.following(path.steps(EVENING)))
        assert step.state == "open"
        done(step.slug) if step.kind == "lab" else lesson_done(step.slug)
    assert len(set(seen)) == len(seen) == len(EVENING.lessons) + len(EVENING.labs)
    assert path.following(path.steps(EVENING)) == "Next: nothing is open on this path."
    assert "[x]  first-evening" in path.table() and "open" not in {step.state for step in path.steps(EVENING)}


def test_a_lesson_with_an_open_exercise_is_begun_and_not_done() -> None:
    with_exercises = next(slug for slug in EVENING.lessons if index.exercises(slug))
    done(f"{progress.LESSON}{with_exercises}")
    assert {step.slug: step.state for step in path.steps(EVENING)}[with_exercises] == "begun"
    assert f"[~]  lesson  {with_exercises}" in path.text(EVENING)


def test_a_path_that_is_none_is_said() -> None:
    with pytest.raises(CourseError, match="There is no path 'evening'"):
        routes.find("evening")
