"""The paragraph **Elsewhere** of each lesson, and the commands in it."""

import re

import nbformat

from course.lessons.catalog import Lesson

LABEL = "**Elsewhere.** "


def text(lesson: Lesson) -> str:
    """The paragraph; "" where the lesson has none."""
    cells = nbformat.read(lesson.notebook, as_version=4).cells  # type: ignore[no-untyped-call]
    return next((cell.source for cell in cells if cell.id == "elsewhere"), "")


def commands(lesson: Lesson) -> list[str]:
    """What the reader is told to type, as it is written."""
    return re.findall(r"`((?:kubectl|dig|openssl) [^`]+)`", text(lesson))


def whole(command: str) -> bool:
    """Whether nothing in it is left for the reader to fill in."""
    return not re.search(r"\b[A-Z]{3,}\b", command)
