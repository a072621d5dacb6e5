"""Waiting for a lab: a Pod that cannot be asked now is no verdict, and a wait notes no pass."""

import pytest

from course.tasks import catalog, checks, verbs

LAB = catalog.find("loop")
PASSED = checks.Report("loop", (checks.Result("x", True, "asked", "observed", "expected", "", ""),))


def test_a_pod_that_cannot_be_asked_for_a_moment_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    reachable = iter([False, True])

    def checked(lab: catalog.Lab, given: object) -> checks.Report:
        if next(reachable):
            return PASSED
        raise verbs.CannotCheck("loop cannot be checked.")

    monkeypatch.setattr(verbs, "_checked", checked)
    monkeypatch.setattr(verbs, "_note_pass", lambda slug: pytest.fail("a wait noted a pass"))
    assert verbs.settled(LAB, lambda report: report.passed, seconds=5) is PASSED


def test_a_pod_that_never_can_be_asked_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def checked(lab: catalog.Lab, given: object) -> checks.Report:
        raise verbs.CannotCheck("loop cannot be checked.")

    monkeypatch.setattr(verbs, "_checked", checked)
    with pytest.raises(verbs.CannotCheck):
        verbs.settled(LAB, lambda report: report.passed, seconds=0.2)


def test_a_check_waits_for_a_pod_that_is_just_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    reachable = iter([False, False, True])

    def checked(lab: catalog.Lab, given: object) -> checks.Report:
        if next(reachable):
            return PASSED
        raise verbs.CannotCheck("loop cannot be checked.")

    monkeypatch.setattr(verbs, "_checked", checked)
    assert verbs._patiently(LAB, None) is PASSED
