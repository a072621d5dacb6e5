"""One real JupyterLab for each module of tests, and a real browser for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from course.jupyter import jupyterlab
from tests.browser.chromium import chromium, new_page
from tests.browser.learner import learner


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[jupyterlab.Server]:
    with learner(tmp_path_factory.mktemp("jupyterlab"), 8890) as server:
        yield server


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with chromium(tmp_path) as browser:
        yield new_page(browser)
