"""Python files of the repository that are in no package: a lab's check.py, a lesson's exercises."""

import importlib.util
from pathlib import Path
from typing import Any


def load(path: Path) -> Any:
    """The module in this file, read anew; what it raises goes through."""
    name = f"{path.parent.name}_{path.stem}".replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
