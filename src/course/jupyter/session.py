"""One session at the course: JupyterLab first, the cluster behind it."""

import subprocess
import webbrowser
from collections.abc import Callable

from course.base import shell
from course.base.errors import CourseError, NotReady
from course.jupyter import jupyterlab
from course.lessons import catalog, workspace
from course.provision import lifecycle

Say = Callable[[str], None]
AGAIN = "./course start"
HOW_TO_END = "Ctrl-C here ends JupyterLab. The cluster stays until: ./course down"


def start(
    port: int,
    *,
    browser: bool,
    say: Say,
    listen: str = jupyterlab.LOOPBACK,
    how_to_end: str = HOW_TO_END,
    again: str = AGAIN,
) -> None:
    """JupyterLab's address is said within seconds; then the cluster is made; then it waits until Ctrl-C.

    Ctrl-C ends JupyterLab at any moment. Before the cluster is made it is an interruption, after that the usual end.
    """
    workspace.prepare(say)
    server, process = jupyterlab.start(port, say, listen)
    made = False
    try:
        _make_the_cluster(server, process, browser, say)
        made = True
        if process is not None:
            say(how_to_end)
            _await(process, say, again)
    except KeyboardInterrupt:
        if process is not None:
            jupyterlab.end(process)
            say(f"JupyterLab is stopped. Go on later with: {again}")
        if not made:
            raise


def _make_the_cluster(
    server: jupyterlab.Server, process: subprocess.Popen[bytes] | None, browser: bool, say: Say
) -> None:
    """A failure is said, and JupyterLab stays; it is raised where somebody else's JupyterLab is used."""
    try:
        say(f"JupyterLab: {server.address}")
        say(f"Begin there with {catalog.lessons()[0].notebook.name}. The cluster is made meanwhile:")
        if browser:
            webbrowser.open(server.page.as_uri())
        lifecycle.up(say)
        say(f"Ready. JupyterLab: {server.address}")
    except CourseError as error:
        if process is None:
            raise
        say(f"{error}\nJupyterLab stays. Try again in a second terminal: ./course up")


def _await(process: subprocess.Popen[bytes], say: Say, again: str) -> None:
    code = process.wait()
    if code:
        words = shell.last_words(shell.log_file("jupyter").read_text(errors="replace"))
        raise NotReady(f"JupyterLab ended by itself (exit code {code}).", words, again)
    say(f"JupyterLab was stopped. Go on later with: {again}")
