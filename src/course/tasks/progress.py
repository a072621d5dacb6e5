"""What the learner has done: .course/progress.json, versioned, written atomically, shared by all verbs.

{"version": 2, "tasks": {SLUG: Record}}; other keys are other rooms' and are kept as they are. Version 1 knew only labs.
"""

import json
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from course.base import advice, files, paths, state
from course.base.errors import CourseError, in_words

VERSION = 2
ROOMS = ("interview", "path", "on-call")  # keys under which the course's own rooms keep an object each
FOLDER = paths.PROGRESS
LESSON = "lesson/"  # before a lesson's slug: when it was begun last
LONGEST_TEXT = 8_000  # characters of a report or a manifest
TEXTS = {"report", "manifest", "answer"}
TEN_YEARS = 10 * 365 * 86_400.0  # seconds
MOMENTS = ("started", "passed", "solution_seen", "checked")
MOST = {"tries": 100_000, "hints": 100, "best_seconds": TEN_YEARS, "ticks": TEN_YEARS}  # more is no count and no time


MOST_VERSION = 1000  # more is no version

DAMAGED: list[str] = []  # what was said of damaged files in this process: once it is moved aside, no file says it


class Newer(ValueError):
    """A file of a later version of the course: it is right, and not ours to change."""

    def __init__(self, version: int) -> None:
        super().__init__(f"it is of version {version}, this course reads version {VERSION}")
        self.version = version


@dataclass
class Record:
    """One task. Times are ISO 8601 in UTC. best_seconds: from start to the first passing check, without the solution.

    started, cluster: of the try that is going on, "" when there is none. hints: how many were read in it.
    boot, ticks: which start of the machine that was, and how many seconds of it had passed: the clock on the wall may
    jump, this one does not.
    shown: the reference was applied, shown, or made for the cells below in it. done: it was passed, or compared.
    checked, report: the last look at it, as Report.stored has it. manifest: what the learner typed. answer: the last
    answer to a prediction.
    """

    tries: int = 0
    passed: str = ""
    best_seconds: float = 0.0
    solution_seen: str = ""
    started: str = ""
    cluster: str = ""
    boot: str = ""
    ticks: float = 0.0
    hints: int = 0
    shown: bool = False
    done: bool = False
    checked: str = ""
    report: str = ""
    manifest: str = ""
    answer: str = ""

    @property
    def made(self) -> bool:
        """Whether the course made it, and the learner has not seen how."""
        return self.shown and not self.solution_seen


DEFAULTS = {item.name: item.default for item in fields(Record)}


def file() -> Path:
    """Where it is kept."""
    return FOLDER / "progress.json"


def now() -> str:
    """This moment, in the form the file uses."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def boot() -> str:
    """This start of the machine; "" where the system gives it no name."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""


def ticks() -> float:
    """Seconds since the machine was started, by a clock that nobody sets."""
    return round(time.clock_gettime(time.CLOCK_BOOTTIME), 3) if hasattr(time, "CLOCK_BOOTTIME") else 0.0


def begin(record: Record, cluster: str) -> None:
    """A new try in this cluster, from this moment on."""
    record.tries += 1
    record.started, record.cluster, record.boot, record.ticks = now(), cluster, boot(), ticks()
    record.hints, record.shown, record.done = 0, False, False


def took(record: Record) -> float:
    """Seconds since the try of this record began."""
    return elapsed(record.boot, record.ticks, record.started)


def elapsed(its_boot: str, its_ticks: float, moment: str) -> float:
    """Seconds since something began, by the clock that nobody sets.

    Only where the machine was started again meanwhile by the one on the wall, which may say less than nothing.
    """
    return ticks() - its_ticks if its_boot and its_boot == boot() else seconds_since(moment)


def seconds_since(moment: str) -> float:
    """Seconds from a moment of the file to now, by the clock on the wall."""
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def load(say: Callable[[str], None] | None = None) -> dict[str, Any]:
    """The whole file; a damaged one is moved aside, and of what is odd in it the rest goes on. Both are said."""
    path, odd = file(), list[str]()
    try:
        data = parse(files.text(path), odd)
    except FileNotFoundError:
        return _empty()
    except Newer as reason:
        update = advice.for_here("git pull")
        (say or _say)(f"Note: your progress file: {reason}. It stays as it is; nothing is noted. Update: {update}")
        return _empty() | {"version": reason.version}
    except (ValueError, TypeError, KeyError) as reason:
        _set_aside(path, f"your progress file could not be read ({reason})", "a new one begins", say)
        return _empty()
    if odd:
        _set_aside(path, f"in your progress file {'; '.join(odd)}", "the rest goes on without", say)
        save(data)
    return data


