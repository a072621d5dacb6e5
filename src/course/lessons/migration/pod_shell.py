"""A shell that stays open in the operator's Pod.

Each step of a switch runs programs there. A new `kubectl exec` for each costs more than the step itself, and between
fence and apply every second is an outage.
"""

import contextlib
import os
import selectors
import shlex
import subprocess
import threading
import time

from course.base import shell

_OPEN = threading.local()
# What a program printed goes to files first, so that the answer can say how long each part is.
_SCRIPT = (
    'answer="${{TMPDIR:-/tmp}}/answer.$$"; ({argv}) </dev/null >"$answer.out" 2>"$answer.err"; '
    'echo $? $(wc -c <"$answer.out") $(wc -c <"$answer.err"); cat "$answer.out" "$answer.err"\n'
)


class ShellLost(Exception):
    """The shell ended, or did not answer in time."""


class PodShell:
    """One open shell. Not for two threads at once: use `run`."""

    def __init__(self, namespace: str, pod: str) -> None:
        """Open it."""
        argv = ["kubectl", "-n", namespace, "exec", "-i", pod, "--", "sh"]
        env = shell.without_proxies(shell.environment())
        pipe, null = subprocess.PIPE, subprocess.DEVNULL
        self.process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=null, env=env, bufsize=0)
        self.unread = b""

    def run(self, argv: tuple[str, ...], timeout: float) -> subprocess.CompletedProcess[str]:
        """Run a program there; ShellLost where the shell is gone, and then nobody knows whether it ran."""
        deadline = time.monotonic() + timeout
        stdin = self.process.stdin
        assert stdin
        with contextlib.suppress(BrokenPipeError):  # the read below says that it is lost
            stdin.write(_SCRIPT.format(argv=shlex.join(argv)).encode())
        code, out, err = (int(part) for part in self._until_newline(deadline).split())
        text = self._exactly(out + err, deadline)
        return subprocess.CompletedProcess(
            argv, code, text[:out].decode(errors="replace"), text[out:].decode(errors="replace")
        )

    def _until_newline(self, deadline: float) -> bytes:
        while b"\n" not in self.unread:
            self._more(deadline)
        line, _, self.unread = self.unread.partition(b"\n")
        return line

    def _exactly(self, size: int, deadline: float) -> bytes:
        while len(self.unread) < size:
            self._more(deadline)
        part, self.unread = self.unread[:size], self.unread[size:]
        return part

    def _more(self, deadline: float) -> None:
        assert self.process.stdout
        with selectors.DefaultSelector() as ready:
            ready.register(self.process.stdout, selectors.EVENT_READ)
            if not ready.select(max(0.0, deadline - time.monotonic())):
                raise ShellLost("no answer in time")
        if not (chunk := os.read(self.process.stdout.fileno(), 1 << 16)):
            raise ShellLost("the operator's Pod is gone, or the cluster does not answer")
        self.unread += chunk

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()


def run(namespace: str, pod: str, *argv: str, timeout: float) -> subprocess.CompletedProcess[str]:
    """A program in the Pod, through this thread's open shell.

    A lost shell is exit code 255 and opened anew next time.
    """
    shell_in_pod: PodShell | None = getattr(_OPEN, "shell_in_pod", None)
    if shell_in_pod is None or shell_in_pod.process.poll() is not None:
        close()
        shell_in_pod = _OPEN.shell_in_pod = PodShell(namespace, pod)
    try:
        return shell_in_pod.run(argv, timeout)
    except ShellLost as lost:
        close()
        return subprocess.CompletedProcess(argv, 255, "", str(lost))


def close() -> None:
    """End this thread's shell, where there is one."""
    if shell_in_pod := getattr(_OPEN, "shell_in_pod", None):
        shell_in_pod.close()
        _OPEN.shell_in_pod = None
