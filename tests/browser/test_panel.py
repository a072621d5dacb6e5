"""The course inside JupyterLab: home, the task at hand, and what outlives a kernel, a reload and a server."""

import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect

from course.base import files, paths, shell, state
from course.base.waiting import until
from course.jupyter import jupyterlab
from course.jupyter.server import place
from course.kube import kubectl
from course.lessons import catalog as lessons
from course.lessons import workspace
from course.lessons.migration import place as migration
from course.provision import lifecycle, outside, reporter, steps
from course.tasks import catalog, checks, index, progress, stage, verbs
from course.tasks.task import Exercise
from tests import daily
from tests.browser.accessible import by_rule, violations
from tests.browser.chromium import PATIENCE
from tests.browser.learner import learner
from tests.browser.notebooks import notebook_cell, wait_for_kernel, write_notebook

pytestmark = pytest.mark.browser
LAB = catalog.find("lost-database")
SECOND = lessons.find("first_externalname")


def panel(page: Page) -> Locator:
    return page.get_by_role("region", name="The course", exact=True)


def task(page: Page) -> Locator:
    return page.get_by_role("region", name="The task at hand", exact=True)


def home(server: jupyterlab.Server, page: Page) -> Locator:
    """JupyterLab as it opens, without what an earlier test opened."""
    page.goto(server.address.replace("/lab?", "/lab?reset&"))
    shown = panel(page)
    expect(shown.get_by_role("heading", name="Lessons and labs")).to_be_visible()
    # The focus goes there when the notebook is open: the last that happens by itself.
    expect(shown.get_by_role("heading", name="The course", exact=True)).to_be_focused()
    return shown


def open_lab(server: jupyterlab.Server, page: Page) -> Locator:
    home(server, page).get_by_role("button", name=f"Lab: {LAB.title}").click()
    shown = task(page)
    # The focus goes there when the panel is shown; before that it would be taken from whoever types already.
    expect(shown.get_by_role("heading", name=LAB.title)).to_be_focused()
    return shown


def open_exercise(server: jupyterlab.Server, page: Page, exercise: Exercise) -> Locator:
    lesson = lessons.find(exercise.lesson)
    row = home(server, page).locator("li", has=page.get_by_role("button", name=f"{lesson.number:02d} {lesson.title}"))
    wanted = row.get_by_role("button", name=f"Exercise: {exercise.title}")
    if not wanted.is_visible():  # they are unfolded in the lesson where the learner is
        row.locator("summary").press("Enter")
    wanted.click()
    return task(page)


def write(page: Page, text: str) -> None:
    """Into the manifest's editor, in the place of what is there."""
    editor = task(page).get_by_role("textbox", name="Your manifest")
    editor.click()
    expect(editor).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    expect(editor).to_contain_text(text.split(maxsplit=1)[0])


def active_cell(page: Page) -> Locator:
    """The one of the notebook that is in front."""
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell.jp-mod-active")


def by_palette(page: Page, command: str) -> None:
    # A notebook that opens, and its kernel, take the focus, and the palette closes.
    expect(active_cell(page)).to_be_attached()
    wait_for_kernel(page)
    field = page.locator(".lm-CommandPalette-input").first
    marked = page.locator(".lm-CommandPalette-item.lm-mod-active:visible").filter(has_text=command)

    def is_marked() -> bool:
        """Enter takes what is marked; a palette that was closed by what took the focus is opened again."""
        if not field.is_visible():
            page.keyboard.press("Control+Shift+c")
        with suppress(PlaywrightError):
            field.fill(command, timeout=1000)
        return marked.is_visible()

    until(is_marked, seconds=PATIENCE / 1000, what=f"The palette marking {command}")
    page.keyboard.press("Enter")


def picture(page: Page, name: str) -> None:
    page.screenshot(path=shell.log_file(f"panel-{name}").with_suffix(".png"))


BOTH = ("#externalname-course", "#externalname-course-task")


def test_the_first_screen_is_the_course(server: jupyterlab.Server, page: Page) -> None:
    progress.FOLDER.joinpath("place.json").unlink(missing_ok=True)
    shown = home(server, page)
    first = lessons.lessons()[0].notebook.name
    expect(page.get_by_role("tab", name=first)).to_be_visible()
    expect(page.locator(".jp-Notebook .jp-MarkdownCell").first).to_be_visible()
    expect(page.locator(".jp-Launcher")).to_have_count(0)
    for lab in catalog.labs():
        expect(shown.get_by_role("button", name=f"Lab: {lab.title}, not started")).to_be_visible()
    picture(page, "home")
    assert violations(page, *BOTH) == []
    expect(shown.get_by_role("button", name=f"Begin here: {first}")).to_be_visible()  # to open it is not to have begun


THEIRS = Path(__file__).with_name("jupyterlab_axe.toml")
OURS = (*BOTH, ".jp-MarkdownOutput", ".jp-OutputArea")


