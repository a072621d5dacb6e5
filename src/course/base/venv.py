"""The folder .venv, which the script `course` makes: a part of it that is gone or damaged has it made anew."""

import base64
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from course.base.errors import CourseError

if TYPE_CHECKING:
    from importlib import metadata

READ = (".py", ".json")
MADE = ".made"  # where the script writes down for which folder and which Python it is; without it, it is not ours
# Python's words where a program ended because a module of it is gone, or is not whole.
MISSING = re.compile(r"(?:No module named|cannot import name) '?([\w.]+)")


def incomplete(folder: Path, part: str) -> CourseError:
    """What is said of a part that cannot be used. pip would believe what it wrote down, and install nothing."""
    if folder.is_dir():
        (folder / MADE).write_text("half\n")
    again = f"the same command again: it makes {folder.name} anew, which takes one to two minutes"
    return CourseError(f"A part of {folder.name} is missing or damaged: {part}.", "It was half deleted.", again)


def damaged() -> str:
    """A file of an installed package that is not as it was installed, "" where all are: by pip's own record of them.

    It takes some seconds. Large files that Python does not read, such as libraries, are looked at for their size alone.
    """
    from importlib import metadata

    files = (file for package in metadata.distributions() for file in package.files or () if file.hash)
    return next((str(file) for file in files if not _is_as_installed(file)), "")


def _is_as_installed(file: "metadata.PackagePath") -> bool:
    path = Path(str(file.locate()))
    try:
        if path.stat().st_size != file.size:
            return False
        if not file.hash or file.suffix not in READ:
            return True
        digest = hashlib.new(file.hash.mode, path.read_bytes()).digest()
    except OSError:
        return False
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == file.hash.value
