"""The desk's image: Debian's packages, the node and lab images in a store of their own, Python's packages, the course.

Each of the four is kept as an image of its own, so that a change of the course makes only the last one again. Nothing
of it needs a container registry.
"""

import json
import os
import re
import sys
import tarfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from shutil import copyfile

from course.base import paths, shell
from course.base.errors import CourseError
from course.base.versions import pinned
from course.dev import repository
from course.provision import images, tools
from course.provision.engine import Engine, Say
from course.workshop import building, pip

RECIPE = paths.ROOT / "workshop" / "desk"
COPIED = ("Dockerfile", "desk", "storage.conf")  # what the packages are made of
REPOSITORY = f"{images.PREFIX}desk"
ENTRYPOINT = ("/usr/bin/tini", "--", "/usr/local/bin/desk")  # tini: what the engine inside leaves must be waited for
LOOPBACK = re.compile(r"(127(\.\d+){3}|localhost|\[::1\])(:\d+)?")
REGISTRY = re.compile(r"[\w.-]+(:\d+)?(/[a-z0-9._-]+)*|\[[0-9a-f:]+\](:\d+)?(/[a-z0-9._-]+)*")
NOT_LET_IN = re.compile(r"(?i)\b401\b|denied|unauthorized|authentication|no basic auth")
# The volume at /var/lib/containers is the one place where Podman makes layers; copied, they are ordinary files.
KEEP = """
cp -a /var/lib/containers/storage/overlay /var/lib/containers/storage/overlay-images \
  /var/lib/containers/storage/overlay-layers /usr/lib/containers/storage/ && sync
"""
UNPACK = f"tar -C /course -xf {building.PARTS}/course.tar"
# The course's own script makes .venv; then the files go, which may change more often, and .venv stays.
INSTALL = f"""
set -eu
{UNPACK}
install {building.PARTS}/kind /usr/local/bin/kind
/course/course --help > /dev/null
/course/.venv/bin/python -m pip install -q --no-cache-dir --require-hashes -r /course/workshop/desk/requirements.txt
find /course -mindepth 1 -maxdepth 1 ! -name .venv -exec rm -rf {{}} +
rm -rf /root/.cache /tmp/*
sync
"""
FINISH = f"""
set -eu
{UNPACK}
/course/course --help > /dev/null
/course/.venv/bin/python -m compileall -q /course/src
sync
"""


def name() -> str:
    """The desk of this version of the course."""
    return f"{REPOSITORY}:{version('externalname-course')}"


def run_line(engine: str, desk: str) -> str:
    """What begins a desk; with a name, and kept when it stops: what is typed to go on names it."""
    return f"{engine} run --name desk --privileged -p 127.0.0.1:{paths.PORT}:{paths.PORT} {desk}"


def build(engine: Engine, wanted: str, say: Say) -> str:
    """Make the desk's image under the name `wanted`, and return that; the node image, too, where it is not there.

    CourseError where this machine cannot, and for what fails.
    """
    _check(engine)
    inside = images.node_image(engine, say), images.lab_name()
    with images.workplace(say) as work:
        packages = _packages(work, engine, say)
        store = _store(work, engine, packages, inside, say)
        programs = _programs(work, engine, store, say)
        say("putting the course into it")
        pack(work / "course.tar", repository.files())
        with building.container(engine, programs, work) as container:
            building.inside(engine, container, FINISH, "Installing the course")
            building.commit(engine, container, wanted, ENTRYPOINT)
    return wanted


def _check(engine: Engine) -> None:
    if sys.platform != "linux":
        raise CourseError("A desk can be built on Linux only.", "kind in it is this machine's.", "Build it on Linux.")
    if engine.name == "podman" and os.geteuid() != 0:
        raise CourseError("Rootless Podman cannot build a desk.", "It runs an engine in a container.", "sudo -s")


def _packages(work: Path, engine: Engine, say: Say) -> str:
    debian = images.debian_base(work, engine, say)
    key = tools.hash_of([RECIPE / name for name in COPIED], debian)
    packages = f"{REPOSITORY}-packages:{key}"
    if not engine.has_image(packages):
        say("installing the desk's Debian packages (a minute)")
        engine.build(packages, RECIPE, "Dockerfile", {"BASE": debian})
    return packages


