"""The learner's progress is left alone, and a summary says where the time of the proofs went."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from course.base import tables
from course.tasks import progress


@pytest.fixture(scope="session", autouse=True)
def own_progress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The learner's progress file is not the tests' business."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("progress")
    patch.setattr(progress, "FOLDER", folder)
    yield folder
    patch.undo()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Where the time went, lab by lab and step by step.

    The accounts travel with the tests' reports, from other processes, too.
    """
    reports = [report for kind in ("passed", "failed", "skipped") for report in terminalreporter.getreports(kind)]
    accounts = [value for report in reports for name, value in getattr(report, "user_properties", ()) if name == "lab"]
    if not accounts:
        return
    steps = list(dict.fromkeys(step for account in accounts for step in account["seconds"]))
    head = ("seconds", *steps, "all", "starts", "wrong answers")
    rows = [
        (
            account["lab"],
            *(f"{account['seconds'].get(step, 0):.1f}" for step in steps),
            f"{sum(account['seconds'].values()):.1f}",
            account["starts"],
            account["wrong"],
        )
        for account in accounts
    ]
    terminalreporter.section("labs")
    terminalreporter.write_line(tables.table(head, *rows))
    started, proven = (sum(account[key] for account in accounts) for key in ("starts", "wrong"))
    terminalreporter.write_line(f"{started} starts of {len(accounts)} labs, {proven} wrong answers proven")
