"""A pytest plugin for the nbval runs: a red cell shows what it wrote to stderr.

By itself, nbval says only that there was some.
"""

from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    outputs = getattr(item, "test_outputs", None) or []
    text = "".join(output.text for output in outputs if output.get("name") == "stderr")
    if report.failed and text:
        report.sections.append(("stderr of the cell", text))
    return report
