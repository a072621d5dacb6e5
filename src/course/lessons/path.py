"""A path through the course, step by step: which one was chosen, what is done on it, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from course.base import advice, tables
from course.lessons import catalog as lessons
from course.lessons import routes, way
from course.lessons.routes import Route
from course.tasks import catalog as labs
from course.tasks import checks, index, progress, verbs
from course.tasks.progress import Record

KEY = "path"  # in the progress file: {"slug": the path that was asked for last}
NONE = "none"  # leaves it


def choose(name: str) -> Route | None:
    """Keep a path: from now on all that says what comes next follows it. `none` leaves it. CourseError for no path."""
    route = None if name.strip().lower() == NONE else routes.find(name)
    with progress.editing_part(KEY) as kept:
        kept["slug"] = route.slug if route else ""
    return route


def chosen() -> Route | None:
    """The path that was kept; None where there is none, or where this course does not know it."""
    kept = progress.part(KEY).get("slug")
    return next((route for route in routes.routes() if route.slug == kept), None)


@dataclass(frozen=True)
class Step:
    """A lesson or a lab of a path. minutes: what to plan. state: done, begun or open."""

    kind: str
    slug: str
    title: str
    minutes: int
    state: str


def steps(route: Route, known: Mapping[str, Record] | None = None) -> list[Step]:
    """The lessons of a path, each with the path's labs of that lesson after it; needs no cluster.

    known: what was done; without it, what the progress file says.
    """
    known = progress.records() if known is None else known
    parts = {part.slug: part for part in way.parts(known)}
    listed: list[Step] = []
    for lesson in map(lessons.find, route.lessons):
        alone = replace(parts[lesson.slug], labs=(0, 0))  # its labs are steps of their own
        listed.append(Step("lesson", lesson.slug, lesson.title, lesson.minutes, alone.state))
        listed += [_lab(labs.find(slug), known) for slug in route.labs if labs.find(slug).lesson == lesson.slug]
    return listed


def _lab(lab: labs.Lab, known: Mapping[str, Record]) -> Step:
    record = known.get(lab.slug, Record())
    state = "done" if record.passed else "begun" if record.tries else "open"
    return Step("lab", lab.slug, lab.title, lab.minutes, state)


def text(route: Route) -> str:
    """A line for each step, and what comes next."""
    listed = steps(route)
    lines = [(way.MARKS[step.state], step.kind, step.slug, step.minutes, step.title) for step in listed]
    head = ("", "", "slug", "minutes", "title")
    own = "A lesson is done here without its labs: those of this path are steps of their own."
    return f"{route.title}, {route.minutes} minutes\n{tables.table(head, *lines)}\n{own}\n{following(listed)}"


def open_step(listed: Sequence[Step], behind: str = "") -> Step | None:
    """The first step that is not done, one behind a lesson or lab if there is one; None where all are done."""
    slugs = [step.slug for step in listed]
    place = slugs.index(behind) + 1 if behind in slugs else 0
    return next((step for step in [*listed[place:], *listed[:place]] if step.state != "done"), None)


def following(listed: Sequence[Step], behind: str = "") -> str:
    """The same as a sentence with what to type."""
    step = open_step(listed, behind)
    if step is None:
        return "Next: nothing is open on this path."
    if step.kind == "lab":
        return f"Next: the lab {step.slug}, {step.minutes} minutes: ./course lab start {step.slug}"
    lesson = lessons.find(step.slug)
    return f"Next: lesson {lesson.number:02d}, {lesson.title}, {lesson.minutes} minutes: {lesson.notebook.name}"


def onward(behind: str = "") -> str:
    """What comes next, in a line: on the path that was chosen, else in all lessons. behind: what was just done."""
    route = chosen()
    if route is None:
        return way.following(way.parts())
    return f"{following(steps(route), behind)} (path {route.slug}; leave it: ./course next --path {NONE})"


def end(slug: str) -> None:
    """A lesson's last cell: what was done in it, its labs, and what comes next."""
    lesson = lessons.find(slug)
    part = next(part for part in way.parts() if part.slug == lesson.slug)
    following = onward(lesson.slug).removeprefix("Next: ") if chosen() else ""
    print(advice.for_here(way.ending(lesson, part, verbs.rows(), following)))


def afterword(report: checks.Report) -> str:
    """The explanation, for whoever has the answer already, and behind a lab what comes next; "" before."""
    explanation = verbs.afterword(report)
    return (
        f"{explanation}\n{onward(report.lab)}" if explanation and index.find(report.lab).kind == "lab" else explanation
    )


def table(known: Mapping[str, Record] | None = None) -> str:
    """All paths: how many of their steps are done, minutes, and how to choose one."""
    rows = []
    for route in routes.routes():
        states = [step.state for step in steps(route, known)]
        finished = states.count("done")
        mark = "done" if finished == len(states) else "begun" if finished else "open"
        rows.append((way.MARKS[mark], route.slug, f"{finished} of {len(states)}", route.minutes, route.title))
    listed = tables.table(("", "path", "steps", "minutes", "title"), *rows)
    return f"{listed}\nOne of them step by step, and kept as yours: ./course progress --path {routes.routes()[0].slug}"


def paths() -> None:
    """The paths through the course with what you have done on each."""
    print(table_for_notebooks())


def table_for_notebooks(known: Mapping[str, Record] | None = None) -> str:
    """The same as text: in JupyterLab's terminal the command is `course`."""
    return table(known).replace("./course", "course")
