"""A room for real: the hub on a cluster of its own, two participants at work, and all that can be lost in between.

Each test goes on where the one above ended.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page, expect

from course.base import shell
from course.base.errors import CourseError
from course.base.waiting import until
from course.provision import engine, kind_cluster
from course.provision.engine import Engine
from course.workshop import board, entrance, export, hub, rows, warm
from tests.browser import accessible
from tests.browser.chromium import chromium, new_page
from tests.machine import attacks, rooms
from tests.machine.rooms import Browser

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="a hub is made by root, on Linux"),
]
HERE = bool(os.environ.get("COURSE_TEST_HERE"))  # in the room of `course workshop up --seats 2`, in which nobody is yet
NAMES = ("ada", "grace")
SOON = 60_000  # milliseconds until what was done at a desk is on the board, or the other way round
# Notes in the page whether a text of a desk was shown there as text.
SHOWN = """() => new MutationObserver(() => {
  window.shown ||= document.getElementById('rows').textContent.includes('<img src=x onerror');
  window.made ||= document.querySelector('#rows img, #rows b') !== null;
}).observe(document.getElementById('rows'), { childList: true })"""


@dataclass
class Workshop:
    """The hub, and who is in it."""

    engine: Engine
    room: hub.Room
    browsers: list[Browser]

    def seats(self) -> dict[str, rows.Seat]:
        return {seat.name: seat for seat in hub.seats(self.engine)}

    def course(self, name: str, *words: str) -> "subprocess.CompletedProcess[str]":
        command = ["kubectl", "--kubeconfig", str(hub.KUBECONFIG), "-n", hub.NAMESPACE, "exec", self.pod(name), "--"]
        return subprocess.run([*command, "course", *words], capture_output=True, text=True, timeout=240)

    @staticmethod
    def pod(name: str) -> str:
        """The Pod of this participant's desk; "" where it is stopped."""
        desk = next((seat for seat, by in hub.taken().items() if by == name), name)
        form = "jsonpath={.items[*].metadata.name}"
        return hub.kubectl("get", "pods", "-l", f"{hub.DESKS},hub.jupyter.org/username={desk}", "-o", form)

    def inside(self, name: str, script: str, *words: str) -> str:
        """What a script prints in this participant's desk."""
        return hub.kubectl("exec", self.pod(name), "--", "sh", "-c", script, "sh", *words, timeout=120)

    def ready(self, *names: str) -> bool:
        """Whether the clusters of these participants are ready."""
        seats = self.seats()
        return all(name in seats and seats[name].ready for name in names)


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    chosen = engine.choose()
    if hub.RECORD.exists() and not HERE:
        pytest.skip("a hub of this state folder runs, and would be removed: ./course workshop down, then test again")
    try:
        room = hub.up(chosen, len(NAMES), print)
        took = warm.warm(1, print)
        assert list(took) == ["seat-01"] and took["seat-01"] > 0
        ada, grace = (Browser(room, name) for name in NAMES)
        made = Workshop(chosen, room, [ada, grace])
        ada.sign_in(room.code.upper())
        ada.desk = "seat-01"
        assert ada.works(), "the desk that was made ahead is there at once"
        grace.sign_in(room.code)
        grace.desk = next((seat for seat, by in hub.taken().items() if by == "grace"), "")
        until(grace.works, seconds=300, what="grace's JupyterLab")
        until(lambda: made.ready(*NAMES), seconds=600, what="The clusters of both desks")
        yield made
    finally:
        if not HERE:
            hub.down(chosen, print)


def test_without_the_code_nobody_comes_in_and_nobody_takes_anothers_name(workshop: Workshop) -> None:
    stranger = Browser(workshop.room, "mallory")
    assert "not the room&#39;s join code" in stranger.sign_in("aaaa-aaaa").text
    assert stranger.sign_in("").status_code == 403
    thief = Browser(workshop.room, "ada")
    assert thief.sign_in(workshop.room.code, "another password").status_code == 403
    guest = Browser(workshop.room, "facilitator")
    assert guest.sign_in(workshop.room.code).status_code == 403


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "../grace",
        "grace/..",
        "seat-01",
        "SEAT-02",
        "",
        " ",
        "a" * 41,
        "zoe<script>alert(1)</script>",
        "gr\x00ace",
        "a b",
    ],
)
def test_a_name_that_is_none_or_the_rooms_own_takes_no_desk(workshop: Workshop, name: str) -> None:
    page = Browser(workshop.room, name).sign_in(workshop.room.code)
    assert page.status_code in (400, 403), page.text
    assert "<script>alert(1)" not in page.text


