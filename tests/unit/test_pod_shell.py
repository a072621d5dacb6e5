"""The open shell, with a `kubectl` that only starts a shell here; no cluster needed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.base import shell
from course.lessons.migration import pod_shell


@pytest.fixture(autouse=True)
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    stub = tmp_path / "kubectl"
    stub.write_text("#!/bin/sh\nexec sh\n")
    stub.chmod(0o755)
    monkeypatch.setattr(
        shell, "environment", lambda: {"PATH": f"{tmp_path}:{os.environ['PATH']}", "TMPDIR": str(tmp_path)}
    )
    yield
    pod_shell.close()


def run(*argv: str, timeout: float = 10) -> tuple[int, str, str]:
    result = pod_shell.run("namespace", "pod", *argv, timeout=timeout)
    return result.returncode, result.stdout, result.stderr


def test_output_errors_and_exit_code_come_apart() -> None:
    assert run("sh", "-c", "echo 'to out'; echo 'to err' >&2; exit 3") == (3, "to out\n", "to err\n")


def test_one_shell_serves_many_programs() -> None:
    run("true")
    first = pod_shell._OPEN.shell_in_pod
    assert [run("echo", str(number))[1] for number in range(5)] == [f"{number}\n" for number in range(5)]
    assert pod_shell._OPEN.shell_in_pod is first


def test_words_stay_words() -> None:
    assert run("printf", "%s|", "a b", "it's", "$HOME", "\\!")[1] == "a b|it's|$HOME|\\!|"


def test_much_output_is_whole() -> None:
    assert len(run("head", "-c", "3000000", "/dev/zero")[1]) == 3_000_000


def test_a_program_that_hangs_is_lost_and_the_next_one_is_answered() -> None:
    assert run("timeout", "2", "tail", "-f", "/dev/null", timeout=0.3)[0] == 255
    assert run("echo", "here") == (0, "here\n", "")


def test_a_shell_that_ended_is_opened_anew() -> None:
    run("true")
    opened = pod_shell._OPEN.shell_in_pod
    opened.process.kill()
    opened.process.wait()
    assert run("echo", "here") == (0, "here\n", "")
