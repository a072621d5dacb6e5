"""The one rule of what is ours, row by row."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from course.base import ownership


@pytest.mark.parametrize(
    ("written", "labelled", "ours"),
    [
        ("id", True, True),
        ("id", False, True),  # a clone that was moved: the label has its old folder
        ("another", True, False),  # the same label, another id
        ("another", False, False),
        ("", True, True),  # being made
        ("", False, False),
        (None, True, True),  # the state is lost
        (None, False, False),  # a name alone
    ],
)
def test_the_rule(written: str | None, labelled: bool, ours: bool) -> None:
    assert ownership.is_ours("id", written, labelled=labelled) is ours


def test_a_process_is_ours_by_program_and_environment(tmp_path: Path) -> None:
    env = {**os.environ, "WHOSE": "mine"}
    words = [sys.executable, "-c", "input()", "the-program"]
    with subprocess.Popen(words, env=env, stdin=subprocess.PIPE) as process:
        assert ownership.is_our_process(process.pid, "the-program", "WHOSE", "mine")
        assert not ownership.is_our_process(process.pid, "the-program", "WHOSE", "yours")
        assert not ownership.is_our_process(process.pid, "another-program", "WHOSE", "mine")
        process.kill()
    assert not ownership.is_our_process(process.pid, "the-program", "WHOSE", "mine")
