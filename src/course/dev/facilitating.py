"""What is made for facilitators from the lists: agendas by the clock, and what learners get wrong."""

import html
from collections.abc import Iterator, Mapping

from course.lessons import catalog as lessons
from course.lessons import path as ways
from course.lessons import routes
from course.tasks import catalog as labs
from course.tasks import index
from course.tasks.task import WrongAnswer

SITTING, BREAK, DAY = 90, 15, 480  # minutes without a break, of a break, and of a day with its breaks
SESSIONS = ("one-hour", "half-a-day", "all-of-it")


def agendas() -> str:
    """One agenda for each length of a session, as Markdown; minutes are those of the lists."""
    return "\n\n".join(agenda(routes.find(slug)) for slug in SESSIONS)


def agenda(route: routes.Route) -> str:
    """What begins when, with breaks, as a table; a day that is full goes on with the next one."""
    table = ["| From | What | Minutes |", "|---|---|---|"]
    clock = sat = 0
    day = 1
    for step in ways.steps(route, {}):
        if clock and clock + step.minutes > DAY:
            day, clock, sat = day + 1, 0, 0
            table.append(f"| **Day {day}** | | |")
        if sat and sat + step.minutes > SITTING:
            table.append(f"| {_at(clock)} | break | {BREAK} |")
            clock, sat = clock + BREAK, 0
        table.append(f"| {_at(clock)} | {_what(step)} | {step.minutes} |")
        clock, sat = clock + step.minutes, sat + step.minutes
    return "\n".join([f"**{route.title}** (`{route.slug}`)", "", *table])


def _at(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _what(step: ways.Step) -> str:
    if step.kind == "lab":
        return f"lab `{step.slug}`"
    lesson = lessons.find(step.slug)
    return f"[{lesson.number:02d} {lesson.title}](../notebooks/{lesson.notebook.name})"


def wrong_answers() -> str:
    """What learners do and what a check then says, lesson by lesson, as Markdown tables: from the proofs' own lists."""
    return "\n\n".join(section for lesson in lessons.lessons() if (section := _section(lesson)))


def _section(lesson: lessons.Lesson) -> str:
    rows = [
        *(row for task in index.exercises(lesson.slug) for row in _rows(task.title, task.wrong)),
        *(row for lab in labs.labs() if lab.lesson == lesson.slug for row in _rows(f"lab `{lab.slug}`", lab.wrong)),
    ]
    heading = f"## {lesson.number:02d} {lesson.title}"
    return "\n".join([heading, "", "| Task | They do | A check says |", "|---|---|---|", *rows]) if rows else ""


def _rows(task: str, wrong: Mapping[str, WrongAnswer]) -> Iterator[str]:
    for slug, answer in wrong.items():
        reasons = html.escape("; ".join(f"... {words.strip()} ..." for words in answer.says.values()), quote=False)
        yield f"| {task} | {slug} | {reasons.replace('|', '&#124;')} |"
