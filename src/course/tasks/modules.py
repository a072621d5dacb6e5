"""Python files of the repository that are in no package: a lab's check.py, a lesson's exercises."""

import importlib.util
from pathlib import Path
from typing import Any

from course.base import clone
from course.base.errors import CourseError


def load(path: Path) -> Any:
    """The module in this file, read anew; CourseError where it is gone or no Python.

    What else it raises goes through.
    """
    clone.text(path)
    name = f"{path.parent.name}_{path.stem}".replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        if error.filename != str(path):
            raise
        file = clone.called(path)
        why = f"Line {error.lineno}: {error.msg}."
        raise CourseError(f"{file} is no Python.", why, f"Mend that line, or: {clone.restore(file)}") from None
    return module


def listed(path: Path, name: str) -> Any:
    """The list of that name in this file; CourseError as load, and where it has none, as a file that is empty."""
    found = getattr(load(path), name, None)
    if found is None:
        raise clone.damaged(path, f"It has no list {name}.")
    return found
