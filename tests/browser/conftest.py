"""One real JupyterLab for each module of tests, and a real browser for each test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from course.base import paths, shell
from course.jupyter import jupyterlab
from course.lessons import workspace
from course.tasks import progress


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[jupyterlab.Server]:
    """One JupyterLab over fresh copies of the lessons; the server, work and progress of the learner are left alone."""
    folder = tmp_path_factory.mktemp("jupyterlab")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "WORKSPACE", folder / "workspace")
        patch.setattr(jupyterlab, "HOME", folder / "jupyter")
        patch.setattr(progress, "FOLDER", folder)
        patch.setenv("COURSE_PROGRESS", str(folder))
        workspace.prepare()
        server, process = jupyterlab.start(8890, print)
        assert process is not None
        yield server
        assert jupyterlab.stop()
        process.wait()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    browser_program = shell.first_on_path(["chromium", "google-chrome", "chrome"])
    if browser_program is None:
        pytest.skip(
            "no Chromium or Chrome on PATH: install one (sudo apt-get install chromium) to run the browser tests"
        )
    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    with sync_playwright() as playwright:
        args = [*quiet, "--disable-sync", "--no-first-run"]
        own = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        browser = playwright.chromium.launch(executable_path=browser_program, args=args, env={**os.environ, **own})
        # A context of the test's own: a page that makes its context itself has no second tab.
        yield browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
        browser.close()
