"""Parts that are programs in one image: Go programs, built from their modules."""

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copy2

from course.base import paths
from course.base.versions import pinned
from course.provision import bakery, images, tools
from course.provision.bakery import Image
from course.provision.engine import Engine, Say

FOLDER = paths.CLUSTER_FOLDER / "parts"
PUTTING = "putting the image of {} together (a quarter of a minute)"


@dataclass(frozen=True)
class Go:
    """A Go program that a part is made of.

    name: of the program. module: whose version the part's go.mod pins. package: where its `main` is, in that module, or
    in the part's folder if it begins with `./`. stamp: the variable that holds its version, set by the linker.
    minutes: how long it builds on two cores, in words. tags: which parts of it are built, as its authors name them.
    """

    name: str
    module: str
    package: str
    stamp: str
    minutes: str
    tags: str = ""

    def build(self, folder: Path, version: str, say: Say) -> Path:
        """The program, for the node; `folder` holds the go.mod."""
        say(f"building {self.name} ({self.minutes} when it is new)")
        flags = f"-s -w -X {self.stamp}=v{version}"
        packages = [*([f"-tags={self.tags}"] if self.tags else []), self.package]
        return tools.build(self.name, packages, flags=flags, module=folder, for_node=True) / self.name


@dataclass(frozen=True)
class Programs:
    """A part that is an image and nothing else: what it needs to run is a manifest in the namespace of its user.

    part: its name, and that of its folder, which holds Dockerfile, go.mod, go.sum, and what of it is ours. version: of
    its program, as it is pinned.
    """

    part: str
    version: Callable[[], str]
    go: Go

    @property
    def folder(self) -> Path:
        """Where its sources are."""
        return FOLDER / self.part

    def image(self) -> str:
        """Its name in the cluster."""
        return f"{images.PREFIX}{self.part}:v{self.version()}"

    def key(self) -> str:
        """Changes with everything the part is made of; how it runs is applied as it is."""
        sources = [self.folder / name for name in ("Dockerfile", "go.mod", "go.sum")]
        sources += sorted(self.folder.glob("*/*.go"))
        return tools.hash_of(sources, self.version(), platform.machine(), pinned().debian_suite)

    def make(self, folder: Path, work: Path, engine: Engine, say: Say) -> None:
        """Write image.tar into `folder`. CourseError names what is missing."""
        debian = images.debian_base(work, engine, say)  # first: without it there is nothing to build for
        programs = {self.go.name: self.go.build(self.folder, self.version(), say)}
        say(PUTTING.format(self.part))
        local = f"{images.PREFIX}{self.part}:{self.key()}"
        put_together(Image(local, (self.image(),)), programs, self.folder, folder, work, engine, debian)


def put_together(
    image: Image,
    programs: Mapping[str, Path],
    source: Path,
    folder: Path,
    work: Path,
    engine: Engine,
    debian: str,
) -> None:
    """Build the image of a part on `debian`, and write it into `folder` as image.tar; the engine does not keep it.

    programs: what its Dockerfile, which is in `source`, finds in bin/, under these names.
    """
    place = work / source.name
    (place / "bin").mkdir(parents=True)
    for name, program in programs.items():
        copy2(program, place / "bin" / name)
        (place / "bin" / name).chmod(0o755)
    copy2(source / "Dockerfile", place)
    engine.build(image.local, place, "Dockerfile", {"BASE": debian})
    bakery.save(engine, image, folder / "image.tar")
    engine.run("rmi", "-f", image.local)


HELM = Programs(
    "helm",
    lambda: pinned().helm_version,
    Go("helm", "helm.sh/helm/v4", "helm.sh/helm/v4/cmd/helm", "helm.sh/helm/v4/internal/version.version", "3 minutes"),
)
METRICS = Programs(
    "metrics",
    lambda: pinned().metrics_prometheus,
    Go(
        "prometheus",
        "github.com/prometheus/prometheus",
        "github.com/prometheus/prometheus/cmd/prometheus",
        "github.com/prometheus/common/version.Version",
        "3 minutes",
        tags="remove_all_sd,enable_dns_sd,enable_kubernetes_sd",  # ways to find targets that the lesson shows
    ),
)
RECORDS = Programs(
    "records",
    lambda: pinned().records_external_dns,
    Go(
        "external-dns",
        "sigs.k8s.io/external-dns",
        "./external-dns",  # which of its packages are built
        "sigs.k8s.io/external-dns/pkg/apis/externaldns.Version",
        "3 minutes",
    ),
)
