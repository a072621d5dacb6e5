"""labs/labs.toml: the one list of labs, in order."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import ClassVar, cast

from course.base import clone, paths, toml
from course.base.errors import CourseError
from course.tasks import modules
from course.tasks.checks import Check
from course.tasks.task import Task, WrongAnswer

FOLDER = paths.ROOT / "labs"
MANIFEST = FOLDER / "labs.toml"


@dataclass(frozen=True, kw_only=True)
class Lab(Task):
    """One lab.

    fresh: the checks that fail at the start. wrong: by folder under wrong/. databases:
    databases on the outside PostgreSQL that are this lab's own. cluster_objects: kind/name outside its namespaces.
    also: other lessons that end with it, though it practises more than they teach or less.
    needs: what the cluster must be able to do ("" or "network-policy"). parts: what it needs of the cluster that others
    do not, as provision/parts lists them.
    """

    level: str
    namespaces: tuple[str, ...]
    fresh: tuple[str, ...]
    wrong: Mapping[str, WrongAnswer]
    databases: tuple[str, ...] = ()
    cluster_objects: tuple[str, ...] = ()
    needs: str = ""
    parts: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    number: int = 0
    kind: ClassVar[str] = "lab"
    label: ClassVar[str] = "course-lab"

    @property
    def owner(self) -> str:
        """Itself: each lab has namespaces of its own."""
        return self.slug

    def checks(self, given: object = None) -> Sequence[Check]:  # noqa: ARG002  # a lab asks for nothing but its repair
        """The checks that its check.py declares as CHECKS."""
        return cast(Sequence[Check], modules.listed(self.folder / "check.py", "CHECKS"))

    def explanation(self) -> str:
        """Why the reference is right."""
        return clone.text(self.folder / "solution" / "README.md")

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return FOLDER / self.slug

    @property
    def notebook(self) -> Path:
        """Its notebook; generated."""
        return self.folder / f"lab_{self.slug}.ipynb"

    @property
    def text(self) -> str:
        """The lab's README."""
        return clone.text(self.folder / "README.md")

    @property
    def goal(self) -> str:
        """The same, without the empty lines around it."""
        return self.text.strip()

    @property
    def namespace(self) -> str:
        """Where the lab mostly happens: its first namespace."""
        return self.namespaces[0]


@cache
def labs() -> tuple[Lab, ...]:
    """All labs in the order in which they are done."""
    listed = enumerate(toml.entries(MANIFEST, "lab", Lab), 1)
    return tuple(replace(lab, number=number) for number, lab in listed)


def practice(lesson: str) -> list[Lab]:
    """The labs that a lesson ends with."""
    return [lab for lab in labs() if lesson in (lab.lesson, *lab.also)]


def find(slug: str) -> Lab:
    """The lab of this slug or number; CourseError with the nearest names where there is none."""
    known = {lab.slug: lab for lab in labs()}
    numbered = {str(lab.number): lab for lab in labs()}
    wanted = slug.strip().lower().replace("_", "-").lstrip("0")
    if lab := known.get(wanted) or numbered.get(wanted):
        return lab
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.6)
    inside = [name for name in known if wanted and wanted in name]
    offered = list(dict.fromkeys([*inside, *near]))[:3]
    meant = f"Did you mean {' or '.join(offered)}?" if offered else "No lab has a name like it."
    raise CourseError(f"There is no lab named {slug!r}.", meant, "./course lab list")
