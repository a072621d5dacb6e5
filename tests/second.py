"""One second cluster at a time among the workers of a run.

A node holds a fourth of what the kernel gives of inotify by default; the workers are counted so (dev/test.py).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course.base import files, paths
from course.provision import engine, neighbour

LESSON = "elsewhere"  # its cells make one


@contextmanager
def cluster(needed: bool = True) -> Iterator[None]:
    """The right to have one for as long as the block runs; what it leaves of the neighbour is removed."""
    if not needed:
        yield
        return
    run = Path(os.environ.get("COURSE_TEST_RUN", paths.STATE))
    with files.lock(run / "second-cluster.lock", waiting=lambda who: None):
        try:
            yield
        finally:
            neighbour.delete(engine.chosen(), lambda text: None)
