"""notebooks/controllers.toml: what ingress controllers, gateways and meshes do with an alias, each with its source."""

from dataclasses import dataclass
from functools import cache

from course.base import paths, toml
from course.lessons.sourced import Sourced
from course.lessons.sourced import table as table_of

MANIFEST = paths.NOTEBOOKS / "controllers.toml"


@dataclass(frozen=True)
class Controller(Sourced):
    """One project. "": its source does not say."""

    follows: str
    switch: str
    ports: str
    checks: str


@cache
def controllers() -> tuple[Controller, ...]:
    """All of them, in the order of the file."""
    return tuple(toml.entries(MANIFEST, "controller", Controller))


def table() -> str:
    """The Markdown table of lesson edge."""
    head = ("Who", "Version", "Follows an alias", "Switch", "Reads `ports`", "Checks", "Source")
    rows = [(one.name, one.version, one.follows, one.switch, one.ports, one.checks, one.cited) for one in controllers()]
    return table_of(head, rows)
