"""The facilitator's board: where each desk is. What a desk says is a participant's to write: it is read with care."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from course.base import state, tables
from course.tasks import catalog
from course.tasks.progress import LESSON

SEPARATOR = "-- what course up said --"
# Two files of the desk; one that is not there yet says nothing.
ASK = (
    f"cat /course/workspace/.progress/progress.json 2>/dev/null; echo; echo '{SEPARATOR}'; "
    "cat /course/.course/up.json 2>/dev/null || true"
)
STUCK = 10  # minutes after a check that failed


@dataclass(frozen=True)
class Seat:
    """A row of the board. cluster: ready, or what is done for it. check: the last look at the task, since: minutes."""

    name: str
    cluster: str
    task: str = ""
    check: str = ""
    since: float | None = None
    hints: int = 0
    passed: int = 0

    @property
    def stuck(self) -> bool:
        """Whether the last check failed, and a while ago."""
        return "not yet" in self.check and (self.since or 0) > STUCK


def seat(name: str, said: str, now: datetime | None = None) -> Seat:
    """The row of one desk, from what ASK printed there."""
    book, _, steps = said.partition(SEPARATOR)
    cluster = _cluster(_object(steps))
    tasks = _object(book).get("tasks")
    records = {slug: each for slug, each in tasks.items() if isinstance(each, dict)} if isinstance(tasks, dict) else {}
    touched = {slug: max(_moments(each)) for slug, each in records.items() if _moments(each)}
    if not touched:
        return Seat(printable(name), cluster)
    latest = max(touched, key=lambda slug: touched[slug])
    record = records[latest]
    since = ((now or datetime.now(UTC)) - touched[latest]).total_seconds() / 60
    labs = {lab.slug for lab in catalog.labs()}
    hints = record.get("hints")
    return Seat(
        printable(name),
        cluster,
        printable(latest),
        _check(record, latest),
        since,
        hints if isinstance(hints, int) else 0,
        sum(bool(each.get("passed")) for slug, each in records.items() if slug in labs),
    )


def _object(text: str) -> dict[str, Any]:
    try:
        return state.loads(text)
    except ValueError:
        return {}


def _cluster(said: dict[str, Any]) -> str:
    steps = said.get("steps")
    rows = [row for row in steps if isinstance(row, dict)] if isinstance(steps, list) else []
    if not rows:
        return "no answer"
    current = next((row for row in rows if row.get("state") != "done"), None)
    return "ready" if current is None else f"{printable(current.get('title'))}: {printable(current.get('state'))}"


def _moments(record: dict[str, Any]) -> list[datetime]:
    """When the task was begun, checked, passed."""
    found = []
    for key in ("started", "checked", "passed"):
        try:
            moment = datetime.fromisoformat(str(record.get(key)))
        except ValueError:
            continue
        found.append(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return found


def _check(record: dict[str, Any], slug: str) -> str:
    if slug.startswith(LESSON):
        return ""
    report = _object(str(record.get("report") or ""))
    checks = report.get("checks")
    if not isinstance(checks, list):
        return "passed" if record.get("passed") else "not checked"
    good = sum(isinstance(each, dict) and each.get("passed") is True for each in checks)
    return f"{'passed' if report.get('passed') is True else 'not yet'}, {good} of {len(checks)}"


def printable(value: object) -> str:
    """A text of a desk as a terminal may print it: short, printable, and nothing that moves the cursor."""
    text = "".join(letter if letter.isprintable() else "?" for letter in str(value))
    return text if len(text) <= 40 else f"{text[:37]}..."


def text(seats: Sequence[Seat]) -> str:
    """The board in a terminal: who is stuck comes first."""
    head = ("seat", "cluster", "task", "last check", "minutes ago", "hints", "labs passed", "")
    rows = [
        (
            each.name,
            each.cluster,
            each.task,
            each.check,
            "" if each.since is None else f"{each.since:.0f}",
            each.hints,
            each.passed,
            "STUCK" if each.stuck else "",
        )
        for each in sorted(seats, key=lambda each: (not each.stuck, each.name))
    ]
    return tables.table(head, *rows) if rows else "Nobody has taken a seat yet."
