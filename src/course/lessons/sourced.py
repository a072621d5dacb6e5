"""What is said about a project after a source of its own, with the month in which that was written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from course.base.errors import CourseError


@dataclass(frozen=True)
class Sourced:
    """One statement about a project, in Markdown. version: "" where the source names none. dated: YYYY-MM."""

    name: str
    version: str
    source: str
    url: str
    dated: str

    @property
    def day(self) -> date:
        """The first day of that month; CourseError where it is none."""
        try:
            return date.fromisoformat(f"{self.dated}-01")
        except ValueError as reason:
            raise CourseError(f"The date of {self.name} is {self.dated!r}.", str(reason)) from reason

    @property
    def cited(self) -> str:
        """The source as a link, and its month."""
        return f"[{self.source}]({self.url}), {self.day:%B %Y}"


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines).replace("| --- ", "|---").replace("--- |", "---|")
