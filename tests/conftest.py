"""Shared by all tests: real clusters as a learner has one, and what a run proved.

Each process of a run (a worker of pytest-xdist, or pytest itself) makes a cluster of its own when its first test needs
one, and removes it at the end. COURSE_TEST_HERE=1, or a COURSE_CLUSTER that somebody named: the tests run in that one.
"""

import gc
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

gc.disable()  # until all tests are collected: each of the thousands lives as long as the run, and none is garbage
ROOT = Path(__file__).parents[1]
HERE = bool(
    os.environ.get("COURSE_TEST_HERE") or ("COURSE_CLUSTER" in os.environ and "COURSE_TEST_RUN" not in os.environ)
)
if not HERE:  # before anything of the course is imported: it reads the environment once
    RUN = Path(os.environ.setdefault("COURSE_TEST_RUN", str(ROOT / ".course" / "test" / str(os.getpid()))))
    WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
    os.environ["COURSE_CLUSTER"] = f"externalname-test-{RUN.name}-{WORKER}"
    os.environ["COURSE_STATE"] = str(RUN / WORKER)

from course.base import files, shell
from course.kube import kubectl
from course.provision import lifecycle, reporter

# Tests run with the course's kubeconfig and tools, as notebooks and the CLI do; before the first test is imported, for
# the package kubernetes reads KUBECONFIG when it is imported.
for name in ("KUBECONFIG", "KUBECACHEDIR", "PATH"):
    os.environ[name] = shell.environment()[name]

# Seconds of each group of tests in an earlier run: the longest begin first, so that nobody waits for one at the end.
EARLIER: dict[str, float] = json.loads((ROOT / "bench" / "results" / "tests.json").read_text())["groups"]
UNKNOWN, UNKNOWN_WITHOUT_CLUSTER = 60.0, 1.0


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


@pytest.fixture
def whole_set_up(cluster: None) -> None:
    """The list of the last set-up is whole, for lesson 00 shows it: a test before this one may have cut one short."""
    steps = reporter.progress()
    if not steps or any(step.state != "done" for step in steps):
        lifecycle.up(say=lambda text: None)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course as pages, as an author makes them: once for all workers of a run."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "site"
    with files.lock(folder.with_suffix(".lock"), waiting=lambda who: None):
        if not (folder / "index.html").exists():
            made = shell.run([ROOT / "course", "dev", "site", folder], timeout=600)
            assert made.returncode == 0, made
            assert (folder / "index.html").as_uri() in made.stdout
    return folder


@pytest.fixture
def proves(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Count what a test proved: proves("wrong answers", 4). The sums stand at the end of the run."""

    def count(what: str, number: int = 1) -> None:
        request.node.user_properties.append(("proof", [what, number]))

    return count


def group(nodeid: str) -> str:
    """Tests of one group run one after the other in one worker: those of a module, for they share its fixtures.

    Where the parameters of a test end with `@NAME`, that is their group.
    """
    path, _, test = nodeid.partition("::")
    return test.rstrip("]").rpartition("@")[2] if "@" in test else path


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """A group at a time for each worker; the marks of pytest-xdist 3.8 do nothing with pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling | None:
    """By groups where `--dist loadscope` is asked for; None leaves the choice to pytest-xdist."""
    return GroupScheduling(config, log) if config.getvalue("dist") == "loadscope" else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """From here on Python looks for garbage, but not among the tests, and not as often: a tenth of a run was that."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who needs a cluster says so by the fixture or by the mark, and has both; the longest groups come first."""
    for item in items:
        fixtures = getattr(item, "fixturenames", [])
        if "cluster" in fixtures:
            item.add_marker(pytest.mark.cluster)
        elif item.get_closest_marker("cluster"):
            fixtures.insert(0, "cluster")
    items.sort(key=lambda item: (-expected(item), group(item.nodeid)))


def expected(item: pytest.Item) -> float:
    """Seconds of the group of a test, as of an earlier run."""
    unknown = UNKNOWN if item.get_closest_marker("cluster") else UNKNOWN_WITHOUT_CLUSTER
    return EARLIER.get(group(item.nodeid), unknown)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was proved, and how long each group took; written down for bench.tests."""
    stats = terminalreporter.stats
    # What a fixture took stands under no name, where nothing was wrong with it.
    every = [report for name in ("", "passed", "failed", "error") for report in stats.get(name, [])]
    reports = [report for report in every if hasattr(report, "duration")]  # a file that cannot be read has none
    proofs: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    for report in reports:
        groups[group(report.nodeid)] += report.duration
        proven = report.user_properties if report.passed and report.when == "call" else []
        for _, (what, number) in (entry for entry in proven if entry[0] == "proof"):
            proofs[what] += number
    if proofs:
        terminalreporter.section("proved on real clusters")
        terminalreporter.write_line(", ".join(f"{number} {what}" for what, number in sorted(proofs.items())))
    if target := os.environ.get("COURSE_TEST_REPORT"):
        # A run has two stages, and what the first one wrote stays.
        kept = json.loads(Path(target).read_text()) if Path(target).exists() else {"proofs": {}, "groups": {}}
        seconds = {name: round(value, 1) for name, value in groups.most_common() if value >= 0.05}
        both = {"proofs": kept["proofs"] | dict(proofs), "groups": kept["groups"] | seconds}
        Path(target).write_text(json.dumps(both, indent=1) + "\n")
