"""The files of this clone, as Git sees them."""

import os
import subprocess
from pathlib import Path

from course.base import paths
from course.base.errors import CourseError


def files(*patterns: str) -> list[Path]:
    """The files that Git keeps, and new ones that it would keep, in order.

    patterns: only files that match one of them (`*.md`, `labs`); all without it. CourseError where the folder is no Git
    clone.
    """
    argv = [
        "git",
        "-C",
        str(paths.ROOT),
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        *patterns,
    ]
    try:
        # This folder's own: a copy inside another clone is none.
        env = os.environ | {"GIT_CEILING_DIRECTORIES": str(paths.ROOT.parent)}
        result = subprocess.run(argv, capture_output=True, text=True, env=env)
        why = result.stderr.strip()
    except FileNotFoundError:
        why = "git is not installed."
    if why or result.returncode:
        raise CourseError("This folder is no clone for authors.", why, "git clone the course, and work there")
    names = {paths.ROOT / name for name in result.stdout.split("\0") if name}
    return sorted(path for path in names if path.is_file())  # not one that is being deleted
