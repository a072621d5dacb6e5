"""The container engine: Docker if its daemon answers, else Podman, else Podman is installed where that is allowed."""

import os
import re
import resource
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from shutil import which

from course.base import files, shell, state
from course.base.errors import CourseError
from course.base.paths import STATE
from course.base.versions import as_numbers, pinned

Say = Callable[[str], None]
Problem = tuple[str, str]  # why an engine cannot be used, what to type; "" where installing one is all there is
CONTAINERS_CONF = STATE / "containers.conf"
INSTALLED = STATE / "installed-packages"
REMEMBERED = STATE / "engine.json"  # the name of the engine that has this clone's cluster
# Docker's and Podman's words for what is not there, in all the versions that the course takes.
# Not a bare "not found": that is also said of the engine's program.
NOT_THERE = re.compile(
    r"(?i)no such (image|object|container|volume|network)|not known|no (container|volume) with name"
    r"|network (\S+ )?not found"
)
LABEL = "course.image"  # of each image that the course makes: the name that it was made under
PATIENCE = 90.0  # seconds for an engine to say how it is: Podman locks its store while it loads or builds an image
SYSTEM = ("/usr/local/bin", "/usr/bin", "/bin")  # where engines are, if PATH has lost them
# Variables that lead an engine elsewhere, or to other settings.
LEADING = (
    *("DOCKER_HOST", "DOCKER_CONTEXT", "CONTAINER_HOST", "CONTAINER_CONNECTION"),
    *("CONTAINERS_STORAGE_CONF", "STORAGE_DRIVER", "STORAGE_OPTS"),
)
PODMAN_PACKAGES = ("podman", "runc", "netavark", "aardvark-dns", "iptables", "conmon")
HOW_TO_INSTALL = (
    "Install Docker (docs.docker.com/engine/install) or, on Debian or Ubuntu: sudo apt-get install podman runc. "
    "Then run the same command again."
)


