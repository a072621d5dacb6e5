"""Parts of the cluster that only some lessons and labs need.

A part is made when it is first needed, said before, and kept in the cache: an image of programs, and what belongs to
no namespace. Then it is put into the cluster, where it stays until the cluster goes.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, rmtree

from course.base import paths
from course.base.errors import CourseError, NotReady
from course.kube import kubectl
from course.provision import edge, images, kind_cluster, programs, tools
from course.provision.engine import Engine, Say, choose, chosen

NOTE = "part-{}"  # the ConfigMap that says which one is in the cluster
IMAGE, KINDS, OTHERS = "image.tar", "kinds.yaml", "cluster.yaml"


@dataclass(frozen=True)
class Part:
    """One part.

    minutes, megabytes: what making it takes on two cores, and what is kept. image: its name in the cluster. key:
    changes with all that it is made of. make: writes IMAGE into a folder, and KINDS and OTHERS where it has any; a
    second folder is for its work.
    """

    name: str
    what: str
    minutes: int
    megabytes: int
    image: Callable[[], str]
    key: Callable[[], str]
    make: Callable[[Path, Path, Engine, Say], None]

    @property
    def folder(self) -> Path:
        """Where it is kept once it is made."""
        return paths.cache() / "parts" / f"{self.name}-{self.key()}"

    @property
    def manifest(self) -> Path:
        """How its Pods run, for `kubectl apply -n NAMESPACE`."""
        return paths.CLUSTER_FOLDER / "parts" / self.name / f"{self.name}.yaml"

    @property
    def made(self) -> bool:
        """Whether it is in the cache."""
        return (self.folder / IMAGE).is_file()


def _of(made: programs.Programs, what: str, megabytes: int) -> Part:
    """A part that is programs in one image."""
    return Part(made.part, what, 3, megabytes, made.image, made.key, made.make)


PARTS = (
    Part(
        "edge",
        "Contour and Envoy: an ingress controller, and the proxy it steers",
        minutes=3,
        megabytes=200,
        image=edge.image,
        key=edge.key,
        make=edge.make,
    ),
    _of(programs.HELM, "Helm, and a Pod in which it is told what to do", megabytes=70),
    _of(programs.METRICS, "Prometheus, which finds targets by name, by DNS and in Kubernetes", megabytes=80),
    _of(programs.RECORDS, "ExternalDNS, and BIND, a DNS server that takes its records", megabytes=100),
)


def find(name: str) -> Part:
    """The part of this name; CourseError names those there are."""
    for part in PARTS:
        if part.name == name:
            return part
    raise CourseError(f"There is no part {name!r}.", f"There are: {', '.join(part.name for part in PARTS)}.")


def make(name: str, say: Say = print) -> None:
    """Make the part if it is not in the cache; says before how long that takes.

    CourseError names what is missing: without a container registry it takes root on Linux.
    """
    part = find(name)
    if part.made:
        return
    with images.workplace(say) as work:
        if part.made:  # somebody else made it while we waited for the lock
            return
        say(f"making the part {name}, once: {part.minutes} minutes on 2 cores, {part.megabytes} MB in {paths.cache()}")
        rmtree(part.folder, ignore_errors=True)  # one without what it is made for
        try:
            with tools.part(part.folder) as folder:
                part.make(folder, work, choose(say), say)
            rmtree(paths.cache() / "go", ignore_errors=True)  # gigabytes that only another version would need again
        except CourseError as reason:
            why = f"{reason.what} {reason.why}".strip()
            raise CourseError(f"The part {name} cannot be made.", why, reason.next) from reason


def ensure(name: str, say: Say = print) -> None:
    """The part is in the cluster; made and put there if it is not. CourseError as `make`."""
    part, engine = find(name), chosen()
    if is_in_cluster(part, engine):
        return
    make(name, say)
    kind_cluster.require_ours(engine)
    kind_cluster.load(engine, part.folder / IMAGE)
    apply = ("apply", "--server-side", "--force-conflicts", "-f")
    if (part.folder / KINDS).exists():
        doing = f"Putting the part {name} into the cluster"
        kubectl.output(*apply, str(part.folder / KINDS), doing=doing, timeout=120)
        kubectl.output("wait", "--for=condition=Established", "crd", "-l", f"{edge.LABEL}={name}", "--timeout=60s")
        kubectl.output(*apply, str(part.folder / OTHERS), doing=doing)
    namespace, _ = kubectl.TOOLBOX
    metadata = {"name": NOTE.format(name), "namespace": namespace}
    note = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"key": part.key()}}
    kubectl.output(*apply, "-", text=json.dumps(note))


def is_in_cluster(part: Part, engine: Engine) -> bool:
    """Whether the cluster has this very part: what it was made of is written there, and its image is in the node."""
    namespace, _ = kubectl.TOOLBOX
    key = kubectl.run("get", "configmap", "-n", namespace, NOTE.format(part.name), "-o", "jsonpath={.data.key}").stdout
    return key == part.key() and kind_cluster.has_image(engine, part.image())


def state(part: Part) -> str:
    """Where it is, in words: in the cluster, made, or not made."""
    with suppress(CourseError, NotReady):
        if is_in_cluster(part, chosen()):
            return "in the cluster"
    return "made" if part.made else "not made"


def carry(cache: Path) -> None:
    """Copy what is made into another cache of the course, so that it is not made twice."""
    for part in PARTS:
        if part.made:
            copytree(part.folder, cache / "parts" / part.folder.name)
