"""A path: its steps in order, what is done on it, and what comes next."""

import re
from pathlib import Path

import pytest

from course.base.errors import CourseError
from course.jupyter.server import views
from course.lessons import catalog as lessons
from course.lessons import path, routes, way
from course.tasks import catalog as labs
from course.tasks import cells, index, progress
from course.tasks.checks import Report, Result

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


def test_a_path_that_was_asked_for_is_kept_and_followed(capsys: pytest.CaptureFixture[str]) -> None:
    first, second, *_ = EVENING.lessons
    lab = EVENING.labs[0]
    assert path.onward() == way.following(way.parts())
    assert path.choose("first_evening") == EVENING == path.chosen()
    lesson_done(first)
    assert (
        path.onward().startswith(f"Next: lesson {lessons.find(second).number:02d},")
        and "first-evening" in path.onward()
    )
    path.end(first)
    assert f"Next:      lesson {lessons.find(second).number:02d}," in capsys.readouterr().out
    path.end(second)
    assert f"Next:      the lab {lab}" in capsys.readouterr().out, "what is behind it on the path, though it is open"
    assert path.choose("none") is None and path.chosen() is None
    path.end(second)
    following = lessons.after(lessons.find(second))
    assert following and f"Next:      lesson {following.number:02d}, {following.title}\n" in capsys.readouterr().out


def test_a_kept_path_travels_with_the_progress_and_an_unknown_one_is_none(tmp_path: Path) -> None:
    path.choose("operator")
    progress.export(tmp_path / "mine.json")
    progress.file().unlink()
    assert path.chosen() is None
    progress.take_in(tmp_path / "mine.json")
    assert path.chosen() == routes.find("operator")
    with progress.editing_part(path.KEY) as kept:
        kept["slug"] = "a path of another version"
    assert path.chosen() is None
    progress.save({"version": progress.VERSION, "tasks": {}, path.KEY: 5})
    assert path.chosen() is None and path.choose("operator") == path.chosen(), "a damaged one is replaced"


def test_a_passed_lab_says_what_comes_next() -> None:
    lab = EVENING.labs[0]
    passed = Report(lab, (Result("c", True, "", "", "", "", ""),))
    assert path.afterword(passed).endswith(way.following(way.parts()))
    path.choose(EVENING.slug)
    assert f"Next: the lab {EVENING.labs[1]}" in path.afterword(passed)
    assert path.afterword(Report(lab, ())) == ""
    exercise = index.exercises(EVENING.lessons[0])[0]
    assert "Next:" not in path.afterword(Report(exercise.slug, passed.checks))


def test_jupyterlab_follows_the_path(tmp_path: Path) -> None:
    path.choose(EVENING.slug)
    lesson_done(EVENING.lessons[0])
    following = views.course(tmp_path)["next"]
    assert following["notebook"] == lessons.find(EVENING.lessons[1]).notebook.name
    assert views.task(EVENING.labs[0])["following"]["task"] == EVENING.labs[1]


def test_the_twenty_questions_say_what_was_seen_on_the_first_evening() -> None:
    """By number, where the cell is linked that proves it: else the reader believes what he could have known."""
    said = cells.source("interview", "twenty")
    numbers = re.findall(r"\d+", said[said.index("a proof, or a part") : said.index("The others")])
    text = "".join(cells.source("interview", f"questions-{part}") for part in ("basics", "edges", "operate"))
    questions = re.split(r"\*\*(?=\d+\. )", text)[1:]
    own = {lessons.find(slug).name for slug in EVENING.lessons}
    seen = [one.partition(".")[0] for one in questions if own & set(re.findall(r"\((\w+)\.ipynb#cell-id=", one))]
    assert len(questions) == 20 and numbers == seen


def test_a_path_that_is_none_is_said() -> None:
    with pytest.raises(CourseError, match="There is no path 'evening'"):
        routes.find("evening")
