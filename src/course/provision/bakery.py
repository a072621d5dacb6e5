"""Puts images into a node image: into the store of its own containerd, so that a new cluster has nothing to load."""

from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from course.base import ownership, paths, shell
from course.base.errors import CourseError
from course.provision.engine import LABEL, Engine


class Image(NamedTuple):
    """An image in the engine, and the names that it gets in the cluster."""

    local: str
    in_cluster: tuple[str, ...]


BAKES = "course.bake"  # the label of the container that images are put together in: whose cache it works for
IMPORT = """
containerd >/var/log/containerd-bake.log 2>&1 & pid=$!
until ctr version >/dev/null 2>&1; do kill -0 $pid || exit 1; done
for tar in /bake/*.tar; do ctr -n k8s.io images import --no-unpack --local "$tar" || exit 1; done
for name in "$@"; do ctr -n k8s.io images ls -q | grep -qxF "$name" || { echo "not imported: $name"; exit 1; }; done
kill $pid; wait $pid; rm -f /var/log/containerd-bake.log; sync
"""


def _container() -> str:
    """The container's name: one for each cache, because the lock that lets one build at a time run is in the cache."""
    return f"externalname-bake-{sha256(str(paths.cache()).encode()).hexdigest()[:8]}"


def _remove_left(engine: Engine) -> None:
    """Remove the container that a killed build left; CourseError where somebody else gave that name."""
    form = f'{{{{.Id}}}}|{{{{index .Config.Labels "{BAKES}"}}}}'
    container, _, label = engine.inspect("container", _container(), form).partition("|")
    if container and not ownership.is_ours(container, None, labelled=label == str(paths.cache())):
        what = f"A container named {_container()} exists that the course did not make."
        raise CourseError(what, "It is left alone.", f"{engine.name} rename {_container()} not-of-the-course")
    if container:
        engine.run(*engine.removal, container)


def commit(place: Path, engine: Engine, node: str, images: list[Image], name: str, made: str) -> None:
    """Import images into the node's own containerd, as kind does it, and commit the result under `name`."""
    with TemporaryDirectory(dir=place) as work:
        for number, image in enumerate(images):
            save(engine, image, Path(work) / f"{number}.tar")
        _remove_left(engine)
        options = ["-d", "--name", _container(), "--privileged", "--network", "none", "-v", f"{work}:/bake:ro"]
        options += ["--label", f"{BAKES}={paths.cache()}"]
        command = ["run", *options, "--entrypoint", "sleep", node, "infinity"]
        container = engine.output(*command, doing="Starting the node image").strip()
        try:
            names = [name for image in images for name in image.in_cluster]
            inside = [engine.name, "exec", container, "sh", "-c", IMPORT, "sh", *names]
            shell.logged(inside, log="bake", doing="Importing images", env=engine.environment)
            labels = [f"LABEL course.node={made}", f"LABEL {LABEL}={name}"]
            changes = ['ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]', "CMD []", *labels]
            words = [word for change in changes for word in ("--change", change)]
            engine.output("commit", *words, container, name, doing="Keeping the node image", timeout=300)
        finally:
            engine.run(*engine.removal, container)


def save(engine: Engine, image: Image, tar: Path) -> None:
    """An image as a tar, under the names that it has in the cluster; the engine itself does not keep these."""
    for name in image.in_cluster:
        engine.output("tag", image.local, name, doing=f"Tagging {image.local}")
    engine.output("save", "-o", tar, *image.in_cluster, doing=f"Saving {image.local}", timeout=300)
    engine.run("rmi", *[name for name in image.in_cluster if name != image.local])
