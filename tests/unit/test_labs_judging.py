"""The proof's own judgement: each way in which a lab's evidence can be worthless is seen."""

from course.tasks.checks import Report, Result
from tests.labs.judging import Evidence, Expected, cannot_fail, complaints, mistaken


def report(**observed: str) -> Report:
    """One check for each keyword; what is "fine" passes."""
    results = [
        Result(name, True, "asked", text, "expected", "", "")
        if text == "fine"
        else Result(name, False, "asked", text, "expected", f"because of {text}", "look there")
        for name, text in observed.items()
    ]
    return Report("x", tuple(results))


TYPO = Expected("wrong/typo", frozenset({"name"}), {"name": "proddb"})
SHORT = Expected("wrong/short", frozenset({"name"}), {"name": "no dot"})
SOLVED = Evidence(Expected("solved"), report(name="fine", row="fine"))


def test_exactly_the_stated_checks_fail_and_for_the_stated_reason() -> None:
    assert complaints(report(name="proddb: no address", row="fine"), TYPO) == []
    assert complaints(report(name="proddb", row="refused"), TYPO) == ["['name', 'row'] fail, not ['name']"]
    assert complaints(report(name="fine", row="fine"), TYPO)[0] == "[] fail, not ['name']"
    assert complaints(report(name="NXDOMAIN", row="fine"), TYPO) == ["name does not say 'proddb'"]
    speechless = Report("x", (Result("name", False, "asked", "proddb", "expected", "", "look there"),))
    assert complaints(speechless, TYPO) == ["name has an empty sentence"]


def test_a_check_that_nothing_makes_fail_is_named() -> None:
    typo = Evidence(TYPO, report(name="proddb", row="fine"))
    assert cannot_fail([typo, SOLVED]) == ["row"]
    refused = Evidence(Expected("fresh", frozenset({"row"})), report(name="fine", row="refused"))
    assert cannot_fail([typo, refused, SOLVED]) == []


def test_an_answer_that_took_no_effect_is_named() -> None:
    fresh = Evidence(Expected("fresh", frozenset({"name"})), report(name="no dot in proddb", row="fine"))
    typo = Evidence(TYPO, report(name="proddb", row="fine"))
    short = Evidence(SHORT, report(name="no dot", row="fine"))
    assert mistaken([typo, short, SOLVED]) == []
    assert mistaken([fresh, typo, short]) == ["fresh looks like wrong/typo", "fresh looks like wrong/short"]
