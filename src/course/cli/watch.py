"""`ask --watch`: the same question each second, and a line whenever the answer is another one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from course.dns.query import Answer

SECOND = 1.0  # between two questions


def main(ask: Callable[[], Answer], *, as_json: bool) -> NoReturn:
    """Ask for ever; Ctrl-C ends it, and exit code 130 says so. TTLs count down and are no change."""
    before: tuple[object, ...] = ()
    while True:
        answer = ask()
        now = content(answer)
        if now != before:
            print(json.dumps(answer.as_dict()) if as_json else line(answer), flush=True)
        before = now
        time.sleep(SECOND)


def content(answer: Answer) -> tuple[object, ...]:
    """What makes an answer another one: its status, its cause and its records, in whatever order and however old."""
    last = answer.last
    return last.question, last.status, answer.cause, frozenset((one.name, one.kind, one.value) for one in last.answer)


def line(answer: Answer) -> str:
    """One line: the time of day, the full name, and what it leads to or why it leads nowhere."""
    last = answer.last
    found = " ".join(
        f"{record.kind} {record.value}" for record in sorted(last.answer, key=lambda one: one.kind != "CNAME")
    )
    reason = "" if answer.resolved else f" ({answer.cause}: {answer.meaning})"
    return f"{datetime.now().astimezone():%H:%M:%S} {last.question} {last.kind} {last.status} {found}".rstrip() + reason
