"""The paragraph **Elsewhere** of each lesson, and the commands in it."""

import re

from course.lessons.catalog import Lesson
from course.tasks import cells

LABEL = "**Elsewhere.** "


def text(lesson: Lesson) -> str:
    """The paragraph; CourseError where the lesson has none."""
    return cells.source(lesson.slug, "elsewhere")


def commands(lesson: Lesson) -> list[str]:
    """What the reader is told to type, as it is written."""
    return re.findall(r"`((?:kubectl|dig|openssl) [^`]+)`", text(lesson))


def whole(command: str) -> bool:
    """Whether nothing in it is left for the reader to fill in."""
    return not re.search(r"\b[A-Z]{3,}\b", command)
