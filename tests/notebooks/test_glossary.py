"""The lessons' links to the glossary: each leads to a word that is there, and each lesson has some."""

import re

import nbformat
import pytest

from course.base import paths
from course.lessons import catalog
from tests.unit.test_links import github

GLOSSARY = paths.ROOT / "docs" / "glossary.md"
LINK = re.compile(r"\]\(\.\./docs/glossary\.md#([^)]*)\)")


def anchors() -> set[str]:
    """What a link to a word ends with."""
    words = re.findall(r"^## (.+)$", GLOSSARY.read_text(), re.M)
    return {github(word) for word in words}


@pytest.mark.parametrize("lesson", catalog.lessons(), ids=lambda lesson: lesson.slug)
def test_words_lead_to_the_glossary_once_a_lesson(lesson: catalog.Lesson) -> None:
    cells = nbformat.read(lesson.notebook, as_version=4).cells  # type: ignore[no-untyped-call]
    linked = LINK.findall("\n".join(cell.source for cell in cells if cell.cell_type == "markdown"))
    assert linked
    assert set(linked) <= anchors()
    assert len(linked) == len(set(linked))
