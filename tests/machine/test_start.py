"""`course start` in a terminal: Ctrl-C at any moment ends JupyterLab and leaves the cluster.

The token stays a secret.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course.base.waiting import until
from course.jupyter import jupyterlab
from course.kube import kubectl
from course.provision import engine, kind_cluster
from tests import daily
from tests.machine.helpers import Terminal, command_lines

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(sys.platform != "linux", reason="these tests read /proc, which only Linux has"),
]
Start = Callable[..., Terminal]


@pytest.fixture
def start(cluster: None) -> Iterator[Start]:
    """Start the course with these words; whatever is still there after the test is ended."""
    if jupyterlab.running():
        pytest.skip(
            "a JupyterLab of this state folder runs, and would be ended: ./course down, or end it, then test again"
        )
    terminals: list[Terminal] = []

    def begin(*words: str, env: dict[str, str] | None = None) -> Terminal:
        terminals.append(Terminal("start", *words, env=env))
        return terminals[-1]

    yield begin
    for terminal in terminals:
        terminal.close()
    assert jupyterlab.running() is None


def jupyterlab_begins(terminal: Terminal) -> int:
    return until(lambda: terminal.child("jupyterlab"), seconds=120, what="JupyterLab beginning")


def the_cluster_is_made(terminal: Terminal) -> int:
    terminal.read_to("[1/")
    return jupyterlab_begins(terminal)


def all_is_ready(terminal: Terminal) -> int:
    terminal.read_to("Ctrl-C here ends JupyterLab")
    return jupyterlab_begins(terminal)


@pytest.mark.parametrize(
    ("moment", "code"),
    daily.cases(
        pytest.param(jupyterlab_begins, 130, id="JupyterLab begins"),
        pytest.param(the_cluster_is_made, 130, id="up"),
        pytest.param(all_is_ready, 0, id="ready"),
        at=1,
    ),
)
def test_ctrl_c_ends_jupyterlab_and_leaves_the_cluster(
    start: Start, moment: Callable[[Terminal], int], code: int
) -> None:
    node = kind_cluster.container_state(engine.chosen())
    first = start("--no-browser")
    pid = moment(first)
    assert first.press_ctrl_c() == code, first.lines
    assert pid not in command_lines() and jupyterlab.running() is None
    assert kind_cluster.container_state(engine.chosen()) == node and kubectl.is_ready()
    second = start("--no-browser")
    second.read_to("Ready.")
    until(jupyterlab.running, seconds=60, what="JupyterLab answering")  # a busy one is late for one question
    assert second.press_ctrl_c() in (0, 130)


@daily.WEEKLY
def test_a_jupyterlab_that_is_killed_is_no_success(start: Start) -> None:
    terminal = start("--no-browser")
    os.kill(all_is_ready(terminal), signal.SIGKILL)
    assert terminal.wait() == 1
    assert "JupyterLab ended by itself" in "".join(terminal.lines)


@daily.WEEKLY
def test_a_taken_port_is_said_and_another_one_used(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        terminal = start("--no-browser", "--port", str(port))
        assert terminal.read_to("Port").startswith(f"Port {port} is taken")
        address = terminal.read_to("JupyterLab: ").split()[1]
        server = until(jupyterlab.running, seconds=60, what="JupyterLab answering")
        assert server.address == address and server.port != port
        terminal.press_ctrl_c()


@daily.WEEKLY
def test_a_copy_of_the_clone_has_no_jupyterlab_of_its_own_yet(start: Start, tmp_path: Path) -> None:
    start("--no-browser")
    theirs = until(jupyterlab.running, seconds=120, what="JupyterLab answering")
    shutil.copytree(jupyterlab.runtime(), tmp_path / ".course" / "jupyter" / "runtime")
    asked = "from course.jupyter import jupyterlab; print(jupyterlab.recorded(), jupyterlab.running())"
    env = os.environ | {"COURSE_STATE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-P", "-c", asked], env=env, capture_output=True, text=True, check=True)
    assert repr(theirs) in done.stdout and done.stdout.endswith(" None\n"), "a killed one may have left a record, too"


BROWSER = """#!/bin/sh
echo "$1" > "$0.part" && mv "$0.part" "$0.opened"
read -r line < "$0.close"
"""


def test_the_token_is_in_no_command_line(start: Start, tmp_path: Path) -> None:
    """Every user of the machine reads command lines: the browser gets a file, which only its owner can read."""
    browser, close = tmp_path / "browser", tmp_path / "browser.close"
    browser.write_text(BROWSER)
    browser.chmod(0o755)
    os.mkfifo(close)
    terminal = start(env={"BROWSER": str(browser)})
    token = terminal.read_to("JupyterLab: ").partition("token=")[2].strip()
    opened = tmp_path / "browser.opened"
    until(opened.exists, seconds=60, what="The browser being opened")
    lines = command_lines().values()
    close.write_text("\n")
    assert any(str(browser) in line for line in lines), "the browser was not among what was looked at"
    assert token and not [line for line in lines if token in line]
    page = Path(opened.read_text().strip().removeprefix("file://"))
    assert token in page.read_text()
    assert page.stat().st_mode & 0o777 == 0o600 and page.parent.stat().st_mode & 0o777 == 0o700
    terminal.press_ctrl_c()
