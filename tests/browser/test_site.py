"""The course as pages, in a real browser and from a folder: no server, no network, usable by eye, ear and keyboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from course.base import shell
from course.base.waiting import until
from course.lessons import catalog as lessons
from course.tasks import catalog as labs
from course.tasks import index
from tests import daily
from tests.browser.accessible import violations

pytestmark = pytest.mark.browser
SECOND = lessons.find("first_externalname")
PAGES = ("index", f"notebooks/{SECOND.name}", f"labs/lost-database/{labs.find('lost-database').notebook.stem}")


def visit(page: Page, folder: Path, name: str, scheme: str = "light") -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto((folder / f"{name}.html").as_uri())
    page.screenshot(path=shell.log_file(f"site-{name.replace('/', '-')}-{scheme}").with_suffix(".png"))


@pytest.mark.parametrize("scheme", daily.params(["light", "dark"], ["light"]))
@pytest.mark.parametrize("name", daily.params(PAGES, daily.share(PAGES, at=1)))
def test_a_page_can_be_used_by_all_and_loads_only_what_is_beside_it(
    built: Path, page: Page, name: str, scheme: str
) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    broken: list[str] = []
    page.on("requestfailed", lambda request: broken.append(request.url))
    page.on("pageerror", lambda error: broken.append(str(error)))
    visit(page, built, name, scheme)
    assert loaded and all(url.startswith((built.as_uri(), "data:")) for url in loaded)
    assert broken == []  # before axe-core, which asks for the styles itself and does not get them
    for answer in page.locator("article details").all():  # what is folded is looked at, too
        answer.evaluate("element => element.open = true")
    assert violations(page, "body") == []


def test_search_finds_a_word_from_a_folder(built: Path, page: Page) -> None:
    visit(page, built, "index")
    page.keyboard.press("Control+k")
    page.keyboard.type("NXDOMAIN")
    page.keyboard.press("Enter")
    found = page.locator("#search-results").get_by_role("link", name=SECOND.title)
    expect(found.first).to_be_visible()
    found.first.click()
    expect(page).to_have_url(re.compile(f"{SECOND.name}[.]html"))
    expect(page.locator("h1")).to_contain_text(SECOND.title)


def test_a_word_that_is_nowhere_is_not_found(built: Path, page: Page) -> None:
    page.goto((built / "search.html").as_uri() + "?q=xylophone")
    expect(page.get_by_text("did not match any documents")).to_be_visible()


def test_it_is_dark_where_the_system_is_and_by_its_own_button(built: Path, page: Page) -> None:
    def brightness() -> int:
        colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", colour)[:3]))

    visit(page, built, PAGES[1], "dark")
    assert brightness() < 150
    visit(page, built, PAGES[1])
    assert brightness() > 600
    page.get_by_role("button", name="Color mode").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    until(lambda: brightness() < 150, seconds=60, what="The page being dark")


def test_an_answer_is_unfolded_by_keyboard(built: Path, page: Page) -> None:
    visit(page, built, PAGES[1])
    exercise = index.exercises(SECOND.slug)[0]
    hint = page.get_by_text(exercise.hints[0])
    expect(hint).to_be_hidden()
    page.locator("summary", has_text="Hint 1 of 3").first.focus()
    page.keyboard.press("Enter")
    expect(hint).to_be_visible()
    expect(page.get_by_text(exercise.hints[1])).to_be_hidden()


def test_a_claim_leads_to_the_cell_that_proves_it(built: Path, page: Page) -> None:
    visit(page, built, f"notebooks/{lessons.find('interview').name}")
    page.locator("summary", has_text="Short, then long").first.click()
    page.get_by_role("link", name="lesson 02, cell dig").first.click()
    expect(page).to_have_url(re.compile(f"{SECOND.name}[.]html#cell-id=dig$"))
    expect(page.locator("pre", has_text="dig external-database.production").nth(1)).to_be_in_viewport()
