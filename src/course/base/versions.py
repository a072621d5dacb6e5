"""The pinned versions, read from cluster/versions.toml and nowhere else."""

import re
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from course.base.errors import CourseError
from course.base.paths import CLUSTER_FOLDER

FILE = CLUSTER_FOLDER / "versions.toml"


@dataclass(frozen=True)
class Versions:
    """One field a key of versions.toml, named section_key. Versions are bare (`1.37.2`), images full references."""

    kind_version: str
    kubernetes_version: str
    node_official: str
    go_minimum: str
    go_wheel: str
    containerd_version: str
    etcd_version: str
    coredns_version: str
    debian_suite: str
    debian_official: str
    lab_image: str
    engine_docker_minimum: str
    engine_podman_minimum: str


def read(path: Path = FILE) -> Versions:
    """Read and check the file; CourseError names an unknown, missing or non-text key."""
    try:
        data = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CourseError(f"{path.name} cannot be read.", str(error), f"git checkout -- cluster/{path.name}") from error
    flat = {f"{section}_{key}": value for section, table in data.items() for key, value in _table(section, table)}
    known = {field.name for field in fields(Versions)}
    for problem, names in (("unknown", flat.keys() - known), ("missing", known - flat.keys())):
        if names:
            keys = ", ".join(sorted(name.replace("_", ".", 1) for name in names))
            raise CourseError(
                f"{path.name} has {problem} keys: {keys}.",
                "Each key is used somewhere; a misspelt one would be ignored in silence.",
                "git diff cluster/versions.toml shows what changed.",
            )
    return Versions(**flat)


def _table(section: str, table: object) -> list[tuple[str, str]]:
    if not isinstance(table, dict):
        raise CourseError(
            f"versions.toml: {section} must be a section.",
            "Each key of it stands under a [section].",
            "git diff cluster/versions.toml",
        )
    for key, value in table.items():
        if not isinstance(value, str):
            raise CourseError(
                f"versions.toml: {section}.{key} must be text in quotes, not {value!r}.",
                "A version like 1.10 would be read as the number 1.1.",
                "git diff cluster/versions.toml",
            )
    return list(table.items())


@cache
def pinned() -> Versions:
    """The versions of this clone, read once."""
    return read()


def as_numbers(text: str) -> tuple[int, ...]:
    """`v1.26.3-rc1` as (1, 26, 3), for comparing; () where there is no number."""
    match = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in match.group().split(".")) if match else ()
