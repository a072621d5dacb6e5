"""The folder .venv, which the script `course` makes: a part of it that is gone or damaged has it made anew."""

import re
from pathlib import Path

from course.base.errors import CourseError

MADE = ".made"  # where the script writes down for which folder and which Python it is
# Python's words where a program ended because a module of it is gone, or is not whole.
MISSING = re.compile(r"(?:No module named|cannot import name) '?([\w.]+)")


def incomplete(folder: Path, part: str) -> CourseError:
    """What is said of a part that cannot be used. pip would believe what it wrote down, and install nothing."""
    (folder / MADE).unlink(missing_ok=True)
    again = f"the same command again: it makes {folder.name} anew, which takes one to two minutes"
    return CourseError(f"A part of {folder.name} is missing or damaged: {part}.", "It was half deleted.", again)
