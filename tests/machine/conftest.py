"""What several tests of a machine share: Podman with a store of its own."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.machine import stores
from tests.machine.stores import Machine


@pytest.fixture
def short_path() -> Iterator[Path]:
    """Podman refuses a run-time folder whose path is longer than 50 characters."""
    with TemporaryDirectory(prefix="course-") as folder:
        yield Path(folder)


@pytest.fixture
def machine(tmp_path: Path, short_path: Path) -> Iterator[Machine]:
    """A machine on which somebody has an image, a container, a network and a volume already."""
    made = stores.with_store(tmp_path, short_path, os.environ)
    stores.write_root(tmp_path / "root.tar")
    made.image("localhost/mine:1", label="mine")
    made.container("mine", "localhost/mine:1")
    made.podman("network", "create", "mine")
    made.podman("volume", "create", "mine")
    yield made
    made.clear()
