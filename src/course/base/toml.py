"""The course's TOML files, read into dataclasses: a misspelt, missing or wrong key is said with its file and place."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from course.base import clone, shape
from course.base.errors import CourseError

T = TypeVar("T")
HEADING = re.compile(r"(?m)^\[\[([\w-]+)\]\][ \t]*(?:#.*)?$")  # [[lab]], at the beginning of a line


def load(path: Path) -> dict[str, Any]:
    """The whole file; CourseError with the parser's own words, which name the line."""
    try:
        return tomllib.loads(clone.text(path))
    except ValueError as reason:
        raise CourseError(f"{path.name} cannot be read.", str(reason), _mend(path)) from reason


def entries(path: Path, key: str, kind: type[T], **given: Any) -> list[T]:
    """The tables [[key]] of a file, one object of the dataclass `kind` for each, in order.

    `given` fills fields that no file states. CourseError for anything that does not fit.
    """
    try:
        data = load(path)
    except CourseError:  # where a sub-table follows, a misspelt heading is "cannot overwrite a value" to the parser
        headings = HEADING.findall(path.read_text(errors="replace") if path.is_file() else "")
        if strange := set(headings) - {key}:
            raise refusal(path, f"it has unknown keys: {shape.with_nearest(strange, {key})}") from None
        raise
    if strange := data.keys() - {key}:
        raise refusal(path, f"it has unknown keys: {shape.with_nearest(strange, {key})}")
    tables = data.get(key)
    if not isinstance(tables, list) or not tables:
        raise refusal(path, f"it has no [[{key}]]")
    return [fill(path, f"[[{key}]] number {number}", table, kind, **given) for number, table in enumerate(tables, 1)]


def fill(path: Path, place: str, table: object, kind: type[T], **given: Any) -> T:
    """As shape.fill, but CourseError names the file, too."""
    with _refusing(path):
        return shape.fill(place, table, kind, **given)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """What does not fit is said of this file."""
    try:
        yield
    except ValueError as reason:
        raise refusal(path, str(reason)) from None


def sections(path: Path, kind: type[T]) -> T:
    """One object from all the [sections] of a file: the key `b` of the section [a] fills the field `a_b`."""
    known = {field.name.replace("_", ".", 1): field for field in fields(kind)}  # type: ignore[arg-type]
    data = load(path)
    with _refusing(path):
        shape.check_keys("it", data, {name.partition(".")[0]: True for name in known})
        if loose := [name for name, table in data.items() if not isinstance(table, Mapping)]:
            raise ValueError(f"{loose[0]} is {data[loose[0]]!r}, not a section")
        flat = {f"{section}.{key}": value for section, table in data.items() for key, value in table.items()}
        shape.check_keys("it", flat, {name: shape.is_required(field) for name, field in known.items()})
        hints = get_type_hints(kind)
        return kind(**{known[key].name: shape.fit(key, value, hints[known[key].name]) for key, value in flat.items()})


def refusal(path: Path, why: str) -> CourseError:
    """The error of a list with a mistake: `why` says where and what."""
    shown = clone.called(path)
    return CourseError(f"{shown} cannot be used.", f"In {path.name}: {why}.", _mend(path))


def _mend(path: Path) -> str:
    return f"Mend it there. Or take back what changed: {clone.restore(clone.called(path))}"
