"""A copy of this clone, in which commands may write what they like."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copy2

from course.base import paths
from course.dev import repository


def copied(target: Path) -> Path:
    """Every file that Git keeps, in a repository of its own."""
    for path in repository.files():
        (target / path.relative_to(paths.ROOT)).parent.mkdir(parents=True, exist_ok=True)
        copy2(path, target / path.relative_to(paths.ROOT))
    subprocess.run(["git", "init", "-q", str(target)], check=True)
    return target


def environment(clone: Path) -> dict[str, str]:
    """Python started with it finds the course in the copy."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COURSE"))}
    return env | {"PYTHONPATH": str(clone / "src")}


def python(clone: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy."""
    return subprocess.run([sys.executable, *argv], cwd=clone, env=environment(clone), capture_output=True, text=True)