@dataclass(frozen=True)
class Engine:
    """A working engine. `name` is docker or podman, `version` what Docker's server or Podman's program said."""

    name: str
    version: str
    variables: dict[str, str] = field(default_factory=dict)

    @cached_property
    def environment(self) -> dict[str, str]:
        """What each call of the engine, and kind, runs with."""
        return shell.environment(self.variables)

    @property
    def removal(self) -> tuple[str, ...]:
        """The words that remove a container, with its own volumes, at once: Podman would first give it 10 s to end."""
        return "rm", "-f", "-v", *(("-t", "0") if self.name == "podman" else ())

    def run(self, *words: str | Path, text: str | None = None, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run one engine command and capture it."""
        return shell.run([self.name, *words], env=self.environment, text=text, timeout=timeout)

    def output(
        self,
        *words: str | Path,
        doing: str,
        next: str = "./course doctor",
        text: str | None = None,
        timeout: float = 120,
    ) -> str:
        """Run one engine command; a failure is a CourseError that begins with `doing`."""
        command = [self.name, *words]
        return shell.output(command, env=self.environment, doing=doing, next=next, text=text, timeout=timeout)

    def remember(self) -> None:
        """The cluster is in this engine from now on, whichever answers first tomorrow."""
        if _remembered() != self.name:
            state.write(REMEMBERED, engine=self.name)

    def forget(self) -> None:
        """There is no cluster any more."""
        REMEMBERED.unlink(missing_ok=True)

    def build(self, name: str, context: Path, dockerfile: str, arguments: dict[str, str], target: str = "") -> None:
        """Build one image from a Dockerfile in `context`; what it prints goes to a log named after the image."""
        words: list[str | Path] = [self.name, "build", "--network", "host", "-t", name, "-f", context / dockerfile]
        words += ["--label", f"{LABEL}={name}"]
        for key, value in arguments.items():
            words += ["--build-arg", f"{key}={value}"]
        # Docker hands no proxy on by itself. By name only, so that no log has its value.
        for proxy in (*shell.PROXIES, "NO_PROXY", "no_proxy"):
            words += ["--build-arg", proxy] if proxy in self.environment else []
        words += ["--target", target] if target else []
        log = f"image-{name.rpartition('/')[2].partition(':')[0]}"
        shell.logged([*words, context], log=log, doing=f"Building {name}", env=self.environment)

    def inspect(self, kind: str, name: str, form: str) -> str:
        """What the engine says of a container, an image, ...; "" where there is none of that name.

        CourseError where it cannot tell: a failed question is no "no".
        """
        result = self.run(kind, "inspect", "--format", form, name)
        if result.returncode and not NOT_THERE.search(result.stderr):
            raise CourseError(
                f"{self.name} cannot be asked for the {kind} {name}.",
                shell.last_words(result.stderr),
                way_past(self.name, "./course doctor"),
            )
        return result.stdout.strip() if result.returncode == 0 else ""

    def has_image(self, name: str) -> bool:
        """Whether the image is in the engine's store."""
        return bool(self.inspect("image", name, "{{.Id}}"))


def choose(say: Say = print, install: bool = True) -> Engine:
    """The engine to use: the one of COURSE_ENGINE=docker|podman, if that is set.

    Else it is the one that has the cluster, else the first that answers. Where none answers and `install` allows it,
    Podman is installed as root on Debian or Ubuntu, and said before.
    """
    wanted = os.environ.get("COURSE_ENGINE", "")
    if wanted not in ("", "docker", "podman"):
        raise CourseError(f"COURSE_ENGINE is {wanted!r}.", "It may be docker or podman.", "unset COURSE_ENGINE")
    remembered = "" if wanted else _remembered()
    wanted = wanted or remembered
    engine, problems = _answering(wanted)
    if engine:
        return engine
    _refuse_a_shadow(wanted, problems)
    if remembered:
        _refuse_the_remembered(remembered, problems)
    if wanted != "docker" and install and _may_install():
        _install_podman(say)
        engine, problems = _answering("podman")
        if engine:
            return engine
    commands = [command for _, command in problems if command]
    if led := [name for name in LEADING if name in os.environ]:
        commands.insert(0, f"unset {' '.join(led)}, then the same command again")
    if os.environ.get("COURSE_ENGINE"):
        commands.append("unset COURSE_ENGINE, then the same command again")
    raise CourseError(
        "No container engine can be used.",
        " ".join(why for why, _ in problems),
        " Or: ".join(commands) or HOW_TO_INSTALL,
    )


def _refuse_a_shadow(wanted: str, problems: list[Problem]) -> None:
    """CourseError where another program of an engine's name answers than the first one on PATH."""
    for name in [wanted] if wanted else ["docker", "podman"]:
        first = which(name)
        if folder := _another(name):
            in_the_way = f"{first} does not work, and is in the way of {folder}/{name}."
            what = in_the_way if first else f"{name} is not on your PATH."
            raise CourseError(what, " ".join(why for why, _ in problems), way_past(name))


def _another(name: str) -> str:
    """The folder of a program of an engine's name that says its version, and is not the first on PATH; "" for none."""
    first = which(name)
    for folder in (*os.environ.get("PATH", "").split(os.pathsep), *SYSTEM):
        other = which(name, path=folder)
        if not other or (first and Path(other).samefile(first)):
            continue
        if as_numbers(shell.run([other, "--version"], timeout=10).stdout):
            return folder
    return ""


def way_past(name: str, otherwise: str = "") -> str:
    """What to type where the first program of an engine's name is none: the way to another, or how to look at it."""
    if folder := _another(name):
        return f"export PATH={shlex.quote(folder)}:$PATH, then the same command again"
    return otherwise or f"type -a {name}"


def _refuse_the_remembered(name: str, problems: list[Problem]) -> None:
    """The engine that has the cluster does not answer; what is in the other one is another cluster, or none."""
    other = {"docker": "podman", "podman": "docker"}[name]
    engine, _ = _answering(other)
    if engine:
        raise CourseError(
            f"The cluster is in {name}, which does not answer.",
            " ".join(why for why, _ in problems),
            " Or: ".join([*(command for _, command in problems if command), f"COURSE_ENGINE={other} ./course up"]),
        )


def others(first: Engine, say: Say) -> list[Engine]:
    """The engine beside the one in use, if it answers: an earlier cluster may be in it.

    None where COURSE_ENGINE is set. One that is installed and does not answer is said.
    """
    if os.environ.get("COURSE_ENGINE"):
        return []
    name, ask = {"docker": ("podman", _podman), "podman": ("docker", _docker)}[first.name]
    answer = ask()
    if isinstance(answer, Engine):
        return [answer]
    if shell.first_on_path([name]):
        say(f"{answer[0]} If the course was ever in {name}, make it answer, then: ./course down")
    return []


def _remembered() -> str:
    """The engine that has the cluster; "" where that is not written down, or cannot be read."""
    name = state.text(state.read(REMEMBERED), "engine")
    return name if name in ("docker", "podman") else ""


@cache
def chosen() -> Engine:
    """The engine that is there, chosen once in this process.

    To ask which one it is takes longer than most that it is asked.
    """
    return choose(install=False)


def _answering(wanted: str) -> tuple[Engine | None, list[Problem]]:
    problems = []
    for name, ask in (("docker", _docker), ("podman", _podman)):
        if wanted in ("", name):
            answer = ask()
            if isinstance(answer, Engine):
                return answer, []
            problems.append(answer)
    return None, problems


def _docker() -> Engine | Problem:
    result = shell.run(["docker", "info", "--format", "{{.ServerVersion}}"], timeout=PATIENCE)
    version = result.stdout.strip()
    if result.returncode == 127:
        return "Docker is not installed.", ""
    if "permission denied" in result.stderr.lower():
        return "Docker runs, but you may not use it.", "sudo usermod -aG docker $USER, then log out and in."
    if result.returncode or not version:
        return (
            "There is a docker client, but its daemon does not answer.",
            f"sudo systemctl start docker. {HOW_TO_INSTALL}",
        )
    return _new_enough("docker", version, pinned().engine_docker_minimum, _for_kind("docker"))


def _podman() -> Engine | Problem:
    version = shell.run(["podman", "--version"], timeout=PATIENCE)
    if version.returncode == 127:
        return "Podman is not installed.", ""
    if version.returncode:
        return f"Podman is installed but does not work: {shell.last_words(version.stderr)}", "podman info"
    write_containers_conf()
    variables = _for_kind("podman")
    if CONTAINERS_CONF.exists():
        variables["CONTAINERS_CONF"] = str(CONTAINERS_CONF)
    # Not `info`, which takes five times as long: it has dpkg say the version of each of Podman's programs.
    works = shell.run(["podman", "ps", "-q"], env=shell.environment(variables), timeout=PATIENCE)
    if works.returncode == shell.NO_ANSWER:
        return (
            f"Podman is installed, and did not answer within {PATIENCE:.0f} s: the machine is busy, or Podman hangs.",
            "the same command again; where that does not help: podman info",
        )
    if works.returncode:
        return f"Podman is installed but does not work: {shell.last_words(works.stderr)}.", "podman info"
    said = version.stdout.strip().removeprefix("podman version ")
    return _new_enough("podman", said, pinned().engine_podman_minimum, variables)


def _for_kind(name: str) -> dict[str, str]:
    """kind's own settings: this engine, and its usual network, whatever the terminal says."""
    return {"KIND_EXPERIMENTAL_PROVIDER": name, f"KIND_EXPERIMENTAL_{name.upper()}_NETWORK": "kind"}


def _new_enough(name: str, version: str, minimum: str, variables: dict[str, str]) -> Engine | Problem:
    if not re.match(r"(?:\w+ version )?v?\d+\.\d+", version):
        shown = repr(version[:40]) if version else "nothing"
        return f"What is called {name} answers {shown} where its version is asked for.", f"type -a {name}"
    if as_numbers(version) < as_numbers(minimum):
        return (
            f"{name} {version} is too old: the course needs {minimum} or newer.",
            f"Install a newer {name}, from its own site if your system has none.",
        )
    return Engine(name, version, variables)


def containers_conf(*, cgroup_v1: bool, systemd: bool, files: int, processes: int) -> str:
    """Podman's settings for this machine, or "" where its own defaults work.

    files, processes: the hard limits of the machine; Podman asks for 1048576 open files, which needs CAP_SYS_RESOURCE.
    """
    engine = ['runtime = "runc"'] if cgroup_v1 else []
    engine += [] if systemd else ['cgroup_manager = "cgroupfs"', 'events_logger = "file"']
    limits = [f'"nofile={files}:{files}"', f'"nproc={processes}:{processes}"'] if files < 1048576 else []
    if not engine and not limits:
        return ""
    return "\n".join(
        ["# Made by the course for its own calls of Podman; nothing under /etc is touched.", "[containers]"]
        + ([f"default_ulimits = [{', '.join(limits)}]"] if limits else [])
        + (["[engine]", *engine, "[network]", 'network_backend = "netavark"'] if engine else [])
        + [""]
    )


def write_containers_conf() -> None:
    """Write the settings file of this machine where one is needed, and let none be where it is not.

    Elsewhere than on Linux Podman runs in a machine of its own.
    """
    if sys.platform != "linux":
        return
    hard = [resource.getrlimit(kind)[1] for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC)]
    open_files, processes = (1048576 if limit == resource.RLIM_INFINITY else limit for limit in hard)
    text = containers_conf(
        cgroup_v1=not Path("/sys/fs/cgroup/cgroup.controllers").exists(),
        systemd=Path("/run/systemd/system").exists(),
        files=open_files,
        processes=min(processes, 32768),
    )
    if not text:  # one of an earlier system would be used
        CONTAINERS_CONF.unlink(missing_ok=True)
    elif not CONTAINERS_CONF.exists() or CONTAINERS_CONF.read_bytes() != text.encode():
        files.replace(CONTAINERS_CONF, text)