def _set_aside(path: Path, what: str, then: str, say: Callable[[str], None] | None) -> None:
    """The file under another name, so that nothing of it is lost; said now, and as long as this program runs."""
    kept = path.with_name(f"progress.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.json")
    path.replace(kept)
    words = f"Note: {what}. It is kept as {kept}; {then}."
    DAMAGED.append(words)
    (say or _say)(words)


def is_ours() -> bool:
    """Whether the file is of this version of the course: in one of a newer course nothing is noted, no beginning."""
    return bool(load(lambda _: None)["version"] == VERSION)


def _empty() -> dict[str, Any]:
    return {"version": VERSION, "tasks": {}}


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def parse(text: str, odd: list[str] | None = None) -> dict[str, Any]:
    """The content of a progress file, checked; ValueError or TypeError says what is wrong with it.

    odd: takes what is wrong with single values, which are left out then: a clock that was wrong for an hour is no
    reason to lose all. Without it they are refused, too.
    """
    data = state.loads(text)
    version = data.get("version")
    if type(version) is int and VERSION < version < MOST_VERSION:
        raise Newer(version)
    if version == 1:  # it knew labs alone
        data = {
            **{key: value for key, value in data.items() if key != "labs"},
            "version": VERSION,
            "tasks": data.get("labs"),
        }
    if type(data.get("version")) is not int or data["version"] != VERSION:
        raise ValueError(f"it is of version {state.shown(version)}, this course reads version {VERSION}")
    if not isinstance(data.get("tasks"), dict):
        raise ValueError("it is not a progress file of this course")
    if reasons := [*_left_out(data["tasks"]), *_rooms_left_out(data)]:
        if odd is None:
            raise ValueError(reasons[0])
        odd += reasons
    return data


def _left_out(tasks: dict[str, Any]) -> Iterator[str]:
    """Why what is no record, and each value that can be none, is left out of the tasks: it is by then."""
    for slug in [slug for slug, entry in tasks.items() if not isinstance(entry, dict)]:
        del tasks[slug]
        yield f"the entry of {state.shown(slug)} is not a task's record"
    for slug, entry in tasks.items():
        for key in [key for key, value in entry.items() if not _can_be(key, value)]:
            named = key if key in DEFAULTS else state.shown(key)
            yield f"{state.shown(slug)}: {named} is {state.shown(entry.pop(key))}"


def _can_be(key: str, value: object) -> bool:
    """Whether a record can have this value under this key."""
    return key in DEFAULTS and _fits(key, value, DEFAULTS[key]) and (key not in MOMENTS or _is_moment(value))


def _rooms_left_out(data: dict[str, Any]) -> Iterator[str]:
    """The same of what other rooms keep."""
    for key in [key for key in ROOMS if not isinstance(data.get(key, {}), dict)]:
        yield f"{state.shown(key)} is {state.shown(data.pop(key))}, not what a room keeps"


def _fits(key: str, value: object, default: object) -> bool:
    """Whether a value is of its field's type, and within what a count or a time can be."""
    if isinstance(default, (int, float)) and not isinstance(default, bool):
        of_type = type(value) is int or (type(value) is float and isinstance(default, float))
        return of_type and 0 <= value <= MOST[key]  # type: ignore[operator]
    return type(value) is type(default) and len(str(value)) <= (LONGEST_TEXT if key in TEXTS else 200)


def _is_moment(text: object) -> bool:
    """Whether it is a time with its zone, or none at all. A machine without a clock begins in 1970."""
    try:
        moment = datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return False
    return moment is None or (moment.tzinfo is not None and 1970 <= moment.year < 3000)


def save(data: dict[str, Any]) -> None:
    """Replace the file in one step: a reader sees the old one or the new one, never half."""
    if data["version"] == VERSION:  # of a newer file we know nothing
        state.write(file(), **data)


