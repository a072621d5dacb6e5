"""notebooks/routes.toml: ways through the course, each a list of lessons and labs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from course.base import paths, toml
from course.base.errors import CourseError
from course.lessons import catalog as lessons
from course.tasks import catalog as labs

MANIFEST = paths.NOTEBOOKS / "routes.toml"


@dataclass(frozen=True)
class Route:
    """One way through the course. lessons, labs: slugs, in order; a way without lessons has all of both."""

    slug: str
    title: str
    lessons: tuple[str, ...] = ()
    labs: tuple[str, ...] = ()

    @property
    def minutes(self) -> int:
        """What a learner should plan, by the two lists."""
        return sum(lessons.find(slug).minutes for slug in self.lessons) + sum(
            labs.find(slug).minutes for slug in self.labs
        )


def find(slug: str) -> Route:
    """The route of that slug; CourseError names those that there are."""
    for route in routes():
        if slug.strip().lower().replace("_", "-") == route.slug:
            return route
    there_are = ", ".join(route.slug for route in routes())
    raise CourseError(f"There is no path {slug!r}.", f"There are: {there_are}.", "./course progress")


@cache
def routes() -> tuple[Route, ...]:
    """All ways in order."""
    every_lesson, every_lab = _slugs(lessons.lessons()), _slugs(labs.labs())
    listed = toml.entries(MANIFEST, "route", Route)
    return tuple(one if one.lessons else replace(one, lessons=every_lesson, labs=every_lab) for one in listed)


def _slugs(entries: Iterable[lessons.Lesson | labs.Lab]) -> tuple[str, ...]:
    return tuple(entry.slug for entry in entries)