@daily.WEEKLY
def test_what_is_not_accessible_in_jupyterlab_itself_is_known(server: jupyterlab.Server, page: Page) -> None:
    """A release that mends or breaks something is seen. Of a small notebook: there are as many editors as cells."""
    write_notebook(
        "small.ipynb",
        notebook_cell("markdown", "words", "# Words"),
        notebook_cell("code", "code", "1", outputs=[], execution_count=None),
    )
    home(server, page)
    expect(active_cell(page)).to_be_attached()
    found = {"first-screen": by_rule(page, "body", (*OURS, ".jp-NotebookPanel"))}
    page.goto(server.address.replace("/lab?", "/lab/tree/small.ipynb?reset&"))
    expect(active_cell(page)).to_be_visible()
    idle = page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']")
    expect(idle.first).to_be_visible()
    found["notebook"] = by_rule(page, ".jp-NotebookPanel", OURS)
    assert found == tomllib.loads(THEIRS.read_text()), (
        f"{THEIRS.name} is another list now: {json.dumps(found, indent=1)}"
    )


def test_from_home_to_a_lesson_by_keyboard(server: jupyterlab.Server, page: Page) -> None:
    shown = home(server, page)
    expect(page.locator(".jp-Notebook").first).to_be_visible()
    shown.get_by_role("heading", name="The course").focus()
    wanted = shown.get_by_role("button", name=f"{SECOND.number:02d} {SECOND.title}")
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("node => node === document.activeElement"):
            break
    expect(wanted).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name=SECOND.notebook.name)).to_be_visible()


@daily.WEEKLY
def test_you_go_on_where_you_were(server: jupyterlab.Server, page: Page) -> None:
    """Notebook and cell, also in a second tab of the browser, and after a reload."""
    exercise = index.exercises(SECOND.slug)[-1]
    open_exercise(server, page, exercise).get_by_role("button", name="Go to its cell").click()
    expect(active_cell(page)).to_contain_text("Your turn: write it here.")
    until(lambda: exercise.slug in place.read().cells.values(), seconds=60, what="The place being kept")
    again = page.context.new_page()
    shown = home(server, again)
    expect(shown.get_by_role("button", name=f"Continue: {SECOND.notebook.name}")).to_be_visible()
    expect(again.get_by_role("tab", name=SECOND.notebook.name)).to_be_visible()
    for _ in range(2):
        expect(active_cell(again)).to_contain_text("Your turn: write it here.")
        expect(active_cell(again)).to_be_in_viewport()
        again.reload()


@contextmanager
def following(page: Page) -> Iterator[None]:
    """Until the panel follows where the learner is: then it asks for the task that was at hand before."""
    place.write("none.ipynb", "")
    place.hold(LAB.slug)
    with page.expect_request(re.compile(rf"/tasks/{LAB.slug}\b"), timeout=PATIENCE):
        yield


@daily.WEEKLY
def test_the_task_at_hand_is_there_in_a_second_tab_and_after_a_reload(server: jupyterlab.Server, page: Page) -> None:
    open_lab(server, page)
    until(lambda: place.read().task == LAB.slug, seconds=60, what="The task being kept")
    again = page.context.new_page()
    home(server, again)
    for _ in range(2):
        by_palette(again, "Show the task at hand")  # its tab would close a panel that the last layout had shown
        expect(task(again).get_by_role("heading", name=LAB.title)).to_be_visible()
        again.reload()


@daily.WEEKLY
def test_in_a_labs_own_notebook_it_is_the_task_at_hand(server: jupyterlab.Server, page: Page) -> None:
    other = catalog.find("loop")
    with following(page):
        page.goto(server.address.replace("/lab?", f"/lab/tree/{other.notebook.name}?reset&"))
    active_cell(page).click()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    until(lambda: place.read().task == other.slug, seconds=60, what="The lab being at hand")


@daily.WEEKLY
def test_a_notebook_that_was_deleted_is_said_with_how_to_get_it_back(server: jupyterlab.Server, page: Page) -> None:
    shown = home(server, page)
    third = lessons.lessons()[3]
    (paths.WORKSPACE / third.notebook.name).unlink()
    try:
        shown.get_by_role("button", name=f"{third.number:02d} {third.title}").click()
        said = page.get_by_role("dialog").filter(has_text=f"{third.notebook.name} is not there.")
        expect(said).to_contain_text(f"course notebook reset {third.slug}")
        said.get_by_role("button", name="OK").click()
    finally:
        workspace.reset(third.slug)


