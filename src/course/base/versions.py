"""The pinned versions, read from cluster/versions.toml and nowhere else."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course.base import toml
from course.base.paths import CLUSTER_FOLDER

FILE = CLUSTER_FOLDER / "versions.toml"


@dataclass(frozen=True)
class Versions:
    """One field a key of versions.toml, named section_key. Versions are bare (`1.37.2`), images full references."""

    kind_version: str
    kubernetes_version: str
    node_official: str
    go_minimum: str
    containerd_version: str
    etcd_version: str
    coredns_version: str
    policies_kube_router: str
    storage_local_path_provisioner: str
    edge_contour: str
    helm_version: str
    metrics_prometheus: str
    records_external_dns: str
    debian_suite: str
    debian_official: str
    lab_image: str
    engine_docker_minimum: str
    engine_podman_minimum: str


def read(path: Path = FILE) -> Versions:
    """Read and check the file; CourseError names an unknown, missing or non-text key."""
    return toml.sections(path, Versions)


@cache
def pinned() -> Versions:
    """The versions of this clone, read once."""
    return read()


def as_numbers(text: str) -> tuple[int, ...]:
    """`v1.26.3-rc1` as (1, 26, 3), for comparing; () where there is no number."""
    match = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in match.group().split(".")) if match else ()
