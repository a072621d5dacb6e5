"""The choice of an engine, with small programs on PATH that answer as docker and podman would."""

import os
import shutil
from pathlib import Path

import pytest

from course.base.errors import CourseError
from course.provision import engine

DEAD_DOCKER = (
    'case "$1" in info) echo "Cannot connect to the Docker daemon" >&2; exit 1;; *) echo "Docker version 28.2.2";; esac'
)
LIVE_DOCKER = "echo 28.2.2"


class Machine:
    """A PATH with only the programs a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, name: str, script: str) -> None:
        program = self.folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("course.base.shell.VENV_BIN", tmp_path)
    monkeypatch.delenv("COURSE_ENGINE", raising=False)
    monkeypatch.setattr(engine, "CONTAINERS_CONF", tmp_path / "containers.conf")
    monkeypatch.setattr(engine, "STATE", tmp_path)
    monkeypatch.setattr(engine, "SYSTEM", ())
    monkeypatch.setattr(engine, "REMEMBERED", tmp_path / "engine.json")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return Machine(tmp_path)


def podman(version: str) -> str:
    return f'case "$1" in --version) echo "podman version {version}";; esac'


def test_docker_first_if_its_daemon_answers(machine: Machine) -> None:
    machine.has("docker", LIVE_DOCKER)
    machine.has("podman", podman("5.0.0"))
    assert engine.choose().name == "docker"


def test_podman_if_docker_is_only_a_client(machine: Machine) -> None:
    machine.has("docker", DEAD_DOCKER)
    machine.has("podman", podman("4.3.1"))
    chosen = engine.choose()
    assert (chosen.name, chosen.variables["KIND_EXPERIMENTAL_PROVIDER"]) == ("podman", "podman")


def test_the_engine_that_has_the_cluster_stays(machine: Machine) -> None:
    machine.has("podman", podman("5.0.0"))
    engine.choose().remember()
    machine.has("docker", LIVE_DOCKER)  # started later
    assert engine.choose().name == "podman"
    machine.has("podman", "exit 1")
    with pytest.raises(CourseError, match="The cluster is in podman"):
        engine.choose()
    machine.has("podman", podman("5.0.0"))
    engine.choose().forget()
    assert engine.choose().name == "docker"


def test_a_remembered_engine_that_is_dead_is_said_with_the_way_to_the_other(machine: Machine) -> None:
    machine.has("docker", DEAD_DOCKER)
    machine.has("podman", podman("4.9.3"))
    engine.Engine("docker", "28").remember()
    with pytest.raises(CourseError, match="The cluster is in docker, which does not answer") as caught:
        engine.choose(install=False)
    assert "systemctl start docker" in caught.value.next
    assert caught.value.next.endswith("Or: COURSE_ENGINE=podman ./course up")


def test_a_docker_that_may_not_be_used_is_told_apart_from_a_dead_one(machine: Machine) -> None:
    machine.has("docker", 'echo "permission denied while trying to connect to the Docker daemon socket" >&2; exit 1')
    with pytest.raises(CourseError) as caught:
        engine.choose()
    assert "usermod -aG docker" in caught.value.next


def test_the_learner_decides(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.has("docker", LIVE_DOCKER)
    machine.has("podman", podman("5.0.0"))
    monkeypatch.setenv("COURSE_ENGINE", "podman")
    assert engine.choose().name == "podman"


def test_a_client_without_a_daemon_is_said(machine: Machine) -> None:
    machine.has("docker", DEAD_DOCKER)
    with pytest.raises(CourseError) as caught:
        engine.choose()
    assert "daemon does not answer" in caught.value.why
    assert "apt-get install podman" in caught.value.next


def test_no_engine_and_not_root(machine: Machine) -> None:
    with pytest.raises(CourseError) as caught:
        engine.choose()
    assert "Docker is not installed. Podman is not installed." in caught.value.why


def test_too_old(machine: Machine) -> None:
    machine.has("podman", podman("3.4.0"))
    with pytest.raises(CourseError, match="No container engine") as caught:
        engine.choose()
    assert "3.4.0 is too old" in caught.value.why
    assert "newer podman" in caught.value.next and "apt-get install podman" not in caught.value.next


@pytest.mark.parametrize("script", ["exit 1", "exit 0", "echo hello world", "kill -SEGV $$", podman("3.0.1")])
def test_one_that_is_in_the_way_of_another_is_said_with_the_way_past_it(
    machine: Machine, script: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine.has("podman", script)
    behind = tmp_path / "behind"
    behind.mkdir()
    Machine(behind).has("podman", podman("4.3.1"))
    monkeypatch.setattr(engine, "SYSTEM", (str(behind),))
    with pytest.raises(CourseError, match="in the way of") as raised:
        engine.choose()
    assert raised.value.next == f"export PATH={behind}:$PATH, then the same command again"


def test_one_that_answers_what_is_no_version_is_said(machine: Machine) -> None:
    machine.has("podman", "echo I have 2 hats")
    with pytest.raises(CourseError, match="No container engine") as raised:
        engine.choose()
    assert "answers 'I have 2 hats'" in raised.value.why


def test_a_variable_that_leads_elsewhere_is_named(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.has("podman", "exit 125")
    monkeypatch.setenv("CONTAINER_HOST", "unix:///nonexistent")
    with pytest.raises(CourseError) as raised:
        engine.choose()
    assert raised.value.next.startswith("unset CONTAINER_HOST, then the same command again")


def test_an_unknown_wish(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_ENGINE", "rkt")
    with pytest.raises(CourseError, match="rkt"):
        engine.choose()


def test_root_on_debian_gets_podman_installed_and_is_told(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(engine, "is_debian", lambda: True)
    monkeypatch.setattr(engine, "INSTALLED", machine.folder / "installed-packages")
    monkeypatch.setattr("course.base.shell.LOGS", machine.folder)
    machine.has("dpkg", "")
    state = f"$([ -e {machine.folder}/podman ] && echo installed || echo config-files)"
    machine.has("dpkg-query", f'for name in {" ".join(engine.PODMAN_PACKAGES)}; do echo "$name {state}"; done')
    script = f"""printf '#!/bin/sh\\n%s\\n' '{podman("4.3.1").replace("'", "")}' > {machine.folder}/podman
{os.path.realpath("/bin/chmod")} 755 {machine.folder}/podman"""
    machine.has("apt-get", f'case "$1" in install) {script};; esac')
    messages: list[str] = []
    assert engine.choose(messages.append).name == "podman"
    assert "Podman" in messages[0] and "runc" in messages[0]
    assert "podman" in (machine.folder / "installed-packages").read_text()


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="asks dpkg, which is Debian's")
def test_a_package_that_was_removed_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its settings are still there, and dpkg knows it."""
    paragraph = "Package: {}\nStatus: {}\nMaintainer: nobody\nArchitecture: all\nVersion: 1\nDescription: none\n\n"
    states = {"podman": "deinstall ok config-files", "runc": "install ok installed", "crun": "install ok unpacked"}
    (tmp_path / "status").write_text("".join(paragraph.format(*state) for state in states.items()))
    monkeypatch.setenv("DPKG_ADMINDIR", str(tmp_path))
    assert engine.not_installed(["podman", "runc", "crun", "netavark"]) == ["podman", "crun", "netavark"]
    (tmp_path / "status").write_text("")
    assert engine.not_installed(["podman"]) == ["podman"]


