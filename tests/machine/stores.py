"""A machine with an engine, folders and clones of its own: Podman can be given a store beside the machine's."""

import re
import shlex
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import ClassVar

from course.base import paths
from course.provision import engine, outside

CLUSTER = "externalname-test-down"
PODMAN = which("podman") if sys.platform == "linux" else None
LISTED = {  # what an engine has, by kind, and how it is asked for the names
    "images": ("images", "--format", "{{.Repository}}:{{.Tag}}"),
    "containers": ("ps", "-a", "--format", "{{.Names}}"),
    "volumes": ("volume", "ls", "--format", "{{.Name}}"),
    "networks": ("network", "ls", "--format", "{{.Name}}"),
}


@dataclass
class Machine:
    """A machine with an engine, folders and clones of its own."""

    folder: Path
    env: dict[str, str]
    program: ClassVar[str] = "podman"

    @property
    def state(self) -> Path:
        return self.folder / "state" / ".course"

    def podman(self, *words: str | Path) -> list[str]:
        """One call of its Podman; the lines that it printed."""
        command = [self.folder / "bin" / "podman", *words]
        process = subprocess.run(command, env=self.env, capture_output=True, text=True)
        assert process.returncode == 0, process.stderr
        return process.stdout.split("\n")[:-1]

    def course(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([paths.ROOT / "course", *words], env=self.env, capture_output=True, text=True)

    def image(self, name: str, label: str = "", made_as: str = "") -> None:
        """An image of its own, not only a second name: it has its name as a label, as the course gives it."""
        changes = [f"--change=LABEL {text}" for text in (f"{label or engine.LABEL}={made_as or name}", f"name={name}")]
        self.podman("import", *changes, self.folder / "root.tar", name)

    def container(self, name: str, image: str, *options: str) -> str:
        """A running container; its id."""
        return self.podman("run", "-d", "--name", name, "--network", "none", *options, image, "/bin/sleep", "infinity")[
            0
        ]

    def network(self) -> str:
        """The id of the network that kind clusters are in."""
        return self.podman("network", "inspect", "--format", "{{.ID}}", outside.NETWORK)[0]

    def carry(self, source: engine.Engine, *names: str) -> None:
        """Images from the machine's store into this one."""
        with subprocess.Popen([source.name, "save", *names], env=source.environment, stdout=subprocess.PIPE) as save:
            loaded = subprocess.run([self.folder / "bin" / "podman", "load", "-q"], env=self.env, stdin=save.stdout)
        assert (loaded.returncode, save.returncode) == (0, 0)

    def names(self, kind: str) -> set[str]:
        """Of all containers, images, volumes or networks there are."""
        return set(self.podman(*LISTED[kind]))

    def clear(self) -> None:
        """Nothing runs there, and no image is left."""
        self.podman("rm", "-f", "-t", "0", "--all")
        self.podman("rmi", "-f", "--all")


def write_root(tar: Path) -> None:
    """What an image needs in order to sleep: the program, and the libraries that it names."""
    libraries = re.findall(
        r"/\S+", subprocess.run(["ldd", "/bin/sleep"], capture_output=True, text=True, check=True).stdout
    )
    with tarfile.open(tar, "w", dereference=True) as root:
        for name in ("/bin/sleep", *libraries):
            root.add(name)


def with_store(folder: Path, short: Path, environment: Mapping[str, str], driver: str = "vfs") -> Machine:
    """Podman with its own store, networks and run-time folders; COURSE_* lead the course there.

    short: the run-time folder; Podman refuses one whose path is longer than 50 characters.
    """
    folders = {name: folder / name for name in ("root", "tmpdir", "network-config-dir")} | {"runroot": short}
    options = shlex.join(f"--{name}={place}" for name, place in folders.items())
    wrapper = folder / "bin" / "podman"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec {PODMAN} {options} --storage-driver={driver} "$@"\n')
    wrapper.chmod(0o755)
    own = {"COURSE_ENGINE": "podman", "COURSE_CLUSTER": CLUSTER}
    own |= {"COURSE_STATE": str(folder / "state"), "COURSE_CACHE": str(folder / "cache")}
    engine.write_containers_conf()
    settings = {"CONTAINERS_CONF": str(engine.CONTAINERS_CONF)} if engine.CONTAINERS_CONF.exists() else {}
    path = f"{wrapper.parent}:{environment['PATH']}"
    return Machine(folder, {**environment, **settings, **own, "PATH": path})
