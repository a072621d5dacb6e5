"""What the learner has done: .course/progress.json, versioned, written atomically, shared by all verbs.

{"version": 1, "labs": {SLUG: Record}}; other keys are other rooms' and are kept as they are.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from course.base import files, paths
from course.base.errors import CourseError, in_words

VERSION = 1
FOLDER = paths.STATE
LARGEST = 1_000_000  # characters of a progress file; one of all labs has some thousands
MOST = {"tries": 100_000, "hints": 100, "best_seconds": 10 * 365 * 86_400.0}  # more is no count and no time


@dataclass
class Record:
    """One lab. Times are ISO 8601 in UTC. best_seconds: from start to the first passing check, without the solution.

    started, cluster: of the try that is going on, "" when there is none. hints: how many were read in it.
    shown: the reference was applied in it.
    """

    tries: int = 0
    passed: str = ""
    best_seconds: float = 0.0
    solution_seen: str = ""
    started: str = ""
    cluster: str = ""
    hints: int = 0
    shown: bool = False
    done: bool = False


def file() -> Path:
    """Where it is kept."""
    return FOLDER / "progress.json"


def now() -> str:
    """This moment, in the form the file uses."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def seconds_since(moment: str) -> float:
    """Seconds from a moment of the file to now."""
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


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
    if len(text) > LARGEST:
        raise ValueError("it is too large for a progress file")
    try:
        data = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(data, dict) or not isinstance(data.get("labs"), dict):
        raise ValueError("it is not a progress file of this course")
    if data.get("version") != VERSION:
        raise ValueError(f"it is of version {_shown(data.get('version'))}, this course reads version {VERSION}")
    for slug, entry in data["labs"].items():
        _checked(_shown(slug), entry)
    return data


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _shown(value: object) -> str:
    """A value of the file as an error names it: short, and with nothing that a terminal cannot print."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _checked(slug: str, entry: Any) -> Record:
    known = {item.name: item.default for item in fields(Record)}
    if not isinstance(entry, dict) or not set(entry) <= set(known):
        raise ValueError(f"the entry of {slug} is not a lab's record")
    for key, value in entry.items():
        if not _fits(key, value, known[key]):
            raise ValueError(f"{slug}: {key} is {_shown(value)}")
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
        raise ValueError(f"{slug} has a time without a zone: {_shown(text)}")
    if not 2000 < moment.year < 3000:
        raise ValueError(f"{slug} has a time of no year of ours: {_shown(text)}")


def save(data: dict[str, Any]) -> None:
    """Replace the file in one step: a reader sees the old one or the new one, never half."""
    files.replace(file(), json.dumps(data, indent=1, sort_keys=True, allow_nan=False))


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


Merge = Callable[[Any, Any], dict[str, Any]]  # (what is here, what came) of another room


def take_in(source: Path, parts: Mapping[str, Merge] | None = None) -> int:
    """Merge a file that `export` wrote: the better of both for each lab, nothing is lost; how many labs it had.

    parts: how other rooms merge what they keep under their keys; ValueError, TypeError or KeyError refuses the file.
    """
    try:
        theirs = parse(_text(source))
        mine = load()
        merged = {key: merge(mine.get(key, {}), theirs[key]) for key, merge in (parts or {}).items() if key in theirs}
    except (OSError, ValueError, TypeError, KeyError) as reason:
        raise CourseError(
            f"{source} is not taken in.", in_words(reason), "./course progress --import another-file.json"
        ) from None
    with _locked():
        data = load()
        for slug, entry in theirs["labs"].items():
            data["labs"][slug] = asdict(_better(Record(**data["labs"].get(slug, {})), Record(**entry)))
        save({**theirs, **data, **merged})
    return len(theirs["labs"])


def _text(source: Path) -> str:
    """The text of an ordinary file, no more of it than a progress file can have; OSError or ValueError says why not."""
    if source.exists() and not source.is_file():
        raise ValueError("it is not a file")
    with source.open(encoding="utf-8") as opened:
        return opened.read(LARGEST + 1)


def _better(mine: Record, theirs: Record) -> Record:
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
        kept = load().get(key, {})
    return kept if isinstance(kept, dict) else {}
