"""The course's TOML files, read into dataclasses: a misspelt, missing or wrong key is said with its file and place."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from course.base.errors import CourseError, in_words

T = TypeVar("T")
HEADING = re.compile(r"(?m)^\[\[([\w-]+)\]\][ \t]*(?:#.*)?$")  # [[lab]], at the beginning of a line


def load(path: Path) -> dict[str, Any]:
    """The whole file; CourseError with the parser's own words, which name the line."""
    try:
        return tomllib.loads(path.read_text())
    except OSError as reason:
        raise CourseError(
            f"{path.name} cannot be read.", in_words(reason), f"git restore {_where(path)}, then the same command again"
        ) from reason
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
            raise refusal(path, f"it has unknown keys: {_with_nearest(strange, {key})}") from None
        raise
    if strange := data.keys() - {key}:
        raise refusal(path, f"it has unknown keys: {_with_nearest(strange, {key})}")
    tables = data.get(key)
    if not isinstance(tables, list) or not tables:
        raise refusal(path, f"it has no [[{key}]]")
    return [fill(path, f"[[{key}]] number {number}", table, kind, **given) for number, table in enumerate(tables, 1)]


def fill(path: Path, place: str, table: object, kind: type[T], **given: Any) -> T:
    """One object of the dataclass `kind` from one table; `place` says where it stands, for the error."""
    if not isinstance(table, Mapping):
        raise refusal(path, f"{place} is {table!r}, not a table")
    if isinstance(name := table.get("slug"), str):
        place = f"{place} ({name})"
    hints = get_type_hints(kind)
    known = {field.name: _is_required(field) for field in fields(kind) if field.name not in given}  # type: ignore[arg-type]
    _check_keys(path, place, table, known)
    values = {key: _fit(path, f"{place}.{key}", value, hints[key]) for key, value in table.items()}
    return kind(**values, **given)


def sections(path: Path, kind: type[T]) -> T:
    """One object from all the [sections] of a file: the key `b` of the section [a] fills the field `a_b`."""
    known = {field.name.replace("_", ".", 1): field for field in fields(kind)}  # type: ignore[arg-type]
    data = load(path)
    _check_keys(path, "it", data, {name.partition(".")[0]: True for name in known})
    if loose := [name for name, table in data.items() if not isinstance(table, Mapping)]:
        raise refusal(path, f"{loose[0]} is {data[loose[0]]!r}, not a section")
    flat = {f"{section}.{key}": value for section, table in data.items() for key, value in table.items()}
    _check_keys(path, "it", flat, {name: _is_required(field) for name, field in known.items()})
    hints = get_type_hints(kind)
    return kind(**{known[key].name: _fit(path, key, value, hints[known[key].name]) for key, value in flat.items()})


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _check_keys(path: Path, place: str, table: Mapping[str, Any], known: Mapping[str, bool]) -> None:
    """known: key -> whether it must be there."""
    if strange := table.keys() - known.keys():
        raise refusal(path, f"{place} has unknown keys: {_with_nearest(strange, set(known))}")
    if missing := {key for key, required in known.items() if required} - table.keys():
        raise refusal(path, f"{place} lacks: {', '.join(sorted(missing))}")


def _fit(path: Path, place: str, value: Any, hint: Any) -> Any:
    """The value as the type hint wants it.

    A hint is str, int, float, bool, tuple[X, ...], list[X], Mapping[str, X], a dataclass, or X | Y of these.
    """
    origin, inner = get_origin(hint), get_args(hint)
    if origin is UnionType:  # the type that the value has; the first where it has none of them, for its words
        kinds = [kind for kind in inner if kind is not NoneType]
        return _fit(path, place, value, next((kind for kind in kinds if type(value) is kind), kinds[0]))
    if origin in (tuple, list) and isinstance(value, list):
        return origin(_fit(path, f"{place}[{number}]", item, inner[0]) for number, item in enumerate(value))
    if origin is not None and issubclass(origin, Mapping) and isinstance(value, dict):
        return {key: _fit(path, f"{place}.{key}", item, inner[1]) for key, item in value.items()}
    if hasattr(hint, "__dataclass_fields__") and isinstance(value, dict):
        return fill(path, place, value, hint)
    wanted = origin or hint
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:  # not isinstance: true is no number here
        raise refusal(path, f"{place} is {value!r}, not {getattr(wanted, '__name__', wanted)}")
    return value


def _with_nearest(strange: set[str], known: set[str]) -> str:
    sentences = []
    for name in sorted(strange):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        sentences.append(f"{name} (did you mean {near[0]}?)" if near else f"{name} (known: {', '.join(sorted(known))})")
    return ", ".join(sentences)


def refusal(path: Path, why: str) -> CourseError:
    """The error of a list with a mistake: `why` says where and what."""
    shown = _where(path)
    return CourseError(f"{shown} cannot be used.", f"In {path.name}: {why}.", _mend(path))


def _mend(path: Path) -> str:
    shown = _where(path)
    return f"git diff -- {shown} shows what changed; git restore {shown} takes it back."


def _where(path: Path) -> str:
    from course.base.paths import ROOT

    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
