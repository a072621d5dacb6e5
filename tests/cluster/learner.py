"""A learner who types what the course says, word for word, in one terminal."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from course.base import paths
from course.provision import lifecycle

PATIENCE = 30.0  # seconds without a line after which a learner thinks that it hangs
MOST_LINES = 3
ADVICE = re.compile(r"(?m)^(?:Next:| +type:) +(.*)$")
ASSIGNED = r"(?:[A-Z_]+=\S+ )*"
COMMAND = re.compile(rf"{ASSIGNED}(?:\S*/)?(?:course|kubectl|mv|chown|sudo|podman|docker|export|unset|kill|rm|cp)\b")
AGAIN = re.compile(r"(?:run )?the same command(?: again)?\b")


@dataclass
class Said:
    """What a command printed, its exit code, and the longest time in seconds without a word of it."""

    text: str
    returncode: int
    silent: float


@dataclass
class Learner:
    """One terminal in a folder: what is exported in it stays.

    typed: each line so far. env: None is not set at all. inside: a command, as it is run in another network namespace.
    """

    env: dict[str, str | None] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    settings: str = ""
    folder: Path = paths.ROOT
    inside: Callable[[Sequence[str]], list[str]] = list

    def type(self, line: str, ctrl_c_at: str = "") -> Said:
        """Type one line, and wait for the prompt. ctrl_c_at: words of the command at which Ctrl-C is pressed."""
        self.typed.append(line)
        if line.startswith(("export ", "unset ", "ulimit ", "umask ", "cd ")):
            self.settings += f"{line}\n"
        reading, writing = os.openpty()
        command = ["/bin/bash", "-c", f"{self.settings}{line}"]
        env = {name: value for name, value in {**_plain(), **self.env}.items() if value is not None}
        process = subprocess.Popen(
            self.inside(command), stdin=subprocess.DEVNULL, stdout=writing, stderr=writing, cwd=self.folder, env=env,
            process_group=0 if ctrl_c_at else None,
        )  # fmt: skip
        os.close(writing)
        last, silent, said = time.monotonic(), 0.0, b""
        for part in _parts(reading):
            silent, last, said = max(silent, time.monotonic() - last), time.monotonic(), said + part
            if ctrl_c_at and ctrl_c_at in said.decode(errors="replace"):
                os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to each process of the group
                ctrl_c_at = ""
        os.close(reading)
        return Said(said.decode(errors="replace").replace("\r\n", "\n"), process.wait(), silent)

    def follow(self, advice: str) -> Said:
        """Type the commands of one line of advice; of several ways the first that works."""
        assert ways(advice, ""), f"nothing to type in {advice!r}"
        last_of_course = next(line for line in reversed(self.typed) if "course" in line)
        for way in ways(advice, last_of_course):
            again = [] if any("course " in line for line in way) else [last_of_course]
            for line in [*way, *again]:
                done = self.type(line)
                if done.returncode:
                    break
            else:
                return done
        return done


def _plain() -> dict[str, str]:
    """The environment of a terminal of the learner's own: the tests' has the course's kubeconfig and tools."""
    env = {name: value for name, value in os.environ.items() if name not in ("KUBECONFIG", "KUBECACHEDIR")}
    folders = [folder for folder in env["PATH"].split(os.pathsep) if folder != str(paths.VENV_BIN)]
    return env | {"PATH": os.pathsep.join(folders)}


def _parts(terminal: int) -> Iterator[bytes]:
    """What comes out of a terminal, as it comes."""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the last program that had it has ended
            return
        if not part:
            return
        yield part


def ways(advice: str, again: str) -> list[list[str]]:
    """The commands of a line of advice, `A, then B. Or: C` is [[A, B], [C]]; prose between them is no command.

    again: what "the same command again" means.
    """
    found = []
    for way in re.split(r"[.,;]? [Oo]r: ", advice):
        steps = [_command(step, again) for step in re.split(r", then |; |\. |: (?=[./A-Zk])", way)]
        if commands := [step for step in steps if step]:
            found.append(commands)
    return found


def _command(step: str, again: str) -> str:
    if AGAIN.match(step):
        return again
    inner = re.search(r"\(([^()]*)\)", step)
    for text in (step, inner[1] if inner else ""):
        if COMMAND.match(text):
            return text.strip().rstrip(".")
    return ""


def _is_ready() -> bool:
    return lifecycle.status()["ready"] is True


def led_out(learner: Learner, first: str = "./course status", ready: Callable[[], bool] = _is_ready) -> list[str]:
    """Type what is said until the course is ready; each line of advice that it took.

    AssertionError for a fourth line, a traceback, an exit code that is none, or a long silence.
    """
    lines: list[str] = []
    done = learner.type(first)
    while done.returncode or not lines:
        where = f"after {learner.typed}: {done.text}"
        assert "Traceback" not in done.text and done.returncode in (0, 1, 2), where
        assert done.silent < PATIENCE, f"{done.silent:.0f} s without a word {where}"
        advice = ADVICE.findall(done.text) or ([] if lines else ["./course up"])
        assert advice, f"no advice {where}"
        assert len(lines) < MOST_LINES, f"no way out {where}"
        lines.append(advice[0])
        done = learner.follow(advice[0])
    assert ready(), f"{learner.typed} ended well, and the course is not ready"
    return lines
