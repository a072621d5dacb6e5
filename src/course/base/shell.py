"""Run other programs: their words go to a log, and a failure says where to read them."""

import os
import re
import selectors
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from course.base.errors import CourseError, in_words
from course.base.paths import KUBECONFIG, LOGS, STATE, VENV_BIN

Completed = subprocess.CompletedProcess[str]
NO_ANSWER = 124  # the exit code where a program did not end in time, as of timeout(1)
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


waited_for: dict[float, str] = {}  # the programs that somebody waits for: since when, and what was typed


@contextmanager
def noted(argv: Sequence[str]) -> Iterator[None]:
    """While it is waited for a program, it can be said for which."""
    since = time.monotonic()
    waited_for[since] = " ".join([Path(argv[0]).name, *argv[1:]])
    try:
        yield
    finally:
        waited_for.pop(since, None)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of what we start: our kubeconfig and our tools, and never a proxy on the way to this machine."""
    env = dict(os.environ)
    env["KUBECONFIG"] = str(KUBECONFIG)
    env["KUBECACHEDIR"] = str(STATE / "kube-cache")  # else kubectl writes under ~/.kube
    env["PATH"] = f"{VENV_BIN}{os.pathsep}{env.get('PATH', '')}"
    if any(name in env for name in PROXIES):
        env["NO_PROXY"] = env["no_proxy"] = ",".join(
            filter(None, [env.get("NO_PROXY") or env.get("no_proxy"), "127.0.0.1,localhost"])
        )
    if "TMPDIR" in env and not _takes_files(env["TMPDIR"]):
        del env["TMPDIR"]  # the engine fails there, whatever it is asked
    if "HOME" in env and not Path(env["HOME"]).is_dir():
        del env["HOME"]  # the same; without it the engine takes the one of the system's list of users
    return env | dict(extra or {})


def _takes_files(folder: str) -> bool:
    """Whether a folder for temporary files can be one."""
    from tempfile import TemporaryFile

    try:
        with TemporaryFile(dir=folder, buffering=0) as probe:
            return probe.write(bytes(1 << 16)) == 1 << 16
    except OSError:
        return False


def use_environment() -> None:
    """kubectl in this process, a notebook's kernel, talks to the course's cluster and to no other.

    It does so wherever the notebook was opened.
    """
    own = environment()
    kept = ("KUBECONFIG", "KUBECACHEDIR", "PATH", "NO_PROXY", "no_proxy")
    os.environ.update({name: own[name] for name in kept if name in own})


def without_proxies(env: Mapping[str, str]) -> dict[str, str]:
    """The same environment for programs that only ever talk to this machine."""
    return {name: value for name, value in env.items() if name not in PROXIES}


def run(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, text: str | None = None, timeout: float = 60
) -> Completed:
    """Run and capture; never raises for a failing program. A missing program is returncode 127, a hang 124.

    Text is UTF-8 whatever the locale says; a byte that is none comes as its number in hexadecimal.
    """
    return begin(command, env=env, text=text, timeout=timeout)()


def begin(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, text: str | None = None, timeout: float = 60
) -> Callable[[], Completed]:
    """The same, begun now, beside what follows; calling what comes back waits for its end."""
    argv = [str(word) for word in command]
    try:
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE if text is not None else None, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            encoding="utf-8", errors="backslashreplace", env=dict(env or environment()),
        )  # fmt: skip
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)  # else it is no program, or may not be run
        why = "not found" if missing else in_words(error)
        unstarted = subprocess.CompletedProcess(argv, 127 if missing else 126, "", f"{argv[0]}: {why}")
        return lambda: unstarted
    return lambda: _ended(process, argv, text, timeout)


def _ended(process: subprocess.Popen[str], argv: list[str], text: str | None, timeout: float) -> Completed:
    """What the program said; it is stopped where it does not end in time, or where the waiting is interrupted."""
    with process, noted(argv):
        try:
            out, err = process.communicate(text, timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            return subprocess.CompletedProcess(argv, NO_ANSWER, "", f"{argv[0]}: no answer within {timeout:.0f} s")
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(argv, process.returncode, out, err)


def output(
    command: Sequence[str | Path],
    *,
    doing: str,
    next: str = "",
    env: Mapping[str, str] | None = None,
    text: str | None = None,
    timeout: float = 120,
) -> str:
    """Run, and return what it printed; a failure becomes a CourseError with the program's last words."""
    result = run(command, env=env, text=text, timeout=timeout)
    if result.returncode:
        raise CourseError(f"{doing} failed.", last_words(result.stderr or result.stdout), next)
    return result.stdout


