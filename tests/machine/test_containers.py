"""A container in which nothing runs any more is found out, and started again; in a real engine.

None of it needs a cluster: it has that mark because `./course test --engines` runs on Docker what has it.
"""

import os
import signal
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from course.base.waiting import until
from course.provision import containers, images, kind_cluster, outside
from course.provision import engine as engines
from course.provision.engine import Engine
from tests.cluster.faults import watchers

pytestmark = [pytest.mark.engine, pytest.mark.cluster]


@pytest.fixture
def engine() -> Engine:
    return engines.choose(install=False)


@pytest.fixture
def sleeper(engine: Engine) -> Iterator[str]:
    """The id of a container that does nothing, from an image of the course."""
    name = f"externalname-test-{uuid.uuid4().hex[:8]}"
    words = ("run", "-d", "--name", name, "--network", "none", "--entrypoint", "sleep", images.lab_name(), "infinity")
    container = engine.output(*words, doing="Starting a container").strip()
    yield container
    containers.remove(engine, container, doing="Removing the container")


def _killed_hard(engine: Engine, container: str) -> None:
    for pid in watchers(engine, container):
        os.kill(pid, signal.SIGKILL)


def _paused_then_killed(engine: Engine, container: str) -> None:
    engine.output("pause", container, doing="Pausing")
    _killed_hard(engine, container)


def _stopped_without_conmon(engine: Engine, container: str) -> None:
    if engine.name == "podman":
        os.kill(watchers(engine, container)[0], signal.SIGKILL)
    engine.run("stop", "-t", "1", container)


def _nothing(engine: Engine, container: str) -> None:
    """It runs."""


def _paused(engine: Engine, container: str) -> None:
    engine.output("pause", container, doing="Pausing")


def _killed(engine: Engine, container: str) -> None:
    engine.output("kill", container, doing="Killing")


WAYS = [_nothing, _paused, _killed, _killed_hard, _paused_then_killed, _stopped_without_conmon]


@pytest.mark.parametrize("way", WAYS)
def test_it_runs_again_whatever_happened_to_it(
    way: Callable[[Engine, str], None], engine: Engine, sleeper: str
) -> None:
    way(engine, sleeper)

    def seen() -> str:
        """What it is; an empty text while it is not seen. A process is told to end, and ends at its next turn."""
        status = containers.state(engine, sleeper)[1]
        return status if (status == "running") == (way is _nothing) else ""

    status = until(seen, seconds=60, what="The engine, or the course, seeing it")
    containers.start(engine, sleeper, status, doing="Starting it again")
    assert containers.state(engine, sleeper) == (sleeper, "running")
    assert engine.run("exec", sleeper, "true").returncode == 0


def test_a_number_of_another_process_proves_nothing(engine: Engine, sleeper: str) -> None:
    """After a restart of the machine the number of the container's process may be anybody's."""
    assert containers.status(engine, sleeper, "running", str(os.getpid())) == "running", "it was asked"
    _killed_hard(engine, sleeper)
    own = str(os.getpid())
    # both engines say it, when the killed processes have had the turn in which they end
    until(
        lambda: containers.status(engine, sleeper, "running", own) == containers.DEAD, seconds=60, what="It being seen"
    )


def test_two_first_clusters_make_one_network(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two copies of the course whose `up` comes to it at the same time, on a new machine: as kind asks, then makes it.

    Where the second does not wait for the first, both see none, and one of them fails.
    """
    name = f"externalname-test-{uuid.uuid4().hex[:8]}"
    monkeypatch.setattr(outside, "NETWORK", name)
    monkeypatch.setattr(outside, "MADE_NETWORK", tmp_path / "network.json")
    both, waited = threading.Barrier(2), list[str]()

    def kind() -> bool:
        """Whether this one made it."""
        with kind_cluster.noting_the_network(engine, waited.append):
            seen = outside.has_network(engine)
            with suppress(threading.BrokenBarrierError):
                both.wait(timeout=5)
            if not seen:
                engine.output("network", "create", name, doing="Making the network as kind does")
            return not seen

    try:
        with ThreadPoolExecutor(2) as pool:
            made = [work.result() for work in [pool.submit(kind) for _ in range(2)]]
        assert sorted(made) == [False, True] and "makes the network" in waited[0]
        assert outside.noted_network(engine) == outside.network_id(engine)
    finally:
        engine.run("network", "rm", name)
