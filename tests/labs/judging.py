"""What a proof demands of a report, and whether its evidence would notice a check that always passes.

It needs no cluster.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from course.tasks import checks
from course.tasks.catalog import Lab
from course.tasks.task import Exercise


@dataclass(frozen=True)
class Expected:
    """The checks that fail in a state of a lab, all of them, and words of their `observed` or `why`."""

    state: str
    fails: frozenset[str] = frozenset()
    says: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """What was expected of a state, and what the checks said there."""

    expected: Expected
    report: checks.Report


def fresh(lab: Lab) -> Expected:
    return Expected("fresh", frozenset(lab.fresh))


def wrong(lab: Lab | Exercise, name: str) -> Expected:
    answer = lab.wrong[name]
    return Expected(f"wrong/{name}", frozenset(answer.fails), answer.says)


def solved() -> Expected:
    return Expected("solved")


def complaints(report: checks.Report, expected: Expected) -> list[str]:
    """How a report differs from what is expected of the state; [] where it does not."""
    results = {check.name: check for check in report.checks}
    wanted = sorted(expected.fails)
    return [
        *([f"{sorted(report.failing)} fail, not {wanted}"] if report.failing != expected.fails else []),
        *(
            f"{name} does not say {words!r}"
            for name, words in expected.says.items()
            if words not in f"{results[name].observed}\n{results[name].why}"
        ),
        *(f"{check.name} has an empty sentence" for check in report.checks if not (check.passed or _says_all(check))),
    ]


def _says_all(check: checks.Result) -> bool:
    parts = (check.asked, check.observed, check.expected, check.why, check.next)
    return all(len(part.strip()) > 2 for part in parts)


def cannot_fail(evidence: Sequence[Evidence]) -> list[str]:
    """The checks that could be replaced by `always true` without a complaint about any of the evidence."""
    names = [check.name for check in evidence[0].report.checks]
    return [name for name in names if not any(complaints(_passing(name, one.report), one.expected) for one in evidence)]


def _passing(name: str, report: checks.Report) -> checks.Report:
    judged = (replace(check, passed=True, why="", next="") if check.name == name else check for check in report.checks)
    return replace(report, checks=tuple(judged))


def mistaken(evidence: Sequence[Evidence]) -> list[str]:
    """States that would be taken for a wrong answer they are not.

    An answer that took no effect must not look like one that did.
    """
    answers = {one.expected.state: one.expected for one in evidence if one.expected.says}
    return [
        f"{one.expected.state} looks like {state}"
        for one in evidence
        for state, expected in answers.items()
        if state != one.expected.state and not complaints(one.report, expected)
    ]
