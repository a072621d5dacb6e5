"""What a desk says of itself to the board, every few seconds; in the hub workshop/rows.py reads it."""

import threading
from contextlib import suppress
from typing import Any

from course.base import state
from course.base.errors import CourseError
from course.base.files import written_at
from course.lessons import way
from course.provision import reporter
from course.tasks import catalog, index, progress, room, verbs
from course.tasks.progress import LESSON, Record

EVERY = 2.0  # seconds between two words of a desk
Report = dict[str, Any]


def follow(stop: threading.Event) -> None:
    """Tell the board how far this desk is, until `stop`; one that does not answer hears the next word."""
    seen: tuple[int, ...] = ()
    told: Report = {}
    while not stop.wait(EVERY):
        with suppress(CourseError, OSError):
            if (now := tuple(map(written_at, (progress.file(), reporter.PROGRESS)))) != seen or not told:
                seen, told = now, report()
            room.tell(report=told)


def report() -> Report:
    """Cluster, lesson, the task that was touched last with its last check, and what was done of each lesson."""
    notes: list[str] = []
    progress.load(notes.append)  # a damaged file is set aside without a word on the desk's terminal
    known = progress.records()
    labs = {lab.slug for lab in catalog.labs()}
    lessons = {part.slug: part.state for part in way.parts(known) if part.state != "open"}
    missed = sorted(task for task, record in known.items() if _missed(record) and not task.startswith(LESSON))
    return {
        "cluster": _cluster(),
        "labs": sum(bool(record.passed) for slug, record in known.items() if slug in labs),
        "lessons": lessons,
        "missed": missed[:50],
        **_latest(known),
    }


def _missed(record: Record) -> bool:
    """A prediction that was compared, and was wrong; an exercise or a lab has no answer."""
    return bool(record.answer not in ("", verbs.SKIP) and record.done and not record.passed)


def _cluster() -> str:
    steps = reporter.progress()
    current = next((step for step in steps if step.state != "done"), None)
    if not steps:
        return "not made yet"
    return "ready" if current is None else f"{current.title}: {current.state}"


def _latest(known: dict[str, Record]) -> Report:
    """The lesson, and the task of it, if one was begun or checked later than the lesson itself."""
    touched = {slug: max(record.started, record.checked, record.passed) for slug, record in known.items()}
    if not any(touched.values()):
        return {}
    slug = max(touched, key=lambda each: touched[each])
    if slug.startswith(LESSON):
        return {"lesson": slug.removeprefix(LESSON)}
    task = index.tasks().get(slug)
    if task is None:
        return {"task": slug}
    return {"lesson": task.lesson} | ({} if task.kind == "prediction" else {"task": slug, **_check(known[slug])})


def _check(record: Record) -> Report:
    """Hints that were read, and the last look at a task: how many of its checks passed."""
    try:
        checks = state.loads(record.report).get("checks")
    except ValueError:
        checks = None
    listed = checks if isinstance(checks, list) else []
    good = sum(isinstance(check, dict) and check.get("passed") is True for check in listed)
    return {"hints": record.hints, "good": good, "of": len(listed), "checked": record.checked}
