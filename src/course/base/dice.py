"""Chance that can be repeated: the same seed gives the same questions, in the same order."""

from collections.abc import Hashable, Iterable
from random import Random
from typing import TypeVar

T = TypeVar("T")


def shuffled(items: Iterable[T], *seed: Hashable) -> list[T]:
    """The items in an order that the seed alone decides; no secret hangs on it."""
    mixed = list(items)
    Random("/".join(map(str, seed))).shuffle(mixed)
    return mixed
