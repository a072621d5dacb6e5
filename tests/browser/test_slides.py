"""Slides in a real browser: turned by keys, whole on the screen, usable by eye and ear."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from course.base import shell
from course.lessons import routes
from course.workshop import slides
from tests import daily
from tests.browser.accessible import violations

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", daily.params(["light", "dark"], ["dark"]))
def test_the_arrow_keys_turn_the_slides(page: Page, tmp_path: Path, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    slides.write(routes.find("one-hour"), tmp_path / "slides.html")
    page.goto((tmp_path / "slides.html").as_uri())
    sections = page.locator("section")
    for key, number in (("ArrowRight", 1), ("ArrowDown", 2), ("ArrowLeft", 1), ("ArrowUp", 0), ("ArrowUp", 0)):
        page.keyboard.press(key)
        expect(sections.nth(number)).to_be_in_viewport(ratio=0.99)
    page.screenshot(path=shell.log_file(f"slides-{scheme}").with_suffix(".png"))
    assert violations(page, "body") == []
