"""The hub itself with many desks, which are Pods that only say they are ready: python -m bench.workshop hub [SEATS].

The room is a real one (./course workshop up --seats 2, in which nobody is yet), and JupyterHub, KubeSpawner, the proxy,
the board and the kubelet are what they are in any room. Only the desks' image is another, and they ask for little. What
is measured is what a facilitator's browser asks for, by the room's own address. Afterwards: ./course workshop down.
"""

import json
import re
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from bench.lab_check import took
from course.base import shell
from course.workshop import hub, warm
from tests.machine.rooms import Browser

Row = tuple[str, str, str]
AT_ONCE = 8  # stand-ins that are made at the same time: each is a small thing
ROUNDS, LISTENING = 40, 60.0  # pages of each kind, and seconds of events
AIM = "1 s"
STAND_IN = Path(__file__).parent / "workshop_stand_in.py"
SETTINGS = """
# Stand-ins for desks: bench/workshop_hub.py
c.KubeSpawner.image = {image!r}
c.KubeSpawner.cmd = ["python", "-c", {program!r}]
c.KubeSpawner.privileged = False
c.KubeSpawner.storage_pvc_ensure = False
c.KubeSpawner.volumes = c.KubeSpawner.volume_mounts = []
c.KubeSpawner.cpu_guarantee, c.KubeSpawner.mem_guarantee = 0.001, "16M"
c.KubeSpawner.extra_resource_limits = c.KubeSpawner.extra_resource_guarantees = {{}}
c.KubeSpawner.cpu_limit, c.KubeSpawner.mem_limit = 1, "64M"
"""


def measure(seats: int) -> list[Row]:
    """Rows of the table: (what, measured, aim)."""
    _take_stand_ins(seats)
    there = len(hub.kubectl("get", "pods", "-l", hub.DESKS, "-o", "name").split())
    began = time.monotonic()
    warm.warm(seats, print)
    made = f"{time.monotonic() - began:.0f} s"
    rows = [(f"{seats - there} more stand-ins made by KubeSpawner, {AT_ONCE} at a time", made, "")]
    room = hub.Room(f"http://127.0.0.1:{hub.PORT}", hub.code(), "")
    facilitator = Browser(room, "facilitator")
    facilitator.sign_in("", hub.facilitators_password())
    for streams in (1, seats):
        print(f"{streams} streams of events", flush=True)
        with _listening(facilitator, streams):
            heard = _delays(facilitator)
            rows += _pages(facilitator, seats, streams)
        what = f"news of a desk, until a stream has it, {streams} open ({len(heard)} of them; at most once a second)"
        rows.append((what, _cuts(heard), ""))
    return rows


def _take_stand_ins(seats: int) -> None:
    """Other settings for the hub's desks, and as many seats."""
    more = SETTINGS.format(image=hub.image_in_use(), program=STAND_IN.read_text())
    settings = {"jupyterhub_config.py": hub.settings()["jupyterhub_config.py"] + more}
    hub.kubectl("patch", "configmap", "hub", "--patch-file=/dev/stdin", text=json.dumps({"data": settings}))
    hub.kubectl("set", "env", "deployment/hub", f"SEATS={seats}", f"AT_ONCE={AT_ONCE}")
    hub.kubectl("rollout", "restart", "deployment/hub")
    hub.kubectl("rollout", "status", "deployment/hub", "--timeout=300s", timeout=310)


def _pages(browser: Browser, seats: int, streams: int) -> Iterator[Row]:
    """The board, the hub's home, and the admin page with what its script asks for at once."""
    assert browser.get("/services/board/").text.count('href="/user/seat-') == seats, "each desk has its row"
    xsrf = next(cookie.value for cookie in browser.session.cookies if cookie.name == "_xsrf" and "hub" in cookie.path)
    listed = f"/hub/api/users?include_stopped_servers&offset=0&limit=50&_xsrf={xsrf}"
    pages = {"the board": ["/services/board/"], "the hub's home": ["/hub/home"], "admin": ["/hub/admin", listed]}
    for name, paths in pages.items():

        def load(paths: list[str] = paths) -> None:
            for path in paths:
                assert browser.get(path).status_code == 200, path

        measured = _cuts([took(load) for _ in range(ROUNDS)])
        yield f"page: {name}, {seats} desks, {streams} streams open", measured, AIM


def _cuts(seconds: list[float]) -> str:
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return f"p50 {cuts[9]:.2f} s, p95 {cuts[18]:.2f} s"


def _events(browser: Browser) -> str:
    """The address of the board's events, as its page has it."""
    found = re.search(r'data-events="([^"]+)"', browser.get("/services/board/").text)
    assert found
    return browser.room.address + found[1]


@contextmanager
def _listening(browser: Browser, streams: int) -> Iterator[None]:
    """So many streams of events that somebody reads, beside the one that is measured."""
    url = _events(browser)
    cookies = requests.cookies.get_cookie_header(browser.session.cookies, requests.Request("GET", url).prepare())
    many = ("--parallel", "--parallel-immediate", "--parallel-max", "300")
    curl = ["curl", "-sSN", *many, "-b", cookies or "", "-o", "/dev/null", f"{url}&stream=[1-{streams}]"]
    with subprocess.Popen(curl, stderr=subprocess.DEVNULL) as readers:  # it would draw a meter
        try:
            yield
            open_now = shell.output(["ss", "-Htnp", f"dport = :{hub.PORT}"], doing="ss").count(f"pid={readers.pid},")
            assert open_now == streams, f"{open_now} streams are open, not {streams}"
        finally:
            readers.kill()


def _delays(browser: Browser) -> list[float]:
    """Seconds from a desk's first word of a new task to its row in a stream; both clocks are this machine's."""
    heard: dict[str, float] = {}
    opened, first = time.monotonic(), True
    with browser.session.get(_events(browser), stream=True, timeout=60) as stream:
        for line in stream.iter_lines(chunk_size=1 << 16):
            for moment in re.findall(rb"at-(\d{13})", line):
                heard.setdefault(moment.decode(), -1.0 if first else time.time() - int(moment) / 1000)
            first = first and line != b""
            if time.monotonic() - opened > LISTENING:
                break
    return [seconds for seconds in heard.values() if seconds >= 0]
