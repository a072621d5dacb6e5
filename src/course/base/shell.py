"""Run other programs: their words go to a log, and a failure says where to read them."""

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from course.base.errors import CourseError
from course.base.paths import KUBECONFIG, LOGS, STATE, VENV_BIN

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of what we start: our kubeconfig and our tools, and never a proxy on the way to this machine."""
    own = dict(os.environ)
    own["KUBECONFIG"] = str(KUBECONFIG)
    own["KUBECACHEDIR"] = str(STATE / "kube-cache")  # else kubectl writes under ~/.kube
    own["PATH"] = f"{VENV_BIN}{os.pathsep}{own.get('PATH', '')}"
    if any(name in own for name in PROXIES):
        own["NO_PROXY"] = own["no_proxy"] = ",".join(
            filter(None, [own.get("NO_PROXY") or own.get("no_proxy"), "127.0.0.1,localhost"])
        )
    return own | dict(extra or {})


def without_proxies(own: Mapping[str, str]) -> dict[str, str]:
    """The same environment for programs that only ever talk to this machine."""
    return {name: value for name, value in own.items() if name not in PROXIES}


def run(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, text: str | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run and capture; never raises for a failing program. A missing program is returncode 127, a hang 124."""
    words = [str(word) for word in command]
    try:
        return subprocess.run(words, input=text, capture_output=True, text=True, timeout=timeout, env=dict(env or environment()))
    except FileNotFoundError:
        return subprocess.CompletedProcess(words, 127, "", f"{words[0]}: not found")
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 124, "", f"{words[0]}: no answer within {timeout:.0f} s")


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
    done = run(command, env=env, text=text, timeout=timeout)
    if done.returncode:
        raise CourseError(f"{doing} failed.", last_words(done.stderr or done.stdout), next)
    return done.stdout


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
    """Run something long with its output in a log; a failure names the log, the cause where it is known, and what now."""
    path = log_file(log)
    with path.open("a") as out:
        begun = out.tell()
        out.write(f"\n$ {' '.join(str(word) for word in command)}\n")
        out.flush()
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=cwd,
            env=dict(env or environment()),
        )
    if done.returncode:
        said = path.read_bytes()[begun:].decode(errors="replace")  # not what an earlier run left in the log
        raise CourseError(f"{doing} failed.", last_words(said), _advice(said, path))


def last_words(text: str, lines: int = 3) -> str:
    """The last lines that say something."""
    said = [line.strip() for line in text.splitlines() if line.strip()]
    return " / ".join(said[-lines:]) or "it said nothing"


def _advice(said: str, path: Path) -> str:
    if "no space left" in said.lower():
        return "Free some disk space (df -h), then run the same command again: finished parts are kept."
    return f"Read {path}, then run the same command again: finished parts are kept."


def first_on_path(names: Iterable[str]) -> str | None:
    """The first of these programs that is on PATH."""
    from shutil import which

    return next((found for name in names if (found := which(name))), None)