@pytest.fixture
def free_seat(workshop: Workshop) -> Iterator[None]:
    """A seat that nobody has taken is on offer, as `warm` would offer it; no desk is made for it."""
    seat = "/srv/hub/seats/seat-99"
    hub.kubectl("exec", "deployment/hub", "--", "touch", seat)
    yield
    hub.kubectl("exec", "deployment/hub", "--", "rm", "-f", seat)


@pytest.mark.parametrize("name", ["a b", "../grace", "Ada Lovelace", "a" * 500])
def test_a_name_that_is_none_takes_no_seat_either_and_is_told_why(
    workshop: Workshop, free_seat: None, name: str
) -> None:
    before = hub.taken()
    page = Browser(workshop.room, name).sign_in(workshop.room.code)
    assert page.status_code == 403
    assert "A name has up to 40 letters, digits, dots, hyphens or underscores, and no blanks." in page.text
    assert hub.taken() == before


def test_who_came_before_a_seat_was_made_ahead_keeps_the_desk(workshop: Workshop, free_seat: None) -> None:
    """grace's desk has her name: when she came, no seat was free."""
    grace = workshop.browsers[1]
    before = hub.taken()
    again = Browser(workshop.room, "grace", desk=grace.desk)
    again.sign_in("")
    assert again.works() and hub.taken() == before


def test_a_name_with_letters_of_another_language_is_a_name(workshop: Workshop) -> None:
    """And it is one too many: the room has two seats, which a page says."""
    page = Browser(workshop.room, "Žofia.müller").sign_in(workshop.room.code)
    assert page.status_code == 429 and "All seats of the room are taken" in page.text, page.text
    assert len(workshop.seats()) == len(NAMES)


def test_who_is_the_facilitator_is_led_to_the_board_and_takes_no_seat(workshop: Workshop) -> None:
    """At the address that `up` prints, and at the sign-in page without more; a participant is led to a desk."""
    password, path = hub.facilitators_password(), "/services/board/"
    facilitator = Browser(workshop.room, "facilitator")
    page = facilitator.sign_in("", password, to="")
    assert (page.status_code, page.url) == (200, workshop.room.address + path) and "The room's board" in page.text
    assert facilitator.get("").url == workshop.room.address + path
    asked = facilitator.get("/user/seat-01/lab").text
    assert "Open somebody else&#39;s desk?" in asked or "Open somebody else's desk?" in asked, asked
    assert workshop.pod("facilitator") == "" and "facilitator" not in workshop.seats()
    assert "/user/seat-01/" in workshop.browsers[0].get("").url


def test_who_has_forgotten_the_password_makes_a_new_one_at_the_same_seat(workshop: Workshop) -> None:
    before, new = hub.taken(), "another password of hers"
    try:
        hub.forget_password("ada")
        assert Browser(workshop.room, "ada").sign_in("", new).status_code == 403, "not without the room's code"
        again = Browser(workshop.room, "ada", desk="seat-01")
        again.sign_in(workshop.room.code, new)
        assert again.works() and hub.taken() == before
        assert Browser(workshop.room, "ada").sign_in(workshop.room.code).status_code == 403, "the old one is none"
    finally:
        with suppress(CourseError):  # she has none, where the test failed in between
            hub.forget_password("ada")
        assert Browser(workshop.room, "ada").sign_in(workshop.room.code).status_code == 200, (
            "as the tests below know it"
        )


def test_a_name_in_capitals_is_the_same_name(workshop: Workshop) -> None:
    assert Browser(workshop.room, "GRACE").sign_in(workshop.room.code, "another password").status_code == 403


