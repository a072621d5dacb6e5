"""What the panel shows, as JSON: the course, one task, the cluster. Everything is asked of the rooms below."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from course.base import advice, clone, paths
from course.jupyter.server import place
from course.lessons import catalog as lessons
from course.lessons import path, routes, way, workspace
from course.provision import lifecycle, reporter
from course.tasks import catalog, checks, index, progress, verbs
from course.tasks import room as rooms
from course.tasks.progress import Record
from course.tasks.task import Exercise, Task

View = dict[str, Any]
FOR_THE_TASK = ("Situation", "Your task", "Rules")  # the sections of a lab's text that buttons do not stand for
# In a sentence of advice: a command that only looks, up to the word or sign with which the sentence goes on.
LOOKS = re.compile(
    r"(?:kubectl(?: -n \S+)? (?:get|describe|logs|exec|set env(?=.*--list))|course (?:ask|status|doctor))\b"
    r".*?(?=: |;|,? (?:and|then|beside) |, then|, and| \(|$)"
)


def course(root: Path) -> View:
    """The ways, the lessons and the labs with the learner's standing, and what comes next. Needs no cluster.

    root: JupyterLab's, where the learner's copies are.
    """
    notes: list[str] = []
    progress.load(notes.append)
    notes = list(dict.fromkeys([*progress.DAMAGED, *notes]))
    known, parts, was = progress.records(), way.parts(), place.read()
    return {
        "cluster": paths.cluster_name(),
        "notes": notes,
        "routes": [asdict(route) | {"minutes": route.minutes} for route in routes.routes()],
        "lessons": [_lesson(part, known) | {"cell": was.cells.get(f"{part.name}.ipynb", "")} for part in parts],
        "labs": [row.as_dict() | {"notebook": catalog.find(row.slug).notebook.name} for row in verbs.rows()],
        "documents": _documents(),
        "path": route.slug if (route := path.chosen()) else "",
        "next": _next(parts),
        "place": was.last(root),
        "begun": was.last(root)["notebook"] == was.notebook,
        "toured": was.toured,
        "task": was.task if was.task in index.tasks() else "",
    }


@cache
def _documents() -> list[View]:
    """What the lessons and labs link. All of them are read for that, so only once: the panel asks at each change."""
    return [
        {"path": workspace.called(document), "title": workspace.title(clone.text(document))}
        for document in workspace.documents()
    ]


def _next(parts: Sequence[way.Part]) -> View | None:
    """The next step of the path that was chosen; without one the first lesson that is not done, or its open task.

    None where all is done.
    """
    if (route := path.chosen()) is not None:
        return _as_step(path.open_step(path.steps(route)))
    part = next((part for part in parts if part.state != "done"), None)
    if part is None:
        return None
    return _as_task(index.find(part.next)) if part.begun else _as_lesson(lessons.find(part.slug))


def _as_task(chosen: Task) -> View:
    return {"task": chosen.slug, "kind": chosen.kind, "title": chosen.title}


def _as_step(step: path.Step | None) -> View | None:
    if step is None:
        return None
    return _as_task(index.find(step.slug)) if step.kind == "lab" else _as_lesson(lessons.find(step.slug))


def _as_lesson(lesson: lessons.Lesson) -> View:
    return {"notebook": lesson.notebook.name, "kind": "lesson", "title": f"{lesson.number:02d} {lesson.title}"}


def _lesson(part: way.Part, known: Mapping[str, Record]) -> View:
    lesson, cluster = lessons.find(part.slug), verbs.cluster_id()
    exercises = [
        {"slug": task.slug, "title": task.title, "state": verbs.state(known.get(task.slug, Record()), cluster)}
        for task in index.exercises(part.slug)
    ]
    own: View = {"number": lesson.number, "minutes": lesson.minutes, "notebook": lesson.notebook.name}
    return part.as_dict() | own | {"exercises": exercises}


def find(slug: str) -> verbs.Checked:
    """The lab or exercise that the panel was asked for; CourseError where there is none, and for a prediction."""
    return verbs.checked_task(slug)


def task(slug: str) -> View:
    """One lab or exercise: what is asked, how far the learner is, and what the last check said."""
    chosen = find(slug)
    record = progress.record(chosen.slug)
    return {
        "slug": chosen.slug,
        "kind": chosen.kind,
        "title": chosen.title,
        "minutes": chosen.minutes,
        "lesson": chosen.lesson,
        "notebook": lessons.find(chosen.lesson).notebook.name,
        "goal": advice.for_here(_goal(chosen)),
        "state": verbs.state(record, verbs.cluster_id()),
        "running": not progress.is_ours() or (bool(record.started) and record.cluster == verbs.cluster_id()),
        "hands_in": hands_in(chosen),
        "sets_up": not isinstance(chosen, Exercise) or bool(chosen.setup),
        "hints": [advice.for_here(words) for words in chosen.hints[: record.hints]],
        "hints_left": len(chosen.hints) - record.hints,
        "checked": record.checked,
        "report": _report(record),
        "explanation": advice.for_here(chosen.explanation()) if record.done else "",
        "manifest": record.manifest,
        "following": _following(chosen),
    }


def hands_in(chosen: verbs.Checked) -> bool:
    """Whether its check needs an answer, which only a cell of the notebook can hand in."""
    return isinstance(chosen, Exercise) and callable(chosen.judge)


def _goal(chosen: verbs.Checked) -> str:
    if isinstance(chosen, Exercise):
        return _without_heading(chosen.goal)
    sections = re.split(r"(?m)^(?=## )", chosen.text)
    return "\n".join(text.strip() + "\n" for text in sections if text[3:].partition("\n")[0].strip() in FOR_THE_TASK)


def _without_heading(text: str) -> str:
    return re.sub(r"\A\s*#+ .*\n+", "", text).strip()


def _report(record: Record) -> View | None:
    """This try's last report with the commands of its advice; None where there is none, or one of an older course."""
    if record.checked < record.started:
        return None
    try:
        kept = json.loads(record.report)
        return {"passed": bool(kept["passed"]), "checks": [_check(**check) for check in kept["checks"]]}
    except (ValueError, TypeError, LookupError):
        return None