@daily.WEEKLY
def test_a_notebook_that_cannot_be_read_does_not_end_the_following(server: jupyterlab.Server, page: Page) -> None:
    (paths.WORKSPACE / "broken.ipynb").write_text("no JSON")
    with following(page):
        page.goto(server.address.replace("/lab?", "/lab/tree/broken.ipynb?reset&"))
        page.get_by_role("dialog", name=re.compile("File Load Error")).get_by_role("button").last.click()
        page.get_by_role("dialog").get_by_role("button", name="Discard").click()  # JupyterLab closes it, and asks
        page.get_by_role("tab", name="The course").click()
    panel(page).get_by_role("button", name=f"{SECOND.number:02d} {SECOND.title}").click()
    until(lambda: place.read().notebook == SECOND.notebook.name, seconds=60, what="The place being kept")


def test_hints_come_without_a_kernel_and_the_focus_stays(server: jupyterlab.Server, page: Page) -> None:
    shown = open_lab(server, page)
    hint = shown.get_by_role("button", name=re.compile("^Hint"))
    hint.focus()
    for number in range(len(LAB.hints)):
        page.keyboard.press("Enter")
        expect(shown.get_by_role("status")).to_contain_text(f"Hint {number + 1} of {len(LAB.hints)}")
        expect(hint).to_be_focused()
    expect(hint).to_have_attribute("aria-disabled", "true")
    expect(shown.get_by_role("region", name="Hints").get_by_role("listitem")).to_have_count(len(LAB.hints))
    check = shown.get_by_role("button", name="Check")
    expect(check).to_have_attribute("aria-disabled", "true")
    check.press("Enter")  # what is off says why
    expect(shown.get_by_role("status")).to_have_text("Begin first.")
    expect(check).to_be_focused()
    picture(page, "hints")
    assert violations(page, *BOTH) == []


@daily.WEEKLY
def test_another_task_has_the_focus_and_the_panel_stays(server: jupyterlab.Server, page: Page) -> None:
    """By keyboard from the left, while one is shown: nothing of the page fails, and its heading is the same node."""
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    shown = open_lab(server, page)
    shown.get_by_role("textbox", name="Your manifest").wait_for()
    head = shown.locator(".ec-head h2").element_handle()
    other = catalog.find("wrong-namespace")
    panel(page).get_by_role("button", name=f"Lab: {other.title}").press("Enter")
    heading = shown.get_by_role("heading", name=other.title)
    expect(heading).to_be_focused()
    shown.get_by_role("button", name="Apply").wait_for()
    page.wait_for_function("() => new Promise(done => requestIdleCallback(() => done(true)))")  # what React does later
    expect(heading).to_be_focused()
    assert head is not None and head.evaluate("node => node.isConnected")
    assert failed == []


@daily.WEEKLY
def test_what_a_check_observed_is_text_and_nothing_else(server: jupyterlab.Server, page: Page) -> None:
    hostile = "<img src=x onerror='document.title=\"taken\"'><script>document.title='taken'</script>"
    words = (f"{part} {hostile}" for part in ("asked", "observed", "expected", "why", "next"))
    report = checks.Report(LAB.slug, (checks.Result(f"name {hostile}", False, *words),))
    with progress.editing(LAB.slug) as record:
        record.report, record.checked = report.stored(progress.LONGEST_TEXT), progress.now()
    shown = open_lab(server, page)
    last = shown.get_by_role("region", name="The last check")
    expect(last).to_contain_text(f"observed {hostile}")
    assert last.locator("img, script").count() == 0
    assert "taken" not in page.title()
    picture(page, "failed-check")
    assert violations(page, *BOTH) == []


@daily.WEEKLY
def test_a_manifest_is_kept_over_a_reload(server: jupyterlab.Server, page: Page) -> None:
    shown = open_lab(server, page)
    write(page, "kind: Service")
    with page.expect_response(re.compile(rf"/tasks/{LAB.slug}/manifest\b")):  # JupyterLab has a manifest, too
        page.keyboard.press("Escape")  # the way out of an editor that takes Tab
        page.keyboard.press("Tab")
    expect(shown.get_by_role("button", name="Apply")).to_be_focused()
    shown = open_lab(server, page)
    expect(shown.get_by_role("textbox", name="Your manifest")).to_contain_text("kind: Service")


@daily.WEEKLY
def test_a_manifest_is_kept_when_the_page_goes_with_the_caret_in_it(server: jupyterlab.Server, page: Page) -> None:
    shown = open_lab(server, page)
    write(page, "kind: Unfinished")
    page.reload()
    expect(panel(page).get_by_role("heading", name="Lessons and labs")).to_be_visible()
    shown = open_lab(server, page)
    expect(shown.get_by_role("textbox", name="Your manifest")).to_contain_text("kind: Unfinished")


