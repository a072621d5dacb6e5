"""A lesson's number is its place in the list.

Prose names it only in forms that `course dev author --texts` can move on.
"""

import json
import re
from pathlib import Path

import pytest

from course.base import paths
from course.dev import generated, repository
from course.lessons import catalog

FORMS = (generated.WORDS, generated.NOTEBOOK, re.compile(r"\d\d_[a-z_]+"))
BLOCK = re.compile(r"<!-- (\w+): begin.*?<!-- \1: end -->", re.S)
CODE = re.compile(r"^ *```.*?^ *```|`[^`\n]*`", re.S | re.M)
# What else may be a lesson's number: two digits with a leading zero, or digits behind a word for a lesson.
STRAY = re.compile(
    r"(?<![\d.:\w/-])0\d(?![\d.:\w])|(?i:\b(?:lesson|notebook)s? (?:no\. ?|number )?\d+)(?!\d)|(?<=LESSON[,/&-])\s*\d+"
)


def strays(prose: str) -> list[str]:
    """Mentions of a lesson by number that renumbering would not see."""
    text = CODE.sub("", BLOCK.sub("", prose))
    text = generated.LABEL.sub(lambda match: "LESSON" if match[1] == match[2] else match[1], text)
    for form in FORMS:
        text = form.sub("LESSON", text)
    return [match.group() for match in STRAY.finditer(text)]


def prose(path: Path) -> str:
    """What people read in a file.

    Of a notebook, it is its Markdown cells without the number in the heading, which is generated.
    """
    if path.suffix != ".ipynb":
        return path.read_text()
    cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "markdown"]
    return re.sub(r"\A# \d\d ", "# ", "\n\n".join("".join(cell["source"]) for cell in cells))


DOCUMENTS = repository.files("*.md", "*.ipynb", "notebooks/*.toml", "labs/*.toml", "labs/*.py")


def test_prose_names_lessons_by_number() -> None:
    """Else the next test would prove nothing."""
    assert sum(len(generated.WORDS.findall(prose(path))) for path in DOCUMENTS) > 20
    assert sum(len(generated.LABEL.findall(prose(path))) for path in DOCUMENTS) > 20


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(paths.ROOT)))
def test_every_number_of_a_lesson_can_be_moved_on(path: Path) -> None:
    assert strays(prose(path)) == [], "write `lesson 03`, `lessons 03 and 05`, or a link [03](03_....ipynb)"


@pytest.mark.parametrize(
    ("text", "stray"),
    [
        ("| 03 | Inside |", ["03"]),
        ("see Notebook 3", ["Notebook 3"]),
        ("as lesson 3 shows", ["lesson 3"]),
        ("in lessons 03-05", ["05"]),
        ("in lessons 09/11", ["11"]),
        ("[see 03](04_managed_services.ipynb) and 03", ["03", "03"]),
        ("[03](04_managed_services.ipynb)", ["03"]),
        ("lesson 03, lessons 03 and 05, [03 Inside](../notebooks/03_inside_the_answer.ipynb#cell-id=x)", []),
        ("`date +%m` says 03 in `03`", ["03"]),
        ("```\n03\n```\n at 10:03, v1.03, 2026-03-01", []),
    ],
)
def test_other_forms_are_found(text: str, stray: list[str]) -> None:
    assert [each.strip() for each in strays(text)] == stray


def test_all_numbers_move_at_once() -> None:
    moves = generated.Numbers({"91": "92", "92": "93"}, {"91_one": "92_one", "92_two": "93_two"})
    text = "[91 x](91_one.ipynb) and [92](a/92_two.ipynb#x), lessons 91, 92 and 90, Lesson 92; 91 items, [91](other.md)"
    moved = (
        "[92 x](92_one.ipynb) and [93](a/93_two.ipynb#x), lessons 92, 93 and 90, Lesson 93; 91 items, [91](other.md)"
    )
    assert generated.renumbered(text, moves) == moved


def test_nothing_generated_is_stale_and_every_lesson_has_its_place() -> None:
    """Run: ./course dev author --texts."""
    assert generated.moved().names == {}
    assert list(generated.stale()) == []


@pytest.mark.parametrize("lesson", catalog.lessons(), ids=lambda lesson: lesson.slug)
def test_each_heading_has_the_number_of_its_place(lesson: catalog.Lesson) -> None:
    text = lesson.notebook.read_text()
    assert generated.notebook_text(lesson.notebook) == text
    assert f"# {lesson.number:02d} " in json.loads(text)["cells"][0]["source"][0]