def test_nobody_opens_anothers_desk(workshop: Workshop) -> None:
    ada, grace = workshop.browsers
    path = f"/user/{grace.name}/api/contents"
    assert ada.get(path).status_code == 403
    assert Browser(workshop.room, "").get(path).status_code == 403
    token = workshop.inside("ada", "printenv JUPYTERHUB_API_TOKEN").strip()
    with_token = requests.get(workshop.room.address + path, headers={"Authorization": f"token {token}"}, timeout=60)
    assert with_token.status_code == 403


def test_two_tabs_and_a_browser_that_was_closed_have_the_same_desk(workshop: Workshop) -> None:
    before = workshop.pod("ada")
    again = Browser(workshop.room, "ada", desk="seat-01")
    again.sign_in("")
    assert again.works() and workshop.browsers[0].works() and workshop.pod("ada") == before


@pytest.mark.parametrize("ask", attacks.OF_THE_HUB, ids=lambda ask: ask.what.replace(" ", "-"))
def test_the_desks_token_is_good_for_the_desk_alone(workshop: Workshop, ask: attacks.Ask) -> None:
    path, body = (text.replace("OTHER", "grace").replace("ME", "seat-01") for text in (ask.path, ask.body))
    assert int(workshop.inside("ada", attacks.CALL, ask.method, path, body)) in ask.refused


def test_a_desk_knows_no_secret_of_the_room_and_no_volume_of_anothers(workshop: Workshop) -> None:
    assert workshop.inside("ada", attacks.LOOK) == ""


def test_what_a_privileged_desk_may_is_written_down(workshop: Workshop) -> None:
    """What root has of the machine, a desk has, and its inner node: no policy of the hub's prevents that."""
    roots = subprocess.run(["sh", "-c", attacks.RIGHTS], capture_output=True, text=True, check=True).stdout
    assert "/dev/" in roots and "log 0" in roots and "CapEff" in roots
    assert workshop.inside("ada", attacks.RIGHTS) == roots
    assert workshop.inside("ada", attacks.IN_THE_INNER_NODE, attacks.RIGHTS) == roots
    written = " ".join((Path(__file__).parents[2] / "SECURITY.md").read_text().split())
    assert "a desk is privileged: a participant who wants to can leave it for the node" in written
    assert "has every right that root has on the node: its disks, the kernel's log, all capabilities" in written


def test_each_works_and_the_board_shows_it(workshop: Workshop) -> None:
    for name in NAMES:
        assert workshop.course(name, "lab", "start", "lost-database").returncode == 0
        assert workshop.course(name, "lab", "check", "lost-database").returncode == 1
    assert workshop.course("ada", "lab", "solve", "lost-database").returncode == 0
    assert workshop.course("ada", "lab", "check", "lost-database").returncode == 0

    def shown() -> bool:
        return {seat.name: seat.check.split(",")[0] for seat in hub.on_the_board()} == {
            "ada": "passed",
            "grace": "not yet",
        }

    until(shown, seconds=60, what="What both did, on the board")
    assert {seat.task for seat in workshop.seats().values()} == {"lost-database"}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture(scope="module")
def page(workshop: Workshop, browser: Chromium) -> Page:
    """The facilitator's board, as it was opened once: no test below loads it again but by its own forms."""
    page = new_page(browser)
    rooms.sign_in(page, workshop.room, "facilitator", hub.facilitators_password(), "/services/board/")
    expect(page.locator("#live")).to_have_text("Live.")
    return page


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))


def test_a_check_at_a_desk_is_on_the_facilitators_page_without_a_reload(workshop: Workshop, page: Page) -> None:
    page.evaluate("window.loaded = 'once'")
    assert workshop.course("grace", "lab", "start", "wrong-namespace").returncode == 0
    expect(row(page, "grace")).to_contain_text("wrong-namespace", timeout=SOON)
    expect(row(page, "grace")).to_contain_text("02 Your first ExternalName Service")
    assert workshop.course("grace", "lab", "check", "wrong-namespace").returncode == 1
    expect(row(page, "grace")).to_contain_text("not yet", timeout=SOON)
    assert workshop.course("grace", "lab", "start", "lost-database").returncode == 0
    assert workshop.course("grace", "lab", "check", "lost-database").returncode == 1
    expect(row(page, "grace")).to_contain_text("lost-database", timeout=SOON)
    expect(row(page, "ada")).to_contain_text("passed")
    assert page.evaluate("window.loaded") == "once"