@daily.WEEKLY
def test_a_second_tab_does_not_put_its_older_manifest_over_a_newer_one(server: jupyterlab.Server, page: Page) -> None:
    other = page.context.new_page()
    theirs = open_lab(server, other).get_by_role("textbox", name="Your manifest")
    page.bring_to_front()  # as somebody looks at it: behind another tab a page draws nothing, and no focus moves
    open_lab(server, page)
    write(page, "kind: Newer")
    other.bring_to_front()
    expect(theirs).to_contain_text("kind: Newer")
    with other.expect_response(re.compile(rf"/tasks/{LAB.slug}\b")):  # what comes after anything that is kept
        theirs.click()
        other.keyboard.press("Escape")
        other.keyboard.press("Tab")
        with progress.editing("loop") as record:
            record.tries += 1
    assert progress.record(LAB.slug).manifest == "kind: Newer"


@daily.WEEKLY
def test_what_the_command_line_does_is_seen_at_once(server: jupyterlab.Server, page: Page) -> None:
    shown = home(server, page)
    other = catalog.find("loop")
    with progress.editing(other.slug) as record:
        record.passed = progress.now()
    expect(shown.get_by_role("button", name=f"Lab: {other.title}, passed")).to_be_visible()


def test_an_exercise_is_not_begun_unasked(server: jupyterlab.Server, page: Page) -> None:
    """Its beginning clears the cluster, and there may be work for it, though it was never begun."""
    exercise = next(one for lesson in lessons.lessons() for one in index.exercises(lesson.slug) if one.setup)
    shown = open_exercise(server, page, exercise)
    shown.get_by_role("button", name="Begin", exact=True).press("Enter")
    asked = page.get_by_role("dialog").filter(has_text=f"Begin {exercise.slug}?")
    expect(asked).to_contain_text("What you changed in the cluster for it is removed.")
    asked.get_by_role("button", name="Cancel").click()
    expect(shown.get_by_role("status")).to_have_text("")


def test_without_the_course_behind_it_the_panel_says_so(server: jupyterlab.Server, page: Page) -> None:
    page.route("**/course/api/**", lambda route: route.abort())
    page.goto(server.address.replace("/lab?", "/lab?reset&"))
    page.get_by_role("tab", name="The course").click()
    said = panel(page).get_by_role("alert").filter(has_text="The course does not answer here.")
    expect(said).to_contain_text("./course start")
    assert violations(page, "#externalname-course") == []


@daily.WEEKLY
def test_dark_narrow_and_enlarged(server: jupyterlab.Server, page: Page) -> None:
    open_lab(server, page)
    by_palette(page, "Use Theme: JupyterLab Dark")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", "JupyterLab Dark")
    picture(page, "dark")
    assert violations(page, *BOTH) == []
    for name, (width, height) in {"640": (640, 800), "400-percent": (320, 256)}.items():
        page.set_viewport_size({"width": width, "height": height})
        picture(page, name)
        wider = task(page).evaluate("node => node.scrollWidth - node.clientWidth")
        assert wider <= 0, name


@daily.WEEKLY
def test_where_it_is_narrow_a_task_leaves_room_for_the_notebook(server: jupyterlab.Server, page: Page) -> None:
    page.set_viewport_size({"width": 640, "height": 800})
    open_lab(server, page)
    expect(panel(page)).to_be_hidden()
    dock = page.locator("#jp-main-dock-panel")  # it grows a frame after the panel is hidden
    until(lambda: dock.evaluate("node => node.clientWidth") > 240, seconds=60, what="A notebook having room")
    picture(page, "640-task")


@daily.WEEKLY
def test_file_names_are_read_in_full(server: jupyterlab.Server, page: Page) -> None:
    home(server, page)
    page.get_by_role("tab", name="File Browser").click()
    names = page.locator(".jp-DirListing-itemText")
    expect(names.filter(has_text=SECOND.notebook.name)).to_be_visible()
    cut = names.evaluate_all(
        "nodes => nodes.filter(node => node.scrollWidth > node.clientWidth).map(n => n.textContent)"
    )
    assert cut == []


@daily.WEEKLY
def test_the_commands_are_in_the_palette(server: jupyterlab.Server, page: Page) -> None:
    with progress.editing(LAB.slug) as record:
        record.hints = 0  # where all are read the command is off, as its button is
    open_lab(server, page)
    by_palette(page, "Next hint for the task at hand")
    expect(task(page).get_by_role("status")).to_contain_text("Hint")
    by_palette(page, "Search the course")  # what the palette opens has the focus, and keeps it
    expect(panel(page).get_by_role("searchbox", name="Search")).to_be_focused()
    by_palette(page, "Take the tour")
    expect(by_dialog(page).get_by_role("heading", name="1 of 5: The course")).to_be_focused()


def solution() -> str:
    (manifest,) = (LAB.folder / "solution").glob("*.yaml")
    return manifest.read_text()


