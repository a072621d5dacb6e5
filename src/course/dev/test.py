"""`./course test`: the set-up, then style, types and every test, with a table of where the time went."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from tempfile import TemporaryDirectory

from course.base import paths, shell
from course.provision import engine, lifecycle

Say = Callable[[str], None]
NO_CLUSTER = ["tests/unit", "tests/notebooks/test_rules.py", "tests/notebooks/test_corrections.py"]
QUICK_LESSONS = ("start_here", "first_externalname", "across_namespaces")


def run(*, quick: bool, only: list[str], say: Say) -> int:
    """The exit code: 0 when everything is green, 1 when something is red.

    quick: no proof of the labs, three lessons once, no browser. only: words for pytest instead of the whole suite.
    """
    started = time.monotonic()
    if only:
        lifecycle.up(say)
        return _pytest(only)
    table: list[tuple[str, int, float]] = []
    for name, work in _stages(quick, say):
        begun = time.monotonic()
        say(f"\n== {name}")
        code = work()
        table.append((name, code, time.monotonic() - begun))
        if code and name in ("style", "types", "set-up"):
            break
    say("\nWhere the time went:")
    for name, code, seconds in table:
        say(f"  {seconds:7.1f} s  {'green' if code == 0 else 'RED  '}  {name}")
    say(f"  {time.monotonic() - started:7.1f} s  in all")
    return int(any(code for _, code, _ in table))


def _stages(quick: bool, say: Say) -> list[tuple[str, Callable[[], int]]]:
    stages: list[tuple[str, Callable[[], int]]] = [
        ("style", lambda: _tool("ruff", "check", ".") or _tool("ruff", "format", "--check", ".") or _lint_imports()),
        ("types", lambda: _tool("mypy")),
        ("without a cluster", lambda: _pytest(NO_CLUSTER)),
        ("set-up", lambda: _set_up(say)),
    ]
    if quick:
        lessons = " or ".join(f"(first and {slug})" for slug in QUICK_LESSONS)
        return [*stages, ("three lessons", lambda: _pytest(["tests/notebooks/test_lessons.py", "-k", lessons]))]
    return [
        *stages,
        ("the cluster", lambda: _pytest(["tests/cluster"])),
        ("the lessons, twice", lambda: _pytest(["tests/notebooks", "--ignore=tests/notebooks/test_rules.py"])),
        ("the labs", lambda: _pytest(["tests/labs"])),
        ("the browser", lambda: _browser(say)),
    ]


def _lint_imports() -> int:
    """The floors of the house, as pyproject.toml lists them."""
    return subprocess.run([paths.VENV_BIN / "lint-imports", "--no-cache"], cwd=paths.ROOT).returncode


def _set_up(say: Say) -> int:
    lifecycle.up(say)
    return 0


def _browser(say: Say) -> int:
    if shell.first_on_path(["chromium", "google-chrome", "chrome"]) is None and os.geteuid() == 0 and engine.is_debian():
        engine.apt_install(("chromium",), "Chromium, for the browser tests", say)
    return _pytest(["tests/browser"])


def _pytest(words: list[str]) -> int:
    # pytest's own folder would stay among the system's temporary files.
    with TemporaryDirectory(prefix="course-test-", ignore_cleanup_errors=True) as folder:
        return _tool("pytest", f"--basetemp={folder}/pytest", "--durations=5", "--durations-min=5", *words)


def _tool(module: str, *words: str) -> int:
    command = [sys.executable, "-m", module, *words]
    return subprocess.run(command, cwd=paths.ROOT, env=shell.environment()).returncode