def is_debian() -> bool:
    """Whether apt-get can install packages here."""
    release = Path("/etc/os-release")
    text = release.read_text() if release.exists() else ""
    return any(f"{key}=debian" in text for key in ("ID", "ID_LIKE")) and shell.first_on_path(["apt-get"]) is not None


def installed_packages() -> list[str]:
    """The Debian packages that were installed for the course: one a line, because ./course writes it too."""
    text = INSTALLED.read_text(errors="replace") if INSTALLED.is_file() else ""
    return sorted(set(re.findall(r"(?m)^[a-z0-9][a-z0-9+.-]+$", text)))


def _may_install() -> bool:
    return os.geteuid() == 0 and is_debian()


def _install_podman(say: Say) -> None:
    apt_install(PODMAN_PACKAGES, "Podman, the container engine", say)


def apt_install(packages: Sequence[str], what: str, say: Say) -> None:
    """Install Debian packages, said before it is done and written down in .course/installed-packages."""
    if not (missing := not_installed(packages)):
        return
    say(f"Installing {what}, from Debian's packages: {', '.join(missing)}")
    env = shell.environment({"DEBIAN_FRONTEND": "noninteractive"})
    try:
        for command in (
            ["dpkg", "--configure", "-a"],  # ends what an interrupted installation left half done
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
        ):
            shell.logged(command, log="apt", doing=f"Installing {what}", env=env)
    finally:  # Ctrl-C may leave some of them installed
        files.state()
        left = not_installed(missing)
        with INSTALLED.open("a") as record:
            record.writelines(f"{name}\n" for name in missing if name not in left)


def not_installed(packages: Sequence[str]) -> list[str]:
    """Those Debian packages that are not there. One that was removed is not, though dpkg keeps its settings."""
    known = shell.run(["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\n", *packages]).stdout.splitlines()
    return [name for name in packages if f"{name} installed" not in known]
