"""A learner's way in: JupyterLab in a real browser, lessons 00 and 02 run top to bottom."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from course.base import paths, shell
from course.base.waiting import until
from course.jupyter import jupyterlab
from course.jupyter.server import place
from course.lessons import catalog as lessons
from course.tasks import catalog, progress
from tests import daily
from tests.browser.accessible import violations
from tests.browser.notebooks import notebook_cell, wait_for_kernel, write_notebook
from tests.unit.candidate import good

pytestmark = pytest.mark.browser
FIRST, LESSON = (lessons.find(slug).notebook.name for slug in ("start_here", "first_externalname"))


def test_only_this_machine_with_the_token_gets_in(server: jupyterlab.Server, page: Page) -> None:
    page.goto(f"http://127.0.0.1:{server.port}/lab")
    expect(page).to_have_url(re.compile("login"))


def open_notebook(notebook: str, server: jupyterlab.Server, page: Page, cell: str = "") -> None:
    # without what an earlier test opened
    page.goto(server.address.replace("/lab?", f"/lab/tree/{notebook}?reset&") + cell)
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible()


def run_all(notebook: str, server: jupyterlab.Server, page: Page) -> None:
    """Open a notebook and begin to run all its cells."""
    open_notebook(notebook, server, page)
    wait_for_kernel(page)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def run_to_the_end(notebook: str, namespace: str, server: jupyterlab.Server, page: Page) -> None:
    """Run all cells, to the one that removes the lesson's namespace, and save; no cell is red."""
    run_all(notebook, server, page)
    expect(page.get_by_text(f'namespace "{namespace}" deleted')).to_be_visible(timeout=240_000)
    page.keyboard.press("Control+s")
    kept, last = paths.WORKSPACE / notebook, rf"namespace \"{namespace}\" deleted"
    until(lambda: last in kept.read_text(), seconds=90, what="The lesson being saved")
    page.screenshot(path=shell.log_file(f"jupyterlab-{namespace}").with_suffix(".png"))
    errors = page.locator("[data-mime-type='application/vnd.jupyter.error']")
    assert errors.count() == 0, errors.all_inner_texts()


@pytest.mark.cluster
def test_the_first_lesson_runs_top_to_bottom(server: jupyterlab.Server, page: Page) -> None:
    run_to_the_end(FIRST, "hello", server, page)
    assert page.get_by_text("get notified about official").count() == 0


@daily.WEEKLY
@pytest.mark.cluster
def test_pictures_and_a_commands_own_words_are_to_be_read(server: jupyterlab.Server, page: Page) -> None:
    run_to_the_end(LESSON, "production", server, page)
    # A command's own words are no failure, and are broken between words.
    words = page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").first
    expect(words).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(words.locator("pre")).to_have_css("word-break", "normal")
    picture = page.locator(".jp-OutputArea .picture svg[role=img]")
    expect(picture).to_have_attribute("aria-label", re.compile("^A Pod in production asks for external-database"))
    assert violations(page, ".jp-OutputArea .picture") == []
    page.reload()
    expect(picture).to_be_attached()


def run_to(page: Page, source: str) -> Locator:
    """Shift+Enter from the active cell until the one with this source has run; its output."""
    active = page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
    wanted = page.locator(".jp-CodeCell").filter(has_text=source).first
    for _ in range(20):
        last = source in active.inner_text()
        page.keyboard.press("Shift+Enter")
        if last:
            break
    expect(wanted.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"), timeout=90_000)
    return wanted.locator(".jp-OutputArea-output")


@daily.WEEKLY
@pytest.mark.cluster
def test_a_prediction_is_made_before_the_cluster_says(server: jupyterlab.Server, page: Page) -> None:
    """By keyboard, in the lesson: one that is wrong, one that is right; each beside what the cluster said."""
    # Else the panel goes to the cell where an earlier test was, when it has loaded: that may be after the click below.
    progress.FOLDER.joinpath("place.json").unlink(missing_ok=True)
    open_notebook(LESSON, server, page)
    wait_for_kernel(page)
    page.locator(".jp-CodeCell .cm-content").first.click()
    for slug, option, verdict in (
        ("absent-name", "b) an empty answer", "Not this time."),
        ("empty-columns", "b) CLUSTER-IP and PORT(S)", "Right."),
    ):
        asked = run_to(page, f'lesson.predict("{slug}")')
        active = page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
        button = asked.get_by_role("button", name=option)
        button.press("Enter")
        expect(asked.get_by_role("alert")).to_contain_text("Your prediction: ")
        expect(button).to_be_focused()
        active.click()
        said = run_to(page, f'lesson.reveal("{slug}")')
        expect(said).to_contain_text("You said: ")
        expect(said).to_contain_text(verdict)
        assert violations(page, ".jp-OutputArea .widget-vbox") == []


@daily.WEEKLY
def test_a_claim_leads_to_the_cell_that_proves_it(server: jupyterlab.Server, page: Page) -> None:
    """An address that names a cell wins over where the learner was; so does a link, its notebook open or not."""
    name = lessons.find("without_selector").notebook.name
    place.write(name, "refuse")
    open_notebook(name, server, page, "#cell-id=decide")
    claim, proof = page.get_by_role("link", name=re.compile("kept-switch")), page.get_by_text("phases.BY_SLICE").first
    expect(page.locator(".jp-Cell.jp-mod-active").filter(has=claim)).to_be_in_viewport()
    claim.click()
    expect(proof).to_be_in_viewport()
    page.mouse.wheel(0, -100_000)  # what a learner does ends the panel's own scrolling
    expect(proof).not_to_be_in_viewport()
    page.get_by_role("tab", name=name).click()
    claim.click()
    expect(proof).to_be_in_viewport()


def printed(text: str) -> dict[str, object]:
    return {"outputs": [{"output_type": "stream", "name": "stdout", "text": text}], "execution_count": 1}


@daily.WEEKLY
def test_a_lesson_that_begins_anew_shows_no_answers_of_yesterday(server: jupyterlab.Server, page: Page) -> None:
    """Its own `begin` is not asked for: what is looked at is the page."""
    own = "class lesson:\n    begin = print\nlesson.begin('anew')"
    write_notebook(
        "anew.ipynb",
        notebook_cell("code", "above", "1", **printed("what stands above")),
        notebook_cell("code", "begin", own, **printed("old beginning")),
        notebook_cell("code", "below", "2", **printed("yesterday's answer")),
    )
    open_notebook("anew.ipynb", server, page, "#cell-id=begin")
    old, outputs = page.get_by_text("yesterday's answer"), page.locator(".jp-OutputArea-output")
    expect(old).to_be_visible()
    wait_for_kernel(page)
    page.locator(".jp-CodeCell .cm-content").nth(1).click()
    page.keyboard.press("Shift+Enter")
    expect(outputs.filter(has_text="anew")).to_be_visible()
    expect(old).to_have_count(0)
    expect(page.get_by_text("what stands above")).to_be_visible()


@pytest.mark.cluster
def test_a_lab_is_worked_by_keyboard(server: jupyterlab.Server, page: Page) -> None:
    first = catalog.labs()[0]
    run_all(first.notebook.name, server, page)
    page.get_by_role("button", name="Start", exact=True).first.focus()
    for button in ("Apply", "Check"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=button, exact=True).first).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("alert").filter(has_text=first.slug)).to_be_visible()


