"""Each lesson says what holds for this cluster only, and what to look at on another one."""

import pytest

from course.lessons import catalog
from tests.notebooks import elsewhere

LESSONS = catalog.lessons()


@pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.slug for lesson in LESSONS])
def test_a_lesson_says_what_is_different_elsewhere(lesson: catalog.Lesson) -> None:
    said = elsewhere.text(lesson)
    assert said.startswith(elsewhere.LABEL) and "\n" not in said, "one paragraph, in a cell with the id elsewhere"
    assert 200 < len(said) < 700
    for command in elsewhere.commands(lesson):
        assert not command.startswith("kubectl") or command.split()[1] in ("get", "auth", "exec"), "it changes nothing"


def test_there_are_commands_to_look_with() -> None:
    every = [command for lesson in LESSONS for command in elsewhere.commands(lesson)]
    assert sum(map(elsewhere.whole, every)) > 10 and not all(map(elsewhere.whole, every))