def poured(
    command: Sequence[str | Path], into: IO[bytes], *, doing: str, most: int, timeout: float, next: str = ""
) -> None:
    """Run, and write what it prints to a file as it comes: for what may print without end.

    A failure becomes a CourseError, and so do more than `most` bytes and more than `timeout` seconds.
    """
    argv = [str(word) for word in command]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    with process, noted(argv):
        try:
            complaints = _flow(process, into, most, timeout)
        except _Limit as limit:
            process.kill()
            raise CourseError(f"{doing} failed.", str(limit), next) from None
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise CourseError(f"{doing} failed.", last_words(complaints), next)


class _Limit(Exception):
    """A program went on for longer than it may."""


def _flow(process: subprocess.Popen[bytes], into: IO[bytes], most: int, timeout: float) -> str:
    """What the program prints goes into the file; the beginning of what it complains of comes back."""
    deadline, complaints, written = time.monotonic() + timeout, b"", 0
    with selectors.DefaultSelector() as streams:
        for stream in filter(None, (process.stdout, process.stderr)):
            streams.register(stream, selectors.EVENT_READ)
        while streams.get_map():
            for key, _ in streams.select(max(0.0, deadline - time.monotonic())):
                piece = os.read(key.fd, 1 << 20)
                if not piece:
                    streams.unregister(key.fileobj)
                elif key.fileobj is process.stderr:
                    complaints = (complaints + piece)[:4000]
                elif (written := written + len(piece)) > most:
                    raise _Limit(f"It sends more than {most:,} bytes.")
                else:
                    into.write(piece)
            if time.monotonic() > deadline:
                raise _Limit(f"It did not end within {timeout:.0f} s.")
    return complaints.decode(errors="backslashreplace")


def log_file(name: str) -> Path:
    """`.course/logs/NAME.log`, its folder made."""
    LOGS.mkdir(parents=True, exist_ok=True)
    return LOGS / f"{name}.log"


def logged(
    command: Sequence[str | Path],
    *,
    log: str,
    doing: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> None:
    """Run something long with its output in a log.

    A failure names the log, the cause where it is known, and what now.
    """
    path = log_file(log)
    with path.open("a") as out:
        begun = out.tell()
        out.write(f"\n$ {' '.join(str(word) for word in command)}\n")
        out.flush()
        argv = [str(word) for word in command]
        with noted(argv):
            result = subprocess.run(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=cwd, env=dict(env or environment())
            )
    if result.returncode:
        text = path.read_bytes()[begun:].decode(errors="replace")  # not what an earlier run left in the log
        raise CourseError(f"{doing} failed.", _reason(text), _advice(text, path))


def last_words(text: str, lines: int = 3) -> str:
    """The last lines that say something."""
    stripped = [line.strip() for line in text.splitlines() if line.strip()]
    return " / ".join(stripped[-lines:]) or "it said nothing"


def _reason(text: str) -> str:
    """The last line that calls itself an error; else the last lines. What comes after it may be a stack of calls."""
    errors = [line for line in text.splitlines() if re.match(r"\s*(error|fatal|E)\b", line, re.IGNORECASE)]
    return last_words("\n".join(errors[-1:]) or text)


def _advice(text: str, path: Path) -> str:
    if "no space left" in text.lower():
        return "Free some disk space (df -h), then run the same command again: finished parts are kept."
    return f"Read {path}, then run the same command again: finished parts are kept."


def first_on_path(names: Iterable[str]) -> str | None:
    """The first of these programs that is on PATH."""
    from shutil import which

    return next((path for name in names if (path := which(name))), None)
