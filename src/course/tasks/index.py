"""All tasks: the labs of labs/labs.toml, the exercises and predictions of notebooks/exercises/LESSON.py."""

import difflib
from dataclasses import replace
from functools import cache

from course.base import paths
from course.base.errors import CourseError
from course.tasks import catalog, modules
from course.tasks.task import Exercise, Prediction, Task

FOLDER = paths.NOTEBOOKS / "exercises"


@cache
def of_lesson(lesson: str) -> tuple[Exercise | Prediction, ...]:
    """What a lesson's cells ask of the learner, in order: the list TASKS of its file, which each lesson has."""
    return tuple(replace(task, lesson=lesson) for task in modules.listed(FOLDER / f"{lesson}.py", "TASKS"))


def exercises(lesson: str) -> tuple[Exercise, ...]:
    """The exercises of a lesson, in order."""
    return tuple(task for task in of_lesson(lesson) if isinstance(task, Exercise))


def predictions(lesson: str) -> tuple[Prediction, ...]:
    """The predictions of a lesson, in order."""
    return tuple(task for task in of_lesson(lesson) if isinstance(task, Prediction))


def lessons() -> list[str]:
    """The slugs of the lessons that have tasks."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if of_lesson(path.stem))


def tasks() -> dict[str, Task]:
    """Every task by its slug."""
    listed: list[Task] = [*catalog.labs(), *(task for lesson in lessons() for task in of_lesson(lesson))]
    return {task.slug: task for task in listed}


def find(slug: str, kind: str = "lab") -> Task:
    """The task of this slug, a lab also by its number; CourseError with the nearest names where there is none.

    kind: what was meant, in the words of the error.
    """
    known = tasks()
    wanted = slug.strip().lower().replace("_", "-")
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=3)
    if near and known[near[0]].kind != "lab":
        raise CourseError(
            f"There is no task named {slug!r}.", f"Did you mean {' or '.join(near)}?", "./course progress"
        )
    if kind != "lab":
        raise CourseError(
            f"There is no {kind} named {slug!r}.", "Its name stands in the lesson's cell.", "./course progress"
        )
    return catalog.find(slug)
