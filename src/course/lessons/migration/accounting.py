"""What the recordings and the two databases say: who moved, what failed, what was lost, what is there twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from course.lessons.migration import place

Operation = dict[str, Any]


@dataclass(frozen=True)
class Account:
    """Clients' acknowledgements against stored rows.

    lost: keys a client was told are stored, and the database that counts now does not have them. doubled: keys accepted
    on both sides, or stored twice on one. elsewhere: keys that only the other side has.
    """

    acknowledged: int
    stored: int
    lost: frozenset[str]
    doubled: frozenset[str]
    elsewhere: frozenset[str]

    def text(self) -> str:
        """The two numbers that must be zero."""
        return f"acknowledged writes lost: {len(self.lost)}\nwrites stored twice: {len(self.doubled)}"


def account(operations: Iterable[Operation], owner: list[place.Row], other: list[place.Row]) -> Account:
    """Compare; `owner` holds the rows of the side that counts now. Read the recordings first, the rows after."""
    acknowledged = {
        f"{entry['client']}-{entry['number']}" for entry in operations if entry["op"] == "write" and entry["ok"]
    }
    stored = {key for key, _, _ in owner}
    births: dict[str, set[str]] = {}
    for key, born, _ in owner + other:
        births.setdefault(key, set()).add(born)
    twice = {key for side in (owner, other) for key in _repeated(key for key, _, _ in side)}
    doubled = {key for key, sides in births.items() if len(sides) > 1} | twice
    elsewhere = {key for key, _, _ in other} - stored
    return Account(
        len(acknowledged), len(stored), frozenset(acknowledged - stored), frozenset(doubled), frozenset(elsewhere)
    )


def _repeated(keys: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    return {key for key in keys if key in seen or seen.add(key)}  # type: ignore[func-returns-value]


def account_now(owner: str) -> Account:
    """The account of this moment, under traffic.

    Recordings first, the owner's rows last, so that nothing seems missing that was only a moment younger.
    """
    operations = place.recordings().operations
    other = place.rows("inside" if owner == "outside" else "outside")
    return account(operations, place.rows(owner), other)


def between(operations: Iterable[Operation], start: float, end: float = float("inf")) -> list[Operation]:
    """The operations that ended in this time."""
    return [entry for entry in operations if start <= entry["at"] < end]


def sides(operations: Iterable[Operation]) -> dict[str, str]:
    """Which side answered each client last; `nobody` where no operation succeeded."""
    last = dict.fromkeys(place.CLIENTS, "nobody")
    last.update({str(entry["client"]): str(entry["side"]) for entry in operations if entry["ok"]})
    return last


def moved(recordings: place.Recordings, target: str) -> dict[str, str]:
    """For the last switch to this side, how each client came there: by itself, only in a new Pod, or not at all."""
    start = recordings.when(f"apply {target}")
    return {client: _moved(recordings, client, start, target) for client in place.CLIENTS}


def _moved(recordings: place.Recordings, client: str, start: float, target: str) -> str:
    operations = [entry for entry in recordings.operations if entry["client"] == client]
    before = [entry["pod"] for entry in operations if entry["at"] < start]
    after = [entry["pod"] for entry in operations if entry["at"] >= start and entry.get("side") == target]
    if not after:
        return "did not move"
    return "by itself" if before and after[0] == before[-1] else "in a new Pod"


def answered(recordings: place.Recordings, kinds: Iterable[str] = place.CLIENTS) -> str:
    """Which sides answered each client in this time: one line a client."""
    answers = {(entry["client"], entry["side"]) for entry in recordings.operations if entry["ok"]}
    return "\n".join(
        f"{kind}: {' and '.join(sorted(side for who, side in answers if who == kind)) or 'nobody'}" for kind in kinds
    )


def clashes(outside: list[place.Row], inside: list[place.Row]) -> set[int]:
    """Ids that both sides gave to different rows."""
    keys = {number: key for key, _, number in outside}
    return {number for key, _, number in inside if keys.get(number, key) != key}
