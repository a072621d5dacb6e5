"""The rows of the facilitator's board.

The hub's board service imports this file alone, so it needs nothing of the course.
What a desk says of itself is its participant's to write: `parse` takes short texts and small numbers, and nothing else.
What the board knows by itself (who it is, when it spoke, since when it fails, that it asked for help) no desk can say.
"""

import json
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

LARGEST = 16_000  # bytes of what a desk may say at once
LONGEST = 60  # characters of a text in a row
MESSAGE = 500  # characters of a message to all
MOST = 100  # entries of a list, and a number's largest value
STUCK = 10.0  # minutes of failing
SILENT = 20.0  # seconds after a desk's last word
STATES = ("begun", "done")


@dataclass(frozen=True)
class Report:
    """What a desk says. cluster: ready, or what is done for it. of: checks of the last look at the task; 0: none."""

    cluster: str = ""
    lesson: str = ""
    task: str = ""
    checked: str = ""
    good: int = 0
    of: int = 0
    hints: int = 0
    labs: int = 0
    lessons: Mapping[str, str] = field(default_factory=dict)
    missed: Sequence[str] = ()

    @property
    def failing(self) -> bool:
        """Whether the last look found a check that fails."""
        return self.of > self.good


@dataclass(frozen=True)
class Seat:
    """A row. desk: the hub's name of it. since: minutes since the last check. failing: minutes of failing so far.

    help: when it was asked for, ISO 8601; "" where it is not.
    """

    name: str
    desk: str
    state: str
    lesson: str = ""
    task: str = ""
    check: str = ""
    since: float | None = None
    failing: float | None = None
    help: str = ""
    hints: int = 0
    labs: int = 0

    @property
    def stuck(self) -> bool:
        """Whether the task fails, and has for long."""
        return (self.failing or 0.0) > STUCK

    @property
    def ready(self) -> bool:
        """Whether the desk's cluster is."""
        return self.state == "ready"


def parse(report: object) -> Report:
    """A desk's report; ValueError where it is none."""
    if not isinstance(report, dict) or not set(report) <= set(Report.__dataclass_fields__):
        raise ValueError("it is no report of a desk")
    lessons, missed = report.get("lessons", {}), report.get("missed", [])
    if not isinstance(lessons, dict) or not isinstance(missed, list) or max(len(lessons), len(missed)) > MOST:
        raise ValueError("its lists are none of a desk's")
    return Report(
        printable(report.get("cluster", "")),
        printable(report.get("lesson", "")),
        printable(report.get("task", "")),
        str(report.get("checked", ""))[:LONGEST],
        _count(report.get("good", 0)),
        _count(report.get("of", 0)),
        _count(report.get("hints", 0)),
        _count(report.get("labs", 0)),
        lessons={printable(slug): state for slug, state in lessons.items() if state in STATES},
        missed=tuple(printable(slug) for slug in missed),
    )


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= MOST:
        raise ValueError("a number of it is none")
    return value


def printable(value: object, longest: int = LONGEST) -> str:
    """A text as a terminal or a page may show it: short, printable, and nothing that moves the cursor."""
    text = "".join(letter if letter.isprintable() else "?" for letter in str(value))
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def minutes(moment: str, at: datetime) -> float | None:
    """Minutes since a moment, never less than none; None where it is no moment."""
    try:
        read = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return max(0.0, (at - (read if read.tzinfo else read.replace(tzinfo=UTC))).total_seconds() / 60)


@dataclass
class Desk:
    """What the board knows of a desk.

    report: what it said last; None before. heard: when that was, by our clock; None since its server is not up.
    failing: the task that fails, and since when.
    """

    report: Report | None = None
    heard: datetime | None = None
    failing: tuple[str, str] = ("", "")
    help: str = ""

    def hear(self, report: Report, at: datetime) -> None:
        """Take a report in."""
        self.report, self.heard = report, at
        if not report.failing:
            self.failing = ("", "")
        elif self.failing[0] != report.task:
            self.failing = (report.task, at.isoformat())