def _store(work: Path, engine: Engine, packages: str, inside: Sequence[str], say: Say) -> str:
    """The packages with the images inside, in the store that the desk's storage.conf names."""
    store = f"{REPOSITORY}-store:{tools.hash_of([], packages, *inside)}"
    if engine.has_image(store):
        return store
    say("putting the node image and the lab image into it (two minutes)")
    with building.container(engine, packages, work) as container:
        for image in inside:
            _export(engine, image, work / "root.tar")
            changes = [word for text in configured(_config(engine, image)) for word in ("--change", text)]
            command = ["podman", "import", "-q", *changes, f"{building.PARTS}/root.tar", image]
            building.inside(engine, container, 'exec "$@"', f"Importing {image}", "sh", *command)
        building.inside(engine, container, KEEP, "Keeping the images")
        building.commit(engine, container, store, ENTRYPOINT)
    return store


def _export(engine: Engine, image: str, tar: Path) -> None:
    """An image's files in one layer: what layers say of removed files cannot be written upon an overlay."""
    container = engine.output("create", image, "true", doing=f"Opening {image}").strip()
    try:
        engine.output("export", "-o", tar, container, doing=f"Exporting {image}", timeout=600)
    finally:
        engine.run(*engine.removal, container)


def _config(engine: Engine, image: str) -> dict[str, object]:
    config = json.loads(engine.inspect("image", image, "{{json .Config}}"))
    assert isinstance(config, dict)
    return config


def configured(config: dict[str, object]) -> list[str]:
    """An image's settings, from `image inspect`, as a Dockerfile's lines: what its files alone do not say."""
    lines = []
    for key in ("Entrypoint", "Cmd"):
        if words := config.get(key):
            lines.append(f"{key.upper()} {json.dumps(words)}")
    environment, labels = config.get("Env") or [], config.get("Labels") or {}
    assert isinstance(environment, list) and isinstance(labels, dict)
    lines += [f"ENV {pair}" for pair in environment]
    lines += [f"LABEL {key}={value}" for key, value in labels.items()]
    for key, word in (("WorkingDir", "WORKDIR"), ("StopSignal", "STOPSIGNAL"), ("User", "USER")):
        lines += [f"{word} {config[key]}"] if config.get(key) else []
    return lines


def _programs(work: Path, engine: Engine, store: str, say: Say) -> str:
    """The store with kind and all Python packages, at the place where the course will be."""
    makings = [paths.ROOT / name for name in ("course", "pyproject.toml", "requirements.txt")]
    key = tools.hash_of([*makings, RECIPE / "requirements.txt"], store, pinned().kind_version, INSTALL)
    programs = f"{REPOSITORY}-programs:{key}"
    if engine.has_image(programs):
        return programs
    say("installing its Python packages (two minutes)")
    pack(work / "course.tar", repository.files())
    copyfile(tools.kind(), work / "kind")
    pip.write(work, building.PARTS)
    with building.container(engine, store, work) as container:
        building.inside(engine, container, INSTALL, "Installing the course's Python packages")
        building.commit(engine, container, programs, ENTRYPOINT)
    return programs


def pack(tar: Path, files: Sequence[Path]) -> None:
    """Files of this clone as a tar, root's, without their times: Python looks at those, and makes its own."""

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mode = 0o755 if entry.mode & 0o100 else 0o644
        return entry

    with tarfile.open(tar, "w") as archive:
        for path in files:
            archive.add(path, path.relative_to(paths.ROOT), recursive=False, filter=plain)


def refuse_no_registry(registry: str, command: str) -> None:
    """CourseError for what is no HOST[:PORT][/FOLDER]. command: what is typed before it."""
    if not REGISTRY.fullmatch(registry):
        meant = registry.rpartition("://")[2].strip("/ ").lower()
        right = meant if REGISTRY.fullmatch(meant) else "registry.example.com/courses"
        why = "It is HOST, HOST:PORT or HOST/FOLDER, in small letters."
        raise CourseError(f"{registry!r} is no registry.", why, f"{command} {right}")


def push(engine: Engine, local: str, registry: str) -> str:
    """Push the image to a registry, and return its name there. CourseError for one that refuses."""
    host = registry.partition("/")[0]
    there = f"{registry}/{local.rpartition('/')[2]}"
    engine.output("tag", local, there, doing=f"Naming {there}")
    try:
        pushed = engine.run("push", *_insecure(engine, host), there, timeout=3600)
    finally:
        engine.run("rmi", there)  # the name alone: the image has its own one
    if pushed.returncode:
        enter = f"{engine.name} login {host}" if NOT_LET_IN.search(pushed.stderr) else ""
        look = f"is {host} right, and does it speak HTTPS? curl -I https://{host}/v2/"
        raise CourseError(
            f"{there} cannot be pushed.", shell.last_words(pushed.stderr, 1), f"{enter or look}, then again"
        )
    return there


def _insecure(engine: Engine, host: str) -> list[str]:
    """A registry on this machine has no certificate; Docker knows that by itself."""
    return ["--tls-verify=false"] if engine.name == "podman" and LOOPBACK.fullmatch(host) else []
