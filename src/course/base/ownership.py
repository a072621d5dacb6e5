"""What is ours: the one rule that each verb asks before it removes something.

A name decides nothing, because anybody may give it. What decides is the id that the state folder holds. Where the state
folder holds none, it is the label that the course puts on what it makes. Of two folders that hold the same id, it is
the one that the label names: the other one is a copy.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from shutil import rmtree

from course.base.errors import Foreign

ANOTHER_NAME = "COURSE_CLUSTER=externalname2 COURSE_STATE=second ./course up"  # beside what is somebody else's


def is_ours(thing_id: str, written: str | None, *, labelled: bool) -> bool:
    """Whether a thing that has one of our names is ours.

    written: the id in the state folder; "" while the thing is being made, None where the state is lost. labelled: it
    carries our mark, which nobody gives by chance. Same name and other label, or same label and other id: not ours.
    """
    return thing_id == written if written else labelled


def refuse_copy(what: str, original: Path, here: Path, thing_id: str) -> None:
    """Foreign where the state file `here` is a copy: the one it was written as is there, and is of the same thing.

    Of a clone that was moved, the old file is gone, or is another clone's by now.
    """
    try:
        is_copy = not original.samefile(here) and thing_id.encode() in original.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        is_copy = False
    except OSError:  # another user's: it is there
        is_copy = True
    if is_copy:
        raise Foreign(
            f"{what} is of another folder: {original.parent}.",
            f"{here.parent} is a copy of that one, and what is in use there is left alone.",
            f"Use another name here: {ANOTHER_NAME}",
        )


def is_our_process(pid: int, program: str, variable: str, value: str) -> bool:
    """Whether a process was started by us: it runs this program, and has this variable in its environment.

    A process id is no id: after its process has ended, the next one may get it. And what our process started has the
    environment, too.
    """
    import psutil  # loads for a while, and only `down` asks

    try:
        process = psutil.Process(pid)
        labelled = process.environ().get(variable) == value and program in process.cmdline()
    except (psutil.Error, OSError, ValueError):
        return False
    return is_ours(str(pid), None, labelled=labelled)


def remove_files(folder: Path, names: Iterable[str]) -> list[str]:
    """Remove from a folder of ours what has one of our names and our owner, then the folder if it is empty.

    names: regular expressions. A link is removed, and what it leads to stays. Returns the names that are left.
    """
    pattern = re.compile("|".join(names))
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        owner = str(path.lstat().st_uid)
        if is_ours(owner, str(os.getuid()), labelled=False) and pattern.fullmatch(path.name):
            _remove(path)
    left = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if not left and folder.is_dir():
        folder.rmdir()
    return left


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
