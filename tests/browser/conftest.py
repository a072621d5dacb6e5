"""One real JupyterLab and one real browser for each module of tests; each test has a page of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from course.jupyter import jupyterlab
from tests.browser.chromium import forget, profile
from tests.browser.learner import learner


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[jupyterlab.Server]:
    with learner(tmp_path_factory.mktemp("jupyterlab"), 8890) as server:
        yield server


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with profile(tmp_path_factory.mktemp("chromium")) as context:
        yield context


@pytest.fixture
def page(reader: BrowserContext) -> Iterator[Page]:
    yield reader.new_page()
    forget(reader)
