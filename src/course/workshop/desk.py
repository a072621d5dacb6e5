"""Inside a desk's container: JupyterLab and the cluster, as on any machine."""

from collections.abc import Callable
from pathlib import Path

from course.base import paths
from course.base.errors import CourseError
from course.jupyter import session

ENTRYPOINT = Path("/usr/local/bin/desk")  # workshop/desk/desk, in the image
# Every address of the container's own network. What of it is seen from outside, the engine decides that runs the desk.
LISTEN = "0.0.0.0"  # noqa: S104
HOW_TO_END = "Ctrl-C here ends this desk, and its cluster with it. What you did is kept until the container is removed."


def run(say: Callable[[str], None]) -> None:
    """JupyterLab, then the cluster behind it; until the container is stopped. CourseError where this is no desk."""
    if not ENTRYPOINT.exists():
        raise CourseError(
            "This is no desk.", "JupyterLab would be open to the network of this machine.", "./course start"
        )
    session.start(paths.PORT, browser=False, say=say, listen=LISTEN, how_to_end=HOW_TO_END)
