"""The real browser of these tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from course.base import shell

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


# Playwright's own 5 and 30 seconds are for a machine that does nothing else: behind a page here are a server, a kernel
# and a cluster. Who waits for what comes waits no longer by it; only a red comes later.
PATIENCE = 90_000  # milliseconds
expect.set_options(timeout=PATIENCE)


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """A browser that keeps its files in this folder; without one on PATH the test is skipped, and that is said."""
    program = shell.first_on_path(["chromium", "google-chrome", "chrome"])
    if program is None:
        pytest.skip(
            "no Chromium or Chrome on PATH: install one (sudo apt-get install chromium) to run the browser tests"
        )
    own = {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_CACHE_HOME": str(folder / "cache")}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET], env={**os.environ, **own})
        yield browser
        browser.close()


def new_page(browser: Browser) -> Page:
    """A page of a laptop's size, as somebody opens it who was never here."""
    # A context by name: a page that makes its context itself has no second tab.
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(PATIENCE)
    return context.new_page()
