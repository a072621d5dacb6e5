"""labs/labs.toml: the one list of labs, in order."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from course.base import paths, toml
from course.base.errors import CourseError

FOLDER = paths.ROOT / "labs"
MANIFEST = FOLDER / "labs.toml"


@dataclass(frozen=True)
class WrongAnswer:
    """What must be seen of a plausible mistake. fails: the checks that fail, all of them.

    says: check -> words of its `observed` or `why` that no other state of the lab brings about.
    in_force: a shell command that succeeds once the answer has taken effect; a solve.sh needs one, manifests are
    compared.
    """

    fails: tuple[str, ...]
    says: Mapping[str, str]
    in_force: str = ""


@dataclass(frozen=True)
class Lab:
    """One lab.

    minutes: what a first try takes. fresh: the checks that fail at the start. wrong: by folder under wrong/. databases:
    databases on the outside PostgreSQL that are this lab's own. cluster_objects: kind/name outside its namespaces.
    needs: what the cluster must be able to do ("" or "network-policy").
    """

    slug: str
    title: str
    minutes: int
    lesson: str
    level: str
    namespaces: tuple[str, ...]
    hints: tuple[str, ...]
    fresh: tuple[str, ...]
    wrong: Mapping[str, WrongAnswer]
    databases: tuple[str, ...] = ()
    cluster_objects: tuple[str, ...] = ()
    needs: str = ""
    number: int = 0

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return FOLDER / self.slug

    @property
    def text(self) -> str:
        """The lab's README."""
        return (self.folder / "README.md").read_text()

    @property
    def namespace(self) -> str:
        """Where the lab mostly happens: its first namespace."""
        return self.namespaces[0]


@cache
def labs() -> tuple[Lab, ...]:
    """All labs in the order in which they are done."""
    listed = enumerate(toml.entries(MANIFEST, "lab", Lab), 1)
    return tuple(replace(lab, number=number) for number, lab in listed)


def find(slug: str) -> Lab:
    """The lab of this slug or number; CourseError with the nearest names where there is none."""
    known = {lab.slug: lab for lab in labs()}
    numbered = {str(lab.number): lab for lab in labs()}
    wanted = slug.strip().lower().replace("_", "-").lstrip("0")
    if found := known.get(wanted) or numbered.get(wanted):
        return found
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.6)
    inside = [name for name in known if wanted and wanted in name]
    offered = list(dict.fromkeys([*inside, *near]))[:3]
    meant = f"Did you mean {' or '.join(offered)}?" if offered else "No lab has a name like it."
    raise CourseError(f"There is no lab named {slug!r}.", meant, "./course lab list")