def test_a_lab_from_the_panel_alone(server: jupyterlab.Server, page: Page, cluster: None) -> None:
    """Red says why; fixed, it is green and says what is next; a reload keeps all of it."""
    shown = open_lab(server, page)
    shown.get_by_role("button", name="Begin", exact=True).click()
    # As long as the course itself waits for what was there to go, for its Pods, and for the lab to be broken.
    longest = stage.GONE_WITHIN + stage.READY_WITHIN + verbs.SETTLED_WITHIN
    expect(shown.get_by_role("status")).to_contain_text("is ready", timeout=longest * 1000)
    check = shown.get_by_role("button", name="Check")
    check.focus()
    page.keyboard.press("Enter")
    expect(shown.get_by_role("status")).to_contain_text("Not passed yet: 0 of 4")
    expect(shown.get_by_role("status")).to_be_in_viewport()
    expect(check).to_be_focused()
    failed = shown.get_by_role("article", name="name-answers")
    for word in ("asked", "observed", "expected", "why", "next"):
        expect(failed.get_by_text(word, exact=True)).to_be_visible()
    picture(page, "red")
    assert violations(page, *BOTH) == []
    command = failed.get_by_role("button", name=re.compile("^Run: kubectl"))
    typed: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: typed.append(str(frame))))
    command.click()
    # The terminal takes the focus once more when its shell has a prompt, just before the command is typed there.
    until(
        lambda: page.evaluate("true") and any("kubectl" in frame for frame in typed),  # a call hears of what was sent
        seconds=PATIENCE / 1000,
        what="The command being typed",
    )
    expect(page.locator(".jp-Terminal textarea")).to_be_focused()
    write(page, solution())
    shown.get_by_role("button", name="Apply").click()
    expect(shown.get_by_role("status")).to_contain_text("created")
    assert verbs.settled(LAB, lambda report: report.passed).passed
    check.click()
    expect(shown.get_by_role("status")).to_contain_text("Passed: 4 of 4")
    expect(shown.get_by_role("heading", name="Passed: 4 of 4")).to_be_visible()
    expect(shown.get_by_role("button", name=re.compile("^Next: ")).first).to_be_visible()
    expect(panel(page).get_by_role("button", name=f"Lab: {LAB.title}, passed")).to_be_visible()
    picture(page, "green")
    assert violations(page, *BOTH) == []
    shown = open_lab(server, page)
    expect(shown.get_by_role("heading", name="Passed: 4 of 4")).to_be_visible()
    shown.get_by_role("button", name="Begin afresh").click()
    page.get_by_role("button", name="Cancel").click()
    expect(shown.get_by_role("button", name="Begin afresh")).to_be_focused()
    expect(shown.get_by_role("heading", name="Passed: 4 of 4")).to_be_visible()


@daily.WEEKLY
def test_a_refusal_stays_to_be_read(server: jupyterlab.Server, page: Page, cluster: None) -> None:
    """What is typed is kept before it is applied, and that the progress changed must not take the words away."""
    shown = open_lab(server, page)
    write(page, "kind: Nonsense")
    shown.get_by_role("button", name="Apply").click()
    refused = shown.get_by_role("alert").filter(has_text="The cluster refuses your manifest.")
    expect(refused).to_be_visible()
    again = page.expect_response(re.compile(r"/tasks/lost-database\b"))
    with again, progress.editing("loop") as record:
        record.tries += 1
    expect(refused).to_be_visible()


@daily.WEEKLY
def test_without_any_kernel_nothing_is_dead(server: jupyterlab.Server, page: Page, cluster: None) -> None:
    shown = open_lab(server, page)
    wait_for_kernel(page)  # without one there is nothing to shut down, and the menu's entry is off
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Shut Down All Kernels")).click()
    page.get_by_role("button", name=re.compile("Shut Down|OK|Dismiss")).last.click()
    shown.get_by_role("button", name="Check").click()
    expect(shown.get_by_role("status")).to_contain_text("of 4 checks pass")


@daily.WEEKLY
def test_lights_turn_by_themselves(server: jupyterlab.Server, page: Page, cluster: None) -> None:
    """Mended in a terminal, the lab's lights turn, and it is passed: nothing is pressed, and the focus stays."""
    verbs.start(LAB.slug, say=lambda _: None)
    shown = open_lab(server, page)
    lights, status = shown.get_by_role("region", name="Lights"), shown.get_by_role("status")
    count = shown.locator(".ec-head [aria-live=polite]")
    expect(count).to_contain_text("Lights: 0 of 4 are green.")
    expect(lights.get_by_text("name-answers: red")).to_be_visible()
    hint = shown.get_by_role("button", name=re.compile("^Hint"))
    hint.focus()
    picture(page, "lights")
    assert violations(page, *BOTH) == []
    verbs.apply(LAB.slug, solution())
    # Where nothing changes any more, it is looked after 3, 6, 12, 24, 48 s: a name's absence is kept for 30 s.
    expect(count).to_contain_text("Lights: 4 of 4 are green.", timeout=2 * PATIENCE)
    expect(count).to_contain_text("turned green.")
    expect(shown.get_by_role("heading", name="Passed: 4 of 4")).to_be_visible()
    expect(hint).to_be_focused()
    expect(status).to_have_text("")
    picture(page, "lights-green")
    assert violations(page, *BOTH) == []
    verbs.start(LAB.slug, say=lambda _: None)  # and back
    expect(count).to_contain_text("turned red.")


