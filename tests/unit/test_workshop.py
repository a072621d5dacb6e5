"""The hub of a room: its door, its board, its manifests, and what fits on a machine."""

import importlib.util
import json
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from typer.testing import CliRunner

from course.base import shell
from course.base.errors import CourseError, Foreign, NotReady
from course.cli.app import app
from course.jupyter import jupyterlab
from course.provision import kind_cluster
from course.provision.engine import Engine
from course.workshop import board, hub
from tests.unit import documents

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def room() -> ModuleType:
    """workshop/hub/room.py, which the hub's image imports."""
    spec = importlib.util.spec_from_file_location("room", hub.RECIPE / "room.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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


def said(tasks: Mapping[str, object], states: tuple[str, ...] = ("done", "done")) -> str:
    """What a desk prints for the board."""
    steps = [{"title": f"Step {number}", "state": state} for number, state in enumerate(states)]
    return f"{json.dumps({'version': 2, 'tasks': tasks})}\n{board.SEPARATOR}\n{json.dumps({'steps': steps})}"


def record(minutes: float, good: int, of: int, **more: object) -> dict[str, object]:
    """A task that was checked so many minutes ago."""
    checks = [{"passed": number < good} for number in range(of)]
    moment = (NOW - timedelta(minutes=minutes)).isoformat()
    return {"checked": moment, "report": json.dumps({"passed": good == of, "checks": checks}), "hints": 1, **more}


def test_a_seat_shows_the_task_that_was_touched_last() -> None:
    tasks = {
        "lost-database": record(30, 4, 4, passed=(NOW - timedelta(minutes=30)).isoformat()),
        "wrong-host": record(12, 1, 4),
    }
    seat = board.seat("ada", said(tasks), NOW)
    assert (seat.task, seat.check, round(seat.since or 0), seat.hints, seat.passed) == (
        "wrong-host", "not yet, 1 of 4", 12, 1, 1,
    )  # fmt: skip
    assert seat.cluster == "ready" and seat.stuck


@pytest.mark.parametrize(("minutes", "good"), [(9, 1), (12, 4)])
def test_nobody_is_stuck_who_tried_just_now_or_has_passed(minutes: float, good: int) -> None:
    assert not board.seat("ada", said({"wrong-host": record(minutes, good, 4)}), NOW).stuck


def test_a_desk_that_is_being_made_says_at_which_step_it_is() -> None:
    assert board.seat("ada", said({}, ("done", "running", "waiting"))).cluster == "Step 1: running"
    assert board.seat("ada", "").cluster == "no answer"


@pytest.mark.parametrize(
    "forged",
    [
        "no json",
        "[]",
        '{"tasks": 7}',
        '{"tasks": {"a": 7, "b": {"checked": "yesterday"}}}',
        '{"tasks": {"a": {"checked": "2026-11-27T11:00:00", "report": "[]", "hints": "many"}}}',
        '{"tasks": {"a": {"checked": "2026-11-27T11:00:00Z", "report": "{\\"checks\\": [7, null]}"}}}',
        "{" * 10_000,
    ],
)
def test_what_a_participant_forges_breaks_no_board(forged: str) -> None:
    seat = board.seat("eve", f"{forged}\n{board.SEPARATOR}\n{forged}", NOW)
    assert "eve" in board.text([seat, board.seat("ada", said({}), NOW)])


def test_no_name_and_no_task_moves_the_cursor_of_the_board() -> None:
    seat = board.seat("eve\x1b[2J\n", said({"a\x1b]0;x\x07" + "b" * 99: record(1, 0, 1)}), NOW)
    shown = board.text([seat])
    assert "\x1b" not in shown and "\x07" not in shown and len(shown.splitlines()) == 2
    assert max(map(len, shown.splitlines())) < 200


def test_who_is_stuck_stands_first() -> None:
    stuck = board.seat("zoe", said({"wrong-host": record(12, 1, 4)}), NOW)
    lines = board.text([board.seat("ada", said({}), NOW), stuck]).splitlines()
    assert lines[1].startswith("zoe") and lines[1].endswith("STUCK")
    assert board.text([]) == "Nobody has taken a seat yet."


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


def test_a_desk_may_have_as_many_tasks_as_it_needs() -> None:
    (mount,) = yaml.safe_load(hub._kind_config())["nodes"][0]["extraMounts"]
    assert mount["containerPath"] == hub.LIMITS and "DefaultTasksMax=infinity" in Path(mount["hostPath"]).read_text()


def test_as_many_seats_as_the_memory_carries(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hub.fit("MemAvailable:  4000000 kB\n") == 1
    assert hub.fit("MemAvailable:  1000000 kB\n") == 0
    monkeypatch.setattr(hub, "fit", lambda: 3)
    with pytest.raises(CourseError, match="4 seats do not fit") as error:
        hub._refuse_too_many(4)
    assert error.value.next == "./course workshop up --seats 3"
    documents.parse(error.value.next.split())
    hub._refuse_too_many(3)


class Fixed(Engine):
    """An engine in which a container of the hub's name has this id."""

    def inspect(self, kind: str, name: str, form: str) -> str:
        return self.version

    def run(self, *words: str | Path, text: str | None = None, timeout: float = 60) -> shell.Said:
        return subprocess.CompletedProcess(words, 0, "", "")


def test_somebody_elses_hub_is_left_alone() -> None:
    for verb in (hub.seats, lambda engine: hub.down(engine, print), lambda engine: hub.up(engine, 1, print)):
        with pytest.raises(Foreign, match="did not make"):
            verb(Fixed("podman", "another|running|1"))


def test_without_a_hub_there_is_no_board() -> None:
    with pytest.raises(NotReady, match="There is no hub"):
        hub.seats(Fixed("podman", ""))


def test_a_join_code_has_no_letter_that_is_taken_for_another() -> None:
    assert not set("il1o0") & set(hub.LETTERS) and len(hub.LETTERS) ** 8 > 10**11


def test_nothing_is_removed_from_under_a_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "RECORD", tmp_path / "workshop.json")
    hub.refuse_to_go()
    hub.RECORD.write_text("{}")
    monkeypatch.setattr(kind_cluster, "refuse_other_state", lambda: None)
    monkeypatch.setattr(jupyterlab, "stop", lambda: pytest.fail("something was stopped"))
    error = CliRunner().invoke(app, ["down", "--all"]).exception
    assert isinstance(error, CourseError) and error.exit_code == 2 and "course workshop down" in str(error)
