import json
import socket
from pathlib import Path

import pytest

from course.errors import CourseError
from course.provision import steps
from course.ui import jupyter


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(steps, "PROGRESS", tmp_path / "up.json")
    monkeypatch.setattr(steps, "LOCK", tmp_path / "up.lock")
    return tmp_path


def test_each_step_is_said_and_written_down(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "STEPS", [("first", lambda work: work.say("a detail")), ("second", lambda work: None)])
    said: list[str] = []
    steps.up(said.append)
    assert [line.split(",")[0].strip() for line in said] == ["a detail", "[1/2] first: done", "[2/2] second: done"]
    assert [step.state for step in steps.progress()] == ["done", "done"]


def test_a_failing_step_stops_the_rest(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(work: steps.Work) -> None:
        raise CourseError("it broke")

    monkeypatch.setattr(steps, "STEPS", [("first", fail), ("second", lambda work: None)])
    with pytest.raises(CourseError, match="it broke"):
        steps.up(lambda text: None)
    assert [step.state for step in steps.progress()] == ["failed", "waiting"]
    assert "it broke" in steps.progress()[0].doing  # lesson 00 says it
    assert not steps.running()


def test_a_damaged_progress_file_is_no_progress(state: Path) -> None:
    (state / "up.json").write_text("{")
    assert steps.progress() == []
    (state / "up.json").write_text(json.dumps({"steps": [{"colour": "red"}]}))
    assert steps.progress() == []


def test_a_running_set_up_is_seen(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    monkeypatch.setattr(steps, "STEPS", [("look", lambda work: seen.append(steps.running()))])
    steps.up(lambda text: None)
    assert seen == [True] and not steps.running()


def test_a_taken_port_is_said_and_the_next_one_used() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said: list[str] = []
        assert jupyter.free_port(port, said.append) > port
    assert said and str(port) in said[0]
