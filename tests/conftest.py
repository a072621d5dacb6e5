"""Shared by all tests: real clusters as a learner has one, and what a run proved.

Each process of a run (a worker of pytest-xdist, or pytest itself) makes a cluster of its own when its first test needs
one, and removes it at the end. COURSE_TEST_HERE=1, or a COURSE_CLUSTER that somebody named: the tests run in that one.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HERE = bool(
    os.environ.get("COURSE_TEST_HERE") or ("COURSE_CLUSTER" in os.environ and "COURSE_TEST_RUN" not in os.environ)
)
if not HERE:  # before anything of the course is imported: it reads the environment once
    RUN = Path(os.environ.setdefault("COURSE_TEST_RUN", str(ROOT / ".course" / "test" / str(os.getpid()))))
    WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
    os.environ["COURSE_CLUSTER"] = f"externalname-test-{RUN.name}-{WORKER}"
    os.environ["COURSE_STATE"] = str(RUN / WORKER)

from course.base import shell
from course.kube import kubectl
from course.provision import lifecycle

# Seconds of each group of tests in an earlier run: the longest begin first, so that nobody waits for one at the end.
EARLIER: dict[str, float] = json.loads((ROOT / "bench" / "results" / "tests.json").read_text())["groups"]
UNKNOWN = 60.0


@pytest.fixture(scope="session")
def cluster() -> Iterator[None]:
    """A real cluster that answers."""
    if HERE:
        kubectl.require_ready()
        yield
        return
    lifecycle.up(say=lambda text: None)
    yield
    lifecycle.down(say=lambda text: None)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run with the course's kubeconfig and tools, as notebooks and the CLI do."""
    environment = shell.environment()
    for name in ("KUBECONFIG", "KUBECACHEDIR", "PATH"):
        monkeypatch.setenv(name, environment[name])


@pytest.fixture
def proves(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Count what a test proved: proves("wrong answers", 4). The sums stand at the end of the run."""

    def count(what: str, number: int = 1) -> None:
        request.node.user_properties.append(("proof", [what, number]))

    return count


def group(item: pytest.Item) -> str:
    """Tests of one group run one after the other in one worker: those of a module share its fixtures."""
    marker = item.get_closest_marker("xdist_group")
    return str(marker.args[0]) if marker else item.nodeid.partition("::")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who needs a cluster says so by the fixture or by the mark, and has both; the longest groups come first."""
    for item in items:
        fixtures = getattr(item, "fixturenames", [])
        if "cluster" in fixtures:
            item.add_marker(pytest.mark.cluster)
        elif item.get_closest_marker("cluster"):
            fixtures.insert(0, "cluster")
        item.add_marker(pytest.mark.xdist_group(group(item)))
    items.sort(key=lambda item: (-EARLIER.get(group(item), UNKNOWN), group(item)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was proved, and how long each group took; written down for bench.tests."""
    reports = [report for name in ("passed", "failed", "error") for report in terminalreporter.stats.get(name, [])]
    proofs: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    for report in reports:
        groups[report.nodeid.partition("@")[2] or report.nodeid.partition("::")[0]] += report.duration
        for _, (what, number) in (entry for entry in report.user_properties if entry[0] == "proof" and report.passed):
            proofs[what] += number
    if proofs:
        terminalreporter.section("proved on real clusters")
        terminalreporter.write_line(", ".join(f"{number} {what}" for what, number in sorted(proofs.items())))
    if target := os.environ.get("COURSE_TEST_REPORT"):
        seconds = {name: round(value, 1) for name, value in groups.most_common()}
        Path(target).write_text(json.dumps({"proofs": dict(proofs), "groups": seconds}, indent=1) + "\n")
