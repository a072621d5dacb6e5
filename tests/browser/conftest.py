"""One real JupyterLab for each module of tests, and a real browser for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from course.jupyter import jupyterlab
from tests.browser.chromium import PATIENCE, chromium
from tests.browser.learner import learner


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[jupyterlab.Server]:
    with learner(tmp_path_factory.mktemp("jupyterlab"), 8890) as server:
        yield server


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with chromium(tmp_path) as browser:
        # A context of the test's own: a page that makes its context itself has no second tab.
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        context.set_default_timeout(PATIENCE)
        yield context.new_page()