@daily.WEEKLY
def test_nobody_asks_for_the_lights_of_a_hidden_panel(server: jupyterlab.Server, page: Page, cluster: None) -> None:
    verbs.start(LAB.slug, say=lambda _: None)
    open_lab(server, page)
    page.wait_for_event("request", lambda request: "/lights/" in request.url)
    page.get_by_role("tab", name="The task at hand").click()  # of a panel that is shown: it closes it
    expect(task(page)).to_be_hidden()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(7000)  # two questions' time
    assert [url for url in asked if "/lights/" in url] == []


@daily.WEEKLY
def test_search_finds_a_word_and_opens_its_cell(server: jupyterlab.Server, page: Page) -> None:
    """By keyboard; the glossary's entry and a cell of a lesson."""
    shown = home(server, page)
    field = shown.get_by_role("searchbox", name="Search")
    field.focus()
    page.keyboard.insert_text("SERVFAIL")  # at once: typed slowly, a part of it would be searched for, too
    places = shown.get_by_role("search")
    expect(places.locator("[aria-live=polite]")).to_contain_text("places, the best first")
    picture(page, "search")
    assert violations(page, *BOTH) == []
    page.keyboard.press("Tab")
    first = places.get_by_role("button").first
    expect(first).to_be_focused()
    expect(first).to_contain_text("SERVFAIL, glossary")
    page.keyboard.press("Enter")
    expect(page.locator(".jp-MarkdownViewer").get_by_role("heading", name="SERVFAIL")).to_be_in_viewport()
    places.get_by_role("button", name=re.compile("^The tree, ")).click()
    expect(active_cell(page)).to_contain_text("The tree")
    expect(active_cell(page)).to_be_in_viewport()
    field.fill("zzyzx-nowhere")
    expect(places).to_contain_text("Nowhere.")
    field.press("Escape")
    expect(field).to_have_value("")
    expect(places.get_by_role("button")).to_have_count(0)


def by_dialog(page: Page) -> Locator:
    return page.get_by_role("dialog").filter(has_text=re.compile("[1-5] of 5"))


@daily.WEEKLY
def test_the_tour_is_skipped_and_found_again(server: jupyterlab.Server, page: Page) -> None:
    progress.FOLDER.joinpath("place.json").unlink(missing_ok=True)
    shown = home(server, page)
    expect(active_cell(page)).to_be_attached()
    offer = shown.get_by_role("region", name="New here?")
    offer.get_by_role("button", name="Take the tour").press("Enter")
    step = by_dialog(page)
    for number, stop in enumerate(("The course", "Search", "A lesson", "The task at hand", "Your cluster"), 1):
        heading = step.get_by_role("heading", name=f"{number} of 5: {stop}")
        expect(heading).to_be_focused()
        expect(step).to_be_in_viewport(ratio=1)
        expect(page.locator(".ec-toured")).to_have_count(1)
        picture(page, f"tour-{number}")
        assert violations(page, ".ec-tour") == []
        if number < 5:
            step.get_by_role("button", name="Next").press("Enter")
    step.get_by_role("button", name="Done").press("Enter")
    expect(step).to_have_count(0)
    expect(page.locator(".ec-toured")).to_have_count(0)
    expect(offer).to_have_count(0)
    shown = home(server, page)
    expect(shown.get_by_role("button", name="Take the tour again")).to_be_visible()
    expect(offer).to_have_count(0)
    shown.get_by_role("button", name="Take the tour again").press("Enter")
    expect(step.get_by_role("heading", name="1 of 5")).to_be_focused()  # before, the key goes to what was there
    page.keyboard.press("Escape")
    expect(step).to_have_count(0)


