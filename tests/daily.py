"""What an ordinary run proves: of a long list a share, of tests of one kind the one that shows the most.

`./course test --all` proves all, and so does each week. What is chosen is the same in each run, so that a red of
yesterday is a red of today.
"""

import os
from collections.abc import Iterable, Sequence
from typing import TypeVar

import pytest

T = TypeVar("T")
EVERYTHING = bool(os.environ.get("COURSE_TEST_ALL"))
WEEKLY = pytest.mark.skipif(not EVERYTHING, reason="in ./course test --all")


def share(items: Sequence[T], at: int = 0, of: int = 3) -> list[T]:
    """All items with `--all`, else those at the places `at`, `at + of`, ...: never none of them."""
    chosen = list(items) if EVERYTHING else list(items[at::of])
    assert chosen, f"no item of {len(items)} stands at {at} of {of}"
    return chosen


def params(names: Iterable[str], today: Sequence[str], shown: str = "{}") -> list[pytest.ParameterSet]:
    """A test's parameters; what is not in today's share is skipped, with the reason in the summary.

    shown: the id of each, with {} where its name stands.
    """
    return [pytest.param(name, id=shown.format(name), marks=[] if name in today else [WEEKLY]) for name in names]


def cases(*every: pytest.ParameterSet, at: int = 0, of: int = 3) -> list[pytest.ParameterSet]:
    """The same for cases of several values, of which the places are chosen as `share` does."""
    today = share(every, at, of)
    return [case if case in today else case._replace(marks=[WEEKLY]) for case in every]
