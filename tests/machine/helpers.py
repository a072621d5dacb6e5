"""Processes of this machine, and the course as a command in a terminal."""

import os
import signal
import subprocess
import sys
from pathlib import Path

# What ./course ends as, once all is installed; not ./course itself, which may install for a minute first.
COMMAND = (sys.executable, "-P", "-m", "course")


def command_lines() -> dict[int, str]:
    """What every user of this machine may read of each process: its id, and its words with blanks between."""
    lines = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines[int(path.parent.name)] = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it ended meanwhile
            continue
    return lines


def parent(pid: int) -> int:
    """The id of the process that started this one; 0 where it has ended."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


class Terminal:
    """One command of the course in a terminal of its own: read what it says, and press Ctrl-C."""

    def __init__(self, *words: str, env: dict[str, str] | None = None) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [*COMMAND, *words],
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def read_to(self, beginning: str) -> str:
        """Read until a line begins so, and return it; AssertionError with all that was said if none does."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if line.startswith(beginning):
                return line
        raise AssertionError(f"no line begins with {beginning!r}:\n{''.join(self.lines)}")

    def child(self, word: str) -> int | None:
        """The id of a process that the command started and that has this word in its command line."""
        ids = [pid for pid, line in command_lines().items() if word in line and parent(pid) == self.process.pid]
        return ids[0] if ids else None

    def press_ctrl_c(self) -> int:
        """As a terminal does: to each process of the group. The exit code, when the command has ended."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.wait()

    def wait(self) -> int:
        """Read to the end; the exit code."""
        assert self.process.stdout
        self.lines += self.process.stdout
        return self.process.wait()

    def close(self) -> None:
        """After a test that failed: nothing of it stays."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()
