"""The hub of a room: its door, its board, its manifests, and what fits on a machine."""

import base64
import dbm
import importlib.util
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from typer.testing import CliRunner

from bench import sizes
from course.base import advice, files, paths, shell, state
from course.base.errors import CourseError, Foreign, NotReady
from course.cli.app import app
from course.jupyter import jupyterlab
from course.lessons import catalog
from course.provision import bakery, containers, engine, images, kind_cluster, outside, reporter, tools
from course.provision.engine import Engine
from course.tasks import index, progress, verbs
from course.tasks import room as room_of_desk
from course.workshop import (
    board,
    contents,
    elsewhere,
    entrance,
    export,
    hub,
    preflight,
    provider,
    report,
    rows,
    trial,
    warm,
)
from tests.unit import documents

DEPLOYED = ("Deployment", "hub")
FULL = "its disk was full"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def of_the_hub(name: str) -> ModuleType:
    """A file of workshop/hub that the hub's image imports."""
    spec = importlib.util.spec_from_file_location(name, hub.RECIPE / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Fixed(Engine):
    """An engine in which a container of the hub's name has this id."""

    def inspect(self, kind: str, name: str, form: str) -> str:
        return self.version

    def run(self, *words: str | Path, text: str | None = None, timeout: float = 60) -> shell.Completed:
        return subprocess.CompletedProcess(words, 0, "", "")


@pytest.fixture(scope="module")
def room() -> ModuleType:
    return of_the_hub("room")


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_door_opens_to_the_code_as_it_was_heard(room: ModuleType) -> None:
    door = room.Door("abcd-efgh", Clock())
    assert [door.refuses(code) for code in ("abcd-efgh", "ABCD EFGH", " abcdefgh ")] == ["", "", ""]
    for code in ("", "-", "abcd", "abcd-efgi", "ábcd-efgh"):
        assert "not the room's join code" in door.refuses(code)


def test_ten_wrong_codes_close_the_door_for_a_minute_also_to_the_right_one(room: ModuleType) -> None:
    clock = Clock()
    door = room.Door("abcd-efgh", clock)
    for _ in range(10):
        assert "not the room's join code" in door.refuses("wrong")
        clock.now += 1
    assert "wait 50 seconds" in door.refuses("abcd-efgh")
    assert "Too many" in door.refuses("wrong"), "and a guess at the closed door counts for nothing"
    clock.now += 50
    assert door.refuses("abcd-efgh") == ""


def test_wrong_passwords_of_a_name_are_counted(room: ModuleType) -> None:
    clock = Clock()
    guesses = room.Guesses("passwords of this name", clock)
    for _ in range(10):
        assert guesses.too_many() == ""
        guesses.was_wrong()
    assert guesses.too_many() == "Too many wrong passwords of this name: wait 60 seconds, then try again."
    clock.now += 60
    assert guesses.too_many() == ""


def test_a_new_name_takes_a_desk_that_is_ready_and_comes_back_to_it(room: ModuleType, tmp_path: Path) -> None:
    seats = room.Seats(tmp_path / "seats")
    assert seats.of("ada", new=True) == "ada", "nothing was made ahead"
    for _ in range(2):
        seats.offer("seat-01")
        seats.offer("seat-02")
    assert seats.of("ada", new=False) == "ada", "who has a desk with work in it keeps that"
    names = ("grace", "linus", "grace", "zoe")
    assert [seats.of(name, new=True) for name in names] == ["seat-01", "seat-02", "seat-01", "zoe"]
    seats.offer("seat-01")
    assert seats.of("grace", new=True) == "seat-01", "an offer made again takes nobody's seat"
    assert seats.of("grace", new=False) == "seat-01", "also where the hub knows somebody of that name"


def said(good: int = 1, of: int = 4, **more: object) -> dict[str, object]:
    """What a desk at work says."""
    report = {"cluster": "ready", "lesson": "tls_and_host", "task": "wrong-host", "good": good, "of": of, "hints": 1}
    return report | {"checked": NOW.isoformat()} | more


def minute(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


@pytest.fixture
def desks(tmp_path: Path) -> rows.Board:
    return rows.Board(tmp_path / "board.json")


def row(desks: rows.Board, at: datetime, server: str = "ready") -> rows.Seat:
    """The one row of ada's desk."""
    (seat,) = desks.seats({"seat-01": server}, {"seat-01": "ada"}, at)
    return seat


def test_a_row_has_the_name_the_lesson_the_task_and_its_last_check(desks: rows.Board) -> None:
    desks.hear("seat-01", rows.parse(said(labs=3)), None, NOW)
    seat = row(desks, NOW + timedelta(seconds=6))
    assert (seat.name, seat.desk, seat.state, seat.ready) == ("ada", "seat-01", "ready", True)
    assert (seat.lesson, seat.task, seat.check, seat.since) == ("tls_and_host", "wrong-host", "not yet, 1 of 4", 0.1)
    assert (seat.hints, seat.labs, seat.stuck, seat.help) == (1, 3, False, "")


def test_stuck_is_who_fails_for_long_however_often_it_was_checked(desks: rows.Board) -> None:
    for number in range(0, 12, 2):
        desks.hear("seat-01", rows.parse(said(checked=minute(number).isoformat())), None, minute(number))
    assert not row(desks, minute(10)).stuck
    late = row(desks, minute(11))
    assert late.stuck and late.failing == 11 and late.since == 1
    assert "STUCK for 11 min" in board.text([late])


@pytest.mark.parametrize("otherwise", [{"good": 4}, {"task": "odd-port"}, {"of": 0, "good": 0}])
def test_who_passes_or_begins_something_else_is_stuck_no_more(desks: rows.Board, otherwise: dict[str, object]) -> None:
    desks.hear("seat-01", rows.parse(said()), None, NOW)
    desks.hear("seat-01", rows.parse(said() | otherwise), None, minute(11))
    desks.hear("seat-01", rows.parse(said() | otherwise), None, minute(12))
    assert not row(desks, minute(12)).stuck


def test_a_desk_says_nothing_of_how_long_it_fails(desks: rows.Board) -> None:
    """A clock that is set back makes nobody stuck, and one that is ahead nobody early."""
    desks.hear("seat-01", rows.parse(said(checked="2001-01-01T00:00:00+00:00")), None, NOW)
    assert not row(desks, minute(1)).stuck
    desks.hear("seat-01", rows.parse(said(checked="2999-01-01T00:00:00+00:00")), None, minute(1))
    assert row(desks, minute(2)).since == 0
    desks.hear("seat-01", rows.parse(said(checked="yesterday")), None, minute(1))
    assert row(desks, minute(2)).since is None


def test_help_is_asked_for_once_and_ends_by_the_desk_or_the_facilitator(desks: rows.Board) -> None:
    first = desks.hear("seat-01", None, True, NOW)
    again = desks.hear("seat-01", rows.parse(said()), True, minute(5))
    assert first["help"] == again["help"] == row(desks, minute(5)).help == NOW.isoformat(timespec="seconds")
    assert desks.hear("seat-01", rows.parse(said()), None, minute(6))["help"]
    assert desks.hear("seat-01", None, False, minute(7))["help"] == ""
    desks.hear("seat-01", None, True, minute(8))
    desks.helped("seat-01")
    desks.helped("nobody")
    assert desks.hear("seat-01", rows.parse(said()), None, minute(9))["help"] == ""


def test_what_is_said_to_all_is_what_each_desk_hears(desks: rows.Board) -> None:
    desks.tell(message="Break until 11", lesson="first_externalname", held=True)
    heard = desks.hear("seat-01", rows.parse(said()), None, NOW)
    assert heard == {"message": "Break until 11", "lesson": "first_externalname", "held": True, "help": ""}


def test_what_nobody_else_knows_outlives_the_hub(desks: rows.Board, tmp_path: Path) -> None:
    desks.hear("seat-01", rows.parse(said()), True, NOW)
    desks.tell(message="Break")
    again = rows.Board(tmp_path / "board.json")
    assert again.message == "Break" and row(again, NOW).state == "no word of it" and row(again, NOW).help
    again.hear("seat-01", rows.parse(said()), None, minute(11))
    assert row(again, minute(11)).failing == 11
    (tmp_path / "board.json").write_text("{")
    assert rows.Board(tmp_path / "board.json").message == ""


@pytest.mark.parametrize(
    ("server", "seconds", "state"),
    [
        ("ready", 1, "ready"),
        ("ready", 21, "no word of it"),
        ("spawn", 1, "starting"),
        ("stop", 1, "stopping"),
        ("", 1, "stopped"),
    ],
)
def test_a_desk_is_as_the_hub_and_its_own_last_word_have_it(
    desks: rows.Board, server: str, seconds: int, state: str
) -> None:
    desks.hear("seat-01", rows.parse(said()), None, NOW)
    assert row(desks, NOW + timedelta(seconds=seconds), server).state == state


def test_a_desk_that_was_made_anew_is_as_it_says_then_and_not_as_it_said_before(desks: rows.Board) -> None:
    desks.hear("seat-01", rows.parse(said()), None, NOW)
    desks.up({"seat-02"})
    desks.up({"seat-01"})
    assert row(desks, NOW).state == "no word of it"
    desks.hear("seat-01", rows.parse(said(cluster="Node: running")), None, NOW)
    assert row(desks, NOW).state == "Node: running"


@pytest.mark.parametrize(
    "forged",
    [
        None,
        [],
        "ready",
        {"name": "grace"},
        {"help": "2026-11-27T12:00:00"},
        {"hints": "many"},
        {"hints": True},
        {"good": -1},
        {"of": 101},
        {"lessons": []},
        {"missed": {}},
        {"missed": ["x"] * 101},
    ],
)
def test_what_is_no_report_is_refused(forged: object) -> None:
    with pytest.raises(ValueError, match=r"none|no report"):
        rows.parse(forged)


def test_no_text_of_a_desk_moves_the_cursor_or_is_long(desks: rows.Board) -> None:
    odd = "a\x1b]0;x\x07\n" + "b" * 99
    forged = said(task=odd, cluster=odd, lesson=odd, missed=[odd], lessons={odd: "done", "loop": odd})
    desks.hear("eve\x1b[2J\n", rows.parse(forged), None, NOW)
    shown = board.text(desks.seats({"eve\x1b[2J\n": "ready"}, {}, NOW))
    assert "\x1b" not in shown and "\x07" not in shown and len(shown.splitlines()) == 2
    assert max(map(len, shown.splitlines())) < 270
    report = rows.parse(forged)
    assert len(report.missed[0]) == rows.LONGEST and list(report.lessons.values()) == ["done"]


def test_who_asks_for_help_stands_first_and_then_who_is_stuck(desks: rows.Board) -> None:
    for name, help_wanted in (("ada", None), ("zoe", None), ("linus", True)):
        desks.hear(name, rows.parse(said(good=4 if name == "ada" else 1)), help_wanted, NOW)
    lines = board.text(desks.seats({}, {}, minute(11))).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["linus", "zoe", "ada"]
    assert "HELP" in lines[1] and "STUCK" in lines[2] and "08" in lines[3]
    assert board.text([]) == "Nobody has taken a seat yet."


def test_the_rooms_progress_and_the_questions_that_were_missed_are_counted(desks: rows.Board) -> None:
    done: dict[str, object] = {"start_here": "done"}
    desks.hear("ada", rows.parse(said(lessons=done, missed=["a", "b"])), None, NOW)
    desks.hear("zoe", rows.parse(said(lessons={**done, "tls_and_host": "begun"}, missed=["b", "b"])), None, NOW)
    assert desks.progress(["start_here", "tls_and_host"]) == [("start_here", 0, 0, 2), ("tls_and_host", 2, 1, 0)]
    assert desks.missed() == [("b", 2), ("a", 1)]


def test_a_desk_says_the_task_that_was_touched_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FOLDER", tmp_path)
    monkeypatch.setattr(reporter, "PROGRESS", tmp_path / "up.json")
    assert rows.parse(report.report()) == rows.Report("not made yet")
    checks = json.dumps({"checks": [{"passed": True}, {"passed": False}, 7]})
    with progress.editing("lost-database") as record:
        progress.begin(record, "one")
        record.hints, record.checked, record.report = 2, progress.now(), checks
    heard = rows.parse(report.report())
    assert (heard.lesson, heard.task, heard.good, heard.of, heard.hints) == (
        "first_externalname", "lost-database", 1, 3, 2,
    )  # fmt: skip
    with progress.editing(f"{progress.LESSON}migration") as record:
        progress.begin(record, "one")
    heard = rows.parse(report.report())
    assert (heard.lesson, heard.task, heard.of, dict(heard.lessons)) == ("migration", "", 0, {"migration": "begun"})


@pytest.mark.parametrize(("answer", "passed", "missed"), [("a", "", 1), ("skip", "", 0), ("", "", 0), ("a", "now", 0)])
def test_a_prediction_is_missed_that_was_answered_and_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, passed: str, missed: int
) -> None:
    monkeypatch.setattr(progress, "FOLDER", tmp_path)
    slug = index.predictions("first_externalname")[0].slug
    with progress.editing(slug) as record:
        record.answer, record.done, record.passed = answer, True, passed and progress.now()
    assert len(rows.parse(report.report()).missed) == missed


def test_a_desk_of_ones_own_has_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(room_of_desk.BOARD, raising=False)
    assert room_of_desk.known() == room_of_desk.Room() and not room_of_desk.is_there()
    room_of_desk.require_released()
    with pytest.raises(CourseError, match="no desk of a workshop"):
        room_of_desk.tell(help=True)


@pytest.fixture
def hub_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str, bytes]]]:
    """A board on loopback that tells a desk what it asks for; what came: address, token, body."""
    heard: list[tuple[str, str, bytes]] = []

    class Board(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.path, self.headers["Authorization"], body))
            said = json.loads(body)
            answer = {"message": "Break", "lesson": 7, "held": True, "help": "now" if said.get("help") else ""}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *words: object) -> None:
            """Nothing of it stands in the tests' output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Board) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(room_of_desk, "FILE", tmp_path / "room.json")
        monkeypatch.setenv(room_of_desk.BOARD, f"http://127.0.0.1:{server.server_port}/desk")
        monkeypatch.setenv(room_of_desk.TOKEN, "mine")
        yield heard
        server.shutdown()


def test_a_desk_hears_what_is_said_to_all_and_gives_no_solution_meanwhile(
    hub_says: list[tuple[str, str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert room_of_desk.tell(help=True) == room_of_desk.Room("Break", "", True, "now") == room_of_desk.known()
    assert hub_says == [("/desk", "token mine", b'{"help": true}')]
    exercise = index.exercises("first_externalname")[0].slug
    for solution in (lambda: verbs.solve("lost-database"), lambda: verbs.solution(exercise)):
        with pytest.raises(CourseError, match="holds the solutions back"):
            solution()
    said = CliRunner().invoke(app, ["workshop", "help"]).output
    assert "You have asked for help" in said and "Your facilitator says: Break" in said
    assert "You do not ask" in CliRunner().invoke(app, ["workshop", "help", "--done"]).output
    monkeypatch.setenv(room_of_desk.BOARD, "http://127.0.0.1:1/desk")
    with pytest.raises(CourseError, match="does not answer"):
        room_of_desk.tell(help=True)
    assert room_of_desk.known().message == "Break", "what was said last stays"


def test_the_hub_reads_the_files_that_the_board_imports_and_shows() -> None:
    files = hub.settings()
    assert {"rows.py", "board.py", "board.html", "rows.html", "board.css", "board.js", "lessons.json"} <= set(files)
    assert [lesson["slug"] for lesson in json.loads(files["lessons.json"])] == [each.slug for each in catalog.lessons()]
    assert "from course" not in files["rows.py"] and "import course" not in files["rows.py"]
    assert "<script>" not in files["board.html"] and "style=" not in files["board.html"] + files["rows.html"]


def test_the_manifests_are_whole_and_all_in_the_rooms_namespace() -> None:
    objects = list(yaml.safe_load_all(hub.manifests("hub:1", "desk:1", 12)))
    assert {each["metadata"]["namespace"] for each in objects} == {hub.NAMESPACE}
    assert {each["kind"] for each in objects} >= {"Deployment", "Role", "NetworkPolicy", "PersistentVolumeClaim"}
    published = [
        port["nodePort"]
        for each in objects
        if each["kind"] == "Service"
        for port in each["spec"]["ports"]
        if "nodePort" in port
    ]
    assert published == [hub.NODE_PORT]
    roles = [rule for each in objects if each["kind"] == "Role" for rule in each["rules"]]
    assert not [rule for rule in roles if "secrets" in rule["resources"] or "*" in rule["verbs"]]


def test_the_hub_is_published_to_this_machine_alone() -> None:
    ports = yaml.safe_load(hub._kind_config())["nodes"][0]["extraPortMappings"]
    assert ports == [{"containerPort": hub.NODE_PORT, "hostPort": hub.PORT, "listenAddress": "127.0.0.1"}]


def test_the_network_that_a_hub_brings_with_it_is_noted_as_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine and kind are not run: there must be no network yet, and there is one while others test."""
    there: list[str] = []

    class Bare(Fixed):
        def inspect(self, kind: str, name: str, form: str) -> str:
            return "".join(there) if kind == "network" else ""

    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    monkeypatch.setattr(outside, "MADE_NETWORK", tmp_path / "network.json")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setattr(images, "node_image", lambda engine, say: "node:1")
    monkeypatch.setattr(hub, "_kind", lambda engine, *words, text: there.append("a-network"))
    monkeypatch.setattr(hub, "kubectl", lambda *words, **more: "")
    engine = Bare("podman", "")
    hub._ensure_cluster(engine, hub.AT_HOME, print)
    assert outside.noted_network(engine) == "a-network"


