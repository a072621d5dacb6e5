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
HOW_TO_END = "Ctrl-C here ends JupyterLab. The cluster stays until: ./course down"


def start(
    port: int, *, browser: bool, say: Say, listen: str = jupyterlab.LOOPBACK, how_to_end: str = HOW_TO_END
) -> None:
    """JupyterLab's address is said within seconds; then the cluster is made; then it waits until Ctrl-C."""
    workspace.prepare(say)
    server, process = jupyterlab.start(port, say, listen)
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
    except KeyboardInterrupt:
        if process is not None:
            _end(process, say)
        raise
    if process is not None:
        say(how_to_end)
        _wait(process, say)


def _wait(process: subprocess.Popen[bytes], say: Say) -> None:
    try:
        code = process.wait()
    except KeyboardInterrupt:
        _end(process, say)
        return
    if code:
        words = shell.last_words(shell.log_file("jupyter").read_text(errors="replace"))
        raise NotReady(f"JupyterLab ended by itself (exit code {code}).", words, "./course start")
    say("JupyterLab was stopped. Go on later with: ./course start")


def _end(process: subprocess.Popen[bytes], say: Say) -> None:
    jupyterlab.end(process)
    say("JupyterLab is stopped. Go on later with: ./course start")
