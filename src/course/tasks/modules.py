"""Python files of the repository that are in no package: a lab's check.py, a lesson's exercises."""

import importlib.util
from pathlib import Path
from typing import Any

from course.base import paths
from course.base.errors import CourseError


def load(path: Path) -> Any:
    """The module in this file, read anew; CourseError where it is no Python. What else it raises goes through."""
    name = f"{path.parent.name}_{path.stem}".replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        if error.filename != str(path):
            raise
        file = path.relative_to(paths.ROOT) if path.is_relative_to(paths.ROOT) else path
        why = f"Line {error.lineno}: {error.msg}."
        raise CourseError(f"{file} is no Python.", why, f"Mend that line, or: git restore {file}") from None
    return module
