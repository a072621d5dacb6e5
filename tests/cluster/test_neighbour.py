"""The second cluster: interrupted and typed again, told from somebody else's, and removed by whatever begins next."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course.base import paths, shell
from course.base.errors import CourseError
from course.base.waiting import until
from course.kube import kubectl
from course.lessons import begin
from course.provision import containers, engine, kind_cluster, neighbour
from course.tasks import progress
from tests import daily, second

WEEKLY = pytest.mark.skipif(not daily.EVERYTHING, reason="makes a cluster, as lesson 13 does: ./course test --all")
THEIRS = f"{neighbour.name()}-control-plane"
UP = (sys.executable, "-P", "-m", "course", "neighbour", "up")


@pytest.fixture(autouse=True)
def alone(cluster: None) -> Iterator[None]:
    with second.cluster():
        yield


def say_nothing(text: str) -> None:
    pass


@WEEKLY
def test_killed_half_way_it_is_made_whole_by_the_same_command_and_goes_with_the_next_lesson(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "FOLDER", tmp_path)
    found, before = engine.chosen(), kubectl.context()
    with subprocess.Popen(UP, env=shell.environment(), stdout=subprocess.DEVNULL, start_new_session=True) as first:
        until(lambda: found.inspect("container", THEIRS, "{{.Id}}"), seconds=300, what="The node being made")
        os.killpg(first.pid, 9)
    assert not neighbour.is_up()
    neighbour.up(say_nothing)
    assert neighbour.is_up() and kubectl.context() == before, "the first cluster is still the one that is meant"
    kind_cluster._write_kubeconfig(found)  # as where it was damaged
    assert not neighbour.is_up()
    neighbour.up(say_nothing)
    assert neighbour.is_up()
    begin.begin("first_externalname")
    assert f"cluster/{neighbour.name()}" in capsys.readouterr().out
    assert not found.inspect("container", THEIRS, "{{.Id}}") and not neighbour.FOLDER.exists()
    assert neighbour.CONTEXT not in paths.KUBECONFIG.read_text() and kubectl.is_ready()


def test_a_container_of_its_name_that_we_did_not_make_stays(proves: Callable[..., None]) -> None:
    found = engine.chosen()
    image = found.inspect("container", f"{paths.cluster_name()}-outside", "{{.Image}}")
    made = ("run", "-d", "--name", THEIRS, "--network", "none", "--entrypoint", "sleep", image, "infinity")
    theirs = found.output(*made, doing="Making somebody else's container").strip()
    try:
        assert not neighbour.delete(found, say_nothing), "we made none"
        with pytest.raises(CourseError, match="cannot be made") as refused:
            neighbour.up(say_nothing)
        assert "did not make" in refused.value.why and not neighbour.is_there(), "nothing of ours was begun"
        assert found.inspect("container", THEIRS, "{{.Id}}") == theirs
    finally:
        containers.remove(found, theirs, doing="Removing somebody else's container")
    proves("look-alikes left alone")
