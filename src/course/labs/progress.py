"""What the learner has done: .course/progress.json, versioned, written atomically, shared by all verbs.

{"version": 1, "labs": {SLUG: Record}}; other keys are other rooms' and are kept as they are.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from course.base import files, paths, state
from course.base.errors import CourseError, in_words

VERSION = state.VERSION
FOLDER = paths.STATE
TEN_YEARS = 10 * 365 * 86_400.0  # seconds
MOST = {"tries": 100_000, "hints": 100, "best_seconds": TEN_YEARS, "ticks": TEN_YEARS}  # more is no count and no time


@dataclass
class Record:
    """One lab. Times are ISO 8601 in UTC. best_seconds: from start to the first passing check, without the solution.

    started, cluster: of the try that is going on, "" when there is none. hints: how many were read in it.
    boot, ticks: which start of the machine that was, and how many seconds of it had passed: the clock on the wall may
    jump, this one does not.
    shown: the reference was applied in it.
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
    """Seconds since the try of this record began.

    By the machine's own clock; only where the machine was started again meanwhile by the one on the wall.
    """
    if record.boot and record.boot == boot():
        return ticks() - record.ticks
    return (datetime.now(UTC) - datetime.fromisoformat(record.started)).total_seconds()


def load(say: Callable[[str], None] | None = None) -> dict[str, Any]:
    """The whole file; a damaged one is moved aside, and that is said."""
    path = file()
    try:
        return parse(path.read_text())
    except FileNotFoundError:
        return {"version": VERSION, "labs": {}}
    except (ValueError, TypeError, KeyError) as reason:
        kept = path.with_name(f"progress.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.json")
        path.replace(kept)
        (say or _say)(f"Note: your progress file could not be read ({reason}). It is kept as {kept}; a new one begins.")
        return {"version": VERSION, "labs": {}}


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def parse(text: str) -> dict[str, Any]:
    """The content of a progress file, checked; ValueError or TypeError says what is wrong with it."""
    data = state.parse(text)
    if not isinstance(data.get("labs"), dict) or "version" not in data:
        raise ValueError("it is not a progress file of this course")
    for slug, entry in data["labs"].items():
        _checked(state.shown(slug), entry)
    return data


def _checked(slug: str, entry: Any) -> Record:
    known = {item.name: item.default for item in fields(Record)}
    if not isinstance(entry, dict) or not set(entry) <= set(known):
        raise ValueError(f"the entry of {slug} is not a lab's record")
    for key, value in entry.items():
        if not _fits(key, value, known[key]):
            raise ValueError(f"{slug}: {key} is {state.shown(value)}")
    record = Record(**entry)
    for moment in filter(None, (record.started, record.passed, record.solution_seen)):
        _check_moment(slug, moment)
    return record


def _fits(key: str, value: object, default: object) -> bool:
    """Whether a value is of its field's type, and within what a count or a time can be."""
    if isinstance(default, (int, float)) and not isinstance(default, bool):
        of_type = type(value) is int or (type(value) is float and isinstance(default, float))
        return of_type and 0 <= value <= MOST[key]  # type: ignore[operator]
    return type(value) is type(default) and len(str(value)) <= 200


def _check_moment(slug: str, text: str) -> None:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{slug} has a time without a zone: {state.shown(text)}")
    if not 2000 < moment.year < 3000:
        raise ValueError(f"{slug} has a time of no year of ours: {state.shown(text)}")


def save(data: dict[str, Any]) -> None:
    """Replace the file in one step: a reader sees the old one or the new one, never half."""
    state.write(file(), **data)


def _locked() -> AbstractContextManager[None]:
    return files.lock(FOLDER / "progress.lock")


def record(slug: str) -> Record:
    """What is known of one lab."""
    return records().get(slug, Record())


def records() -> dict[str, Record]:
    """What is known of every lab that was ever started."""
    with _locked():
        return {slug: Record(**entry) for slug, entry in load()["labs"].items()}


@contextmanager
def editing(slug: str) -> Iterator[Record]:
    """Change one lab's record; nobody else writes in between."""
    with _locked():
        data = load()
        entry = Record(**data["labs"].get(slug, {}))
        yield entry
        data["labs"][slug] = asdict(entry)
        save(data)


def export(target: Path) -> int:
    """Write the progress to a file; how many labs are in it."""
    with _locked():
        data = load()
    try:
        target.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n")
    except OSError as reason:
        raise CourseError(
            f"{target} cannot be written.", in_words(reason), "./course progress --export another-file.json"
        ) from None
    return len(data["labs"])


def take_in(source: Path) -> int:
    """Merge a file that `export` wrote: the better of both for each lab, nothing is lost; how many labs it had."""
    try:
        theirs = parse(_text(source))
    except (OSError, ValueError, TypeError) as reason:
        raise CourseError(
            f"{source} is not taken in.", in_words(reason), "./course progress --import another-file.json"
        ) from None
    with _locked():
        data = load()
        for slug, entry in theirs["labs"].items():
            data["labs"][slug] = asdict(_better(Record(**data["labs"].get(slug, {})), Record(**entry)))
        save({**theirs, **data})
    return len(theirs["labs"])


def _text(source: Path) -> str:
    """The text of an ordinary file, no more of it than a progress file can have; OSError or ValueError says why not."""
    if source.exists() and not source.is_file():
        raise ValueError("it is not a file")
    with source.open(encoding="utf-8") as opened:
        return opened.read(state.LARGEST + 1)


def _better(mine: Record, theirs: Record) -> Record:
    mine.tries = max(mine.tries, theirs.tries)
    mine.passed = min(filter(None, (mine.passed, theirs.passed)), default="")
    mine.best_seconds = min(filter(None, (mine.best_seconds, theirs.best_seconds)), default=0.0)
    mine.solution_seen = min(filter(None, (mine.solution_seen, theirs.solution_seen)), default="")
    return mine
