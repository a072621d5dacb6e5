"""notebooks/delivery.toml: what tools that write Services had trouble with, each with its source."""

from dataclasses import dataclass
from functools import cache

from course.base import paths, toml
from course.lessons.sourced import Sourced
from course.lessons.sourced import table as table_of

MANIFEST = paths.NOTEBOOKS / "delivery.toml"


@dataclass(frozen=True)
class Tool(Sourced):
    """One thing that a tool does, or did, with an alias. now: what became of it; "" where the source does not say."""

    did: str
    now: str


@cache
def tools() -> tuple[Tool, ...]:
    """All of them, in the order of the file."""
    return tuple(toml.entries(MANIFEST, "tool", Tool))


def table() -> str:
    """The Markdown table of lesson among_the_tools."""
    rows = [(one.name, one.version, one.did, one.now, one.cited) for one in tools()]
    return table_of(("Who", "Version", "What it did", "And now", "Source"), rows)
