"""DNS text to records: what dig printed, read back. Pure; no cluster, no network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from course.base.errors import CourseError
from course.dns.cluster_names import in_cluster, plain

if TYPE_CHECKING:
    import subprocess


class Record(NamedTuple):  # no dataclass here: what that module imports takes longer than to read an answer
    """One resource record: owner name with its final dot, TTL in seconds, type, value as dig prints it."""

    name: str
    ttl: int
    kind: str
    value: str

    @property
    def made_by(self) -> str:
        """Who holds this record.

        Names of the cluster, and names for its addresses, are CoreDNS's own; others come from outside.
        """
        own = in_cluster(self.name) or (self.kind == "PTR" and in_cluster(self.value))
        return "CoreDNS" if own else "outside"


class Response(NamedTuple):
    """One question with its answer. status is the response code (NOERROR, NXDOMAIN, ...), server who sent it."""

    question: str
    kind: str
    status: str
    server: str
    flags: tuple[str, ...] = ()
    answer: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """The values of all A and AAAA records."""
        return tuple(record.value for record in self.answer if record.kind in ("A", "AAAA"))

    @property
    def aliases(self) -> tuple[Record, ...]:
        """The CNAME records in the order of the chain."""
        return tuple(record for record in self.answer if record.kind == "CNAME")

    @property
    def wanted(self) -> tuple[Record, ...]:
        """The records of the type that was asked for; an alias alone is none of them, unless CNAME was asked for.

        A record of a name that was not asked for, and that no alias leads to, counts for no program.
        """
        return tuple(one for one in self.answer if self.kind in (one.kind, "ANY") and plain(one.name) in self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """The name that was asked for, and those that its aliases lead to in turn."""
        names = [plain(self.question)]
        for record in self.aliases:
            names += [plain(record.value)] if plain(record.name) in names else []
        return tuple(names)

    @property
    def astray(self) -> tuple[Record, ...]:
        """The records of the type that was asked for that are of another name."""
        return tuple(one for one in self.answer if one.kind == self.kind and plain(one.name) not in self.names)

    @property
    def lone_alias(self) -> bool:
        """Whether an alias came and nothing that it leads to."""
        return bool(self.aliases) and not self.wanted


class _Reading:
    def __init__(self, status: str = "") -> None:
        self.status = status
        self.flags: tuple[str, ...] = ()
        self.question = ("", "")
        self.section = ""
        self.sections: dict[str, list[Record]] = {"ANSWER": [], "AUTHORITY": []}


def read(pairs: Sequence[tuple[str, str]], result: subprocess.CompletedProcess[str]) -> list[Response]:
    """dig's words as one response for each (full name, type) it was given; CourseError where it could not ask."""
    responses = parse(result.stdout)
    if len(responses) != len(pairs):
        raise CourseError("The toolbox Pod cannot ask.", (result.stderr or result.stdout).strip()[:300], "./course up")
    return [_of(response, name, kind) for response, (name, kind) in zip(responses, pairs, strict=True)]


def _of(response: Response, name: str, kind: str) -> Response:
    """dig does not repeat a question that nobody answered."""
    return response if response.question else response._replace(question=name, kind=kind)


def parse(text: str) -> list[Response]:
    """Every response in dig's output, in order. A question without an answer has status `TIMEOUT`."""
    responses: list[Response] = []
    reading = _Reading()
    for line in text.splitlines():
        if match := re.match(r";; ->>HEADER<<-.*status: (\w+)", line):
            reading = _Reading(status=match.group(1))
        elif match := re.match(r";; flags:([\w ]*);", line):
            reading.flags = tuple(match.group(1).split())
        elif match := re.match(r";; (\w+) (?:PSEUDO)?SECTION:", line):
            reading.section = match.group(1)
        elif reading.section == "QUESTION" and (match := re.match(r";(\S+)\s+IN\s+(\S+)", line)):
            reading.question = (match.group(1), match.group(2))
        elif reading.section in reading.sections and (record := _record(line)):
            reading.sections[reading.section].append(record)
        elif match := re.match(r";; SERVER: ([^#\s]+)", line):
            responses.append(_response(reading, match.group(1)))
            reading = _Reading()
        elif "communications error" in line or "no servers could be reached" in line:
            if not responses or responses[-1].status != "TIMEOUT" or "no servers" in line:
                reading = _Reading(status="TIMEOUT")
            if "no servers" in line:
                responses.append(_response(reading, ""))
    return responses


def records(text: str) -> list[Record]:
    """Each record in dig's output, whatever its section."""
    return [record for line in text.splitlines() if (record := _record(line))]


def _record(line: str) -> Record | None:
    parts = line.split(None, 4)
    if len(parts) < 5 or parts[2] != "IN" or not parts[1].isdigit():
        return None
    return Record(parts[0], int(parts[1]), parts[3], parts[4])


def _response(reading: _Reading, server: str) -> Response:
    answer, authority = reading.sections["ANSWER"], reading.sections["AUTHORITY"]
    name, kind = reading.question
    return Response(name, kind, reading.status, server, reading.flags, tuple(answer), tuple(authority))