def _check(**kept: Any) -> View:
    check = asdict(checks.Result(**kept))
    words = advice.for_here(check["next"])
    return check | {"next": words, "commands": commands(words)}


def commands(text: str) -> list[str]:
    """What can be typed as it stands, in a sentence of advice: only what looks and changes nothing."""
    return [command.strip() for command in LOOKS.findall(text)]


def _following(chosen: verbs.Checked) -> View | None:
    """What comes after it: the next step of the path that was chosen, another open task of its lesson, the next lesson.

    On a path, an exercise is followed by the other exercises of its lesson, and then by the path.
    """
    records, route = progress.records(), path.chosen()
    labs: Sequence[verbs.Checked] = [lab for lab in catalog.labs() if lab.lesson == chosen.lesson]
    beside = index.exercises(chosen.lesson)
    others = [*beside, *labs] if route is None else beside if isinstance(chosen, Exercise) else []
    for other in others:
        if other.slug != chosen.slug and not records.get(other.slug, Record()).passed:
            return _as_task(other)
    if route is not None:
        return _as_step(
            path.open_step(path.steps(route), chosen.lesson if isinstance(chosen, Exercise) else chosen.slug)
        )
    behind = lessons.lessons()[lessons.find(chosen.lesson).number + 1 :]
    return _as_lesson(behind[0]) if behind else None


def status() -> View:
    """The cluster, by asking it, and whose it is; while it is being set up, only how far that is."""
    more = {"steps": [asdict(step) for step in reporter.progress()], "clone": str(paths.ROOT)}
    if lifecycle.running():
        return {"ready": False, "setting_up": True, "cluster": paths.cluster_name()} | more
    return lifecycle.status() | more


def room() -> View:
    """What the facilitator says to the room that this desk is in; there: whether it is in one."""
    said = rooms.known()
    known = {lesson.slug: lesson for lesson in lessons.lessons()}
    lesson = _as_lesson(known[said.lesson]) if said.lesson in known else None
    return asdict(said) | {"there": rooms.is_there(), "lesson": lesson}


def help_wanted(wanted: bool) -> View:
    """Ask the facilitator for help, or for no more of it."""
    rooms.tell(help=wanted)
    return room()


def timeline(seconds: float = 30) -> View:
    """The last seconds of lesson 05's clients: the picture, and the text that says the same. CourseError before it."""
    from course.lessons.migration import place as migration
    from course.lessons.migration import pod_shell
    from course.lessons.migration import timeline as drawn

    try:
        recordings = migration.latest(seconds)
        return {"svg": drawn.svg(recordings, "Live: who answers whom"), "text": drawn.text(recordings)}
    finally:
        pod_shell.close()  # this thread's: each question has a thread of its own


def solve(slug: str, say: Callable[[str], None]) -> str:
    """A lab's reference is applied, an exercise's is shown; what it is and why it is right, in Markdown."""
    chosen = find(slug)
    if isinstance(chosen, Exercise):
        verbs.solution(slug)  # the try counts as shown
        return f"```\n{chosen.reference().strip()}\n```\n\n{chosen.explanation().strip()}"
    solution = verbs.solve(slug, say)
    return f"{solution.why.strip()}\n\n```\n{solution.applied.strip()}\n```"