def test_an_image_that_cannot_be_built_is_named_and_its_log_too(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("course.base.shell.LOGS", tmp_path)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    machine.has("docker", 'if [ "$1" = info ]; then echo 28.2.2; else echo "$@"; exit 1; fi')
    with pytest.raises(CourseError, match="Building localhost/some-image:1 failed") as caught:
        engine.choose().build("localhost/some-image:1", tmp_path, "Dockerfile", {})
    assert "image-some-image.log" in caught.value.next
    log = (tmp_path / "image-some-image.log").read_text()
    assert "--build-arg HTTPS_PROXY" in log and "proxy.example" not in log


def test_settings_for_a_machine_like_a_container() -> None:
    text = engine.containers_conf(cgroup_v1=True, systemd=False, files=20000, processes=32768)
    assert 'runtime = "runc"' in text and "nofile=20000:20000" in text and 'cgroup_manager = "cgroupfs"' in text


def test_a_podman_that_takes_its_time_is_not_called_broken(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.has("podman", 'if [ "$1" = --version ]; then echo 5.0.0; else exec /usr/bin/tail -f /dev/null; fi')
    monkeypatch.setattr(engine, "PATIENCE", 0.5)
    with pytest.raises(CourseError) as caught:
        engine.choose()
    assert "the machine is busy" in caught.value.why and caught.value.next.startswith("the same command again")


def test_settings_of_an_earlier_system_are_not_used(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.CONTAINERS_CONF.write_text('[engine]\nruntime = "gone"\n')
    machine.has("podman", podman("5.0.0"))
    monkeypatch.setattr(engine, "containers_conf", lambda **limits: "")
    assert "CONTAINERS_CONF" not in engine.choose().variables


def test_no_settings_where_podman_needs_none() -> None:
    assert engine.containers_conf(cgroup_v1=False, systemd=True, files=1048576, processes=99999) == ""