def _locked() -> AbstractContextManager[None]:
    return files.lock(FOLDER / "progress.lock")


def record(slug: str) -> Record:
    """What is known of one task."""
    return records().get(slug, Record())


def records() -> dict[str, Record]:
    """What is known of every task that was ever begun."""
    with _locked():
        return {slug: Record(**entry) for slug, entry in load()["tasks"].items()}


@contextmanager
def editing(slug: str) -> Iterator[Record]:
    """Change one task's record; nobody else writes in between."""
    with _locked():
        data = load()
        entry = Record(**data["tasks"].get(slug, {}))
        yield entry
        data["tasks"][slug] = asdict(entry)
        save(data)


def export(target: Path) -> str:
    """Write the progress to a file; what is to be said of it."""
    with _locked():
        data = load()
    _require_ours(data)
    text = json.dumps(data, indent=1, sort_keys=True) + "\n"
    kept = files.hand_over(target, text, again="./course progress --export another-file.json")
    return f"Written: {len(data['tasks'])} tasks to {target}.{kept}"


Merge = Callable[[Any, Any], dict[str, Any]]  # (what is here, what came) of another room


def take_in(source: Path, parts: Mapping[str, Merge] | None = None) -> int:
    """Merge a file that `export` wrote: the better of both for each task, nothing is lost; how many it had.

    parts: how other rooms merge what they keep under their keys; ValueError, TypeError or KeyError refuses the file.
    """
    with _refusing(source):
        theirs = parse(_text(source))
    with _locked():
        data = load()
        _require_ours(data)
        with _refusing(source):
            both = {key: merge for key, merge in (parts or {}).items() if key in theirs}
            merged = {key: merge(data.get(key, {}), theirs[key]) for key, merge in both.items()}
        for slug, entry in theirs["tasks"].items():
            data["tasks"][slug] = asdict(_better(Record(**data["tasks"].get(slug, {})), Record(**entry)))
        save({**theirs, **data, **merged})
    return len(theirs["tasks"])


@contextmanager
def _refusing(source: Path) -> Iterator[None]:
    """Say of a file that comes from somewhere why it is not taken in."""
    try:
        yield
    except Newer as reason:
        raise CourseError(f"{source} is not taken in.", str(reason), "git pull, then the same command again") from None
    except (OSError, ValueError, TypeError, KeyError) as reason:
        look = f"ls -l {shlex.quote(str(source.parent))}"
        raise CourseError(f"{source} is not taken in.", in_words(reason), look) from None


def _require_ours(data: dict[str, Any]) -> None:
    if data["version"] != VERSION:
        raise CourseError("Your progress file is of a newer course.", "This one cannot read it.", "Update it: git pull")


def _text(source: Path) -> str:
    """The text of an ordinary file, no more of it than a progress file can have; OSError or ValueError says why not."""
    if source.exists() and not source.is_file():
        raise ValueError("it is not a file")
    with source.open(encoding="utf-8") as opened:
        return opened.read(state.LARGEST + 1)


def _better(mine: Record, theirs: Record) -> Record:
    for text in ("report", "checked", "manifest", "answer"):
        setattr(mine, text, getattr(mine, text) or getattr(theirs, text))
    mine.done = mine.done or (theirs.done and not mine.started)  # of the try that is going on here, if there is one
    mine.tries = max(mine.tries, theirs.tries)
    mine.passed = min(filter(None, (mine.passed, theirs.passed)), default="")
    mine.best_seconds = min(filter(None, (mine.best_seconds, theirs.best_seconds)), default=0.0)
    mine.solution_seen = min(filter(None, (mine.solution_seen, theirs.solution_seen)), default="")
    return mine


@contextmanager
def editing_part(key: str) -> Iterator[dict[str, Any]]:
    """Change what another room keeps in the file under its key; nobody else writes in between."""
    with _locked():
        data = load()
        yield data.setdefault(key, {})
        save(data)


def part(key: str) -> dict[str, Any]:
    """What another room keeps in the file under its key; {} where there is nothing."""
    with _locked():
        kept: dict[str, Any] = load().get(key, {})  # an object: parse leaves out what is none
    return kept
