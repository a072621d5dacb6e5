import json
from pathlib import Path

import pytest

from course.base.errors import CourseError
from course.provision import lifecycle, reporter, steps


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reporter, "PROGRESS", tmp_path / "up.json")
    monkeypatch.setattr(lifecycle, "LOCK", tmp_path / "up.lock")
    return tmp_path


def test_each_step_is_said_and_written_down(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "STEPS", [("first", lambda work: work.say("a detail")), ("second", lambda work: None)])
    messages: list[str] = []
    lifecycle.up(messages.append)
    assert [line.split(",")[0].strip() for line in messages] == ["a detail", "[1/2] first: done", "[2/2] second: done"]
    assert [step.state for step in reporter.progress()] == ["done", "done"]


def test_a_failing_step_stops_the_rest(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(work: steps.Work) -> None:
        raise CourseError("it broke")

    monkeypatch.setattr(steps, "STEPS", [("first", fail), ("second", lambda work: None)])
    with pytest.raises(CourseError, match="it broke"):
        lifecycle.up(lambda text: None)
    assert [step.state for step in reporter.progress()] == ["failed", "waiting"]
    assert "it broke" in reporter.progress()[0].doing  # lesson 00 says it
    assert not lifecycle.running()


def test_a_damaged_progress_file_is_no_progress(state: Path) -> None:
    (state / "up.json").write_text("{")
    assert reporter.progress() == []
    (state / "up.json").write_text(json.dumps({"steps": [{"colour": "red"}]}))
    assert reporter.progress() == []


def test_a_running_set_up_is_seen(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states: list[bool] = []
    monkeypatch.setattr(steps, "STEPS", [("look", lambda work: states.append(lifecycle.running()))])
    lifecycle.up(lambda text: None)
    assert states == [True] and not lifecycle.running()
