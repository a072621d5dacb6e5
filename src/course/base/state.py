"""The state files in .course: one reader and one writer.

Each is one JSON object with its version. What cannot be understood is as if it were not there: whoever asks makes it
again from what the engine and the cluster know.
"""

import json
from math import isfinite
from pathlib import Path
from typing import Any

from course.base import files

VERSION = 1
LARGEST = 4_000_000  # characters; a progress file of all tasks has some hundred thousand
DIGITS = 20  # of a whole number; more is no count and no time
# All that the course keeps in the state folder, as regular expressions: what else is there is the learner's.
NAMES = (
    r"(cluster|corefile|network|outside|place|progress|pulled|room|system|up|engine)\.json",
    r"(up|progress|check)\.lock",
    r"progress\.damaged-\w+\.json",
    r".*\.part",  # of a writer that was killed
    r"kubeconfig(\.lock)?",
    r"containers\.conf|installed-packages|made-lib-modules",
    r"logs|outside|neighbour|jupyter|kube-cache|externalname-course",
    r"tmp|test|site|docker|coverage.*|bench-tests\.json",  # of authors
    r"engine|Corefile|pulled-images",  # of versions before these had a version
)


def read(path: Path) -> dict[str, Any]:
    """What the file holds; {} where it is not there, is damaged, or is of another version of the course.

    CourseError, with the file and the way out, where it is there and cannot be opened.
    """
    try:
        return parse(files.text(path))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise files.unusable(error) from None
    except ValueError:
        return {}


def parse(text: str) -> dict[str, Any]:
    """The object in a state file's text, of this version; ValueError says what is wrong with it."""
    data = loads(text)
    if data.get("version", VERSION) != VERSION:
        raise ValueError(f"it is of version {shown(data['version'])}, this course reads version {VERSION}")
    return data


def loads(text: str) -> dict[str, Any]:
    """The object in a state file's text, of any version; ValueError says what is wrong with it."""
    if len(text) > LARGEST:
        raise ValueError("it is too large for a file of the course")
    try:
        data = json.loads(text, parse_constant=_no_number, parse_float=_finite, parse_int=_whole)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(data, dict):
        raise ValueError("it is not a file of this course")
    return data


def write(path: Path, /, **content: object) -> None:
    """Replace the file whole, for its owner alone; OSError as open(). content may hold a version of its own."""
    files.state()
    files.replace(path, json.dumps({"version": VERSION, **content}, indent=1, sort_keys=True, allow_nan=False) + "\n")


def add(path: Path, /, **content: object) -> None:
    """The same, but what the file holds beside this content stays."""
    write(path, **(read(path) | content))


def text(data: dict[str, Any], key: str) -> str | None:
    """A text of the file; None where there is none, or something else stands there."""
    value = data.get(key)
    return value if isinstance(value, str) else None


def shown(value: object) -> str:
    """A value of a file as an error names it: short, and with nothing that a terminal cannot print."""
    words = ascii(value)
    return words if len(words) <= 60 else f"{words[:57]}..."


def _no_number(text: str) -> float:
    raise ValueError(f"{shown(text)} is no number")


def _finite(text: str) -> float:
    """A number of the file, wherever in it it stands: 1e999 is read as infinity, which JSON cannot say again."""
    return float(text) if isfinite(float(text)) else _no_number(text)


def _whole(text: str) -> int:
    """A whole number of the file, of as many digits as a count or a time has."""
    if len(text) > DIGITS:
        _no_number(text)
    return int(text)
