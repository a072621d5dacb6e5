"""The facilitator's board in a terminal: the rows of the hub's own board, as its page has them."""

from collections.abc import Sequence

from course.base import tables
from course.lessons import catalog
from course.workshop.rows import Seat, printable


def text(seats: Sequence[Seat]) -> str:
    """The rows as lines, in the order of the page: who asks for help comes first, then who is stuck."""
    head = ("seat", "desk", "needs", "cluster", "lesson", "task", "last check", "minutes ago", "hints", "labs passed")
    numbers = {lesson.slug: f"{lesson.number:02d}" for lesson in catalog.lessons()}
    rows = [
        (
            each.name,
            printable(each.desk),
            _needs(each),
            each.state,
            numbers.get(each.lesson, each.lesson),
            each.task,
            each.check,
            "" if each.since is None else f"{each.since:.0f}",
            each.hints,
            each.labs,
        )
        for each in seats
    ]
    return tables.table(head, *rows) if rows else "Nobody has taken a seat yet."


def _needs(seat: Seat) -> str:
    stuck = f"STUCK for {seat.failing:.0f} min" if seat.stuck else ""
    return ", ".join(filter(None, ("HELP" if seat.help else "", stuck)))