def test_a_participant_is_refused_the_board(workshop: Workshop, page: Page) -> None:
    for path in ("/services/board/", "/services/board/rows", "/services/board/events"):
        said = workshop.browsers[0].get(path)
        assert said.status_code == 403 and "wrong-namespace" not in said.text
        assert Browser(workshop.room, "").get(path).url.startswith(f"{workshop.room.address}/hub/login")


def test_what_a_facilitator_does_needs_the_page_that_it_was_made_for(workshop: Workshop, page: Page) -> None:
    """A form of somebody else's page has the cookie, which the browser adds, and no token."""
    forms: list[dict[str, str | float | bool]] = [{"value": "forged"}, {"value": "forged", "_xsrf": "forged"}]
    for form in forms:
        said = page.request.post(f"{workshop.room.address}/services/board/message", form=form)
        assert said.status == 403
    assert "forged" not in page.content()


@pytest.mark.parametrize("ask", attacks.OF_THE_BOARD, ids=lambda ask: ask.what.replace(" ", "-"))
def test_a_desk_does_nothing_at_the_board_but_report_for_itself(workshop: Workshop, ask: attacks.Ask) -> None:
    before = workshop.seats()["grace"]
    path, body = (text.replace("OTHER", "grace") for text in (ask.path, ask.body))
    assert int(workshop.inside("ada", attacks.AT_THE_BOARD, ask.method, path, body)) in ask.refused
    after = workshop.seats()["grace"]
    assert (after.task, after.check, after.help) == (before.task, before.check, before.help)


def test_a_report_without_end_or_without_a_name_is_not_heard(workshop: Workshop) -> None:
    large, *nobodys = workshop.inside("ada", attacks.UNHEARD).split()
    assert large in ("400", "413", attacks.CLOSED) and nobodys == ["403", "403"]
    assert workshop.seats()["ada"].ready


def test_what_a_desk_says_of_itself_is_its_own_row_and_text(workshop: Workshop, page: Page) -> None:
    """Markup and a cursor that moves, as names of the task and of the cluster, for as long as nothing true is said."""
    before = workshop.seats()["grace"]
    odd = "<img src=x onerror=alert(1)>"
    forged = {"report": {"task": odd, "cluster": "<b>ready</b>", "lesson": "\x1b[2J", "good": 0, "of": 1}}
    page.on("dialog", lambda dialog: pytest.fail(f"a script of a desk ran: {dialog.message}"))
    page.evaluate(SHOWN)
    with ThreadPoolExecutor(1) as pool:
        saying = pool.submit(workshop.inside, "ada", attacks.SAY_OFTEN, json.dumps(forged))
        until(lambda: workshop.seats()["ada"].task == odd, seconds=30, what="What ada's desk says of itself")
        saying.result()
    assert page.evaluate("window.shown"), "it stood in the page as text"
    assert page.evaluate("window.made") is False, "and as nothing else"
    after = workshop.seats()["grace"]
    assert (after.task, after.check) == (before.task, before.check)