class Board:
    """Desks by the hub's names of them, and what is said to all. What nobody else knows outlives the hub, in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.desks: dict[str, Desk] = {}
        self.message, self.lesson, self.held = "", "", False
        try:
            kept = json.loads(file.read_text())
            self.message, self.lesson, self.held = kept["message"], kept["lesson"], kept["held"]
            for name, (helped, task, since) in kept["desks"].items():
                self.desks[name] = Desk(help=helped, failing=(task, since))
        except (OSError, ValueError, KeyError, TypeError):
            pass  # a new room

    def hear(self, name: str, report: Report | None, help_wanted: bool | None, at: datetime) -> dict[str, object]:
        """Take in what the desk of this name says; the answer is what is said to it."""
        desk = self.desks.setdefault(name, Desk())
        before = (desk.failing, desk.help)
        if report is not None:
            desk.hear(report, at)
        if help_wanted is not None:
            desk.help = (desk.help or at.isoformat(timespec="seconds")) if help_wanted else ""
        if (desk.failing, desk.help) != before:
            self.keep()
        return {"message": self.message, "lesson": self.lesson, "held": self.held, "help": desk.help}

    def up(self, ready: Container[str]) -> None:
        """The desks whose servers are ready. What another one said last is not how it is now."""
        for name, desk in self.desks.items():
            desk.heard = desk.heard if name in ready else None

    def tell(self, **words: Any) -> None:
        """Say something else to all: message, lesson, held."""
        for key, value in words.items():
            setattr(self, key, value)
        self.keep()

    def helped(self, name: str) -> None:
        """Somebody was there."""
        if name in self.desks:
            self.desks[name].help = ""
            self.keep()

    def keep(self) -> None:
        """Write the file whole."""
        desks = {name: (desk.help, *desk.failing) for name, desk in self.desks.items()}
        kept = {"message": self.message, "lesson": self.lesson, "held": self.held, "desks": desks}
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(kept))
        part.replace(self._file)

    def seats(
        self,
        servers: Mapping[str, str],
        taken: Mapping[str, str],
        at: datetime,
        ended: Mapping[str, str] = MappingProxyType({}),
    ) -> list[Seat]:
        """The rows: who asks for help first, then who is stuck, then by name.

        servers: the desks that the hub has up -> ready, spawn or stop. taken: seats made ahead -> who has them.
        ended: the desks that ended by themselves -> why.
        """
        names = {*servers, *ended, *(name for name, desk in self.desks.items() if desk.report)}
        states = {name: servers.get(name) or (f"stopped: {ended[name]}" if name in ended else "") for name in names}
        rows = [self._seat(name, taken.get(name) or name, states[name], at) for name in names]
        return sorted(rows, key=lambda row: (not row.help, row.help, not row.stuck, row.name))

    def _seat(self, desk: str, name: str, server: str, at: datetime) -> Seat:
        known = self.desks.get(desk, Desk())
        report = known.report or Report()
        return Seat(
            printable(name),
            desk,
            _state(known, report, server, at),
            report.lesson,
            report.task,
            f"{'not yet' if report.failing else 'passed'}, {report.good} of {report.of}" if report.of else "",
            minutes(report.checked, at) if report.of else None,
            minutes(known.failing[1], at),
            known.help,
            report.hints,
            report.labs,
        )

    def progress(self, lessons: Sequence[str]) -> list[tuple[str, int, int, int]]:
        """For each lesson: how many desks are at it, have begun it, have done it."""
        reports = [desk.report for desk in self.desks.values() if desk.report]
        return [
            (
                slug,
                sum(report.lesson == slug for report in reports),
                sum(report.lessons.get(slug) == "begun" for report in reports),
                sum(report.lessons.get(slug) == "done" for report in reports),
            )
            for slug in lessons
        ]

    def missed(self, most: int = 5) -> list[tuple[str, int]]:
        """The questions that most desks answered wrong."""
        counted = Counter(slug for desk in self.desks.values() if desk.report for slug in set(desk.report.missed))
        return counted.most_common(most)


def _state(desk: Desk, report: Report, server: str, at: datetime) -> str:
    if server != "ready":
        return {"": "stopped", "spawn": "starting", "stop": "stopping"}.get(server, server)
    if desk.heard is None or (at - desk.heard).total_seconds() > SILENT:
        return "no word of it"
    return report.cluster or "no cluster"


def as_dicts(seats: Iterable[Seat]) -> list[dict[str, Any]]:
    """For a program, or another clone of this file: Seat(**each)."""
    return [asdict(seat) for seat in seats]
