"""notebooks/corrections.toml: common claims that are wrong, and the cell that shows what is true.

Tests hold the two together.
"""

from dataclasses import dataclass
from functools import cache

from course.base import paths, toml

MANIFEST = paths.NOTEBOOKS / "corrections.toml"


@dataclass(frozen=True)
class Correction:
    """One claim.

    number: its row in the table of corrections; lesson: a slug; cell: the id of the cell that shows the truth.
    """

    number: int
    claim: str
    truth: str
    lesson: str
    cell: str


@cache
def corrections() -> tuple[Correction, ...]:
    """All rows in order; several may have one number, when it takes several cells to show it."""
    return tuple(toml.entries(MANIFEST, "row", Correction))
