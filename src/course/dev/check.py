"""`course dev check`: every tool that reads the repository without a cluster, one line each."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from course.base import paths, shell

Say = Callable[[str], None]
TOOLS: dict[str, list[str]] = {
    "style": [sys.executable, "-m", "ruff", "check", "--quiet", "."],
    "format": [sys.executable, "-m", "ruff", "format", "--check", "--quiet", "."],
    "floors": [str(paths.VENV_BIN / "lint-imports"), "--no-cache"],
    "types": [sys.executable, "-m", "mypy"],
}


def tools(say: Say) -> int:
    """Run all of TOOLS side by side; 0 where every one is green. A red one's own words follow its line."""
    with ThreadPoolExecutor(len(TOOLS)) as pool:
        results = list(pool.map(_run, TOOLS.values()))
    for name, result in zip(TOOLS, results, strict=True):
        say(f"  {'RED  ' if result.returncode else 'green'}  {name}")
        if result.returncode:
            say((result.stdout + result.stderr).rstrip())
    return int(any(result.returncode for result in results))


def _run(argv: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, cwd=paths.ROOT, env=shell.environment(), capture_output=True, text=True)
