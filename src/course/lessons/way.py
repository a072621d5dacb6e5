"""The way through the course: what was done in each lesson, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from course.base import tables
from course.lessons.catalog import Lesson, after, lessons
from course.tasks import catalog, index, progress, verbs
from course.tasks.progress import Record

MARKS = {"done": "[x]", "begun": "[~]", "open": "[ ]"}  # told apart without colour


@dataclass(frozen=True)
class Part:
    """One lesson and what belongs to it. Each count is (done, of); right: predictions that were right.

    next: the slug of the first exercise or lab that is open; "" where none is.
    """

    slug: str
    name: str
    title: str
    begun: bool
    exercises: tuple[int, int]
    predictions: tuple[int, int]
    right: int
    labs: tuple[int, int]
    next: str

    @property
    def state(self) -> str:
        """done: begun, and every exercise and lab passed. Predictions may be left out."""
        counts = (self.exercises, self.labs)
        if self.begun and all(done == of for done, of in counts):
            return "done"
        return "begun" if self.begun or any(done for done, _ in counts) else "open"

    def as_dict(self) -> dict[str, object]:
        """For --json."""
        return asdict(self) | {"state": self.state}


def parts(known: Mapping[str, Record] | None = None) -> list[Part]:
    """All lessons in order, with what the progress file knows, or `known`; needs no cluster."""
    records = progress.records() if known is None else known
    return [_part(lesson, records) for lesson in lessons()]


def _part(lesson: Lesson, known: Mapping[str, Record]) -> Part:
    def records(slugs: list[str]) -> list[Record]:
        return [known.get(slug, Record()) for slug in slugs]

    exercises = [task.slug for task in index.exercises(lesson.slug)]
    labs = [lab.slug for lab in catalog.labs() if lab.lesson == lesson.slug]
    asked = records([task.slug for task in index.predictions(lesson.slug)])
    return Part(
        lesson.slug,
        lesson.name,
        lesson.title,
        f"{progress.LESSON}{lesson.slug}" in known,
        _count(records(exercises)),
        (sum(record.done for record in asked), len(asked)),
        sum(bool(record.passed) for record in asked),
        _count(records(labs)),
        next((slug for slug in [*exercises, *labs] if not known.get(slug, Record()).passed), ""),
    )


def ending(lesson: Lesson, part: Part, rows: Sequence[verbs.Row], following: str = "") -> str:
    """What was done in a lesson, its labs, and what comes next, a line each.

    rows: of all labs. following: what comes next, if that is not the next lesson.
    """
    counts = {"exercises": part.exercises, "predictions": part.predictions}
    counted = [f"{_of(count)} {what}" for what, count in counts.items() if count[1]]
    own = {lab.slug for lab in catalog.practice(lesson.slug)}
    labs = [f"{row.slug} ({row.minutes} minutes, {row.state})" for row in rows if row.slug in own]
    lines = [
        f"Done here: {', '.join(counted)}" if counted else "",
        f"Practise:  {', '.join(labs)}" if labs else "",
        f"Next:      {following or _after(lesson)}",
    ]
    return "\n".join(filter(None, lines))


def _after(lesson: Lesson) -> str:
    following = after(lesson)
    return f"lesson {following.number:02d}, {following.title}" if following else "course interview"


def ending_for_authors(lesson: Lesson) -> str:
    """What path.end() prints in an author's run: each exercise is done, nothing was predicted, no lab begun."""
    return ending(lesson, _part(lesson, of_an_author(lesson.slug)), verbs.fresh_rows())


def of_an_author(slug: str) -> dict[str, Record]:
    """What is noted in an author's run of one lesson: it is begun, and each of its exercises is done."""
    record = Record(done=True, passed=progress.now())
    return {f"{progress.LESSON}{slug}": Record(tries=1)} | {task.slug: record for task in index.exercises(slug)}


def _count(records: list[Record]) -> tuple[int, int]:
    return sum(bool(record.passed) for record in records), len(records)


def text(parts: list[Part]) -> str:
    """A line for each lesson."""
    head = ("", "lesson", "exercises", "predictions", "labs", "title")
    lines = [
        (
            MARKS[part.state],
            part.name[:2],
            _of(part.exercises),
            _of(part.predictions) + (f", {part.right} right" if part.predictions[0] else ""),
            _of(part.labs),
            part.title,
        )
        for part in parts
    ]
    return f"{tables.table(head, *lines)}\n[x] done: exercises and labs are passed  [~] begun  [ ] open"


def _of(count: tuple[int, int]) -> str:
    return f"{count[0]} of {count[1]}" if count[1] else "-"


def following(parts: list[Part]) -> str:
    """What comes next, in a sentence: the first lesson that is not done, and what is open in it."""
    part = next((part for part in parts if part.state != "done"), None)
    if part is None:
        return "Next: nothing is open. You have done all of it."
    if not part.begun:
        return f"Next: lesson {part.name[:2]}, {part.title} (./course start, then open {part.name}.ipynb)"
    if index.find(part.next).kind == "lab":
        return f"Next: the lab of lesson {part.name[:2]}: ./course lab start {part.next}"
    return f'Next: in lesson {part.name[:2]}, the exercise {part.next}: lesson.begin("{part.slug}", upto="{part.next}")'
