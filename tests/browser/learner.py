"""A learner of the tests' own at a real JupyterLab; the benchmarks use it, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from course.base import paths
from course.jupyter import jupyterlab
from course.lessons import workspace
from course.tasks import progress


@contextmanager
def learner(folder: Path, port: int) -> Iterator[jupyterlab.Server]:
    """JupyterLab over fresh copies of the lessons; the server, work and progress of the real learner are left alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "WORKSPACE", folder / "workspace")
        patch.setattr(jupyterlab, "HOME", folder / "jupyter")
        patch.setattr(progress, "FOLDER", folder)
        patch.setenv("COURSE_PROGRESS", str(folder))
        workspace.prepare()
        server, process = jupyterlab.start(port, print)
        assert process is not None
        try:
            yield server
        finally:  # a test that failed may have ended it: its own words are to be read, not that there is none
            jupyterlab.stop()
            process.wait()
