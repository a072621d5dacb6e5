"""The state folder, files that are replaced whole, and locks between commands."""

import errno
import fcntl
import os
import re
import shlex
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from course.base import paths
from course.base.errors import CourseError, NotReady, in_words

STREAMS = ("/dev/stdout", "/dev/stderr")  # they may lead to a file, which is somebody else's to replace
SAYING = 15.0  # seconds between two lines of who waits
PATIENCE = 20.0  # seconds for a lock that nobody holds for long
OWN_CACHE = "COURSE_CACHE=.course ./course up"
LOOK = "Check the disk (df -h) and whose the file is (ls -l), then run the same command again."


def state() -> Path:
    """The folder `.course`, made if it is not there; for its owner alone, because it holds keys and tokens."""
    paths.STATE.mkdir(parents=True, exist_ok=True)
    paths.STATE.chmod(0o700)
    return paths.STATE


def written_at(path: Path) -> int:
    """When a file was written last, in nanoseconds; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def unusable(error: OSError) -> CourseError:
    """The error of a file in words: which file, why, and what to type, which depends on the why."""
    file = Path(error.filename2 or error.filename or paths.STATE)
    return CourseError(f"{file} cannot be used.", in_words(error), _way_out(error.errno, file))


def _way_out(number: int | None, file: Path) -> str:
    # A folder where a file belongs, or the other way round, or a link that leads to itself.
    if number in (errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ELOOP):
        return past(next((path for path in [*reversed(file.parents), file] if _is_no_folder(path)), file))
    if number in (errno.EACCES, errno.EPERM) and (ours := _of_ours(file)):
        return f"sudo chown -R $(id -un) {shlex.quote(str(ours))}, then the same command again"
    if number in (errno.EACCES, errno.EPERM, errno.EROFS) and file.is_relative_to(paths.cache()):
        return OWN_CACHE
    if number == errno.ENOSPC:
        return f"df -h {shlex.quote(str(file.parent))}, free some space, then the same command again"
    if number in (errno.EROFS, errno.EACCES, errno.EPERM) and file.is_relative_to(paths.STATE):
        return f"export COURSE_STATE={_elsewhere()}, then the same command again"
    if number == errno.EROFS and file.is_relative_to(paths.ROOT):
        return a_copy()
    return "ulimit -f unlimited, then the same command again" if number == errno.EFBIG else LOOK


def a_copy() -> str:
    """What makes a copy of this clone where one may write, without what is made anew there."""
    here, there = shlex.quote(str(paths.ROOT)), "~/externalname-course"
    left = "--exclude='./.venv*' --exclude=./.course"
    return f"mkdir {there} && tar -C {here} {left} -cf - . | tar -C {there} -xf -, then work there"


def _is_no_folder(path: Path) -> bool:
    return os.path.lexists(path) and not os.path.isdir(path)  # noqa: PTH112 - of Path it raises where it may not look


def past(wrong: Path) -> str:
    """The way past what is of another kind than it should be: aside, but only in a folder of the course's own.

    Elsewhere it is right where it is, and a variable leads there.
    """
    ours = (paths.STATE, paths.WORKSPACE, paths.cache())
    if any(wrong.is_relative_to(folder) for folder in ours) or paths.PROGRESS in wrong.parents:
        return f"mv {shlex.quote(str(wrong))} {shlex.quote(f'{wrong}.old')}, then the same command again"
    if paths.STATE.is_relative_to(wrong):
        return "unset COURSE_STATE, then the same command again"
    return OWN_CACHE if paths.cache().is_relative_to(wrong) else LOOK


def _of_ours(file: Path) -> Path | None:
    """The folder of the course's own that the file is in, where it is there and may be given to another user whole."""
    folders = (paths.STATE, paths.WORKSPACE)
    return next((folder for folder in folders if file.is_relative_to(folder) and os.access(folder, os.F_OK)), None)


def _elsewhere() -> str:
    """A folder for the state where this user may write."""
    home = Path(os.environ.get("HOME", ""))
    writable = home.is_absolute() and os.access(home, os.W_OK)
    return shlex.quote(str(home / "externalname-state")) if writable else "A-FOLDER-ON-ANOTHER-DISK"


def text(path: Path) -> str:
    """The text of a file; ValueError for a pipe or a device, which would be waited at for ever."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ValueError("it is not a file")
    return path.read_text()


def replace(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Write a file in one step: a reader sees the old one or the new one, never half.

    Its folder is made. Where it is a link, that stays, and leads to the new one. OSError as open().
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    place = Path(os.path.realpath(path))
    with written(place, text.encode(), mode) as part:
        part.replace(place)


def hand_over(target: Path, content: str | bytes, *, again: str) -> str:
    """Write a file where the learner wants it, whole or not at all; what was there is kept beside it.

    Returns what is to be said of that, "" where nothing was there. again: the command, with another file. CourseError
    where it cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        if str(target) in STREAMS or (target.exists() and not target.is_file()):
            with target.open("wb") as out:  # a pipe or a device; OSError for a folder
                out.write(data)
            return ""
        place = Path(os.path.realpath(target))
        with written(place, data, 0o644) as part:
            kept = _kept(place, data)
            part.replace(place)
    except OSError as reason:
        raise CourseError(f"{target} cannot be written.", in_words(reason), again) from None
    return f" What was there is kept as {kept}." if kept else ""


