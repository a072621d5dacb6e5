"""What makes an answer another one, and the line that says so: for whoever asks the same question again and again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course.dns.query import Answer


def content(answer: Answer) -> tuple[object, ...]:
    """What makes an answer another one: its status, its cause and its records, in whatever order and however old."""
    last = answer.last
    records = sorted({(one.name, one.kind, one.value) for one in last.answer})
    return last.question, last.status, answer.cause, *records


def line(answer: Answer) -> str:
    """One line: the time of day, the full name, and what it leads to or why it leads nowhere."""
    last = answer.last
    records = " ".join(
        f"{record.kind} {record.value}" for record in sorted(last.answer, key=lambda one: one.kind != "CNAME")
    )
    reason = "" if answer.resolved else f" ({answer.cause}: {answer.meaning})"
    return (
        f"{datetime.now().astimezone():%H:%M:%S} {last.question} {last.kind} {last.status} {records}".rstrip() + reason
    )
