"""What `course dev new` wrote is filled in: no TODO is left in a lesson or a lab."""

from pathlib import Path

import pytest

from course.base import paths
from course.dev import repository

FILES = [path for path in repository.files("labs", "notebooks") if path.suffix != ".pyc"]


def left(path: Path) -> list[str]:
    """Each line that still says TODO, with its number: the words behind it say what to write."""
    lines = path.read_text().splitlines()
    return [f"{path.name}:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if "TODO" in line]


def test_there_are_lessons_and_labs_to_read() -> None:
    assert {path.suffix for path in FILES} >= {".ipynb", ".toml", ".md", ".yaml", ".py"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(paths.ROOT)))
def test_nothing_is_left_to_fill_in(path: Path) -> None:
    assert left(path) == [], "write what each TODO says, in its place"
