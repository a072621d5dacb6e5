"""`course dev check`: every tool that reads the repository without a cluster, one line each."""

import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from course.base import paths, shell
from course.dev import repository
from course.labs import catalog

Say = Callable[[str], None]
SHEBANGS = (b"#!/bin/sh", b"#!/usr/bin/env bash")


def commands() -> dict[str, list[str]]:
    """What runs, by the name of its line. CourseError where the folder is no Git clone."""
    python = [sys.executable, "-m"]
    shellcheck = str(paths.VENV_BIN / "shellcheck")
    texts = [path for path in repository.files() if not path.is_symlink()]
    return {
        "style": [*python, "ruff", "check", "--quiet", "."],
        "format": [*python, "ruff", "format", "--check", "--quiet", "."],
        "floors": [str(paths.VENV_BIN / "lint-imports"), "--no-cache"],
        "types": [*python, "mypy"],
        # A cache of its own: two runs of mypy side by side would write the same files.
        "types of the labs' checks": [*python, "mypy", "--cache-dir=.mypy_cache/labs", *_lab_modules()],
        "shell": [shellcheck, *_names(path for path in texts if _shebang(path) in SHEBANGS)],
        # The course reads them by `sh -eu` (labs/stage.py): they have no first line of their own, and stop at a failing cd.
        "shell of the labs": [shellcheck, "--shell=sh", "--exclude=SC2164", *_names(repository.files("labs/*.sh"))],
        "spelling": [str(paths.VENV_BIN / "codespell"), *_names(texts)],
    }


def tools(say: Say) -> int:
    """Run all commands side by side; 0 where every one is green. A red one's own words follow its line."""
    named = commands()
    with ThreadPoolExecutor(len(named)) as pool:
        results = list(pool.map(_run, named.values()))
    for name, result in zip(named, results, strict=True):
        say(f"  {'RED  ' if result.returncode else 'green'}  {name}")
        if result.returncode:
            say((result.stdout + result.stderr).rstrip())
    return int(any(result.returncode for result in results))


def _run(argv: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, cwd=paths.ROOT, env=shell.environment(), capture_output=True, text=True)


def _lab_modules() -> list[str]:
    """Each lab's check.py as a module, because files of one name cannot be looked at together."""
    return [word for lab in catalog.labs() for word in ("-m", f"{lab.slug}.check")]


def _names(files: Iterable[Path]) -> list[str]:
    return [str(path.relative_to(paths.ROOT)) for path in files]


def _shebang(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.readline(80).strip()
