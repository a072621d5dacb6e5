"""`ask --watch`: the same question each second, and a line whenever the answer is another one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from course.dns.watching import content, line

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