@daily.WEEKLY
@pytest.mark.cluster
def test_a_timed_run_is_played_by_keyboard_and_goes_on_in_a_new_kernel(
    server: jupyterlab.Server, page: Page, tmp_path: Path
) -> None:
    own = f"from pathlib import Path\nfrom course.tasks import progress\nprogress.FOLDER = Path({str(tmp_path)!r})\n"
    source = f"{own}from course import quiz\n\nquiz.timed(20, 5)"
    write_notebook("practice.ipynb", notebook_cell("code", "timed", source, outputs=[], execution_count=None))
    shown, line = page.get_by_role("alert"), page.get_by_role("textbox", name="Answer")

    def answer() -> None:
        before = shown.inner_text()
        line.fill(good(before, 5))
        line.press("Enter")
        expect(shown).not_to_have_text(re.compile(re.escape(before)))
        expect(shown).not_to_have_text(re.compile(r"^lost|preparing|removing"), timeout=180_000)

    run_all("practice.ipynb", server, page)
    expect(shown).to_contain_text("Question 1 of")
    answer()
    answer()
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Restart Kernel and Run All Cells…").click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    expect(shown).to_contain_text("seed 5 goes on: 2 of")
    over = shown.filter(has_text="Interview practice: timed")  # the line is disabled by a message that comes after it
    while not over.count():
        answer()
    expect(line).to_be_disabled()
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0


@daily.WEEKLY
@pytest.mark.cluster
def test_a_terminal_there_has_the_course_command(server: jupyterlab.Server, page: Page) -> None:
    page.goto(server.address.replace("/lab?", "/lab?reset&"))  # an empty layout shows the course's home
    expect(page.locator(".jp-Notebook .jp-Cell").first).to_be_visible()
    # The panel takes the focus when the notebook is open: later it would be taken from the terminal.
    course = page.get_by_role("region", name="The course", exact=True)
    expect(course.get_by_role("heading", name="The course", exact=True)).to_be_focused()
    page.get_by_role("button", name="New Launcher", exact=True).click()
    page.locator(".jp-LauncherCard").filter(has_text="Terminal").first.click()
    screen = page.locator(".jp-Terminal .xterm-screen")
    expect(screen).to_be_visible()
    screen.click()
    asked = paths.WORKSPACE / "asked.json"
    page.keyboard.type(f"course ask kubernetes --json > {asked}.part; mv {asked}.part {asked}\n", delay=5)
    until(asked.exists, seconds=180, what="The terminal's command ending")
    assert json.loads(asked.read_text())["resolved"] is True


@daily.WEEKLY
def test_a_search_in_the_notebook_leaves_folded_answers_folded(server: jupyterlab.Server, page: Page) -> None:
    """JupyterLab's own Ctrl+F opens the source of each text that has the word."""
    open_notebook(lessons.find("interview").notebook.name, server, page)
    wait_for_kernel(page)
    page.locator(".jp-Notebook .jp-MarkdownCell").first.click()
    page.keyboard.press("Control+f")
    field = page.locator(".jp-DocumentSearch-overlay textarea").first
    field.fill("CNAME")
    count = page.locator(".jp-DocumentSearch-index-counter")
    expect(count).to_have_text(re.compile(r"^\d+/\d+$"))
    folded = page.locator(".jp-MarkdownCell").filter(has=page.locator("details"))
    before = folded.count()
    assert before > 0
    for _ in range(40):
        at = count.inner_text()
        page.keyboard.press("Enter")
        expect(count).not_to_have_text(at)
    assert folded.count() == before
    assert folded.locator(".jp-InputArea-editor:visible").count() == 0
    assert folded.filter(has=page.locator("details[open]")).count() == 0
