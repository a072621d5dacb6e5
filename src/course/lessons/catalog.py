"""notebooks/lessons.toml: the one list of lessons, in order.

A lesson's number and file name come from its place in it.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from course.base import paths, toml
from course.base.errors import CourseError

MANIFEST = paths.NOTEBOOKS / "lessons.toml"


@dataclass(frozen=True)
class Lesson:
    """One lesson.

    slug: words, no number. minutes: what a learner should plan, not machine time. needs: slugs of lessons to know
    before. namespaces: those it makes and removes. parts: what it needs of the cluster that others do not, as
    provision/parts lists them. number: its place in the list, from 0.
    """

    slug: str
    title: str
    minutes: int
    objectives: tuple[str, ...]
    needs: tuple[str, ...]
    namespaces: tuple[str, ...]
    parts: tuple[str, ...] = ()
    number: int = 0

    @property
    def name(self) -> str:
        """Number and slug, as its notebook is called: `02_first_externalname`."""
        return f"{self.number:02d}_{self.slug}"

    @property
    def notebook(self) -> Path:
        """The original notebook, outputs stored."""
        return paths.NOTEBOOKS / f"{self.name}.ipynb"


@cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons in order."""
    return tuple(
        replace(lesson, number=number) for number, lesson in enumerate(toml.entries(MANIFEST, "lesson", Lesson))
    )


def find(name: str) -> Lesson:
    """The lesson of that slug, number or name; CourseError names the lessons there are."""
    plain = name.strip().removesuffix(".ipynb").lower().replace("-", "_")
    for lesson in lessons():
        if plain in (lesson.slug, lesson.name, str(lesson.number), f"{lesson.number:02d}"):
            return lesson
    raise CourseError(f"There is no lesson {name}.", f"There are: {', '.join(lesson.slug for lesson in lessons())}.")


def after(lesson: Lesson) -> Lesson | None:
    """The next one; None after the last."""
    return next(iter(lessons()[lesson.number + 1 :]), None)


def course_map() -> str:
    """The lessons as lines of text: number, minutes, title."""
    return "\n".join(f"{lesson.number:02d}  {lesson.minutes:3} min  {lesson.title}" for lesson in lessons())


def course_table() -> str:
    """The lessons as a Markdown table, for the README."""
    rows = [
        f"| [{lesson.number:02d} {lesson.title}](notebooks/{lesson.notebook.name}) | {lesson.minutes} | "
        f"{'; '.join(lesson.objectives)} |"
        for lesson in lessons()
    ]
    return "\n".join(["| Lesson | Minutes | You will be able to |", "|---|---|---|", *rows])
