"""Plain values, as TOML and JSON have them, read into dataclasses: ValueError says which key is wrong, and where."""

import difflib
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints, is_typeddict

from course.base import state

T = TypeVar("T")


def fill(place: str, table: object, kind: type[T], **given: Any) -> T:
    """One object of the dataclass or TypedDict `kind` from one table; `place` says where it stands, for the error.

    `given` fills fields that the table does not state.
    """
    if not isinstance(table, Mapping):
        raise ValueError(f"{place} is {state.shown(table)}, not a table")
    if isinstance(name := table.get("slug"), str):
        place = f"{place} ({_named(name)})"
    hints, known = _fields(kind)  # type: ignore[arg-type]
    check_keys(place, table, {name: required for name, required in known.items() if name not in given})
    values = {key: fit(f"{place}.{key}", value, hints[key]) for key, value in table.items()}
    return kind(**values, **given)


@cache  # a learner's file has a thousand tables of five kinds
def _fields(kind: Any) -> tuple[dict[str, Any], dict[str, bool]]:
    """By its name of which type a field is, and whether it must be there."""
    hints = get_type_hints(kind)
    if is_typeddict(kind):
        return hints, {name: name in kind.__required_keys__ for name in hints}
    return hints, {field.name: is_required(field) for field in fields(kind)}


def is_required(field: Field[Any]) -> bool:
    """Whether a dataclass has no value of its own for this field."""
    return field.default is MISSING and field.default_factory is MISSING


def check_keys(place: str, table: Mapping[str, Any], known: Mapping[str, bool]) -> None:
    """No key that is unknown, and all that must be there. known: key -> whether it must."""
    if strange := table.keys() - known.keys():
        raise ValueError(f"{place} has unknown keys: {with_nearest(strange, set(known))}")
    if missing := {key for key, required in known.items() if required} - table.keys():
        raise ValueError(f"{place} lacks: {', '.join(sorted(missing))}")


def fit(place: str, value: Any, hint: Any) -> Any:
    """The value as the type hint wants it.

    A hint is str, int, float, bool, tuple[X, ...], list[X], Mapping[str, X], a dataclass, a TypedDict, or X | Y of
    these, or of one of these and None.
    """
    origin, inner = get_origin(hint), get_args(hint)
    if origin is UnionType:  # the type that the value has; the first where it has none of them, for its words
        if value is None and NoneType in inner:
            return None
        kinds = [kind for kind in inner if kind is not NoneType]
        return fit(place, value, next((kind for kind in kinds if type(value) is kind), kinds[0]))
    if origin in (tuple, list) and isinstance(value, list):
        return origin(fit(f"{place}[{number}]", item, inner[0]) for number, item in enumerate(value))
    if origin is not None and issubclass(origin, Mapping) and isinstance(value, dict):
        return {key: fit(f"{place}.{_named(key)}", item, inner[1]) for key, item in value.items()}
    if (hasattr(hint, "__dataclass_fields__") or is_typeddict(hint)) and isinstance(value, dict):
        return fill(place, value, hint)
    wanted = origin or hint
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:  # not isinstance: true is no number here
        raise ValueError(f"{place} is {state.shown(value)}, not {getattr(wanted, '__name__', wanted)}")
    return value


def with_nearest(strange: set[str], known: set[str]) -> str:
    """Keys that are unknown, each with the one that was meant."""
    sentences = []
    for name in sorted(strange):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        meant = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
        sentences.append(f"{_named(name)} ({meant})")
    return ", ".join(sentences)


def _named(key: str) -> str:
    """A name of the file; as state.shown where it is none that a terminal can print."""
    return key if key.isprintable() and len(key) <= 60 else state.shown(key)
