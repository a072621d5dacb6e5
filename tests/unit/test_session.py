"""Ctrl-C at a moment that no test in a terminal can hit: while a line is being said."""

import subprocess

import pytest

from course.jupyter import jupyterlab, session
from course.lessons import workspace
from course.provision import lifecycle

PLACE = jupyterlab.Server(1, 8888, "token")


@pytest.mark.parametrize(("line", "raised"), [("Begin there", True), (session.HOW_TO_END, False)])
def test_ctrl_c_while_a_line_is_said_ends_jupyterlab(line: str, raised: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    process = subprocess.Popen(["sleep", "600"])
    monkeypatch.setattr(workspace, "prepare", lambda say: None)
    monkeypatch.setattr(lifecycle, "up", lambda say: None)
    monkeypatch.setattr(jupyterlab, "start", lambda port, say, listen: (PLACE, process))

    def say(text: str) -> None:
        if text.startswith(line):
            raise KeyboardInterrupt

    interrupted = False
    try:
        session.start(8888, browser=False, say=say)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        ended = process.poll() is not None
        process.kill()
    assert (ended, interrupted) == (True, raised)
