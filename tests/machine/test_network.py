"""The network `kind` is removed by hand: what is said next is typed, and leads out.

In a daemon of the test's own: every kind cluster of a machine is in the network of that name. Podman removes no network
that a container is in, or the containers with it: those are faults of tests/cluster/faults.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from course.base import paths
from course.base.errors import CourseError
from course.dev import dockerd
from course.provision import engine as engines
from course.provision import images
from tests.cluster import learner
from tests.cluster.learner import Learner
from tests.machine.stores import CLUSTER

pytestmark = pytest.mark.engines
NODE, OUTSIDE = f"{CLUSTER}-control-plane", f"{CLUSTER}-outside"


@dataclass
class Desk:
    """A course that is ready, in an engine of its own, and the terminal in which its commands are typed."""

    terminal: Learner
    state: Path

    def kubectl(self, words: str) -> int:
        """The exit code of a command about its cluster."""
        config = self.state / ".course" / paths.KUBECONFIG.name
        return self.terminal.type(f"KUBECONFIG={config} {paths.VENV_BIN}/kubectl {words}").returncode

    def led_out(self, *hands: str) -> list[str]:
        """Type what does harm, then what is said: the lines that it took."""
        assert self.kubectl("create namespace keepsake") == 0
        for line in hands:
            done = self.terminal.type(line)
            assert done.returncode == 0, done.text
        self.terminal.typed.clear()
        return learner.led_out(self.terminal, ready=lambda: self.terminal.type("./course status").returncode == 0)

    def keeps(self) -> bool:
        """Whether the cluster is still the one in which the learner made something; it is removed from it."""
        return self.kubectl("delete namespace keepsake --wait=true") == 0


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    try:
        dockerd.programs()
    except CourseError as error:
        pytest.skip(str(error))
    source = engines.choose(install=False)
    state = tmp_path_factory.mktemp("state")
    with dockerd.daemon() as daemon:
        daemon.load(source, images.node_image(source, say=print), images.lab_name())
        own: dict[str, str | None] = {"COURSE_CLUSTER": CLUSTER, "COURSE_STATE": str(state), **daemon.environment}
        terminal = Learner(own, inside=daemon.inside)
        done = terminal.type("./course up")
        assert done.returncode == 0, done.text
        yield Desk(terminal, state)


def test_docker_removes_it_when_nothing_runs_in_it(docker: Desk) -> None:
    """What is stopped remembers the id of its network: one of the same name is another one."""
    lines = docker.led_out(f"docker stop -t 5 {NODE} {OUTSIDE}", "docker network rm kind")
    assert lines == ["./course up"] and docker.keeps()


def test_docker_removes_it_when_all_were_taken_out_of_it(docker: Desk) -> None:
    out = [f"docker network disconnect -f kind {name}" for name in (NODE, OUTSIDE)]
    assert docker.led_out(*out, "docker network rm kind") == ["./course up"] and docker.keeps()
