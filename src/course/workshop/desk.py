"""Inside a desk's container: JupyterLab and the cluster, as on any machine, or JupyterLab as a server of a hub."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from course.base import paths
from course.base.errors import CourseError
from course.jupyter import jupyterlab, session
from course.lessons import workspace
from course.provision import lifecycle
from course.workshop import contents, report

Say = Callable[[str], None]
ENTRYPOINT = Path("/usr/local/bin/desk")  # workshop/desk/desk, in the image
# Every address of the container's own network. What of it is seen from outside, the engine decides that runs the desk.
LISTEN = "0.0.0.0"  # noqa: S104
HOW_TO_END = "Ctrl-C here ends this desk, and its cluster with it. What you did is kept until the container is removed."
AGAIN = "docker start -a desk   (or the name that you gave the container)"
OF_A_HUB = "JUPYTERHUB_API_TOKEN"  # JupyterHub gives it to each server of its own


def run(say: Say) -> None:
    """JupyterLab, then the cluster behind it; until the container is stopped. CourseError where this is no desk."""
    if not ENTRYPOINT.exists():
        raise CourseError(
            "This is no desk.", "JupyterLab would be open to the network of this machine.", "./course start"
        )
    if os.environ.get(OF_A_HUB):
        _for_a_hub(say)
    else:
        session.start(paths.PORT, browser=False, say=say, listen=LISTEN, how_to_end=HOW_TO_END, again=AGAIN)


def _for_a_hub(say: Say) -> None:
    """JupyterLab behind the hub's sign-in; the hub says where it listens. The cluster is made beside it."""
    new = contents.is_new()
    workspace.prepare()
    if new:
        contents.note_given()
    threading.Thread(target=_cluster, args=(say,), daemon=True).start()
    threading.Thread(target=report.follow, args=(threading.Event(),), daemon=True).start()
    command = [sys.executable, "-m", "jupyterhub.singleuser", *jupyterlab.options()]
    server = subprocess.Popen(command, env=jupyterlab.environment())
    try:
        code = server.wait()
    except KeyboardInterrupt:
        jupyterlab.end(server)
        raise
    raise CourseError(f"JupyterLab ended by itself (exit code {code}).", "See above.", "Start the desk again.")


def _cluster(say: Say) -> None:
    try:
        lifecycle.up(say)
        say("Ready.")
    except CourseError as error:
        say(f"{error}\nJupyterLab stays. Try again in a terminal of the desk: course up")
