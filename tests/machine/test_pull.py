"""The node image comes from a registry: for real, from one on loopback, and from one that does something wrong.

In a clone whose cluster/versions.toml names that registry, and in a Podman store of its own: it is pulled, not found.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from course.base import paths, venv
from course.base.versions import pinned
from course.provision import engine as engines
from course.provision import images
from tests import daily
from tests.cluster.learner import PATIENCE, Learner
from tests.machine import registry, stores
from tests.machine.registry import Registry
from tests.machine.stores import PODMAN, Machine
from tests.unit import clone

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(PODMAN is None, reason="only Podman on Linux can be given a store of its own"),
]
SAID = {
    "dies in the middle": "broke off in the middle",
    "wants a login": "wants to know who you are",
    "has given enough": "has given enough",
    "serves other manifests": "is not what was asked for",
    "serves other blobs": "is not what was asked for",
}


@dataclass
class Copy:
    """A clone whose node image is in a registry on loopback, and the terminal in which its commands are typed."""

    terminal: Learner
    registry: Registry
    machine: Machine


def _clone(folder: Path, official: str) -> Path:
    """A copy of this clone that names another official node image; its .venv has the same files."""
    clone.copied(folder)
    subprocess.run(["cp", "-al", paths.VENV_BIN.parent, folder / ".venv"], check=True)
    made = folder / ".venv" / venv.MADE
    made.unlink()
    made.write_text(f"{folder} {(paths.VENV_BIN / 'python').resolve()}\n")
    versions = folder / "cluster" / "versions.toml"
    versions.write_text(versions.read_text().replace(pinned().node_official, official))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For what the tests of this module share."""
    return tmp_path_factory.mktemp("pull")


def _copy(machine: Machine, served: Registry, folder: Path) -> Copy:
    """A clone that pulls from the registry; Podman is told that it has no TLS, as Docker takes each on loopback."""
    settings = folder / "registries.conf"
    settings.write_text(f'[[registry]]\nlocation = "{served.host}"\ninsecure = true\n')
    env: dict[str, str | None] = {**machine.env, "COURSE_CACHE": str(paths.cache().parent)}
    env |= {"CONTAINERS_REGISTRIES_CONF": str(settings), "COURSE_NODE_IMAGE": "official"}
    name = f"{served.host}/kindest/node:v1@{served.digest}"
    return Copy(Learner(env, folder=_clone(folder / "clone", name)), served, machine)


@pytest.fixture(scope="module")
def small(folder: Path) -> Iterator[Copy]:
    """An image of some megabytes stands for the node's: it is pulled, and never started."""
    with TemporaryDirectory(prefix="course-") as short:
        machine = stores.with_store(folder, Path(short), os.environ)
        (folder / "noise").write_bytes(os.urandom(4 << 20))
        subprocess.run(["tar", "-C", folder, "-cf", folder / "root.tar", "noise"], check=True)
        machine.image("localhost/theirs:1")
        machine.podman("save", "-q", "--format", "oci-dir", "-o", folder / "layout", "localhost/theirs:1")
        machine.podman("rmi", "-f", "localhost/theirs:1")
        with registry.serving(folder / "layout") as served:
            yield _copy(machine, served, folder)
        machine.clear()


@pytest.mark.parametrize("mood", daily.params(SAID, daily.share(list(SAID), of=2)))
def test_what_a_registry_does_wrong_is_a_sentence_and_nothing_is_left(mood: str, small: Copy) -> None:
    small.registry.mood = mood
    small.registry.asked.clear()
    said = small.terminal.type("./course up")
    assert small.registry.asked, said.text
    assert said.returncode == 2 and SAID[mood] in said.text and "Traceback" not in said.text, said.text
    assert re.search(r"(?m)^Next: .*the same command again.*Or: COURSE_NODE_IMAGE=build", said.text), said.text
    assert said.silent < PATIENCE
    assert [small.machine.names(kind) for kind in ("images", "containers", "volumes")] == [set(), set(), set()]
    assert not (small.machine.state / images.PULLED.name).exists(), "nothing that was not there is noted as pulled"


@daily.WEEKLY
def test_a_slow_one_is_waited_for_that_is_said_and_ctrl_c_leaves_nothing(small: Copy) -> None:
    small.registry.mood = "is slow"
    said = small.terminal.type("./course up", ctrl_c_at="so far. pulling")
    assert "so far. pulling 127.0.0.1" in said.text and "Stopped. Nothing is lost" in said.text, said.text
    assert said.silent < PATIENCE
    assert small.machine.names("images") == set()


@pytest.mark.skipif(not daily.EVERYTHING, reason="pulls and bakes 1.3 GB: ./course test --all")
def test_official_is_pulled_baked_and_started(tmp_path: Path, short_path: Path) -> None:
    """The registry dies in the middle, then is well: the same command again goes on to a cluster that is ready."""
    source = engines.choose(install=False)
    machine = stores.with_store(tmp_path, short_path, os.environ, driver="overlay")
    layout = tmp_path / "layout"
    node = images.node_image(source, say=print)
    source.output("save", "-q", "--format", "oci-dir", "-o", layout, node, doing="Saving the node", timeout=600)
    machine.carry(source, images.lab_name(), images.debian_base(tmp_path, source, print))
    try:
        with registry.serving(layout) as served:
            copy = _copy(machine, served, tmp_path)
            served.mood = "dies in the middle"
            assert copy.terminal.type("./course up").returncode == 2
            served.mood = "well"
            said = copy.terminal.type("./course up")
        assert said.returncode == 0 and "pulling" in said.text and "putting the lab image into" in said.text, said.text
        assert said.silent < PATIENCE
        assert copy.terminal.type("./course status").returncode == 0
        assert copy.terminal.type("./course ask prod-db.us-east-1.rds.amazonaws.com.").returncode == 0
        assert copy.terminal.type("./course down").returncode == 0
    finally:
        machine.clear()
