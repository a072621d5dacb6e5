"""notebooks/controllers.toml: what ingress controllers, gateways and meshes do with an alias, each with its source."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from course.base import paths, toml
from course.base.errors import CourseError

MANIFEST = paths.NOTEBOOKS / "controllers.toml"


@dataclass(frozen=True)
class Controller:
    """One project, in Markdown. dated: the month in which the source was written, YYYY-MM. "": it does not say."""

    name: str
    version: str
    follows: str
    switch: str
    ports: str
    checks: str
    source: str
    url: str
    dated: str

    @property
    def day(self) -> date:
        """The first day of that month; CourseError where it is none."""
        try:
            return date.fromisoformat(f"{self.dated}-01")
        except ValueError as reason:
            raise CourseError(f"{MANIFEST.name}: the date of {self.name} is {self.dated!r}.", str(reason)) from reason


@cache
def controllers() -> tuple[Controller, ...]:
    """All of them, in the order of the file."""
    return tuple(toml.entries(MANIFEST, "controller", Controller))


def table() -> str:
    """The Markdown table of lesson edge."""
    rows = [
        f"| {one.name} | {one.version} | {one.follows} | {one.switch} | {one.ports} | {one.checks} | "
        f"[{one.source}]({one.url}), {one.day:%B %Y} |"
        for one in controllers()
    ]
    head = "| Who | Version | Follows an alias | Switch | Reads `ports` | Checks | Source |"
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows])