def test_help_is_asked_for_at_the_desk_and_ended_on_the_board(
    workshop: Workshop, page: Page, browser: Chromium
) -> None:
    desk = new_page(browser)
    rooms.sign_in(desk, workshop.room, "grace", rooms.PASSWORD, "/user/grace/lab")
    desk.get_by_role("button", name="Ask for help").click()
    expect(row(page, "grace")).to_contain_text("Asks for help", timeout=SOON)
    assert page.get_by_role("rowheader").first.inner_text() == "grace", "who asks for help stands first"
    assert "HELP" in board.text(hub.on_the_board()).splitlines()[1]
    page.get_by_role("button", name="Done with grace").click()
    expect(desk.get_by_role("button", name="Ask for help")).to_be_visible(timeout=SOON)
    assert workshop.course("grace", "workshop", "help").returncode == 0
    expect(row(page, "grace")).to_contain_text("Asks for help", timeout=SOON)
    expect(desk.get_by_role("button", name="I need no help any more")).to_be_visible(timeout=SOON)
    desk.get_by_role("button", name="I need no help any more").click()
    expect(row(page, "grace")).not_to_contain_text("Asks for help", timeout=SOON)

    page.get_by_label("Message").fill("Break until 11 <b>o'clock</b>")
    page.get_by_role("button", name="Say it").click()
    told = desk.get_by_role("region", name="Your workshop")
    expect(told).to_contain_text("Break until 11 <b>o'clock</b>", timeout=SOON)
    over_all = desk.locator(".jp-toast-message")
    expect(over_all).to_contain_text("Your facilitator says: Break until 11 <b>o'clock</b>", timeout=SOON)
    page.get_by_label("All should be at").select_option("migration")
    page.get_by_role("button", name="Set it").click()
    expect(told).to_contain_text("All should be at: 05", timeout=SOON)
    page.get_by_role("button", name="Hold them back").click()
    expect(told).to_contain_text("Solutions are held back", timeout=SOON)
    refused = workshop.course("grace", "lab", "solve", "lost-database")
    assert refused.returncode == 2 and "holds the solutions back" in refused.stdout + refused.stderr
    assert accessible.violations(desk, ".ec-room") == []
    desk.close()


