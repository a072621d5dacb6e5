"""Ctrl-C at a moment that no test in a terminal can hit: while a line is being said."""

import signal
import socket
import subprocess
import threading

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


@pytest.mark.parametrize("said", [b"220 mail.example.com\r\n", b"\0\xff\n", b""])
def test_another_program_on_the_recorded_port_is_no_jupyterlab(said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(said)

        other = threading.Thread(target=answer)
        other.start()
        assert not jupyterlab.Server(1, listening.getsockname()[1], "token").answers()
        other.join()


@pytest.mark.parametrize(("port", "token"), [(99_999, "token"), (-1, "token"), (1, "to\nken")])
def test_a_record_that_can_be_none_is_of_no_jupyterlab(port: int, token: str) -> None:
    assert not jupyterlab.Server(1, port, token).answers()
