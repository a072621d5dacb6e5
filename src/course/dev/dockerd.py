"""A Docker daemon of a test's own: its own data, socket, network, mounts and processes. Nothing of it is left.

It runs in namespaces of its own. So its firewall rules touch no other engine's, and whatever it started ends with it,
whichever way the test ends. A cluster in it is reached from its network namespace only: `Daemon.inside`.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import rmtree, which
from tempfile import TemporaryDirectory

from course.base import paths, shell
from course.base.errors import CourseError
from course.base.waiting import until
from course.provision import engine, images, tools
from course.provision.engine import Engine

PROGRAMS = ("dockerd", "containerd", "docker", "runc", "unshare", "nsenter", "setpriv", "ip")
# Bookworm's own daemon, 20.10, starts no privileged container where CAP_SYS_RESOURCE is missing.
SUITE, PACKAGES = "sid", ("docker.io", "containerd", "docker-cli")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
HOW_TO_INSTALL = "Install Docker (docs.docker.com/engine/install); it need not run. Then the same command, as root."
CGROUPS = Path("/sys/fs/cgroup")
FOLDERS = paths.STATE / "docker"  # a folder for each daemon, named by the process that started it


@dataclass(frozen=True)
class Daemon:
    """A daemon that answers.

    environment: what leads the course and the docker client to it, and the course to a cache of its own, which
    `down --all` may remove. pid: the process that is in its network namespace.
    """

    environment: dict[str, str]
    pid: int

    def inside(self, argv: Sequence[str]) -> list[str]:
        """The command, run where the containers' addresses and published ports are."""
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", *argv]

    @property
    def engine(self) -> Engine:
        """The engine that the course would choose there."""
        return Engine("docker", "", self.environment)

    def load(self, source: Engine, *names: str) -> None:
        """Carry images over from another engine, so that nothing is built twice."""
        for name in names:
            save = subprocess.Popen([source.name, "save", name], env=source.environment, stdout=subprocess.PIPE)
            with save:
                load = subprocess.run(["docker", "load", "-q"], env=self.engine.environment, stdin=save.stdout)
            if save.returncode or load.returncode:
                raise CourseError(f"{name} cannot be carried from {source.name} to Docker.", "See above.", "df -h")

    def inventory(self) -> dict[str, set[str]]:
        """The ids of all containers, images, volumes and networks there are."""
        listings = {"container": ("ps", "-aq"), "image": ("images", "-aq"), "volume": ("volume", "ls", "-q")}
        listings["network"] = ("network", "ls", "-q")
        return {
            kind: set(self.engine.output(*words, doing=f"Listing each {kind}").split())
            for kind, words in listings.items()
        }


@cache
def programs() -> str:
    """A PATH on which all is that a daemon needs. CourseError says what is missing, and how to get it.

    Root on Debian gets Docker's packages unpacked into the cache: nothing is installed.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        raise CourseError("No Docker daemon of the tests' own can be started.", "It needs root on Linux.", "sudo -s")
    path = os.environ["PATH"]
    if not which("dockerd") and engine.is_debian() and KEYRING.exists():
        root = unpacked() / "usr"
        path = f"{path}{os.pathsep}{root / 'sbin'}{os.pathsep}{root / 'bin'}"
    missing = [name for name in PROGRAMS if not which(name, path=path)]
    if missing:
        raise CourseError("No Docker daemon can be tested.", f"Not installed: {', '.join(missing)}.", HOW_TO_INSTALL)
    return path


def unpacked() -> Path:
    """The folder with Docker's packages in it, fetched once, by an apt that has lists and a cache of its own."""
    finished = paths.cache() / "parts" / f"docker-{SUITE}"
    if finished.exists():
        return finished
    mirror = images.debian_mirror()
    if mirror is None:
        raise CourseError("Docker's Debian packages cannot be fetched.", "apt knows no mirror.", "sudo apt-get update")
    with tools.part(finished) as work, TemporaryDirectory() as folder:
        source = Path(folder, "debian.list")
        source.write_text(f"deb [signed-by={KEYRING}] {mirror} {SUITE} main\n")
        places = {"Etc::sourcelist": source, "Etc::sourceparts": "/dev/null", "State::status": "/dev/null"}
        places |= {"State::lists": f"{folder}/lists", "Cache": f"{folder}/cache"}
        for empty in ("lists/partial", "cache/archives/partial"):
            Path(folder, empty).mkdir(parents=True)
        apt = ["apt-get", "-q", "-o", "APT::Sandbox::User=root"]
        apt += [word for key, place in places.items() for word in ("-o", f"Dir::{key}={place}")]
        doing = "Fetching Docker's Debian packages"
        shell.logged([*apt, "update"], log="apt", doing=doing, cwd=Path(folder))
        shell.logged([*apt, "download", *PACKAGES], log="apt", doing=doing, cwd=Path(folder))
        for package in sorted(Path(folder).glob("*.deb")):
            shell.logged(["dpkg", "-x", package, work], log="apt", doing=f"Unpacking {package.name}")
    return finished


