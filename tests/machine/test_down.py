"""`course down`: what the course made goes, and nothing else does.

In a Podman store of its own, because all clones share the images in the machine's store. The images, containers,
volumes and networks are real; they hold no more than `sleep`, because they are made to be removed.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from course.base import paths
from course.base.errors import CourseError
from course.base.versions import pinned
from course.dev import dockerd
from course.provision import images, kind_cluster, neighbour, outside
from course.provision.engine import Engine
from tests import daily
from tests.machine.stores import CLUSTER, PODMAN, Machine

NODE, OUTSIDE = f"{CLUSTER}-control-plane", f"{CLUSTER}-outside"
pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(PODMAN is None, reason="only Podman on Linux can be given a store of its own"),
]


def make_cluster(machine: Machine, state: Path | None = None) -> None:
    """All that `up` leaves in the engine and in the folders, under the names and labels that it gives.

    state: the clone's state folder, where it is not the machine's.
    """
    state = state or machine.state
    node_image = images.node_name("build")
    for name in (node_image, images.lab_name(), f"{images.BASE_REPOSITORY}:1", "localhost/pulled:1"):
        machine.image(name)
    machine.podman("volume", "create", f"{NODE}-var")
    node = machine.container(NODE, node_image, "--volume", f"{NODE}-var:/var")
    machine.container(OUTSIDE, images.lab_name(), "--label", f"{outside.LABEL_STATE}={state}")
    second = f"{CLUSTER}-{neighbour.CONTEXT}"
    beside = machine.container(f"{second}-control-plane", node_image)
    label = f"{outside.LABEL_STATE}={state / neighbour.CONTEXT / '.course'}"
    machine.container(f"{second}-outside", images.lab_name(), "--label", label)
    machine.podman("network", "create", outside.NETWORK)
    pulled = machine.podman("image", "inspect", "--format", "{{.Id}}", "localhost/pulled:1")[0]
    for path, text in (
        ("cluster.json", json.dumps(asdict(kind_cluster.Record(CLUSTER, node, node_image)))),
        (
            f"{neighbour.CONTEXT}/.course/cluster.json",
            json.dumps(asdict(kind_cluster.Record(second, beside, node_image))),
        ),
        (images.PULLED.name, json.dumps({machine.program: {"localhost/pulled:1": pulled}})),
        (outside.MADE_NETWORK.name, json.dumps({machine.program: machine.network()})),
        ("kubeconfig", "{}"),
    ):
        (machine.state / path).parent.mkdir(parents=True, exist_ok=True)
        (machine.state / path).write_text(text)
    for folder in ("cache/mine", "cache/externalname-course/parts", "state/mine"):
        (machine.folder / folder).mkdir(parents=True)
        (machine.folder / folder / "file").write_text(folder)


def mark(machine: Machine, folder: Path, node: str = NODE) -> None:
    """Write into the node whose it is, as `up` does."""
    text = machine.folder / "mark"
    text.write_text(f"{folder}\n")
    machine.podman("cp", text, f"{node}:{kind_cluster.MARK}")


def make_copied(machine: Machine, original: Path) -> None:
    """A node and a world outside that were made for the state folder `original`, and what is noted of both in ours."""
    node = machine.container(NODE, "localhost/mine:1")
    mark(machine, original)
    world = machine.container(OUTSIDE, "localhost/mine:1", "--label", f"{outside.LABEL_STATE}={original}")
    record = asdict(kind_cluster.Record(CLUSTER, node, "localhost/mine:1", str(original)))
    for folder in (original, machine.state):
        folder.mkdir(parents=True)
        (folder / kind_cluster.RECORD.name).write_text(json.dumps(record))
        (folder / outside.MADE.name).write_text(json.dumps({"id": world}))


def folders(machine: Machine) -> set[str]:
    """The files in the folders that the course was told to use."""
    return {
        str(path.relative_to(machine.folder))
        for name in ("cache", "state")
        for path in (machine.folder / name).rglob("*")
    }


def workspace() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in paths.WORKSPACE.glob("*.ipynb")}


def test_down_all_leaves_nothing_of_ours_and_all_that_is_not(machine: Machine) -> None:
    before = {kind: machine.names(kind) for kind in ("images", "containers", "volumes", "networks")}
    notebooks = workspace()
    make_cluster(machine)
    assert {kind for kind in before if machine.names(kind) > before[kind]} == set(before), (
        "there is something to remove"
    )
    answer = machine.course("down", "--all")
    assert answer.returncode == 0, answer.stderr
    assert {kind: machine.names(kind) for kind in before} == before
    assert machine.podman("images", "-aq") == machine.podman("images", "-q", "localhost/mine")
    assert machine.podman("ps", "--format", "{{.Names}}") == ["mine"], "it still runs"
    assert folders(machine) == {"cache/mine", "cache/mine/file", "state/mine", "state/mine/file"}
    assert workspace() == notebooks


@daily.WEEKLY
def test_down_all_keeps_what_another_clone_uses(machine: Machine) -> None:
    make_cluster(machine)
    theirs = images.lab_name()
    machine.podman(
        "create", "--name", "another-outside", "--network", outside.NETWORK, theirs, "/bin/sleep", "infinity"
    )
    answer = machine.course("down", "--all")
    assert answer.returncode == 0 and f"kept: {theirs}" in answer.stdout, answer
    assert machine.names("images") == {"localhost/mine:1", theirs}
    assert machine.names("containers") == {"mine", "another-outside"} and outside.NETWORK in machine.names("networks")


@pytest.mark.parametrize("name", daily.params([NODE, OUTSIDE], [NODE]))
def test_a_container_of_our_name_that_we_did_not_make_stays(machine: Machine, name: str) -> None:
    theirs = machine.container(name, "localhost/mine:1", "--label", "mine=1")
    for words in (["down"], ["down", "--all"]):
        answer = machine.course(*words)
        assert answer.returncode == 2 and name.removesuffix("-control-plane") in answer.stderr, answer
        assert "did not make" in answer.stderr and "Next:" in answer.stderr
    assert machine.podman("ps", "-q", "--no-trunc", "--filter", f"name={name}") == [theirs]


@daily.WEEKLY
def test_an_outside_world_of_a_clone_that_was_moved_is_ours(machine: Machine) -> None:
    """Its label has another folder; what counts is the id in the state folder, which moved with the clone."""
    made = machine.container(OUTSIDE, "localhost/mine:1", "--label", f"{outside.LABEL_STATE}={machine.folder}/before")
    note = machine.state / outside.MADE.relative_to(paths.STATE)
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"id": made}))
    answer = machine.course("down")
    assert answer.returncode == 0 and "outside world is removed" in answer.stdout, answer
    assert machine.names("containers") == {"mine"}


def test_down_all_leaves_what_only_looks_like_ours(machine: Machine, proves: Callable[..., None]) -> None:
    """Same name and other label, same label and other id, of each kind that `down --all` removes."""
    make_cluster(machine)
    mine = [f"{images.PREFIX}lab:mine", f"{images.PREFIX}upon:mine", "localhost/pulled:1"]
    machine.image(mine[0], label="mine")
    machine.image(mine[1], made_as=images.lab_name())  # a label is inherited
    machine.image(mine[2], label="mine")  # the same name, another id
    machine.podman("network", "rm", outside.NETWORK)
    machine.podman("network", "create", outside.NETWORK)
    machine.podman("volume", "create", "--label", NODE, "mine-with-the-label-of-the-node")
    network = machine.network()
    answer = machine.course("down", "--all")
    assert answer.returncode == 0, answer.stderr
    assert set(mine) <= machine.names("images") and machine.network() == network
    assert mine[0] in answer.stdout and "it is kept" in answer.stdout
    assert "mine-with-the-label-of-the-node" in machine.names("volumes")
    assert images.lab_name() not in machine.names("images"), "and ours are gone"
    proves("look-alikes left alone", 5)


@pytest.mark.parametrize("verb", daily.params(["up", "down"], ["up"]))
def test_an_outside_world_with_our_label_and_another_id_stays(machine: Machine, verb: str) -> None:
    make_cluster(machine)
    note = machine.state / outside.MADE.name
    note.write_text(json.dumps({"id": "0" * 64}))
    theirs = machine.podman("ps", "-q", "--no-trunc", "--filter", f"name={OUTSIDE}")
    machine.podman("rm", "-f", "-t", "0", NODE)
    answer = machine.course(verb)
    assert answer.returncode == 2 and f"{OUTSIDE} exists that this copy of the course did not make" in answer.stderr
    assert "[1/" not in answer.stdout, "it is said before anything is made"
    assert machine.podman("ps", "-q", "--no-trunc", "--filter", f"name={OUTSIDE}") == theirs


@daily.WEEKLY
def test_a_node_with_another_id_than_the_record_stays(machine: Machine) -> None:
    make_cluster(machine)
    record = asdict(kind_cluster.Record(CLUSTER, "0" * 64, images.node_name("build")))
    (machine.state / "cluster.json").write_text(json.dumps(record))
    answer = machine.course("down")
    assert answer.returncode == 2 and "did not make" in answer.stderr and NODE in machine.names("containers")


def test_a_node_whose_record_is_lost_is_known_by_its_mark(machine: Machine) -> None:
    make_cluster(machine)
    (machine.state / "cluster.json").unlink()
    mark(machine, machine.state)
    answer = machine.course("down")
    assert answer.returncode == 0 and machine.names("containers") == {"mine"}, answer


@pytest.mark.parametrize("folder", daily.params(["theirs/.course", "longer{state}"], ["longer{state}"]))
def test_a_record_that_was_begun_claims_no_node_with_another_mark(folder: str, machine: Machine) -> None:
    """An `up` was killed before its node was there; then another clone made one of that name, from the same image."""
    make_cluster(machine)
    begun = asdict(kind_cluster.Record(CLUSTER, "", images.node_name("build")))
    (machine.state / "cluster.json").write_text(json.dumps(begun))
    mark(machine, machine.folder / folder.format(state=machine.state))
    answer = machine.course("down")
    assert answer.returncode == 2 and "did not make" in answer.stderr and NODE in machine.names("containers"), answer


@daily.WEEKLY
def test_a_node_without_a_mark_is_of_the_clone_that_began_one_of_its_image(machine: Machine) -> None:
    make_cluster(machine)
    begun = asdict(kind_cluster.Record(CLUSTER, "", images.node_name("build")))
    (machine.state / "cluster.json").write_text(json.dumps(begun))
    answer = machine.course("down")
    assert answer.returncode == 0 and machine.names("containers") == {"mine"}, answer


@pytest.mark.parametrize("gone", daily.params(["nothing", NODE], ["nothing"]))
def test_what_is_of_the_clone_that_this_one_is_a_copy_of_stays(gone: str, machine: Machine) -> None:
    make_copied(machine, machine.folder / "original" / ".course")
    machine.podman("rm", "-f", "-i", "-t", "0", gone)
    before = machine.names("containers")
    for words in (["down"], ["down", "--all"]):
        answer = machine.course(*words)
        assert answer.returncode == 2 and "COURSE_CLUSTER=" in answer.stderr, answer
        assert f"of another folder: {machine.folder}/original/.course" in answer.stderr
    assert machine.names("containers") == before


@daily.WEEKLY
def test_a_clone_that_was_moved_has_its_cluster_still(machine: Machine) -> None:
    """Where it was before there may be another clone by now, which made no cluster."""
    original = machine.folder / "original" / ".course"
    make_copied(machine, original)
    for path in original.iterdir():
        path.write_text('{"version": 1}')
    answer = machine.course("down")
    assert answer.returncode == 0 and machine.names("containers") == {"mine"}, answer


@pytest.mark.parametrize("file", ["", ".course/cluster.json"])
def test_what_is_in_the_way_of_the_second_cluster_is_said(file: str, machine: Machine) -> None:
    wrong = machine.state / neighbour.CONTEXT / file
    wrong.parent.mkdir(parents=True)
    wrong.mkdir() if file else wrong.write_text("")
    again = f"mv {wrong} {wrong}.old, then the same command again"
    answer = machine.course("down")
    assert answer.returncode == 2 and f"Next:  {again}" in answer.stderr, answer
    wrong.rename(f"{wrong}.old")
    assert machine.course("down").returncode == 0


@daily.WEEKLY
def test_the_lab_image_is_made_again_where_the_node_image_alone_is_left(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It begins: what it begins from has no programs here, so that it fails where it would install some."""
    monkeypatch.setenv("COURSE_CACHE", str(machine.folder / "cache"))
    for name in (images.node_name("build"), f"{images.BASE_REPOSITORY}:{pinned().debian_suite}"):
        machine.image(name)
    podman, said = Engine("podman", "5", machine.env), list[str]()
    with pytest.raises(CourseError, match=f"Building {images.lab_name()} failed"):
        images.node_image(podman, said.append)
    assert "making the lab image" in said[0]
    machine.image(images.lab_name())
    assert images.node_image(podman) == images.node_name("build")


