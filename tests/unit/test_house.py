"""The house is as docs/design.md draws it, and notebooks and labs come in by the front doors only."""

import ast
import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from course.base import paths

SOURCE = paths.ROOT / "src" / "course"
FACES = ("exercise", "lesson", "lab", "quiz", "pictures")
DESIGN = (paths.ROOT / "docs" / "design.md").read_text()


def drawn(heading: str) -> set[str]:
    """The names in the first column of the table below a heading of docs/design.md."""
    section = DESIGN.split(f"{heading}\n", 1)[1].split("\n#", 1)[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for cell in rows for name in re.findall(r"`([^`]+)`", cell)}


def test_every_room_is_drawn_and_no_other() -> None:
    rooms = {f"{path.name}/" for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    modules = {path.name for path in SOURCE.glob("*.py")} - {"__init__.py", "__main__.py"}
    assert drawn("### The floors of `src/course`") == rooms | modules


def test_every_folder_is_drawn() -> None:
    folders = {f"{path.name}/" for path in paths.ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert drawn("## The house") - {"src/course/", "course"} == folders - {"src/", "workspace/"}


def imports(code: str) -> set[str]:
    """The modules of the course that a piece of Python imports."""
    nodes = ast.walk(ast.parse(code))
    found = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    found |= {
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ImportFrom) and node.module == "course"
        for alias in node.names
    }
    found |= {alias.name for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import) for alias in node.names}
    return {name for name in found if name.startswith("course")} - {"course"}


def pieces(path: Path) -> list[str]:
    """The Python of a check.py, or of a notebook's cells; in shell cells what `python -c` is given."""
    if path.suffix == ".py":
        return [path.read_text()]
    cells = ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    shell = [code for cell in cells if cell.startswith("%%") for code in re.findall(r"python -c '([^']+)'", cell)]
    return [*shell, *(cell for cell in cells if not cell.startswith("%%"))]


DOORS = sorted(
    [
        *paths.NOTEBOOKS.glob("*.ipynb"),
        *paths.NOTEBOOKS.glob("exercises/*.py"),
        *(paths.ROOT / "labs").rglob("*.ipynb"),
        *(paths.ROOT / "labs").glob("*/check.py"),
    ]
)


def test_there_is_something_to_look_at() -> None:
    found = {name for path in DOORS for code in pieces(path) for name in imports(code)}
    assert {"course.lesson", "course.lab"} <= found


@pytest.mark.parametrize("path", DOORS, ids=lambda path: str(path.relative_to(paths.ROOT)))
def test_notebooks_and_labs_use_the_faces_alone(path: Path) -> None:
    assert {name for code in pieces(path) for name in imports(code)} <= {f"course.{face}" for face in FACES}


@pytest.mark.parametrize("face", FACES)
def test_a_face_has_each_name_it_lists(face: str) -> None:
    module = import_module(f"course.{face}")
    assert module.__all__ == sorted(set(module.__all__))
    assert all(getattr(module, name) is not None for name in module.__all__)


def test_every_listed_name_of_the_lessons_face_is_used_by_a_lesson() -> None:
    used = "\n".join(code for path in DOORS for code in pieces(path))
    used += "\n".join(path.read_text() for path in paths.NOTEBOOKS.glob("*.ipynb"))  # a text may offer it
    unused = [
        name
        for name in import_module("course.lesson").__all__
        if not re.search(rf"\blesson\.{name}\b|import .*\b{name}\b", used)
    ]
    assert not unused
