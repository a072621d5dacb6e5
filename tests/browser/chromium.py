"""The real browser of these tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize, expect, sync_playwright

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

LAPTOP: ViewportSize = {"width": 1400, "height": 900}
WRITTEN = "cookies,local_storage,indexeddb"

# Playwright's own 5 and 30 seconds are for a machine that does nothing else: behind a page here are a server, a kernel
# and a cluster. Who waits for what comes waits no longer by it; only a red comes later.
PATIENCE = 90_000  # milliseconds
expect.set_options(timeout=PATIENCE)


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """A browser that keeps its files in this folder, for people who do not know each other: each page is another's."""
    with _playwright(folder) as (playwright, program, env):
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET], env=env)
        yield browser
        browser.close()


@contextmanager
def profile(folder: Path) -> Iterator[BrowserContext]:
    """A browser of one person, who keeps what it has loaded: JupyterLab's megabytes are read and compiled once."""
    with _playwright(folder) as (playwright, program, env):
        context = playwright.chromium.launch_persistent_context(
            folder / "profile", executable_path=program, args=[*QUIET], env=env, viewport=LAPTOP
        )
        context.set_default_timeout(PATIENCE)
        yield context
        context.close()


def forget(context: BrowserContext) -> None:
    """Close its pages, with what their sites wrote into the browser; what it has loaded stays."""
    for page in context.pages[1:]:  # without any page the browser ends; its first one shows nothing
        if page.url.startswith("file:"):  # pages from a folder have no origin, and one storage
            page.evaluate("localStorage.clear()")
        origin = page.evaluate("origin")
        context.new_cdp_session(page).send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": WRITTEN})
        page.close()


@contextmanager
def _playwright(folder: Path) -> Iterator[tuple[Playwright, str, dict[str, str | float | bool]]]:
    """Playwright, the browser and its environment; without one on PATH the test is skipped, and that is said."""
    program = shell.first_on_path(["chromium", "google-chrome", "chrome"])
    if program is None:
        pytest.skip(
            "no Chromium or Chrome on PATH: install one (sudo apt-get install chromium) to run the browser tests"
        )
    own = {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_CACHE_HOME": str(folder / "cache")}
    with sync_playwright() as playwright:
        yield playwright, program, {**os.environ, **own}


def new_page(browser: Browser) -> Page:
    """A page of a laptop's size, as somebody opens it who was never here."""
    # A context by name: a page that makes its context itself has no second tab.
    context = browser.new_context(viewport=LAPTOP)
    context.set_default_timeout(PATIENCE)
    return context.new_page()