@daily.WEEKLY
def test_the_tour_is_whole_where_it_is_narrow(server: jupyterlab.Server, page: Page) -> None:
    home(server, page).get_by_role("button", name=re.compile("^Take the tour")).first.press("Enter")
    for size in ((640, 800), (320, 256)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for _ in range(4):
            by_dialog(page).get_by_role("button", name="Next").press("Enter")
            expect(by_dialog(page)).to_be_in_viewport(ratio=1)
        for _ in range(4):
            by_dialog(page).get_by_role("button", name="Back").press("Enter")


@daily.WEEKLY
def test_a_set_up_is_seen_step_by_step(server: jupyterlab.Server, page: Page) -> None:
    """As another program's `course up` does it: it holds the lock, and writes down what it does."""
    before = reporter.PROGRESS.read_text() if reporter.PROGRESS.exists() else None
    first, second, *_ = (title for title, _ in steps.STEPS)
    try:
        with files.lock(lifecycle.LOCK):
            titles = [title for title, _ in steps.STEPS]
            done = [reporter.Step(first, "done", 1.0), reporter.Step(second, "running", 2.0, "building a part")]
            rest = [reporter.Step(title) for title in titles[2:]]
            state.write(reporter.PROGRESS, pid=1, steps=[asdict(step) for step in (*done, *rest)])
            shown = home(server, page).get_by_role("region", name="The cluster")
            expect(shown.get_by_role("status")).to_contain_text(f"step 2 of {len(titles)}, {second}")
            expect(shown.get_by_role("listitem")).to_have_count(len(titles))
            expect(shown).to_contain_text("building a part")
            expect(shown).to_contain_text(str(paths.ROOT))
            picture(page, "set-up")
            assert violations(page, *BOTH) == []
            done[1] = reporter.Step(second, "failed", 3.0, "no space is left")
            state.write(reporter.PROGRESS, pid=1, steps=[asdict(step) for step in (*done, *rest)])
            expect(shown).to_contain_text(f"{second}: failed, 3 sno space is left")
        expect(shown.get_by_role("status")).not_to_contain_text("is being set up")
    finally:
        if before is None:
            reporter.PROGRESS.unlink(missing_ok=True)
        else:
            reporter.PROGRESS.write_text(before)


def live(page: Page) -> Locator:
    return page.get_by_role("region", name="Live view of a name")


@daily.WEEKLY
def test_a_name_is_watched_while_its_record_changes(server: jupyterlab.Server, page: Page, cluster: None) -> None:
    """By keyboard: asked each second, its TTL counts down, and a change is a line as `course ask --watch` has it."""
    name = "watched.panel.example.com"
    outside.set_record(name, "A", "192.0.2.1")
    home(server, page).get_by_role("button", name="Watch a name").press("Enter")
    shown = live(page)
    expect(shown.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.type(f"{name}.")
    page.keyboard.press("Enter")
    lines = shown.get_by_role("log").get_by_role("listitem")
    expect(lines).to_have_count(1)
    expect(lines.first).to_contain_text(f"{name}. A NOERROR A 192.0.2.1")
    ttl = shown.get_by_role("cell", name=re.compile(r"^\d+ s$"))
    full = ttl.inner_text()
    expect(ttl).not_to_have_text(full)
    outside.set_record(name, "A", "192.0.2.2")
    expect(lines).to_have_count(2)
    expect(lines.last).to_contain_text("A 192.0.2.2")
    picture(page, "live")
    assert violations(page, "#externalname-course-live") == []
    shown.get_by_role("button", name="Stop").press("Enter")
    expect(shown.get_by_role("heading", name="The last answer")).to_be_visible()
    expect(shown.get_by_role("button", name=f"Run: course ask {name}. --from default --watch")).to_be_visible()
    shown.get_by_role("textbox", name="Name").fill("no such name")
    page.keyboard.press("Enter")
    expect(shown.get_by_role("alert")).to_contain_text("no such name")


@daily.WEEKLY
def test_a_command_that_never_ends_has_a_terminal_of_its_own(server: jupyterlab.Server, page: Page) -> None:
    """In the course's own, what is run next would be its input."""
    home(server, page).get_by_role("button", name="Watch a name").press("Enter")
    name = live(page).get_by_role("textbox", name="Name")
    name.fill("db")
    name.press("Enter")
    for number in (1, 2):
        live(page).get_by_role("button", name=re.compile("^Run: course ask db .*--watch$")).click()
        expect(page.locator(".jp-Terminal")).to_have_count(number)


@daily.WEEKLY
def test_what_is_docked_is_there_after_a_reload(server: jupyterlab.Server, page: Page, cluster: None) -> None:
    """Where it was; the live view asks for the same name again."""
    name = "kept.panel.example.com."
    outside.set_record(name.rstrip("."), "A", "192.0.2.7")
    shown = home(server, page)
    shown.get_by_role("button", name="Watch a name").click()
    # JupyterLab keeps its layout a moment after it changed; what is kept last names both.
    kept = page.expect_response(lambda answer: workspace_of(answer.request.post_data))
    with kept:
        live(page).get_by_role("textbox", name="Name").fill(name)
        page.keyboard.press("Enter")
        expect(live(page).get_by_role("cell", name="192.0.2.7")).to_be_visible()
        shown.get_by_role("button", name="Timeline of lesson 05").click()
    page.goto(server.address)
    expect(live(page).get_by_role("cell", name="192.0.2.7")).to_be_visible()
    expect(live(page).get_by_role("textbox", name="Name")).to_have_value(name)
    expect(page.get_by_role("region", name="Timeline of lesson 05")).to_be_visible()
    picture(page, "restored")
    shown = panel(page)
    shown.get_by_role("button", name="Watch a name").click()  # the one that is there: no second one
    expect(live(page)).to_have_count(1)


@daily.WEEKLY
def test_behind_the_end_there_comes_no_empty_cell(server: jupyterlab.Server, page: Page) -> None:
    """Shift+Enter on a notebook's last text stays there; behind any other last cell JupyterLab adds one, as ever."""
    for name, ident, cells_after in (("middle.ipynb", "words", 2), ("end.ipynb", "onward", 1)):
        write_notebook(name, notebook_cell("markdown", ident, "# Words"))
        page.goto(server.address.replace("/lab?", f"/lab/tree/{name}?reset&"))
        cells = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell")
        cells.get_by_role("heading", name="Words").click()
        expect(active_cell(page)).to_be_focused()
        page.keyboard.press("Shift+Enter")  # the cell is added before the key is done
        expect(cells).to_have_count(cells_after)
        expect(active_cell(page)).to_have_count(1)
        page.keyboard.press("Shift+Enter")
        expect(cells).to_have_count(cells_after + (ident == "words"))
        expect(page.locator(".jp-Notebook:focus-within")).to_have_count(1)


@daily.WEEKLY
def test_a_new_server_has_lost_nothing(page: Page, cluster: None, tmp_path: Path) -> None:
    """JupyterLab ends while a page is open: the panel says so; the next one has the report and the hints."""
    with learner(tmp_path, 8897) as first:
        verbs.start(LAB.slug, say=lambda _: None)
        verbs.check(LAB.slug)
        verbs.hint(LAB.slug)
        shown = open_lab(first, page)
        expect(shown.get_by_text("Not passed yet").first).to_be_visible()
        assert jupyterlab.stop()
        # JupyterLab says so, too, in a dialog over everything, whenever one of its own polls fails.
        lost = page.get_by_role("dialog", name=re.compile("^Server Connection Error"))
        page.add_locator_handler(lost, lambda dialog: dialog.get_by_role("button", name="Close").click())
        shown.get_by_role("button", name=re.compile("^Hint")).click()
        expect(shown.get_by_text("The course does not answer here.")).to_be_visible()
        picture(page, "server-gone")
        second, process = jupyterlab.start(8897, print)
        assert process is not None
        shown = open_lab(second, page)
        expect(shown.get_by_text("Not passed yet").first).to_be_visible()
        expect(shown.get_by_role("region", name="Hints").get_by_role("listitem")).to_have_count(1)
    process.wait()


def workspace_of(sent: str | None) -> bool:
    return bool(sent) and "course-timeline" in str(sent) and '"running":true' in str(sent).replace("\\", "")


@daily.WEEKLY
def test_the_timeline_of_lesson_05_is_docked(server: jupyterlab.Server, page: Page, cluster: None) -> None:
    migration.begin()
    kubectl.apply(migration.manifest("phase-1"))
    migration.start_clients("reconnect")
    try:
        home(server, page).get_by_role("button", name="Timeline of lesson 05").click()
        shown = page.get_by_role("region", name="Timeline of lesson 05")
        picture_of_it = shown.get_by_role("img", name=re.compile("Which server answered"))
        expect(picture_of_it).to_be_visible()
        table = shown.locator("pre")
        expect(table).to_contain_text(re.compile(r"outside \d+"))
        before = picture_of_it.get_attribute("src")
        expect(picture_of_it).not_to_have_attribute("src", before or "")
        picture(page, "timeline")
        assert violations(page, "#externalname-course-timeline") == []
        by_palette(page, "Use Theme: JupyterLab Dark")  # an image of its own would stay as light as paper
        expect(picture_of_it).to_have_attribute("src", re.compile(quote("fill:#111", safe="")))
        assert "var(" not in unquote(picture_of_it.get_attribute("src") or "")
        picture(page, "timeline-dark")
    finally:
        migration.remove()
        kubectl.run("delete", "namespace", "migration")
    expect(shown.get_by_role("alert")).to_be_visible()  # it says so, and the last picture stays
    expect(picture_of_it).to_be_visible()


LESSONS = [lesson.slug for lesson in lessons.lessons()]


@pytest.mark.parametrize("slug", daily.params(LESSONS, daily.share(LESSONS, of=len(LESSONS))))
def test_a_lessons_first_screen_is_for_everybody(server: jupyterlab.Server, page: Page, slug: str) -> None:
    """What is ours of it: the lesson's text and both panels. What JupyterLab draws around that is JupyterLab's."""
    page.goto(server.address.replace("/lab?", f"/lab/tree/{lessons.find(slug).notebook.name}?reset&"))
    expect(page.locator(".jp-Notebook .jp-MarkdownOutput").first).to_be_visible()
    page.get_by_role("tab", name="The course").click()  # an address with a file in it opens JupyterLab's own list
    expect(panel(page).get_by_role("heading", name="Lessons and labs")).to_be_visible()
    picture(page, f"lesson-{slug}")
    assert violations(page, "#externalname-course", ".jp-MarkdownOutput") == []