@daily.WEEKLY
def test_a_container_that_was_renamed_is_known_by_its_id(machine: Machine) -> None:
    make_cluster(machine)
    machine.podman("rename", NODE, "somewhere")
    answer = machine.course("down")
    assert answer.returncode == 0 and machine.names("containers") == {"mine"}, answer


def test_what_the_learner_put_into_our_folders_stays(machine: Machine) -> None:
    make_cluster(machine)
    cache = machine.folder / "cache" / "externalname-course"
    elsewhere = machine.folder / "elsewhere"
    elsewhere.mkdir()
    for path in (machine.state / "notes.txt", machine.state / "mine" / "a", cache / "mine", elsewhere / "b"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    (machine.state / "logs").symlink_to(elsewhere)
    strange = machine.state / "up.json"  # our name, somebody else's file
    strange.write_text("{}")
    os.chown(strange, 4711, 4711)
    answer = machine.course("down", "--all")
    assert answer.returncode == 0 and "mine, notes.txt, up.json" in answer.stdout, answer
    assert sorted(path.name for path in machine.state.iterdir()) == ["mine", "notes.txt", "up.json"]
    assert (elsewhere / "b").read_text() == "mine" and [path.name for path in cache.iterdir()] == ["mine"]


def test_a_process_that_got_the_id_of_ours_is_not_ended(machine: Machine) -> None:
    """JupyterLab was killed, and its record stayed; the process now has its id, and even its environment."""
    runtime = machine.state / "jupyter" / "runtime"
    runtime.mkdir(parents=True)
    env = machine.env | {"JUPYTER_RUNTIME_DIR": str(runtime)}
    with subprocess.Popen(["sleep", "600"], env=env) as stranger:
        record = {"pid": stranger.pid, "port": 1, "token": "t"}
        (runtime / f"jpserver-{stranger.pid}.json").write_text(json.dumps(record))
        answer = machine.course("down")
        assert answer.returncode == 0 and "JupyterLab" not in answer.stdout and stranger.poll() is None, answer
        stranger.kill()


class DockerMachine(Machine):
    """The same with Docker."""

    program = "docker"

    def podman(self, *words: str | Path) -> list[str]:
        process = subprocess.run(["docker", *words], env=self.env, capture_output=True, text=True)
        assert process.returncode == 0, process.stderr
        return process.stdout.split("\n")[:-1]


@pytest.fixture
def docker(machine: Machine) -> Iterator[Machine]:
    """Docker on the machine that has Podman: COURSE_ENGINE is not set, and the state folder is this one's."""
    folder = machine.folder / "docker"
    folder.mkdir()
    (folder / "root.tar").symlink_to(machine.folder / "root.tar")
    try:
        dockerd.programs()
    except CourseError as error:
        pytest.skip(str(error))
    with dockerd.daemon() as daemon:
        env = machine.env | daemon.environment
        env["PATH"] = f"{machine.folder / 'bin'}{os.pathsep}{env['PATH']}"
        env |= {"COURSE_STATE": str(folder / "state"), "COURSE_CACHE": str(folder / "cache")}
        del env["COURSE_ENGINE"]
        yield DockerMachine(folder, env)


def make_both(machine: Machine, docker: Machine) -> None:
    """A cluster in Podman, made by the same clone as the one in Docker that is in use."""
    make_cluster(machine, docker.state)
    make_cluster(docker)
    for name in (images.PULLED.name, outside.MADE_NETWORK.name):  # what the course notes of each engine that it is in
        both = [json.loads((place.state / name).read_text()) for place in (machine, docker)]
        (docker.state / name).write_text(json.dumps(both[0] | both[1]))
    second = f"{CLUSTER}-{neighbour.CONTEXT}-control-plane"
    for node, state in ((NODE, docker.state), (second, docker.state / neighbour.CONTEXT / ".course")):
        mark(machine, state, node)


@pytest.mark.engines
def test_down_all_with_both_engines_leaves_nothing_in_either(machine: Machine, docker: Machine) -> None:
    kinds = ("images", "containers", "volumes", "networks")
    before = {(place.folder, kind): place.names(kind) for place in (machine, docker) for kind in kinds}
    make_both(machine, docker)
    assert {place.folder for place in (machine, docker) if NODE in place.names("containers")} == {
        machine.folder,
        docker.folder,
    }
    answer = docker.course("down", "--all")
    assert answer.returncode == 0, answer.stderr
    assert {(place.folder, kind): place.names(kind) for place in (machine, docker) for kind in kinds} == before


@pytest.mark.engines
def test_down_touches_one_engine_where_one_is_named(machine: Machine, docker: Machine) -> None:
    make_both(machine, docker)
    docker.env["COURSE_ENGINE"] = "docker"
    answer = docker.course("down", "--all")
    assert answer.returncode == 0, answer.stderr
    assert not docker.names("containers") and {NODE, OUTSIDE} < machine.names("containers")
    assert images.lab_name() in machine.names("images")


@pytest.mark.engines
def test_what_has_our_name_in_the_engine_that_is_not_in_use_stays(machine: Machine, docker: Machine) -> None:
    make_cluster(docker)
    for name in (NODE, OUTSIDE):
        machine.container(name, "localhost/mine:1")
    for words in (["down"], ["down", "--all"]):
        answer = docker.course(*words)
        assert answer.returncode == 0, answer.stderr
        assert machine.names("containers") == {"mine", NODE, OUTSIDE}
    assert not docker.names("containers")
