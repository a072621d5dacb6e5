"""Lesson 09's words do not depend on whether the cluster enforces policies, unless something is wrong."""

import re
from collections.abc import Iterator

import pytest

from course.base.errors import CourseError
from course.kube import network_policy

CONSISTENT = re.compile(r"as the rule says|open, nothing here enforces policies")


@pytest.mark.parametrize(
    ("rule", "seen", "enforcing", "good"),
    [
        ("open", "open", True, True),
        ("open", "open", False, True),
        ("blocked", "blocked", True, True),
        ("blocked", "open", False, True),
        ("blocked", "open", True, False),
        ("open", "blocked", True, False),
        ("open", "blocked", False, False),
        ("blocked", "blocked", False, False),
    ],
)
def test_only_a_contradiction_says_not(rule: str, seen: str, enforcing: bool, good: bool) -> None:
    sentence = network_policy.sentence(rule, seen, enforcing)
    assert bool(CONSISTENT.fullmatch(sentence)) == good
    assert ("NOT" in sentence) != good


@pytest.mark.parametrize(
    ("answers", "toolbox", "agents", "verdict", "fits"),
    [
        (["open", "blocked"], "open", ["kindnet"], "enforces", True),
        (["open"], "open", [], "does not enforce", True),
        (["open"], "open", ["kindnet"], "does not enforce", False),
        (["open"], "open", ["kube-router"], "does not enforce", False),
        (["blocked"], "open", [], "enforces", False),
        (["blocked", "blocked", "open"], "open", [], "does not enforce", True),  # two lost packets
        (["blocked"], "blocked", [], "does not enforce", True),  # the server is down
    ],
)
def test_the_verdict_is_held_against_the_plugin(
    answers: list[str],
    toolbox: str,
    agents: list[str],
    verdict: str,
    fits: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    endless = _endless(answers)
    watcher = network_policy.Watcher("production", "client")
    connect = lambda self, host, port: next(endless) if self is watcher else toolbox  # noqa: E731
    monkeypatch.setattr(network_policy.Watcher, "connect", connect)
    monkeypatch.setattr(network_policy, "agents", lambda: agents)
    watcher.find_out("192.0.2.1", 5432, seconds=0.3)
    assert f"This cluster {verdict} NetworkPolicies" in (printed := capsys.readouterr().out)
    assert ("NOT fit" in printed) != fits


def test_an_enforcing_cluster_gets_time_and_then_the_truth(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    watcher = network_policy.Watcher("production", "client")
    watcher.enforcing = True
    late = _endless(["open", "open", "blocked"])
    watcher.expect("blocked", "to the database", lambda: next(late))
    assert "seen: as the rule says" in capsys.readouterr().out


def test_expecting_before_finding_out_says_what_to_do() -> None:
    with pytest.raises(CourseError, match="find_out"):
        network_policy.Watcher("production", "client").expect("open", "anything", lambda: "open")


def _endless(answers: list[str]) -> Iterator[str]:
    yield from answers
    while True:
        yield answers[-1]