@contextmanager
def daemon() -> Iterator[Daemon]:
    """A daemon, for as long as the block runs. CourseError where none can be started."""
    path = f"{tools.kind().parent}{os.pathsep}{programs()}"
    _sweep()
    own = FOLDERS / str(os.getpid())
    group = f"course-docker-{os.getpid()}"
    log = shell.log_file("dockerd")
    try:
        with TemporaryDirectory(prefix="course-") as folder:  # a socket's path may have 107 characters
            socket = f"unix://{folder}/docker.sock"
            environment = {"DOCKER_HOST": socket, "COURSE_ENGINE": "docker", "COURSE_CACHE": str(own / "cache")}
            environment |= {"KIND_EXPERIMENTAL_PROVIDER": "docker", "PATH": path}
            options = {"data-root": own / "data", "exec-root": f"{folder}/run", "pidfile": f"{folder}/pid"}
            options |= {"host": socket, "cgroup-parent": f"/{group}"}
            process = _start([f"--{key}={value}" for key, value in options.items()], path, log)
            try:
                made = Daemon(environment, process.pid)
                until(
                    lambda: process.poll() is not None or made.engine.run("info").returncode == 0,
                    seconds=60,
                    what="The Docker daemon answering",
                    next=f"tail {log}",
                )
                if process.poll() is not None:
                    raise CourseError("The Docker daemon ended.", shell.last_words(log.read_text()), f"less {log}")
                yield made
            finally:
                _end(process)
    finally:
        rmtree(own, ignore_errors=True)
        for top in [*CGROUPS.glob(f"*/{group}"), CGROUPS / group]:
            for empty in sorted(top.rglob("*/"), reverse=True) if top.exists() else []:
                empty.rmdir()
            if top.exists():
                top.rmdir()


def _sweep() -> None:
    """The data of daemons whose test was killed: they ended with it."""
    for folder in FOLDERS.glob("*"):
        if not Path("/proc", folder.name).exists():
            rmtree(folder, ignore_errors=True)


def _start(options: Sequence[str], path: str, log: Path) -> "subprocess.Popen[bytes]":
    """dockerd as the first process of its namespaces, which all end with it, as it ends with this process."""
    limit = Path("/proc/self/limits").read_text().split("Max open files")[1].split()[1]
    argv = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child"]
    argv += ["--mount-proc", "sh", "-c", 'ip link set lo up && exec dockerd "$@"', "sh", *options]
    argv += ["--exec-opt", "native.cgroupdriver=cgroupfs"]  # systemd would be asked for processes it does not know
    argv += ["--default-ulimit", f"nofile={limit}:{limit}"] if limit.isdigit() else []
    with log.open("w") as out:
        return subprocess.Popen(argv, env=shell.environment({"PATH": path}), stdout=out, stderr=out)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The first process of a namespace takes all others with it."""
    if process.poll() is None:
        for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
    process.wait()
