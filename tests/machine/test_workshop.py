"""A room for real: the hub on a cluster of its own, two participants who sign in, work, and lose the hub in between."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import requests

from course.base.waiting import until
from course.provision import engine
from course.provision.engine import Engine
from course.workshop import board, hub

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="a hub is made by root, on Linux"),
]
NAMES = ("ada", "grace")
PASSWORD = "a password of her own"  # noqa: S105


@dataclass
class Browser:
    """One participant's browser."""

    room: hub.Room
    name: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.room.address}{path}", timeout=60)

    def sign_in(self, code: str, password: str = PASSWORD) -> requests.Response:
        """As the form of the sign-in page does it."""
        form = self.get("/hub/login").text
        token = re.search(r'name="_xsrf" value="([^"]+)"', form)
        assert token, form
        data = {"username": self.name, "password": password, "otp": code, "_xsrf": token[1]}
        return self.session.post(f"{self.room.address}/hub/login?next=%2Fhub%2Fspawn", data=data, timeout=60)

    def works(self) -> bool:
        """Whether JupyterLab of the desk answers, by its address, to its owner."""
        page = self.get(f"/user/{self.name}/lab")
        return page.status_code == 200 and "jupyter-config-data" in page.text


@dataclass
class Workshop:
    """The hub, and who is in it."""

    engine: Engine
    room: hub.Room
    browsers: list[Browser]

    def seats(self) -> dict[str, board.Seat]:
        return {seat.name: seat for seat in hub.seats(self.engine)}

    def course(self, name: str, *words: str) -> "subprocess.CompletedProcess[str]":
        command = ["kubectl", "--kubeconfig", str(hub.KUBECONFIG), "-n", hub.NAMESPACE, "exec", self.pod(name), "--"]
        return subprocess.run([*command, "course", *words], capture_output=True, text=True, timeout=240)

    @staticmethod
    def pod(name: str) -> str:
        form = "jsonpath={.items[0].metadata.name}"
        return hub.kubectl("get", "pods", "-l", f"{hub.DESKS},hub.jupyter.org/username={name}", "-o", form)


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    chosen = engine.choose()
    if hub.RECORD.exists():
        pytest.skip("a hub of this state folder runs, and would be removed: ./course workshop down, then test again")
    try:
        room = hub.up(chosen, len(NAMES), print)
        browsers = [Browser(room, name) for name in NAMES]
        for browser in browsers:
            browser.sign_in(room.code.upper())
        made = Workshop(chosen, room, browsers)
        for browser in browsers:
            until(browser.works, seconds=300, what=f"{browser.name}'s JupyterLab")
        until(
            lambda: [seat.cluster for seat in made.seats().values()] == ["ready", "ready"],
            seconds=600,
            what="The clusters of both desks",
        )
        yield made
    finally:
        hub.down(chosen, print)


def test_without_the_code_nobody_comes_in_and_nobody_takes_anothers_name(workshop: Workshop) -> None:
    stranger = Browser(workshop.room, "mallory")
    assert "not the room&#39;s join code" in stranger.sign_in("aaaa-aaaa").text
    assert stranger.sign_in("").status_code == 403
    thief = Browser(workshop.room, "ada")
    assert thief.sign_in(workshop.room.code, "another password").status_code == 403
    guest = Browser(workshop.room, "facilitator")
    assert guest.sign_in(workshop.room.code).status_code == 403


def test_nobody_opens_anothers_desk(workshop: Workshop) -> None:
    ada, grace = workshop.browsers
    assert ada.get(f"/user/{grace.name}/api/contents").status_code == 403
    assert Browser(workshop.room, "").get(f"/user/{grace.name}/api/contents").status_code == 403


def test_each_works_and_the_board_shows_it(workshop: Workshop) -> None:
    for name in NAMES:
        assert workshop.course(name, "lab", "start", "lost-database").returncode == 0
        assert workshop.course(name, "lab", "check", "lost-database").returncode == 1
    assert workshop.course("ada", "lab", "solve", "lost-database").returncode == 0
    assert workshop.course("ada", "lab", "check", "lost-database").returncode == 0
    seats = workshop.seats()
    assert set(seats) == set(NAMES)
    assert {seat.task for seat in seats.values()} == {"lost-database"}
    assert seats["ada"].check.startswith("passed") and seats["grace"].check.startswith("not yet")


def test_a_desk_reaches_the_hub_and_nothing_else_of_its_cluster(workshop: Workshop) -> None:
    grace = hub.kubectl("get", "pod", workshop.pod("grace"), "-o", "jsonpath={.status.podIP}")
    api = hub.kubectl("get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}", namespace="default")
    proxy = hub.kubectl("get", "service", "proxy-api", "-o", "jsonpath={.spec.clusterIP}")
    hub_ = hub.kubectl("get", "service", "hub", "-o", "jsonpath={.spec.clusterIP}")
    ask = 'for url; do curl -ksS -o /dev/null -m 4 -w "%{http_code} " "$url" || true; done; ls /run/secrets'
    urls = [f"http://{hub_}:8081/hub/health", f"https://{api}/version", f"http://{proxy}:8001/api/routes"]
    urls += [f"http://{grace}:8888/api", "http://169.254.169.254/"]
    words = ("exec", workshop.pod("ada"), "--", "sh", "-c", f"{ask} 2>&1 || true", "sh", *urls)
    said = hub.kubectl(*words, timeout=60)
    assert said.split()[:5] == ["200", "000", "000", "000", "000"], said
    assert "No such file" in said, "no token of the hub's cluster"


def test_the_hub_is_killed_and_nobody_notices(workshop: Workshop) -> None:
    before = workshop.pod("ada")
    hub.kubectl("delete", "pod", "-l", "app=hub", "--now", timeout=120)
    hub.kubectl("rollout", "status", "deployment/hub", "--timeout=120s", timeout=130)
    assert workshop.pod("ada") == before
    for browser in workshop.browsers:
        until(browser.works, seconds=60, what=f"{browser.name}'s JupyterLab")


def test_after_it_nothing_is_left(workshop: Workshop) -> None:
    """The last one: it takes all down."""
    volumes = workshop.engine.inspect("container", hub.node(), "{{range .Mounts}}{{.Name}} {{end}}").split()
    assert volumes
    hub.down(workshop.engine, print)
    assert workshop.engine.inspect("container", hub.node(), "{{.Id}}") == ""
    assert [workshop.engine.inspect("volume", name, "{{.Name}}") for name in volumes] == [""] * len(volumes)
    assert not hub.RECORD.exists() and not hub.KUBECONFIG.exists()