def _kept(path: Path, data: bytes) -> Path | None:
    """The new name of a file that is to be another one; None where nothing would be lost."""
    size = path.stat().st_size if path.exists() else 0
    if not size or (size == len(data) and path.read_bytes() == data):
        return None
    return aside(path)


def aside(path: Path) -> Path:
    """Give a file a dated name, and so its own to another one; the new one."""
    return path.rename(path.with_name(f"{path.stem}.until-{datetime.now(UTC):%Y%m%dT%H%M%S%f}{path.suffix}"))


@contextmanager
def written(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """A file beside `path` with all of the data on the disk; it goes again where nobody renames it."""
    part = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
            os.fchmod(out.fileno(), mode)  # whatever the terminal's umask takes away
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        yield part
    except OSError as error:
        if error.errno and not error.filename:  # a disk that is full names no file
            error.filename = str(path)
        raise
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def lock(path: Path, *, waiting: Callable[[str], None] | None = None, shared: bool = False) -> Iterator[None]:
    """Hold a lock that other processes see, for as long as the block runs.

    waiting: told who has it, when it is not free and each SAYING seconds until it is; without it nobody waits for long.
    Many may hold a shared one at a time. NotReady where the one who has it is stopped, or does not come to an end.
    """
    with _opened(path) as file:
        begun = last_told = time.monotonic()
        while not _locked(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
            _refuse_to_wait(path, for_long=waiting is None and time.monotonic() - begun > PATIENCE)
            if waiting and (last_told == begun or time.monotonic() - last_told > SAYING):
                waiting(_called(holder(path)))
                last_told = time.monotonic()
            time.sleep(0.1)
        yield


def _opened(path: Path, how: int = os.O_RDWR | os.O_CREAT) -> IO[str]:
    """The file of a lock; OSError for anything else there: a link leads to what is not ours, a pipe is waited at."""
    if how & os.O_CREAT:
        path.parent.mkdir(parents=True, exist_ok=True)
    number = os.open(path, how | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise FileExistsError(errno.EEXIST, "It is no file", str(path))
    return os.fdopen(number)


def _locked(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def holder(path: Path) -> int:
    """The id of a process that holds the lock; 0 where that cannot be told, as elsewhere than on Linux."""
    with suppress(OSError, ValueError):
        inode = path.stat().st_ino
        for line in Path("/proc/locks").read_text().splitlines():
            fields = line.split()  # 1: FLOCK ADVISORY WRITE 4711 fe:00:1234 0 EOF; one that waits has -> before FLOCK
            if fields[1] == "FLOCK" and fields[5].endswith(f":{inode}"):
                return int(fields[4])
    return 0


def stopped(path: Path) -> int:
    """The id of a process that holds the lock and was stopped, as Ctrl-Z does it; 0 where there is none."""
    pid = holder(path)
    with suppress(OSError):
        return pid if "\nState:\tT" in Path(f"/proc/{pid}/status").read_text() else 0
    return 0


def go_on(pid: int) -> str:
    """What to type so that a stopped process goes on: with its group, which Ctrl-Z stopped with it."""
    return f"kill -CONT -{os.getpgid(pid)}"


def _refuse_to_wait(path: Path, *, for_long: bool) -> None:
    """NotReady where waiting leads nowhere."""
    if pid := stopped(path):
        raise NotReady(
            f"Another course command, {_called(pid)}, is stopped, and holds {path.name}.",
            "Somebody pressed Ctrl-Z in its terminal: it neither goes on nor ends.",
            f"{go_on(pid)}, then the same command again",
        )
    if for_long:
        pid = holder(path)
        why = f"It is {_called(pid)}." if pid else "No process of this machine is known to hold it."
        end = f"kill {pid}, then the same command again" if pid else f"rm {shlex.quote(str(path))}, then try again"
        raise NotReady(f"Another command has held {path} for {PATIENCE:.0f} s.", why, end)


def _called(pid: int) -> str:
    """A process in words: its id, and what was typed."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
        verbs = [
            word for word in words[1:] if re.fullmatch(r"\w[\w .-]{0,40}", word)
        ]  # no paths, no programs in a line
        typed = f" ({' '.join(verbs[-3:])})" if verbs else ""
        return f"process {pid}{typed}" if pid else "another process"
    return f"process {pid}"


@contextmanager
def lock_if_free(path: Path) -> Iterator[bool]:
    """The same without waiting: whether the lock was free, and so is held by the block."""
    with _opened(path) as file:
        yield _locked(file, fcntl.LOCK_EX)


def is_locked(path: Path) -> bool:
    """Whether another process holds the lock right now."""
    try:
        with _opened(path, os.O_RDONLY) as file:
            return not _locked(file, fcntl.LOCK_SH)
    except FileNotFoundError:
        return False
