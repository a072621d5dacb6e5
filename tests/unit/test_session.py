"""Ctrl-C at a moment that no test in a terminal can hit: while a line is being said."""

import signal
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


def test_ctrl_c_while_jupyterlab_is_begun_comes_when_its_process_is_known() -> None:
    known, before = [], signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), jupyterlab._ctrl_c_later():
        signal.raise_signal(signal.SIGINT)
        known.append("the process")
    assert known and signal.getsignal(signal.SIGINT) == before
