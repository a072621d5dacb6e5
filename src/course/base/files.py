"""The state folder, files that are replaced whole, and locks between commands."""

import errno
import fcntl
import os
import shlex
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from course.base import paths
from course.base.errors import CourseError, in_words


def state() -> Path:
    """The folder `.course`, made if it is not there; for its owner alone, because it holds keys and tokens."""
    paths.STATE.mkdir(parents=True, exist_ok=True)
    paths.STATE.chmod(0o700)
    return paths.STATE


def unusable(error: OSError) -> CourseError:
    """The error of a file in words: which file, why, and what to type, which depends on the why."""
    file = Path(error.filename2 or error.filename or paths.STATE)
    return CourseError(f"{file} cannot be used.", in_words(error), _way_out(error.errno, file))


def _way_out(number: int | None, file: Path) -> str:
    # A folder where a file belongs, or the other way round, or a link that leads to itself.
    if number in (errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ELOOP):
        wrong = next((path for path in file.parents if path.exists() and not path.is_dir()), file)
        return f"mv {shlex.quote(str(wrong))} {shlex.quote(f'{wrong}.old')}, then the same command again"
    if number in (errno.EACCES, errno.EPERM) and file.is_relative_to(paths.STATE):
        return f"sudo chown -R $(id -un) {shlex.quote(str(paths.STATE))}, then the same command again"
    if number in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR) and file.is_relative_to(paths.cache()):
        return "COURSE_CACHE=.course ./course up"
    if number == errno.ENOSPC:
        return f"df -h {shlex.quote(str(file.parent))}, free some space, then the same command again"
    if number == errno.EROFS:
        return "export COURSE_STATE=A-FOLDER-ON-ANOTHER-DISK, then the same command again"
    return "Check the disk (df -h) and whose the file is (ls -l), then run the same command again."


def replace(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Write a file in one step: a reader sees the old one or the new one, never half.

    Its folder is made. OSError as open().
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno and not error.filename:  # a disk that is full names no file
            error.filename = str(path)
        raise
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def lock(path: Path, *, waiting: Callable[[], None] = lambda: None, shared: bool = False) -> Iterator[None]:
    """Hold a lock that other processes see, for as long as the block runs.

    `waiting` is called if somebody else has it. Many may hold a shared one at a time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    with path.open("w") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, kind)
        yield


@contextmanager
def lock_if_free(path: Path) -> Iterator[bool]:
    """The same without waiting: whether the lock was free, and so is held by the block."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def is_locked(path: Path) -> bool:
    """Whether another process holds the lock right now."""
    if not path.exists():
        return False
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
