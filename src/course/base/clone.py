"""The files of this clone that the course reads: one that is gone or damaged is said, with what brings it back."""

import json
import shlex
from pathlib import Path
from typing import Any

from course.base import files, paths, shell
from course.base.errors import CourseError

FOLDERS = ("cluster", "docs", "labs", "notebooks", "src", "workshop")  # what commands read of the clone
OF_A_CELL = {"id", "cell_type", "source"}  # what every cell of ours has


class Lost(CourseError):
    """A file of the clone cannot be read as what it is. file: as it is called from the clone's folder."""

    def __init__(self, path: Path, how: str, why: str) -> None:
        self.file = called(path)
        super().__init__(f"{self.file} is {how}.", why, restore(self.file))


def gone(path: Path) -> Lost:
    """The error of a file that is not there."""
    return Lost(path, "gone", "It is a file of this clone, and was removed.")


def damaged(path: Path, why: str) -> Lost:
    """The error of a file that is there, and is not what the course brought."""
    return Lost(path, "damaged", why)


def called(path: Path) -> str:
    """A file's name from the clone's folder, where it is in it."""
    return str(path.relative_to(paths.ROOT) if path.is_relative_to(paths.ROOT) else path)


def restore(*names: str) -> str:
    """What brings files of the clone back, also where it was downloaded and Git knows nothing of it."""
    if _known_to_git():
        return f"git restore {shlex.join(names)}"
    return f"Download the course once more, and copy from there: {shlex.join(names)}"


def _known_to_git() -> bool:
    from shutil import which  # only for advice: see base/advice

    return (paths.ROOT / ".git").exists() and which("git") is not None


def explained(error: OSError) -> CourseError:
    """The error of any file in words: one of the clone that is gone comes back by Git."""
    path = Path(str(error.filename))
    if isinstance(error, FileNotFoundError) and any(path.is_relative_to(paths.ROOT / name) for name in FOLDERS):
        return gone(path)
    return files.unusable(error)


def kept(*folders: str) -> list[Path]:
    """The files in these folders that Git keeps, there or not; [] where Git cannot be asked."""
    if not _known_to_git():
        return []
    listed = shell.run(["git", "-C", str(paths.ROOT), "ls-files", "-z", "--", *folders])
    return [paths.ROOT / name for name in listed.stdout.split("\0") if name and not listed.returncode]


def text(path: Path) -> str:
    """The text of a file; CourseError where it is gone, is no text, or cannot be opened."""
    try:
        found = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise gone(path) from None
    except OSError as error:
        raise files.unusable(error) from None
    except UnicodeDecodeError:
        raise damaged(path, "It is no text.") from None
    if "\0" in found:  # what a machine that lost its power leaves of a file
        raise damaged(path, "It is no text.")
    return found


def notebook(path: Path) -> dict[str, Any]:
    """A notebook as it is stored; CourseError where it is none."""
    try:
        found: dict[str, Any] = json.loads(text(path))
        whole = all(cell.keys() >= OF_A_CELL for cell in found["cells"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise damaged(path, "It is no notebook.")
    return found
