"""A path through the course, step by step: what is done on it, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from course.base import tables
from course.lessons import catalog as lessons
from course.lessons import routes, way
from course.lessons.routes import Route
from course.tasks import catalog as labs
from course.tasks import progress
from course.tasks.progress import Record


@dataclass(frozen=True)
class Step:
    """A lesson or a lab of a path. minutes: what to plan. state: done, begun or open."""

    kind: str
    slug: str
    title: str
    minutes: int
    state: str


def steps(route: Route) -> list[Step]:
    """The lessons of a path, each with the path's labs of that lesson after it; needs no cluster."""
    known = progress.records()
    parts = {part.slug: part for part in way.parts()}
    found: list[Step] = []
    for lesson in map(lessons.find, route.lessons):
        alone = replace(parts[lesson.slug], labs=(0, 0))  # its labs are steps of their own
        found.append(Step("lesson", lesson.slug, lesson.title, lesson.minutes, alone.state))
        found += [_lab(labs.find(slug), known) for slug in route.labs if labs.find(slug).lesson == lesson.slug]
    return found


def _lab(lab: labs.Lab, known: Mapping[str, Record]) -> Step:
    record = known.get(lab.slug, Record())
    state = "done" if record.passed else "begun" if record.tries else "open"
    return Step("lab", lab.slug, lab.title, lab.minutes, state)


def text(route: Route) -> str:
    """A line for each step, and what comes next."""
    found = steps(route)
    lines = [(way.MARKS[step.state], step.kind, step.slug, step.minutes, step.title) for step in found]
    head = ("", "", "slug", "minutes", "title")
    return f"{route.title}, {route.minutes} minutes\n{tables.table(head, *lines)}\n{following(found)}"


def following(found: list[Step]) -> str:
    """The first step that is not done, as a sentence with what to type."""
    step = next((step for step in found if step.state != "done"), None)
    if step is None:
        return "Next: nothing is open on this path."
    if step.kind == "lab":
        return f"Next: the lab {step.slug}, {step.minutes} minutes: ./course lab start {step.slug}"
    lesson = lessons.find(step.slug)
    return f"Next: lesson {lesson.number:02d}, {lesson.title}, {lesson.minutes} minutes: {lesson.notebook.name}"


def table() -> str:
    """All paths: how many of their steps are done, minutes, and how to see one."""
    rows = []
    for route in routes.routes():
        states = [step.state for step in steps(route)]
        done = states.count("done")
        mark = "done" if done == len(states) else "begun" if done else "open"
        rows.append((way.MARKS[mark], route.slug, f"{done} of {len(states)}", route.minutes, route.title))
    listed = tables.table(("", "path", "steps", "minutes", "title"), *rows)
    return f"{listed}\nOne of them, step by step: ./course progress --path {routes.routes()[0].slug}"


def paths() -> None:
    """The paths through the course with what you have done on each."""
    print(table().replace("./course", "course"))