def test_the_board_can_be_used_without_eyes_or_a_mouse_by_day_and_by_night(
    workshop: Workshop, page: Page, tmp_path: Path
) -> None:
    workshop.course("grace", "workshop", "help")
    expect(row(page, "grace")).to_contain_text("Asks for help", timeout=SOON)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert accessible.violations(page, "body") == []
        page.screenshot(path=shell.log_file(f"board-{scheme}").with_suffix(".png"), full_page=True)
    done = page.get_by_role("button", name="Done with grace")
    done.focus()
    workshop.course("ada", "workshop", "help")
    expect(row(page, "ada")).to_contain_text("Asks for help", timeout=SOON)
    expect(done).to_be_focused()
    page.keyboard.press("Enter")
    expect(row(page, "grace")).not_to_contain_text("Asks for help", timeout=SOON)
    page.set_viewport_size({"width": 600, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 600


def _addresses(workshop: Workshop) -> dict[str, str]:
    def service(name: str, namespace: str = hub.NAMESPACE) -> str:
        return hub.kubectl("get", "service", name, "-o", "jsonpath={.spec.clusterIP}", namespace=namespace)

    node = workshop.engine.inspect("container", hub.node(), "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}")
    desk = hub.kubectl("get", "pod", workshop.pod("grace"), "-o", "jsonpath={.status.podIP}")
    api = service("kubernetes", "default")
    return {
        "PROXY_API": service("proxy-api"),
        "API": api,
        "NODE": node,
        "DESK": desk,
        "MACHINE": entrance._own_address(),
    }


def test_a_desk_reaches_the_hub_and_nothing_else_of_its_cluster(workshop: Workshop) -> None:
    """Its own cluster has the same networks, so the way to the hub's node is made by hand, as an attacker would."""
    known = _addresses(workshop)
    urls = [re.sub("[A-Z_]{3,}", lambda match: known[match[0]], url) for url in attacks.ADDRESSES.values()]
    hub_ = hub.kubectl("get", "service", "hub", "-o", "jsonpath={.spec.clusterIP}")
    try:
        workshop.inside("ada", f"ip route replace {known['NODE']} $(ip route show default | cut -d' ' -f2-)")
        said = workshop.inside("ada", attacks.REACH, f"http://{hub_}:8081/hub/health", *urls).split()
    finally:
        workshop.inside("ada", f"ip route del {known['NODE']}")
    assert said[0] == "200", "curl works, and the hub is reached"
    reached = {what: code for what, code in zip(attacks.ADDRESSES, said[1:], strict=True) if code != attacks.CLOSED}
    assert not reached


def test_the_inner_node_of_a_desk_reaches_no_more_than_the_desk(workshop: Workshop) -> None:
    """It is behind the desk's address. The services' addresses are those of its own cluster there."""
    known = _addresses(workshop)
    known["HUB"] = hub.kubectl("get", "pod", "-l", "app=hub", "-o", "jsonpath={.items[0].status.podIP}")
    others = {
        what: re.sub("NODE|DESK|MACHINE", lambda match: known[match[0]], url)
        for what, url in attacks.ADDRESSES.items()
        if "API" not in url
    }
    ways = " ".join(known[name] for name in ("HUB", "NODE", "DESK"))
    urls = [f"http://{known['HUB']}:8081/hub/health", *others.values()]
    said = workshop.inside("ada", attacks.FROM_THE_INNER_NODE, ways, *urls).split()
    assert said[0] == "200", "the inner node has curl and a way out, and reaches the hub as its desk does"
    assert not {what: code for what, code in zip(others, said[1:], strict=True) if code != attacks.CLOSED}


def test_nobody_speaks_to_the_hub_as_another_desk(workshop: Workshop) -> None:
    """What is sent with another's address is answered to that one, if at all."""
    address = hub.kubectl("get", "pod", "-l", "app=hub", "-o", "jsonpath={.items[0].status.podIP}")
    url = f"http://{address}:8081/hub/health"
    own = hub.kubectl("get", "pod", workshop.pod("ada"), "-o", "jsonpath={.status.podIP}")
    other = _addresses(workshop)["DESK"]
    assert workshop.inside("ada", attacks.REACH, url).split() == ["200"], f"by its own address, {own}"
    assert workshop.inside("ada", attacks.AS_ANOTHER, other, url) == attacks.CLOSED


def test_the_hub_is_killed_and_nobody_notices(workshop: Workshop, page: Page) -> None:
    """The page of the facilitator, too, comes back by itself, with what was said and who asked for help."""
    before = workshop.pod("ada")
    hub.kubectl("delete", "pod", "-l", "app=hub", "--now", timeout=120)
    hub.kubectl("rollout", "status", "deployment/hub", "--timeout=120s", timeout=130)
    assert workshop.pod("ada") == before
    expect(page.locator("#live")).to_have_text("Live.")
    expect(row(page, "ada")).to_contain_text("ready")
    expect(row(page, "ada")).to_contain_text("Asks for help")
    expect(page.locator("#rows")).to_contain_text("Break until 11 <b>o'clock</b>")
    for browser in workshop.browsers:
        until(browser.works, seconds=60, what=f"{browser.name}'s JupyterLab")


def test_the_proxy_is_killed_and_knows_its_ways_again(workshop: Workshop) -> None:
    hub.kubectl("delete", "pod", "-l", "app=proxy", "--now", timeout=120)
    hub.kubectl("rollout", "status", "deployment/proxy", "--timeout=120s", timeout=130)
    for browser in workshop.browsers:
        until(browser.works, seconds=60, what=f"{browser.name}'s JupyterLab")


def test_a_desk_is_killed_in_the_middle_of_a_lab_and_comes_back_with_what_was_done(workshop: Workshop) -> None:
    grace = workshop.browsers[1]
    hub.kubectl("delete", "pod", workshop.pod("grace"), "--now", timeout=120)
    until(lambda: not workshop.pod("grace"), seconds=60, what="The end of grace's desk")
    _comes_back(workshop, grace)
    seat = workshop.seats()["grace"]
    assert (seat.task, seat.check.split(",")[0]) == ("lost-database", "not yet")


def test_a_desk_whose_disk_is_full_is_stopped_and_both_are_told_why(workshop: Workshop, page: Page) -> None:
    """A file larger than what a desk may write: made in no time. Kubelet measures a volume every minute or two."""
    grace = workshop.browsers[1]
    workshop.inside("grace", "fallocate -l 10500M /var/lib/containers/too-much")
    expect(row(page, "grace")).to_contain_text("stopped: its disk was full", timeout=600_000)
    said = grace.get(f"/hub/user/{grace.desk or grace.name}/lab").text
    assert "Your desk was stopped: its disk was full" in said and "progress are kept" in said
    assert "its disk was full" in board.text(hub.on_the_board())
    _comes_back(workshop, grace)
    seat = workshop.seats()["grace"]
    assert (seat.task, seat.state) == ("lost-database", "ready")


def _comes_back(workshop: Workshop, browser: Browser) -> None:
    """As who opens the address again and presses what is there to press: the page that starts a desk."""

    def opened() -> bool:
        browser.spawn()
        return browser.works()

    until(opened, seconds=300, what=f"{browser.name}'s JupyterLab")
    until(lambda: workshop.ready(browser.name), seconds=300, what=f"The cluster of {browser.name}")


def test_an_idle_desk_is_stopped_and_exported_and_comes_back(workshop: Workshop, tmp_path: Path) -> None:
    ada = workshop.browsers[0]
    with pytest.raises(CourseError, match=r"not exported: ada, grace"):
        export.refuse_to_lose(print)
    _idle(workshop, 20)
    until(lambda: not workshop.pod("ada") and not workshop.pod("grace"), seconds=180, what="The end of idle desks")
    _idle(workshop, hub.IDLE * 60)
    said: list[str] = []
    written = export.export(tmp_path, said.append)
    assert [path.name for path in written] == ["ada.tar.gz", "grace.tar.gz"], said
    for path in written:
        with tarfile.open(path) as archive:
            names = archive.getnames()
        assert "./.progress/progress.json" in names and any(name.endswith(".ipynb") for name in names)
        assert "lost-database" in (tmp_path / f"{path.name.removesuffix('.tar.gz')}.json").read_text()
    export.refuse_to_lose(print)
    _comes_back(workshop, ada)
    assert workshop.seats()["ada"].check.startswith("passed")
    assert workshop.course("ada", "lab", "start", "wrong-namespace").returncode == 0
    with pytest.raises(CourseError, match=r"not exported: ada\."):
        export.refuse_to_lose(print)


def _idle(workshop: Workshop, seconds: int) -> None:
    """Another patience of the hub's with desks that nobody uses."""
    hub.kubectl("set", "env", "deployment/hub", f"IDLE_SECONDS={seconds}")
    hub.kubectl("rollout", "status", "deployment/hub", "--timeout=120s", timeout=130)


def test_who_guesses_the_join_code_closes_the_door(workshop: Workshop) -> None:
    """For a minute, and for new names alone: who has a seat comes in."""
    pages = [Browser(workshop.room, f"guest{number}").sign_in(f"aaaa-{number:04}").text for number in range(11)]
    assert "not the room&#39;s join code" in pages[0] and "Too many wrong join codes" in pages[-1]
    assert "Too many wrong join codes" in Browser(workshop.room, "late").sign_in(workshop.room.code).text
    assert Browser(workshop.room, "ada", desk="seat-01").sign_in("").status_code == 200


def test_an_image_that_the_node_has_lost_is_carried_again(workshop: Workshop) -> None:
    """The kubelet empties a node's store where its disk is nearly full."""
    lost = hub.build(workshop.engine, print)
    store = ("exec", hub.node(), "ctr", "-n", "k8s.io", "images", "rm", lost)
    workshop.engine.output(*store, doing="Losing the hub's image")
    said: list[str] = []
    hub.up(workshop.engine, len(NAMES), said.append)
    assert [line.split()[1] for line in said if line.startswith("carrying")] == [lost]
    assert kind_cluster.has_image(workshop.engine, lost, hub.node())


def test_a_room_that_was_stopped_is_told_who_has_taken_its_port(workshop: Workshop) -> None:
    workshop.engine.output("stop", "-t", "5", hub.node(), doing="Stopping the room's node")
    with socket.create_server((hub.AT_HOME.listen, hub.PORT)), pytest.raises(CourseError, match="is taken") as caught:
        hub.up(workshop.engine, len(NAMES), print)
    assert f":{hub.PORT}" in caught.value.next


def test_after_it_nothing_is_left(workshop: Workshop) -> None:
    """The last one: it takes all down."""
    volumes = workshop.engine.inspect("container", hub.node(), "{{range .Mounts}}{{.Name}} {{end}}").split()
    assert volumes
    hub.down(workshop.engine, print)
    assert workshop.engine.inspect("container", hub.node(), "{{.Id}}") == ""
    assert [workshop.engine.inspect("volume", name, "{{.Name}}") for name in volumes] == [""] * len(volumes)
    assert not hub.RECORD.exists() and not hub.KUBECONFIG.exists()