def test_a_desk_may_have_as_many_tasks_as_it_needs() -> None:
    (mount,) = yaml.safe_load(hub._kind_config())["nodes"][0]["extraMounts"]
    assert mount["containerPath"] == hub.LIMITS and "DefaultTasksMax=infinity" in Path(mount["hostPath"]).read_text()


def test_as_many_seats_as_the_memory_carries(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hub.fit("MemAvailable:  4000000 kB\n") == 1
    assert hub.fit("MemAvailable:  1000000 kB\n") == 0
    plenty = "MemAvailable:  400000000 kB\n"
    assert [hub.fit(plenty, processors) for processors in (1, 2, 4)] == [0, 20, 60]
    for most, wanted, said, next in (
        (3, 4, "there is room for 3", "./course workshop up --seats 3 --idle 30"),
        (hub.SEATS_AT_MOST, 250, "addresses for the Pods of 230", "./course workshop up --seats 230 --idle 30"),
        (0, 1, "there is room for 0", "Free some memory (free -h), then the same command again."),
    ):
        monkeypatch.setattr(hub, "fit", lambda most=most: most)
        with pytest.raises(CourseError, match=f"{wanted} seats do not fit") as error:
            hub._refuse_too_many(wanted, " --idle 30")
        assert said in error.value.why and error.value.next == next
        hub._refuse_too_many(most)
        hub._refuse_too_many(wanted, has=wanted)


def test_more_seats_for_a_room_at_work_fit_beside_its_desks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four desks run, and the memory that is free carries two more."""
    monkeypatch.setattr(hub, "fit", lambda: 2)
    monkeypatch.setattr(hub, "kubectl", lambda *words: "pod/1\npod/2\npod/3\npod/4\n")
    hub._refuse_too_many(6, has=4, at_work=hub.desks_at_work())
    with pytest.raises(CourseError, match="7 seats do not fit") as caught:
        hub._refuse_too_many(7, has=4, at_work=hub.desks_at_work())
    assert "there is room for 6" in caught.value.why and caught.value.next == "./course workshop up --seats 6"

    def silent(*words: str) -> str:
        raise CourseError("The cluster is stopped.")

    monkeypatch.setattr(hub, "kubectl", silent)
    assert hub.desks_at_work() == 0


class Machine(Fixed):
    """An engine without a room, whose images are on the disk of `store`."""

    store = "/"

    def inspect(self, kind: str, name: str, form: str) -> str:
        return ""

    def output(self, *words: str | Path, **more: object) -> str:
        return json.dumps({"MemTotal": 1, "OSType": "linux", "DockerRootDir": self.store})


def test_what_is_wrong_with_a_machine_has_a_line_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    machine = Machine("docker", "29")
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        monkeypatch.setattr(hub, "PORT", somebody.getsockname()[1])
        for findings in (
            [*preflight.of(machine, 300), preflight.memory(300, 2, 0), preflight.memory(1, 0, 0)],
            [preflight.disk("/var/lib/docker", 3 * 10**9, 2), preflight.watchers(2, 80)],
        ):
            assert all(found.next for found in findings if not found.good) and not all(each.good for each in findings)
        place, rights, *_, desk = preflight.of(machine, 1)
        assert "is taken" in place.text and place.next.startswith("ss -ltnp") and rights.good
        assert desk == preflight.Finding(False, desk.text, "./course workshop image")
    assert preflight.of(machine, 1)[0].good, "the port is free again"
    assert preflight.memory(300, 2, 0).next == "./course workshop up --seats 2"
    assert preflight.memory(6, 2, 4).good and preflight.memory(1, 0, 0).next == "free -h"
    assert preflight.disk("/var/lib/docker", 4 * 10**9, 2).good
    assert preflight.disk("/var/lib/docker", 3 * 10**9, 2).next == "df -h /var/lib/docker"
    assert preflight.watchers(2, 90).good and preflight.watchers(2, 80).next.endswith("max_user_instances=360")


def test_the_disk_that_counts_is_the_engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the one on which this clone is."""
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    machine = Machine("docker", "29")
    machine.store = str(tmp_path)
    assert any(str(tmp_path) in found.text for found in preflight.of(machine, 1))
    machine.store = str(tmp_path / "elsewhere")
    (disk,) = [found for found in preflight.of(machine, 1) if "elsewhere" in found.text]
    assert not disk.good and disk.next == "docker info"


def test_off_linux_a_room_of_this_machine_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    for ask in (lambda: preflight.of(Machine("docker", "29"), 1), lambda: hub.up(Machine("docker", "29"), 1, print)):
        with pytest.raises(CourseError, match="needs Linux"):
            ask()


def test_another_cluster_is_checked_as_up_asks_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cluster is an answer for each kind of thing: one node, a Pod of a shop, no StorageClass."""
    node = {"metadata": {"name": "a"}, "spec": {}, "status": {"allocatable": SIZE | {"memory": "4G"}}}
    pod = {"metadata": {"namespace": "shop"}, "spec": {"containers": []}, "status": {}}
    things = {"nodes": [node], "pods": [pod], "storageclasses": []}
    for name in ("RECORD", "KUBECONFIG", "EXPORTED"):
        monkeypatch.setattr(hub, name, tmp_path / name.lower())
    monkeypatch.setattr(elsewhere, "_kubeconfig", lambda context: nullcontext())
    monkeypatch.setattr(
        hub,
        "kubectl",
        lambda *words, **more: (
            json.dumps({"items": things[words[1]]}) if "-A" in words or words[1] in ("nodes", "storageclasses") else ""
        ),
    )
    result = CliRunner().invoke(app, ["workshop", "check", "--seats", "3", "--context", "theirs"])
    said = result.output.splitlines()
    assert result.exit_code == 1
    assert [line[:7] for line in said] == ["wrong: ", "       ", "ok:    ", "wrong: ", "       ", "ok:    "]
    assert "shop (1)" in said[0] and "--context theirs --yes" in said[1] and "room for 3 desks" in said[2]
    assert "annotate storageclass" in said[4] and "it takes privileged Pods" in said[5]
    annotated = {"metadata": {"name": "standard", "annotations": {elsewhere.DEFAULT_CLASS: "true"}}}
    monkeypatch.setitem(things, "storageclasses", [annotated])
    result = CliRunner().invoke(app, ["workshop", "check", "--seats", "3", "--context", "theirs", "--yes"])
    assert result.exit_code == 0 and "other people's Pods beside the desks are known of" in result.output
    state.write(hub.RECORD, id="1")
    with pytest.raises(CourseError, match="The hub is up already"):
        elsewhere.check(3, elsewhere.Place("theirs"))


def test_what_is_to_be_typed_again_has_the_options_of_the_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    assert hub.again() == "./course workshop up --seats 2"
    state.write(hub.RECORD, id="1", listen="127.0.0.1")
    assert hub.again(5) == "./course workshop up --seats 5"
    state.write(hub.RECORD, id="1", listen="0.0.0.0")  # noqa: S104
    assert hub.again() == "./course workshop up --seats 2 --listen 0.0.0.0"
    state.write(hub.RECORD, id="1", context="theirs")
    assert hub.again() == "./course workshop up --seats 2 --context theirs"
    door = entrance.Entrance("0.0.0.0", Path("a room.crt"), Path("room.key"))  # noqa: S104
    wishes = hub.Wishes({}, "kata", Path("provider.env"))
    here = hub.options(30, wishes, door)
    there = elsewhere.options(elsewhere.Place("theirs", "registry.example.com", yes=True), hub.IDLE, wishes)
    usual, odd = hub.options(hub.IDLE, hub.USUAL), elsewhere.options(elsewhere.Place("a b"), 1, wishes)
    for options in (here, there, usual, odd):
        hub.remember(7, options)
        assert hub.again() == f"./course workshop up --seats 7{options}"
        documents.parse(shlex.split(hub.again()))
    both = " --oauth provider.env --runtime-class kata"
    assert here == f" --idle 30 --listen 0.0.0.0 --certificate 'a room.crt' --key room.key{both}"
    assert there == f" --context theirs --registry registry.example.com{both} --yes"
    assert usual == ""


def test_what_is_not_typed_again_stays_as_the_room_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`up` is not run: what it is called with is what counts."""
    called: list[tuple[float, entrance.Entrance, hub.Wishes]] = []

    def made(_: Engine, seats: int, say: object, *words: float | entrance.Entrance | hub.Wishes) -> hub.Room:
        called.append(words)  # type: ignore[arg-type]
        return hub.Room("http://here", "abcd-efgh", "")

    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    monkeypatch.setattr(engine, "choose", lambda say: Fixed("podman", ""))
    monkeypatch.setattr(hub, "up", made)
    monkeypatch.setattr(hub, "administrator", lambda: ("", ""))
    files = [tmp_path / name for name in ("room.crt", "room.key", "new.crt", "new.key")]
    for pair in (files[:2], files[2:]):
        for path, pem in zip(pair, entrance.pair(hub.AT_HOME), strict=True):
            path.write_text(pem)

    def up(*options: str) -> str:
        result = CliRunner().invoke(app, ["workshop", "up", "--seats", "3", *options], catch_exceptions=False)
        idle, door, wishes = called[-1]
        hub.remember(3, hub.options(idle, wishes, door))
        return result.output

    given = ("--certificate", str(files[0]), "--key", str(files[1]))
    assert "As before" not in up() and called[-1] == (hub.IDLE, hub.AT_HOME, hub.USUAL)
    assert "As before" not in up("--idle", "30", *given)
    said = " ".join(up().split())
    assert f"since you typed nothing else: --idle 30 --certificate {files[0]} --key {files[1]}" in said
    assert called[-1] == called[-2] == (30, entrance.Entrance("127.0.0.1", files[0], files[1]), hub.USUAL)
    up("--idle", "120", "--certificate", str(files[2]), "--key", str(files[3]))
    assert called[-1] == (hub.IDLE, entrance.Entrance("127.0.0.1", files[2], files[3]), hub.USUAL)
    files[3].unlink()
    for _ in range(2):
        up()
        assert called[-1] == (hub.IDLE, entrance.Entrance("127.0.0.1", files[2], files[3], gone=True), hub.USUAL)
    named = ["workshop", "up", "--seats", "3", "--certificate", str(files[2]), "--key", str(files[3])]
    assert isinstance(error := CliRunner().invoke(app, named).exception, CourseError) and "cannot be read" in error.what


def test_what_of_a_room_elsewhere_stays_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    names = ("--idle", "--registry", "--runtime-class")
    state.write(hub.RECORD, context="theirs", id="1")
    hub.remember(7, " --context theirs --registry r.example --idle 30 --runtime-class 'a b' --yes")
    said: list[str] = []
    assert hub.with_before("another", dict.fromkeys(names), said.append) == {} and said == []
    known = hub.with_before("theirs", {**dict.fromkeys(names), "--idle": 5.0}, said.append)
    assert known == {"--idle": "5.0", "--registry": "r.example", "--runtime-class": "a b"}
    assert said == ["As before, since you typed nothing else: --registry r.example --runtime-class 'a b'"]
    assert hub.with_before("theirs", {"--runtime-class": ""}, said.append) == {"--runtime-class": ""}


def test_what_failed_is_said_with_the_rooms_own_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    monkeypatch.setattr(hub, "KUBECONFIG", tmp_path / "kubeconfig")
    hub.KUBECONFIG.write_text("damaged")
    with pytest.raises(CourseError) as caught:
        hub.kubectl("get", "nodes")
    assert caught.value.next == "the same command again"
    hub.remember(7, " --listen 127.0.0.2")
    with pytest.raises(CourseError) as caught:
        hub.kubectl("get", "nodes")
    assert caught.value.next == "./course workshop up --seats 7 --listen 127.0.0.2"
    monkeypatch.setattr(hub, "kubectl", lambda *words: "7")
    with pytest.raises(CourseError, match="has 7 seats, not 9") as caught:
        warm.warm(9, print)
    up, then = caught.value.next.split(", then ")
    assert up == "./course workshop up --seats 9 --listen 127.0.0.2" and then == "./course workshop warm --seats 9"


@pytest.mark.parametrize(
    ("said", "what", "next"),
    [
        (
            "Active user limit exceeded. Try again in a few minutes.",
            "The hub has 2 seats, and none is left for seat-01, seat-02.",
            "./course workshop up --seats 3, then ./course workshop warm --seats 2; or stop such a desk",
        ),
        (
            "Too many users trying to log in right now. Try again in 40 seconds.",
            "The hub starts other desks now.",
            "./course workshop warm, in half a minute",
        ),
        ("no such name", "kubectl exec failed.", "as it was"),
    ],
)
def test_a_full_room_is_told_from_a_busy_one(
    said: str, what: str, next: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JupyterHub says 429 of both; its words are those of jupyterhub 6.1.1."""

    def kubectl(*words: str, **more: object) -> str:
        if words[0] == "exec":
            raise CourseError("kubectl exec failed.", f'The hub says of seat-01/server: 429 "{said}"', "as it was")
        return "2"

    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    hub.remember(2, "")
    monkeypatch.setattr(hub, "kubectl", kubectl)
    own, ahead, gone = (
        rows.Seat(name, desk, state, "", "", "", None, None, "", 0, 0)
        for name, desk, state in (
            ("facilitator", "facilitator", "ready"),
            ("ada", "seat-03", "ready"),
            ("zoe", "zoe", "stopped"),
        )
    )
    monkeypatch.setattr(hub, "on_the_board", lambda: [own, ahead, gone])
    with pytest.raises(CourseError) as caught:
        warm.warm(0, lambda _: None)
    assert caught.value.what == what and caught.value.next.startswith(next)
    if "Active" in said:
        assert "at desks of their own: facilitator." in caught.value.why


@pytest.mark.parametrize(
    ("save", "take", "what", "next"),
    [
        (
            "echo Error: checksum failed >&2; exit 125",
            "echo ctr: unrecognized >&2; exit 1",
            "cannot read hub:1",
            "rmi hub:1",
        ),
        ("echo Error: write: broken pipe >&2; exit 125", "echo no space >&2; exit 1", "cannot be carried to", "df -h"),
        ("exit 0", "echo no space >&2; exit 1", "cannot be carried to", "df -h"),
    ],
)
def test_an_image_that_is_not_carried_is_said_by_whose_fault_it_is(
    save: str, take: str, what: str, next: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine is a script: a damaged store and a full node are not to be had for real."""
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    (tmp_path / "podman").write_text(f"#!/bin/sh\n[ $1 != save ] || {{ {save}; }}\ncat > /dev/null\n{take}\n")
    (tmp_path / "podman").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(CourseError, match=what) as caught:
        hub.load(Engine("podman", "5", {}), "hub:1", "node")
    assert next in caught.value.next


def test_a_room_whose_record_is_damaged_is_not_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be in a cluster of the facilitator's, with all desks."""
    for name in ("RECORD", "KUBECONFIG"):
        monkeypatch.setattr(hub, name, tmp_path / name.lower())
    monkeypatch.setattr(hub, "_node", lambda engine: ("", ""))
    hub.RECORD.write_text('{"version": 1, "context": "theirs", "id": "1",')
    with pytest.raises(CourseError, match="it said where the hub is") as caught:
        hub.down(Engine("podman", "5", {}), print)
    assert hub.RECORD.exists() and f"delete namespace {hub.NAMESPACE}" in caught.value.next
    state.write(hub.RECORD, id="1")
    hub.down(Engine("podman", "5", {}), print)
    assert not hub.RECORD.exists()


def test_somebody_elses_hub_is_left_alone() -> None:
    for verb in (hub.seats, lambda engine: hub.down(engine, print), lambda engine: hub.up(engine, 1, print)):
        with pytest.raises(Foreign, match="did not make"):
            verb(Fixed("podman", "another|running|1"))


class Half(Fixed):
    """An engine that keeps a node; mounts: what the node has of a clone. Its version is the node's id."""

    mounts = str(hub.RECIPE / "limits.conf")

    def inspect(self, kind: str, name: str, form: str) -> str:
        if form == hub.MOUNTED:
            return self.mounts
        there = self.variables.get("id", "")
        return f"{there}|running|1" if there and form == containers.FIELDS else there

    def run(self, *words: str | Path, text: str | None = None, timeout: float = 60) -> shell.Completed:
        if words[0] == "rm":
            self.variables.pop("id")
        return super().run(*words)


@pytest.fixture
def half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Half:
    """A machine on which an `up` was interrupted while kind made the cluster."""
    engine = Half("podman", "")

    def killed(engine: Engine, *words: str, text: str) -> None:
        engine.variables["id"] = "half"
        raise KeyboardInterrupt

    for name in ("RECORD", "KUBECONFIG", "EXPORTED"):
        monkeypatch.setattr(hub, name, tmp_path / name.lower())
    monkeypatch.setattr(images, "node_image", lambda engine, say: "node:1")
    monkeypatch.setattr(hub, "kubectl", lambda *words, **more: "")
    monkeypatch.setattr(kind_cluster, "noting_the_network", lambda engine, say: nullcontext())
    monkeypatch.setattr(hub, "_kind", killed)
    with pytest.raises(KeyboardInterrupt):
        hub._ensure_cluster(engine, hub.AT_HOME, print)
    return engine


def test_a_cluster_that_was_being_made_is_ours_and_is_made_anew(half: Half, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.refuse_foreign(half)
    hub._refuse_another_door(entrance.Entrance("127.0.0.2"), 3)
    export.refuse_to_lose(print)
    monkeypatch.setattr(hub, "_kind", lambda engine, *words, text: engine.variables.update(id="whole"))
    hub._ensure_cluster(half, hub.AT_HOME, print)
    assert state.text(state.read(hub.RECORD), "id") == "whole" and hub.is_whole()
    half.variables["id"] = "another"
    with pytest.raises(Foreign):
        hub.refuse_foreign(half)


def test_a_cluster_that_was_being_made_is_removed(half: Half) -> None:
    hub.down(half, print)
    assert half.variables == {} and not hub.RECORD.exists()


def test_half_a_cluster_of_another_copys_is_left_alone(half: Half) -> None:
    half.mounts = "/another/clone/workshop/hub/limits.conf"
    with pytest.raises(Foreign):
        hub.down(half, print)
    assert half.variables == {"id": "half"}


def test_nothing_is_written_down_of_a_cluster_that_kind_could_not_make(
    half: Half, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(engine: Engine, *words: str, text: str) -> None:
        raise CourseError("kind create failed.")

    monkeypatch.setattr(hub, "_kind", fails)
    with pytest.raises(CourseError, match="kind create"):
        hub._ensure_cluster(half, hub.AT_HOME, print)
    assert not hub.RECORD.exists()


def test_somebody_elses_container_of_the_bakerys_name_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, ...]] = []
    monkeypatch.setattr(Fixed, "run", lambda _, *words: told.append(words))
    for label in ("somebody", ""):
        with pytest.raises(CourseError, match="did not make"):
            bakery._remove_left(Fixed("podman", f"id|{label}"))
    assert told == []
    bakery._remove_left(Fixed("podman", f"id|{paths.cache()}"))
    assert told == [("rm", "-f", "-v", "-t", "0", "id")], "a killed build's own goes"


def test_without_a_hub_there_is_no_board() -> None:
    with pytest.raises(NotReady, match="There is no hub"):
        hub.seats(Fixed("podman", ""))


def test_a_join_code_has_no_letter_that_is_taken_for_another() -> None:
    assert not set("il1o0") & set(hub.LETTERS) and len(hub.LETTERS) ** 8 > 10**11


class Secrets:
    """A cluster that keeps the room's Secret, as kubectl speaks of it."""

    def __init__(self) -> None:
        self.held = dict[str, str]()

    def __call__(self, *words: str, text: str = "", **more: object) -> str:
        if words[:2] == ("create", "-f"):
            self.held |= yaml.safe_load(text)["stringData"]
        if words[0] == "patch":
            self.held |= json.loads(words[-1])["stringData"]
        data = {name: base64.b64encode(value.encode()).decode() for name, value in self.held.items()}
        return json.dumps({"data": data}) if words[0] == "get" and data else ""


def test_the_facilitators_password_is_given_until_it_was_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first `up` may have ended before it came to that."""
    monkeypatch.setattr(hub, "kubectl", Secrets())
    first = hub.make_secrets("http://here")
    assert len(first.password) == 16 and hub.make_secrets("http://here") == first
    hub.note_shown()
    assert hub.make_secrets("http://here") == hub.Room("http://here", first.code, "")


def test_a_lost_password_of_the_facilitators_is_printed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cluster is a script: kubectl's words for it are checked by the machine's tests."""
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    with pytest.raises(NotReady, match="There is no hub"):
        hub.facilitators_password()
    state.write(hub.RECORD, id="1")
    monkeypatch.setattr(hub, "kubectl", lambda *words: "" if "oauth" in words else "a-password")
    said = CliRunner().invoke(app, ["workshop", "password"]).output
    assert said == "You are: facilitator. Your password: a-password\nJoin code: a-password\n"
    monkeypatch.setattr(hub, "administrator", lambda: ("the school", "prof"))
    with pytest.raises(CourseError, match="sign in to this room by the school"):
        hub.facilitators_password()


def test_a_password_that_was_forgotten_is_taken_out_and_no_other(tmp_path: Path) -> None:
    file = str(tmp_path / "passwords.dbm")
    with dbm.open(file, "c") as known:
        known["ada"] = known["žofia"] = known["zoe"] = b"a hash"
    forget = of_the_hub("forget").forget
    assert [forget(file, name) for name in ("ADA", "Žofia", "ada", "nobody")] == [True, True, False, False]
    with dbm.open(file, "r") as known:
        assert list(known.keys()) == [b"zoe"]


def test_who_has_forgotten_a_password_is_let_in_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def kubectl(*words: str) -> str:
        if words[0] == "exec":
            told.append(words[-1])
            return "forgotten\n" if words[-1] == "ada" else "unknown\n"
        return "" if "oauth" in words else "abcd-efgh"

    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    state.write(hub.RECORD, id="1")
    monkeypatch.setattr(hub, "kubectl", kubectl)
    said = CliRunner().invoke(app, ["workshop", "password", "ada"]).output
    assert "Sign in now as ada, with a new one and the join code: abcd-efgh" in said
    for name, what in (("zoe", "Nobody has signed in to this room as zoe"), ("Facilitator", "is not forgotten")):
        error = CliRunner().invoke(app, ["workshop", "password", name]).exception
        assert isinstance(error, CourseError) and what in error.what
        documents.parse(shlex.split(error.next))
    assert told == ["ada", "zoe"] and "forget.py" in hub.settings()


def test_no_volume_goes_before_the_room() -> None:
    """KubeSpawner removes one with its user, unless it is told not to."""
    assert "\nc.KubeSpawner.delete_pvc = False" in (hub.RECIPE / "jupyterhub_config.py").read_text()


def test_up_notes_that_the_password_was_shown_after_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[str] = []
    monkeypatch.setattr(engine, "choose", lambda say: Fixed("podman", ""))
    monkeypatch.setattr(hub, "up", lambda *words: hub.Room("http://here", "abcd-efgh", "a-password"))
    monkeypatch.setattr(hub, "administrator", lambda: ("", ""))
    monkeypatch.setattr(hub, "note_shown", lambda: noted.append("shown"))
    said = CliRunner().invoke(app, ["workshop", "up", "--seats", "1"]).output
    assert "Your password, which is shown once: a-password" in said and noted == ["shown"]
    assert "Only this machine reaches it." in said and "--listen 0.0.0.0" in said
    monkeypatch.setattr(hub, "up", lambda *words: hub.Room("http://here", "abcd-efgh", ""))
    assert "password" not in CliRunner().invoke(app, ["workshop", "up", "--seats", "1"]).output
    assert noted == ["shown"]


def test_a_room_of_an_earlier_version_gets_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Secrets()
    cluster.held = {"code": "abcd-efgh", "facilitator": "a-password", "proxy": "p"}
    monkeypatch.setattr(hub, "kubectl", cluster)
    assert hub.make_secrets("http://here") == hub.Room("http://here", "abcd-efgh", "a-password")
    assert len(cluster.held["warm"]) == 64


def test_nothing_is_removed_from_under_a_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    hub.refuse_to_go()
    hub.RECORD.write_text("{}")
    monkeypatch.setattr(kind_cluster, "refuse_other_state", lambda: None)
    monkeypatch.setattr(jupyterlab, "stop", lambda: pytest.fail("something was stopped"))
    error = CliRunner().invoke(app, ["down", "--all"]).exception
    assert isinstance(error, CourseError) and error.exit_code == 2 and "course workshop down" in str(error)


@pytest.mark.parametrize(
    ("book", "something"),
    [("", False), ("\n", False), ('{"tasks": {}}', False), ('{"tasks": {"loop": {}}}', True), ("damaged", True)],
)
def test_what_is_worth_an_export(book: str, something: bool) -> None:
    assert contents.read(f"{book}\n\n{contents.NOTHING}  -\n").worked_on is something


def test_a_desk_that_says_nothing_may_have_something() -> None:
    """A desk is its participant's: what it prints ends no export of all the others."""
    assert contents.read("").worked_on and contents.read("\n").worked_on


def test_a_file_that_no_task_knows_of_is_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk writes down what it gives; after it only what is as given may be lost."""
    monkeypatch.setattr(paths, "WORKSPACE", tmp_path)
    monkeypatch.setattr(paths, "PROGRESS", tmp_path / ".progress")

    def look() -> contents.Contents:
        return contents.read(shell.output(["sh", "-c", contents.LOOK.replace(contents.HERE, str(tmp_path))], doing=""))

    assert contents.is_new() and not look().worked_on
    notebook = tmp_path / "a lesson.ipynb"
    notebook.write_text("as it was made")
    assert look().worked_on, "a start that was killed has not said what it gave"
    contents.note_given()
    assert not contents.is_new() and not look().worked_on
    mine = tmp_path / "mine.yaml"
    mine.write_text("kind: Service")
    assert look().worked_on
    mine.unlink()
    assert not look().worked_on
    notebook.write_text("with my answer")
    assert look().worked_on


def test_what_was_changed_after_the_export_is_lost_whatever_file_it_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desks' commands are run here, on a folder; only the way to the Pods is not."""
    work, scripts = tmp_path / "work", list[str]()

    def script(*words: str) -> list[str]:
        scripts.append(words[-1].replace(contents.HERE, str(work)))
        return ["sh", "-c", scripts[-1]]

    for name in ("RECORD", "EXPORTED"):
        monkeypatch.setattr(hub, name, tmp_path / name.lower())
    hub.remember(2, "")
    monkeypatch.setattr(export, "volumes", lambda say: [export.Volume("ada", "claim", "a-uid", "desk")])
    monkeypatch.setattr(hub, "command", script)
    for folder in (".progress", ".ipynb_checkpoints"):
        (work / folder).mkdir(parents=True)
    notebook, book = work / "a lesson.ipynb", work / ".progress" / "progress.json"
    notebook.write_text("as it was made")
    with pytest.raises(CourseError, match="not exported: ada"):
        export.refuse_to_lose(print)  # nothing says that this is what the desk gave
    book.write_text('{"tasks": {"loop": {}}}\n')
    with pytest.raises(CourseError, match="not exported: ada"):
        export.refuse_to_lose(print)
    export.export(tmp_path / "room", print)
    assert (tmp_path / "room" / "ada.json").read_text() == book.read_text()
    notebook.touch()
    (work / ".ipynb_checkpoints" / "a lesson-checkpoint.ipynb").touch()
    scripts.clear()
    export.refuse_to_lose(print)
    assert len(scripts) == 1
    for path in (notebook, work / "my own.txt"):
        path.write_text("my work")
        with pytest.raises(CourseError, match="not exported: ada"):
            export.refuse_to_lose(print)
        export.export(tmp_path / "room", print)
        export.refuse_to_lose(print)


class Desks:
    """Desks that are scripts of this machine: what each answers when it is looked at, and when its archive is made."""

    def __init__(self, **scripts: tuple[str, str]) -> None:
        self.scripts = scripts

    def volumes(self, say: object) -> list[export.Volume]:
        return [export.Volume(name, f"claim-{name}", f"uid-{name}", name) for name in self.scripts]

    def command(self, *words: str) -> list[str]:
        look, archive = self.scripts[words[1]]
        return ["sh", "-c", archive if words[-1] == export.PACK else look]


SILENT = (f"printf '\\n\\n{contents.NOTHING}  -\\n'", "printf all")
WORKED = ("printf '{}\\n\\nsum  -\\n'", "printf all")


@pytest.fixture
def desks_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desks:
    """ada's is gone, bob's floods whoever looks, cyd's archive has no end, dan's hangs; eve and zoe are as others."""
    desks = Desks(
        ada=("echo 'pods \"ada\" not found' >&2; exit 1", "exit 1"),
        bob=("yes", "printf all"),
        cyd=(WORKED[0], "yes"),
        dan=("exec sleep 60", "printf all"),
        eve=SILENT,
        zoe=WORKED,
    )
    for name in ("RECORD", "EXPORTED"):
        monkeypatch.setattr(hub, name, tmp_path / name.lower())
    hub.remember(9, "")
    monkeypatch.setattr(export, "volumes", desks.volumes)
    monkeypatch.setattr(hub, "command", desks.command)
    monkeypatch.setattr(export, "MOST", 3_000_000)
    monkeypatch.setattr(export, "LOOKING", 0.5)
    return desks


def test_one_desk_keeps_nobody_elses_work_from_the_export(desks_of: Desks, tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(NotReady, match=r"Not exported: ada, bob, cyd, dan\.") as caught:
        export.export(tmp_path / "a room", said.append)
    assert caught.value.next.startswith(f"./course workshop export '{tmp_path}/a room'; ")
    assert sorted(path.name for path in (tmp_path / "a room").iterdir()) == [
        f"{name}.{end}" for name in ("eve", "zoe") for end in ("json", "tar.gz")
    ]
    reasons = dict(line.split(": ", 1) for line in said)
    assert 'pods "ada" not found' in reasons["ada"] and "did not end within" in reasons["dan"]
    assert all("sends more than" in reasons[name] for name in ("bob", "cyd"))
    assert reasons["Nothing done yet"] == "eve"


def test_before_a_room_goes_each_desk_is_named_and_none_hides_another(desks_of: Desks) -> None:
    said: list[str] = []
    with pytest.raises(CourseError) as caught:
        export.refuse_to_lose(said.append)
    unseen = ", ".join(f"{name} (cannot be looked at)" for name in ("ada", "bob"))
    assert caught.value.what == f"What was done is not exported: {unseen}, cyd, dan (cannot be looked at), zoe."
    looked = [line for line in said if line.startswith("looking at")]
    assert looked == [f"looking at what {name} did" for name in desks_of.scripts]


def test_no_desk_moves_the_cursor_by_how_it_fails(desks_of: Desks, tmp_path: Path) -> None:
    desks_of.scripts = {"ada": ("printf '\\033[2Jgone' >&2; exit 1", "")}
    said: list[str] = []
    with pytest.raises(NotReady):
        export.export(tmp_path / "room", said.append)
    assert said == ["ada: Reading ada failed. ?[2Jgone"]


@pytest.mark.parametrize(
    "make", ["ln -s /dev/zero", "mkfifo", "mkdir", "ln -s /nowhere", "head -c 9000000 /dev/zero >"]
)
@pytest.mark.parametrize("name", ["progress.json", contents.GIVEN])
def test_what_stands_in_the_place_of_the_progress_is_looked_at_within_limits(
    make: str, name: str, tmp_path: Path
) -> None:
    (tmp_path / ".progress").mkdir()
    subprocess.run(["sh", "-c", f"{make} {tmp_path}/.progress/{name}"], check=True)
    said = shell.run(["sh", "-c", contents.LOOK.replace(contents.HERE, str(tmp_path))], timeout=10)
    found = contents.read(said.stdout)
    assert said.returncode == 0 and len(said.stdout) < contents.MOST + 100
    assert found.files == contents.NOTHING and found.worked_on is ("9000000" in make)


@pytest.mark.parametrize("name", ["../x", "a/b", "/x", "..", "", "a b", "x\n", "a" * 500, "é" * 150])
def test_an_export_writes_into_its_folder_whatever_a_name_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk is a shell here."""
    monkeypatch.setattr(hub, "EXPORTED", tmp_path / "exported")
    monkeypatch.setattr(export, "volumes", lambda say: [export.Volume(name, "claim-x", "a-uid", "desk")])
    monkeypatch.setattr(hub, "command", lambda *words: ["sh", "-c", "printf all"])
    export.export(tmp_path / "room" / "today", print)
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"exported", *(f"room/today/unnamed~claim-x.{end}" for end in ("tar.gz", "json"))}


def test_a_name_as_the_hub_lets_it_in_is_the_name_of_its_files() -> None:
    for name in ("ada", "Žofia.müller", "a" * 40, "ada@example.com", "a+b_c-d"):
        assert export.file_name(export.Volume(name, "claim-x", "a-uid", "")) == name


def test_two_volumes_of_one_name_are_two_archives() -> None:
    """A room of an earlier version may have them: who came before `warm` was given another desk after it."""
    first, second = (export.Volume("zoe", claim, claim, "") for claim in ("claim-seat-01", "claim-zoe"))
    other = export.Volume("zoe-2", "claim-zoe-2", "3", "")
    assert export.named([first, second, other]) == {"zoe": first, "zoe~claim-zoe": second, "zoe-2": other}


def test_who_reads_a_stopped_desk_may_not_write_it_and_has_no_token() -> None:
    spec = export.reader("claim-ada", "hub:1")["spec"]
    assert isinstance(spec, dict)
    assert spec["automountServiceAccountToken"] is False and "securityContext" not in spec["containers"][0]
    assert spec["volumes"][0]["persistentVolumeClaim"] == {"claimName": "claim-ada", "readOnly": True}
    assert [mount["readOnly"] for mount in spec["containers"][0]["volumeMounts"]] == [True]


def test_an_archive_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sends(script: str) -> Path:
        monkeypatch.setattr(hub, "command", lambda *words: ["sh", "-c", script])
        with export._fetched("desk", tmp_path / "ada.tar.gz") as part:
            return part.replace(tmp_path / "ada.tar.gz")

    assert sends("printf all").read_text() == "all"
    monkeypatch.setattr(export, "MOST", 3_000_000)
    for script, said in (("yes", "sends more than 3,000,000 bytes"), ("printf half; echo no >&2; exit 3", "Why:   no")):
        with pytest.raises(CourseError, match=said):
            sends(script)
    assert [path.name for path in tmp_path.iterdir()] == ["ada.tar.gz"] and (
        tmp_path / "ada.tar.gz"
    ).read_text() == "all"


def test_a_disk_that_is_full_is_said_of_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/full is Linux's own full disk."""
    monkeypatch.setattr(hub, "command", lambda *words: ["sh", "-c", "yes"])
    (tmp_path / "ada.tar.gz.part").symlink_to("/dev/full")
    whole = export._fetched("desk", tmp_path / "ada.tar.gz")
    with pytest.raises(OSError) as caught, whole:  # noqa: PT011 - in the words of base/files, as any file's
        pass
    said = files.unusable(caught.value)
    assert said.what == f"{tmp_path / 'ada.tar.gz'} cannot be used." and said.next.startswith(f"df -h {tmp_path}, ")
    assert list(tmp_path.iterdir()) == []


def test_files_of_another_room_are_kept_and_those_of_this_one_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "EXPORTED", tmp_path / "exported")
    monkeypatch.setattr(export, "volumes", Desks(ada=WORKED).volumes)
    monkeypatch.setattr(hub, "command", Desks(ada=WORKED).command)
    room = tmp_path / "room"
    room.mkdir()
    for end in ("tar.gz", "json"):
        (room / f"ada.{end}").write_text("last week's")
    said: list[str] = []
    for _ in range(2):
        export.export(room, said.append)
    kept = sorted(path.name for path in room.iterdir() if path.read_bytes() == b"last week's")
    assert len(kept) == 2 and len([line for line in said if "is kept as" in line]) == 2
    assert len([*room.iterdir()]) == 4, "the second time this room's own are replaced"


def test_a_disk_that_is_full_ends_an_export_and_is_no_desks_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "volumes", Desks(ada=WORKED, zoe=WORKED).volumes)
    monkeypatch.setattr(hub, "command", Desks(ada=WORKED, zoe=WORKED).command)
    (tmp_path / "ada.tar.gz.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        export.export(tmp_path, print)
    assert list(tmp_path.iterdir()) == []


def test_volumes_are_there_without_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And where nobody has one, the hub is not asked: a room that was never whole has nothing to lose."""

    def claim(name: str, whose: str) -> dict[str, object]:
        annotations = {"hub.jupyter.org/username": whose} if whose else {}
        return {"metadata": {"name": name, "uid": f"uid-{name}", "annotations": annotations}}

    def kubectl(*words: str, **more: object) -> str:
        if words[0] == "exec":
            raise CourseError("kubectl exec failed.", "No Pod of the hub runs.")
        return json.dumps({"items": claims if words[1] == "persistentvolumeclaims" else []})

    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    state.write(hub.RECORD, id="1")
    monkeypatch.setattr(hub, "kubectl", kubectl)
    said: list[str] = []
    claims = [claim("hub", "")]
    assert export.volumes(said.append) == [] and said == []
    export.refuse_to_lose(said.append)
    claims = [claim("hub", ""), claim("claim-seat-01", "seat-01")]
    assert export.volumes(said.append) == [export.Volume("seat-01", "claim-seat-01", "uid-claim-seat-01", "")]
    assert said[0].startswith("The hub does not say who has which seat: No Pod of the hub runs.")


def test_the_way_to_a_cluster_elsewhere_may_lead_by_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also before anything is written down of it; on the way to this machine it is none, by no_proxy."""
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    monkeypatch.setattr(hub, "command", lambda *words, **more: ["sh", "-c", "echo $HTTPS_PROXY $no_proxy"])
    said = "http://proxy.example.com:3128 127.0.0.1,localhost\n"
    assert hub.kubectl("get", "nodes") == said
    with export._fetched("desk", tmp_path / "ada.tar.gz") as part:
        assert part.read_text() == said


def test_without_a_hub_there_is_nothing_to_export_and_nothing_to_lose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    with pytest.raises(NotReady, match="There is no hub"):
        export.export(tmp_path / "out", print)
    export.refuse_to_lose(print)


def test_the_hubs_helpers_may_do_what_they_need_alone() -> None:
    config = (hub.RECIPE / "jupyterhub_config.py").read_text()
    assert '"scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"]' in config
    assert '"scopes": ["admin:users", "servers", "access:services!service=board"]' in config
    assert '"scopes": ["list:users", "read:servers"]' in config
    environment = [
        each["name"]
        for made in yaml.safe_load_all(hub.manifests("hub:1", "desk:1", 12, idle=30))
        if made["kind"] == "Deployment" and made["metadata"]["name"] == "hub"
        for each in made["spec"]["template"]["spec"]["containers"][0]["env"]
        if each.get("value") == "1800" or each["name"] == "WARM"
    ]
    assert environment == ["IDLE_SECONDS", "WARM"]


def test_nobody_but_this_machine_is_let_in_without_tls(tmp_path: Path) -> None:
    at_home, open_door = entrance.chosen("127.0.0.1", None, None), entrance.chosen("0.0.0.0", None, None)  # noqa: S104
    assert not at_home.with_tls and open_door.with_tls and entrance.chosen("192.0.2.7", None, None).with_tls
    assert at_home.host == "127.0.0.1"
    (port,) = yaml.safe_load(hub._kind_config(open_door))["nodes"][0]["extraPortMappings"]
    assert port["listenAddress"] == "0.0.0.0"  # noqa: S104
    plain, secret = (hub.manifests("hub:1", "desk:1", 2, door=door) for door in (at_home, open_door))
    assert "--ssl-cert" not in plain and '"--ssl-cert=/etc/tls/tls.crt"]' in secret
    assert len(list(yaml.safe_load_all(secret))) == len(list(yaml.safe_load_all(plain)))


def test_a_certificate_of_ones_own_is_used_and_one_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    made, other = (entrance.pair(entrance.chosen("192.0.2.7", None, None)) for _ in range(2))
    assert len(entrance.fingerprint(made[0])) == 95
    certificate, key, wrong = tmp_path / "crt.pem", tmp_path / "key.pem", tmp_path / "wrong.pem"
    for path, text in ((certificate, made[0]), (key, made[1]), (wrong, other[1])):
        path.write_text(text)
    door = entrance.chosen("127.0.0.1", certificate, key)
    assert door.with_tls and entrance.pair(door) == made
    for odd in (wrong, certificate):
        with pytest.raises(CourseError, match="cannot be used"):
            entrance.chosen("127.0.0.1", certificate, odd)
    missing = tmp_path / "a room.pem"
    for pair in ((certificate, missing), (missing, key), (tmp_path, key)):
        with pytest.raises(CourseError) as caught:
            entrance.chosen("127.0.0.1", *pair)
        odd = tmp_path if tmp_path in pair else missing
        assert caught.value.what == f"{odd} cannot be read." and caught.value.next == f"ls -l {odd.parent}"
    with pytest.raises(CourseError, match="come together"):
        entrance.chosen("127.0.0.1", certificate, None)


def test_browsers_are_said_to_warn_of_a_certificate_that_was_made_here_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cluster is a dictionary that keeps the Secret."""
    held: dict[str, str] = {}

    def kept(*words: str, text: str = "") -> str:
        if words[0] == "apply":
            held["tls"] = json.dumps(yaml.safe_load(text))
        return held.get("tls", "")

    def warned(door: entrance.Entrance) -> bool:
        said: list[str] = []
        hub._certify(door, said.append)
        return bool(said) and said[-1] == entrance.fingerprint(certificate())

    def certificate() -> str:
        return base64.b64decode(json.loads(held["tls"])["data"]["tls.crt"]).decode()

    monkeypatch.setattr(hub, "kubectl", kept)
    own = entrance.Entrance("192.0.2.7")
    made, key = entrance.pair(own)
    (tmp_path / "room.crt").write_text(made)
    (tmp_path / "room.key").write_text(key)
    given = entrance.chosen("192.0.2.7", tmp_path / "room.crt", tmp_path / "room.key")
    assert warned(own) and warned(own)
    assert not warned(given) and certificate() == made
    assert not warned(own), "the given one is kept"
    (tmp_path / "room.crt").unlink()
    gone = entrance.chosen("192.0.2.7", given.certificate, given.key, remembered=True)
    said: list[str] = []
    assert hub._certify(gone, said.append) and certificate() == made and "is gone" in said[0]
    held.clear()
    with pytest.raises(CourseError, match=r"room\.crt cannot be read"):
        hub._certify(gone, said.append)


def test_another_certificate_is_another_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy reads its certificate when it starts."""
    held: dict[str, str] = {}
    monkeypatch.setattr(hub, "kubectl", lambda *words, text="": held.update(tls=text) if text else "")
    doors = []
    for number in range(2):
        certificate, key = tmp_path / f"{number}.crt", tmp_path / f"{number}.key"
        for path, pem in zip((certificate, key), entrance.pair(entrance.Entrance("127.0.0.2")), strict=True):
            path.write_text(pem)
        doors.append(entrance.chosen("127.0.0.1", certificate, key))

    def template(door: entrance.Entrance) -> object:
        made = hub.manifests("hub:1", "desk:1", 2, door=door, certificate=hub._certify(door, lambda _: None))
        return next(
            each["spec"]["template"]
            for each in yaml.safe_load_all(made)
            if (each["kind"], each["metadata"]["name"]) == ("Deployment", "proxy")
        )

    first, second = (template(door) for door in doors)
    assert first == template(doors[0]) and first != second
    assert template(hub.AT_HOME) != first


def test_a_door_that_nobody_can_open_is_found_before_anything_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """192.0.2.1 is an address for documentation: no machine has it."""
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        monkeypatch.setattr(hub, "PORT", port)
        monkeypatch.setattr(hub, "desk_image", lambda *words: pytest.fail("an image is built"))
        with pytest.raises(CourseError, match=rf"Port {port} of 127\.0\.0\.1 is taken\.") as caught:
            hub.up(Fixed("podman", ""), 1, print)
        assert caught.value.next == f"ss -ltnp 'sport = :{port}'"
        with pytest.raises(CourseError, match="is taken"):
            entrance.refuse_taken(entrance.Entrance(entrance.EVERYWHERE), port)
    with pytest.raises(CourseError, match=r"192\.0\.2\.1 is no address of this machine") as caught:
        hub.up(Fixed("podman", ""), 1, print, door=entrance.Entrance("192.0.2.1"))
    assert caught.value.next == "ip -4 addr"
    entrance.refuse_taken(hub.AT_HOME, port)


def test_a_machine_without_a_way_out_does_not_call_loopback_the_rooms_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's own answer to a machine without a route is an error of connect()."""
    everywhere = entrance.Entrance(entrance.EVERYWHERE)
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    monkeypatch.setattr(hub, "desk_image", lambda *words: pytest.fail("an image is built"))
    monkeypatch.setattr(entrance, "SOMEWHERE", ("256.0.2.1", 9))
    with pytest.raises(CourseError, match="Which address of this machine") as caught:
        hub.up(Fixed("podman", ""), 1, print, door=everywhere)
    assert caught.value.next == "ip -4 addr, then the same command with --listen ADDRESS"
    monkeypatch.setattr(entrance, "_own_address", lambda: "192.0.2.7")
    assert everywhere.host == "192.0.2.7"


def test_a_room_that_listens_everywhere_is_called_by_the_address_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    state.write(hub.RECORD, id="1", listen=entrance.EVERYWHERE)
    hub._refuse_another_door(entrance.Entrance("192.0.2.7"), 3)
    with pytest.raises(CourseError, match=r"listens on 0\.0\.0\.0, not on 127\.0\.0\.1"):
        hub._refuse_another_door(hub.AT_HOME, 3)  # it would be open to all without TLS


def test_what_kind_could_not_do_has_a_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "kind", lambda: "false")
    with pytest.raises(CourseError, match="kind create cluster failed") as caught:
        hub._kind(Fixed("podman", ""), "create", "cluster")
    assert caught.value.next.startswith("./course doctor")


@pytest.mark.parametrize("listen", ["", "localhost", "::", "300.1.1.1", "0.0.0.0:80"])
def test_what_is_no_address_is_not_listened_on(listen: str) -> None:
    with pytest.raises(CourseError, match="no address to listen on"):
        entrance.chosen(listen, None, None)


def test_the_door_of_a_hub_that_is_up_is_not_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    hub._refuse_another_door(entrance.Entrance("127.0.0.2"), 3)
    state.write(hub.RECORD, id="1")
    hub._refuse_another_door(hub.AT_HOME, 3)
    with pytest.raises(CourseError, match=r"listens on 127\.0\.0\.1, not on 127\.0\.0\.2") as caught:
        hub._refuse_another_door(entrance.Entrance("127.0.0.2"), 3)
    assert caught.value.next.startswith("./course workshop up --seats 3; or")


def test_a_name_is_held_against_the_pattern_to_its_end(room: ModuleType) -> None:
    """JupyterHub looks at the beginning alone."""
    config = (hub.RECIPE / "jupyterhub_config.py").read_text()
    (providers,) = re.findall(r'username_pattern = r"(.+?)"', config)
    own = room.NAME
    for pattern in (own, providers):
        assert [bool(re.match(pattern, name)) for name in ("ada", "a" * 81, "ada<b>", "ada\n", "a/b")] == [
            *(True, False, False, False, False)
        ]
    assert not re.match(own, "a" * 41) and re.match(providers, "ada@example.com")
    assert config.index("self.validate_username(name)") < config.index("seat(handler, name)"), "before a seat is given"


def test_what_a_name_may_have_is_said_as_it_is(room: ModuleType) -> None:
    """In the sentence that refuses one, and on the page before it is typed."""
    assert all(re.match(room.NAME, name) for name in ("ada.l-1_x", "Žofia", "a" * 40))
    assert not any(re.match(room.NAME, name) for name in ("", "Ada Lovelace", "../x", "a,b", "<script>", "a" * 41))
    rule = room.NO_NAME.removeprefix("A name has ").removesuffix(".")
    assert rule == "up to 40 letters, digits, dots, hyphens or underscores, and no blanks"
    assert rule in " ".join((hub.RECIPE / "login.html").read_text().split())


@pytest.mark.parametrize(
    ("quantity", "number"),
    [
        *(("16Gi", 2**34), ("32879508Ki", 32879508 * 1024), ("4G", 4e9), ("1500", 1500), ("2.5k", 2500)),
        *(("1e9", 1e9), ("12E3", 12000), ("1E-1", 0.1), ("2T", 2e12), ("12E", 12e18), ("3P", 3e15)),
        *(("1Ti", 2**40), ("2Pi", 2**51), ("1Ei", 2**60), ("500m", 0.5), ("5Xi", 0), ("much", 0)),
    ],
)
def test_a_quantity_of_kubernetes_is_a_number(quantity: str, number: float) -> None:
    assert elsewhere.in_bytes(quantity) == number


def test_a_room_whose_cluster_is_gone_can_be_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kubeconfig that is kept leads to a port of this machine at which nobody listens."""
    for name in ("RECORD", "KUBECONFIG", "EXPORTED"):
        monkeypatch.setattr(hub, name, tmp_path / name.lower())
    server = {"clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}]}
    context = {"contexts": [{"name": "theirs", "context": {"cluster": "c", "user": ""}}], "current-context": "theirs"}
    hub.KUBECONFIG.write_text(yaml.safe_dump(server | context))
    state.write(hub.RECORD, context="theirs", id="a-uid")
    for refused in (elsewhere.down, export.refuse_to_lose):
        with pytest.raises(CourseError) as caught:
            refused(print)
        assert caught.value.next.endswith(": ./course workshop down --yes") and hub.RECORD.exists()
    said = CliRunner().invoke(app, ["workshop", "down", "--yes"]).output
    assert "does not answer" in said and "kubectl --context theirs delete namespace workshop" in said
    assert list(tmp_path.iterdir()) == []


class Namespace:
    """A cluster that keeps the room's namespace, as kubectl speaks of it; then: what comes after it was made."""

    def __init__(self, then: BaseException | None = None) -> None:
        self.held: dict[str, object] = {}
        self.then = then

    def __call__(self, *words: str, text: str = "", **more: object) -> str:
        if words[0] == "create" and "Namespace" in text:
            if self.held:
                raise CourseError("kubectl create failed.", "AlreadyExists")
            self.held = {**yaml.safe_load(text)["metadata"], "uid": "a-uid"}
            if self.then:
                raise self.then
        if words[:2] == ("delete", "namespace"):
            self.held = {}
        if words[:2] == ("get", "persistentvolumes"):
            return '{"items": []}'
        return json.dumps({"metadata": self.held}) if words[:2] == ("get", "namespace") and self.held else ""


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Namespace:
    """A cluster in which an `up` was interrupted when it had made the namespace."""
    cluster = Namespace(then=KeyboardInterrupt())
    for name in ("RECORD", "KUBECONFIG", "EXPORTED"):
        monkeypatch.setattr(hub, name, tmp_path / name.lower())
    monkeypatch.setattr(hub, "kubectl", cluster)
    with pytest.raises(KeyboardInterrupt):
        elsewhere._claim("theirs")
    return cluster


def test_a_namespace_that_was_being_made_is_ours(begun: Namespace) -> None:
    assert not hub.is_whole()
    export.refuse_to_lose(print)
    assert elsewhere._own_namespace("theirs") == "a-uid" and hub.is_whole()
    begun.held["uid"] = "another"
    with pytest.raises(Foreign, match="did not make"):
        elsewhere._own_namespace("theirs")


def test_a_namespace_that_was_being_made_is_removed(begun: Namespace) -> None:
    elsewhere.down(print)
    assert begun.held == {} and not hub.RECORD.exists()


def test_a_namespace_that_another_copy_made_meanwhile_is_left_alone(begun: Namespace) -> None:
    begun.held = {"uid": "another", "annotations": {hub.MARK: "another"}}
    with pytest.raises(Foreign, match="did not make"):
        elsewhere.down(print)
    with pytest.raises(CourseError, match="AlreadyExists"):
        elsewhere._claim("theirs")
    assert begun.held and not hub.RECORD.exists(), "nothing is written down of what is another copy's"
    with pytest.raises(Foreign, match="did not make"):
        elsewhere._own_namespace("theirs")


def test_a_namespace_whose_making_was_not_heard_of_to_the_end_is_ours(
    begun: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun.held, begun.then = {}, CourseError("kubectl create failed.", "no answer within 60 s")
    with pytest.raises(CourseError, match="no answer"):
        elsewhere._claim("theirs")
    assert elsewhere._own_namespace("theirs") == "a-uid"


def persistent(name: str, policy: str, phase: str = "Bound", namespace: str = hub.NAMESPACE) -> dict[str, object]:
    claim = {"claimRef": {"namespace": namespace}} if namespace else {}
    spec = {"persistentVolumeReclaimPolicy": policy, **claim}
    return {"metadata": {"name": name}, "spec": spec, "status": {"phase": phase}}


@pytest.fixture
def volumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """A cluster with a room and these volumes; what is called gone goes with the namespace."""
    held: list[dict[str, object]] = []

    def kubectl(*words: str, **more: object) -> str:
        if words[:2] == ("delete", "namespace"):
            held[:] = [each for each in held if each["metadata"] != {"name": "gone"}]
        if words[:2] == ("get", "persistentvolumes"):
            return json.dumps({"items": held})
        return json.dumps({"metadata": {"uid": "a-uid"}}) if words[:2] == ("get", "namespace") else ""

    for name in ("RECORD", "KUBECONFIG", "EXPORTED"):
        monkeypatch.setattr(hub, name, tmp_path / name.lower())
    state.write(hub.RECORD, context="their own", id="a-uid")
    monkeypatch.setattr(hub, "kubectl", kubectl)
    monkeypatch.setattr(elsewhere, "GOING", 0)
    return held


def test_volumes_that_outlive_the_room_are_named_with_what_removes_them(volumes: list[dict[str, object]]) -> None:
    """Those of another namespace, and of an earlier one of the same name, are somebody else's."""
    volumes += [persistent("kept", "Retain"), persistent("gone", "Delete"), persistent("stuck", "Delete")]
    volumes += [persistent("old", "Retain", "Released"), persistent("free", "Retain", "Available", "")]
    volumes += [persistent("shop", "Retain", namespace="shop")]
    said: list[str] = []
    elsewhere.down(said.append)
    assert "Volumes that stay there, with what participants did: kept, stuck." in said[-2]
    words = shlex.split(said[-1])
    assert words[:7] == ["kubectl", "--context", "their own", "patch", "persistentvolume", "kept", "stuck"]
    assert json.loads(words[-1]) == {"spec": {"persistentVolumeReclaimPolicy": "Delete"}}


def test_where_all_volumes_go_with_the_room_nothing_is_said_of_them(volumes: list[dict[str, object]]) -> None:
    volumes.append(persistent("gone", "Delete"))
    said: list[str] = []
    elsewhere.down(said.append)
    assert len(said) == 1 and not hub.RECORD.exists()


def test_who_may_not_ask_for_volumes_can_remove_a_room(
    volumes: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*words: str, **more: object) -> str:
        if words[1] == "persistentvolumes":
            raise CourseError("kubectl get failed.", "persistentvolumes is forbidden")
        return json.dumps({"metadata": {"uid": "a-uid"}}) if words[1] == "namespace" else ""

    monkeypatch.setattr(hub, "kubectl", forbidden)
    said: list[str] = []
    elsewhere.down(said.append)
    assert said[0] == "Whether volumes stay cannot be asked: persistentvolumes is forbidden"
    assert len(said) == 2 and not hub.RECORD.exists()


@pytest.mark.parametrize(("names", "chosen"), [(["fast", "slow"], "NAME"), (["standard"], "standard"), ([], "NAME")])
def test_a_storage_class_is_named_where_there_is_one_alone(
    names: list[str], chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    classes = {"items": [{"metadata": {"name": name}} for name in names]}
    monkeypatch.setattr(hub, "kubectl", lambda *words: json.dumps(classes))
    with pytest.raises(CourseError, match="no default StorageClass") as caught:
        elsewhere._refuse_without_volumes(elsewhere.Place("theirs"))
    assert caught.value.next.split()[3:6] == ["annotate", "storageclass", chosen]
    assert all(name in caught.value.why for name in names)


def test_of_several_kubeconfigs_the_contexts_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/nowhere/a:/nowhere/b")
    with pytest.raises(CourseError) as caught, elsewhere._kubeconfig("theirs"):
        pytest.fail("there is no such context")
    assert str(caught.value).endswith("KUBECONFIG=/nowhere/a:/nowhere/b kubectl config get-contexts")


def test_strangers_are_whose_pods_are_neither_kubernetes_own_nor_ours() -> None:
    names = ("kube-system", "local-path-storage", hub.NAMESPACE, "default", "shop", "shop", "kube", "workshop-2")
    pods = {"items": [{"metadata": {"namespace": name, "name": f"pod-{name}"}} for name in names]}
    assert elsewhere.strangers(pods) == {"default": 1, "shop": 2, "kube": 1, "workshop-2": 1}


def test_one_hub_at_a_time_and_options_of_one_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    hub.refuse_another_place("", 3)
    hub.refuse_another_place("theirs", 3)
    state.write(hub.RECORD, context="theirs", id="a-uid")
    assert hub.elsewhere() == "theirs"
    hub.refuse_another_place("theirs", 3)
    for other in ("", "another"):
        with pytest.raises(CourseError, match="in the cluster of the context theirs") as caught:
            hub.refuse_another_place(other, 3)
        assert caught.value.next.startswith("./course workshop up --seats 3 --context theirs; or")
    state.write(hub.RECORD, id="0" * 64, listen="127.0.0.1")
    with pytest.raises(CourseError, match="in a cluster of its own"):
        hub.refuse_another_place("theirs", 3)


@pytest.mark.parametrize(
    ("typed", "next"),
    [
        ("--listen 0.0.0.0 --context theirs --registry r.example", "--context theirs --registry r.example --idle 30"),
        ("--registry r.example", "--idle 30"),
        ("--runtime-class kata --listen 0.0.0.0", "--idle 30 --listen 0.0.0.0"),
    ],
)
def test_options_of_the_other_kind_are_refused_and_the_right_ones_stay(typed: str, next: str) -> None:
    error = CliRunner().invoke(app, ["workshop", "up", "--seats", "7", "--idle", "30", *typed.split()]).exception
    assert isinstance(error, CourseError) and error.next == f"./course workshop up --seats 7 {next}", error


def test_on_another_cluster_no_port_of_its_nodes_is_taken() -> None:
    for front, kind in ((hub.PUBLISHED, "NodePort"), (hub.INSIDE, "ClusterIP")):
        objects = list(yaml.safe_load_all(hub.manifests("hub:1", "desk:1", 2, front=front)))
        (service,) = [each for each in objects if (each["kind"], each["metadata"]["name"]) == ("Service", "proxy")]
        assert service["spec"]["type"] == kind
        assert ("nodePort" in service["spec"]["ports"][0]) == (kind == "NodePort")


PROVIDER = """# of the school
OAUTH_CLIENT_ID = room
OAUTH_CLIENT_SECRET=s=cret
OAUTH2_AUTHORIZE_URL=https://login.example.com/authorize
OAUTH2_TOKEN_URL=https://login.example.com/token
OAUTH2_USERDATA_URL=https://login.example.com/userinfo
OAUTH_ADMIN=prof
OAUTH_ALLOWED=*
"""


def test_a_provider_is_read_from_a_file_and_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "provider.env"
    monkeypatch.setattr(paths, "ROOT", tmp_path / "clone")
    with pytest.raises(CourseError, match="cannot be read"):
        provider.read(file)
    file.write_text(PROVIDER)
    found = provider.read(file)
    assert (found["OAUTH_CLIENT_ID"], found["OAUTH_CLIENT_SECRET"]) == ("room", "s=cret")
    assert found["LOGIN_SERVICE"] == "OAuth 2.0"
    file.write_text(PROVIDER.partition("\n")[2], encoding="utf-8-sig")
    assert provider.read(file) == found, "an editor's mark of the encoding is no part of the first key"
    file.write_text(PROVIDER.replace("OAUTH_ALLOWED=*", "OAUTH_ALLOWED="))
    with pytest.raises(CourseError, match=r"no OAUTH_ALLOWED\.") as caught:
        provider.read(file)
    assert "who may come in" in caught.value.why
    file.write_text(PROVIDER + "OAUTH_TLS_VERIFY=0\n")
    with pytest.raises(CourseError, match="OAUTH_TLS_VERIFY"):
        provider.read(file)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    with pytest.raises(CourseError, match="lies in this clone"):
        provider.read(file)


def test_a_runtime_that_isolates_better_is_handed_to_the_hub() -> None:
    """KubeSpawner puts extra_pod_config into the Pod's spec as it is."""

    def environment(**given: str) -> dict[str, str]:
        objects = yaml.safe_load_all(hub.manifests("hub:1", "desk:1", 2, **given))  # type: ignore[arg-type]
        (pod,) = [each["spec"]["template"] for each in objects if (each["kind"], each["metadata"]["name"]) == DEPLOYED]
        return {each["name"]: each.get("value", "") for each in pod["spec"]["containers"][0]["env"]}

    assert environment()["RUNTIME_CLASS"] == "" and environment(runtime="kata")["RUNTIME_CLASS"] == "kata"


@pytest.mark.parametrize(
    ("phase", "message", "said"),
    [
        ("Failed", 'Usage of EmptyDir volume "engine" exceeds the limit "10Gi". ', FULL),
        ("Failed", "Pod ephemeral local storage usage exceeds the total limit of containers 10Gi. ", FULL),
        ("Failed", "The node was low on resource: memory. ", "the memory of its machine was full"),
        ("Failed", "", "it failed"),
        ("Running", "", ""),
        ("Succeeded", "", ""),
    ],
)
def test_why_a_desk_ended_is_a_sentence(phase: str, message: str, said: str) -> None:
    assert of_the_hub("ended").why({"status": {"phase": phase, "message": message}}) == said


def test_why_a_desk_did_not_begin_is_what_kubernetes_said_last() -> None:
    events = [
        {"reason": "FailedScheduling", "message": "0/1 nodes are available: 1 Too many pods."},
        {"reason": "FailedScheduling", "message": "0/1 nodes are available: 1 Insufficient memory."},
        {"reason": "Pulling", "message": None},
    ]
    of = of_the_hub("ended").not_begun
    assert of(events) == "no machine had room for it (0/1 nodes are available: 1 Insufficient memory.)"
    assert of(events[2:]) == of([]) == "it did not begin in time"


def test_an_end_is_known_until_the_next_start_and_stands_on_the_board(tmp_path: Path, desks: rows.Board) -> None:
    ended = of_the_hub("ended")
    known = ended.Ended(tmp_path / "ended.json")
    assert known.all() == {} and of_the_hub("ended").why(None) == ""
    known.note("seat-01", FULL)
    again = ended.Ended(tmp_path / "ended.json").all()
    (seat,) = desks.seats({}, {"seat-01": "ada"}, NOW, again)
    assert (seat.name, seat.state) == ("ada", f"stopped: {FULL}")
    (seat,) = desks.seats({"seat-01": "spawn"}, {}, NOW, again)
    assert seat.state == "starting"
    known.note("seat-01", "")
    assert known.all() == {}


def tried(**status: object) -> dict[str, object]:
    return {"spec": {"nodeName": "node-1"}, "status": status}


def state_of(**state: dict[str, str]) -> list[dict[str, object]]:
    return [{"name": "desk", "state": state}]


def test_a_trial_ends_by_its_word_or_says_what_a_facilitator_can_do() -> None:
    image = "registry.example.com/desk:1"
    assert trial.ended(tried(phase="Succeeded"), image) is True
    assert trial.ended(tried(phase="Pending"), image) is False
    pulling = state_of(waiting={"reason": "ContainerCreating"})
    assert trial.ended(tried(phase="Pending", containerStatuses=pulling), image) is False
    refused = state_of(waiting={"reason": "ErrImagePull", "message": "401 Unauthorized"})
    with pytest.raises(CourseError, match=r"node-1 cannot get registry\.example\.com/desk:1") as caught:
        trial.ended(tried(phase="Pending", containerStatuses=refused), image)
    assert caught.value.why == "401 Unauthorized"
    assert caught.value.next.count(f"{advice.program()} --kubeconfig {hub.KUBECONFIG} -n {hub.NAMESPACE} ") == 2
    with pytest.raises(CourseError) as caught:
        trial.ended(tried(phase="Pending", containerStatuses=refused), "localhost/desk:1")
    assert "--registry" in caught.value.next
    broken = state_of(terminated={"reason": "StartError", "message": "no such file"})
    with pytest.raises(CourseError, match="is no desk"):
        trial.ended(tried(phase="Failed", containerStatuses=broken), image)


def test_desks_are_tried_on_the_nodes_that_take_pods() -> None:
    def node(name: str, **spec: object) -> dict[str, object]:
        return {"metadata": {"name": name}, "spec": spec}

    taint = {"taints": [{"key": "x", "effect": "NoSchedule"}]}
    soft = {"taints": [{"key": "x", "effect": "PreferNoSchedule"}]}
    nodes = [node("a"), node("b", **taint), node("c", unschedulable=True), node("d", **soft)]
    assert trial.usable({"items": nodes}) == ["a", "d"]
    with pytest.raises(NotReady, match="No node") as caught:
        trial.usable({"items": nodes[1:3]})
    assert caught.value.next == f"{advice.program()} --kubeconfig {hub.KUBECONFIG} -n {hub.NAMESPACE} describe nodes"
    assert trial.pod("a", "desk:1", 0)["spec"]["nodeName"] == "a"


SIZE = {"memory": "2500M", "cpu": "2", "pods": "110"}


@pytest.mark.parametrize(
    ("size", "pods", "most"),
    [
        ({}, [], 40),
        ({"memory": "100Gi"}, [("theirs", {"memory": "90Gi"})], 8),
        ({}, [("theirs", {"cpu": "900m"}), ("theirs", {"cpu": "0.1"})], 20),
        ({"pods": "5"}, [("theirs", {})], 4),
        ({}, [("theirs", {"cpu": "4"})], 0),
        ({"pods": "5"}, [(hub.NAMESPACE, {"cpu": "1"})], 5),  # one of ours has a seat already
    ],
)
def test_a_node_carries_what_is_left_of_all_that_is_counted(
    size: dict[str, str], pods: list[tuple[str, dict[str, str]]], most: int
) -> None:
    allocatable = {"memory": "1000Gi", "cpu": "2", "pods": "110"} | size
    node = {"metadata": {"name": "a"}, "spec": {}, "status": {"allocatable": allocatable}}
    there = [
        {
            "metadata": {"namespace": namespace, "labels": {"externalname-course": "desk"}},
            "spec": {"nodeName": "a", "containers": [{"resources": {"requests": asked}}, {}]},
            "status": {"phase": "Running"},
        }
        for namespace, asked in pods
    ]
    ended = [{**pod, "metadata": {"namespace": "x"}, "status": {"phase": "Succeeded"}} for pod in there]
    assert elsewhere.carried({"items": [node]}, {"items": there + ended}) == most


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("hub: yes\napi: timed out", ""),
        ("hub: yes\napi: yes", "does not enforce NetworkPolicies"),
    ],
)
def test_what_a_desk_reaches_is_said(printed: str, said: str) -> None:
    assert said in trial.judged(printed) and bool(said) == bool(trial.judged(printed))


@pytest.mark.parametrize("printed", ["hub: Name or service not known\napi: timed out", "Traceback", ""])
def test_a_desk_that_would_not_reach_the_hub_ends_the_room(printed: str) -> None:
    with pytest.raises(CourseError, match="would not reach the hub") as caught:
        trial.judged(printed)
    assert not printed.startswith("hub") or "Name or service not known" in caught.value.why


@pytest.mark.parametrize(("processors", "desks"), [(0.5, 1), (1, 1), (2, 3), (8, 12), (500, 64)])
def test_as_many_desks_begin_at_a_time_as_the_processors_allow(processors: float, desks: int) -> None:
    assert hub.at_once(processors) == desks
    (deployment,) = [
        each
        for each in yaml.safe_load_all(hub.manifests("hub:1", "desk:1", 2, processors=processors))
        if (each["kind"], each["metadata"]["name"]) == DEPLOYED
    ]
    env = deployment["spec"]["template"]["spec"]["containers"][0]["env"]
    assert {"name": "AT_ONCE", "value": str(desks)} in env


def test_what_lies_in_the_hubs_folder_is_in_the_hub() -> None:
    there = {path.name for path in hub.RECIPE.iterdir() if path.suffix in (".py", ".html", ".css", ".js")}
    assert there == set(hub.SETTINGS) and "oauth.html" in there


def test_a_larger_room_is_as_many_nodes_as_carry_it() -> None:
    assert sizes.a_node() == 12, "by the processors; by memory it would be 23"
    assert [sizes.nodes(seats) for seats in (1, 12, 13, 300)] == [1, 1, 2, 25]
    assert [sizes.warmed(seats) / sizes.WAVE for seats in (12, 64, 65)] == [1, 1, 2]
    measured = (paths.ROOT / "bench" / "results" / "workshop.md").read_text()
    assert f"{sizes.WAVE:.0f} s" in measured
    assert sizes.table() in (paths.ROOT / "docs" / "workshop-cluster.md").read_text()


@pytest.mark.parametrize(("image", "pull"), [("localhost/desk:1", "IfNotPresent"), ("r.example.com/desk:1", "Always")])
def test_a_registry_is_asked_for_the_newest_image(image: str, pull: str) -> None:
    assert trial.pod("a", image, 0)["spec"]["containers"][0]["imagePullPolicy"] == pull


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("stopped: no machine had room for it (0/1 nodes are available)", "No machine had room for it (0/1 nodes are"),
        ("", "The hub waited for it in vain."),
    ],
)
def test_a_desk_that_was_given_up_ends_the_warming(state: str, why: str) -> None:
    warm._refuse_given_up("seat-01", "spawn")
    with pytest.raises(CourseError, match="seat-01 did not begin") as caught:
        warm._refuse_given_up("seat-01", state)
    assert caught.value.why.startswith(why)


def test_a_cluster_carries_what_each_node_that_takes_pods_carries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three times 2.5 GB are three desks and not five; a control plane carries none."""
    taint: dict[str, object] = {"taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]}
    specs: list[dict[str, object]] = [{}, {}, {}, taint, {"unschedulable": True}]
    nodes = {
        "items": [
            {"metadata": {"name": str(number)}, "spec": spec, "status": {"allocatable": SIZE}}
            for number, spec in enumerate(specs)
        ]
    }
    assert elsewhere.carried(nodes, {"items": []}) == 3
    monkeypatch.setattr(hub, "kubectl", lambda *words: json.dumps(nodes if words[1] == "nodes" else {"items": []}))
    elsewhere._refuse_too_many(elsewhere.Place("theirs"), 3, " --context theirs")
    with pytest.raises(CourseError, match="4 seats do not fit") as caught:
        elsewhere._refuse_too_many(elsewhere.Place("theirs"), 4, " --context theirs")
    assert caught.value.next == "./course workshop up --seats 3 --context theirs"
