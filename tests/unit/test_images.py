"""The two halves of a build, side by side, and which images were pulled for the course."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from course.base import state
from course.base.errors import CourseError
from course.provision import images
from course.provision.engine import Say


def test_what_an_earlier_version_pulled_is_known_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "PULLED", tmp_path / "pulled.json")
    state.write(images.PULLED, images={"old": "1", "changed": "1"}, podman={"new": "2"}, docker={"theirs": "3"})
    present = {"old": "1", "changed": "9", "new": "2", "theirs": "3"}
    podman: Any = SimpleNamespace(name="podman", inspect=lambda kind, name, form: present[name])
    assert images.pulled(podman) == ["old", "new"]
    state.write(images.PULLED, images="damaged")
    assert images.pulled(podman) == []


def test_both_halves_give_their_results() -> None:
    assert images._side_by_side(lambda say: 1, lambda say: "two", print) == (1, "two")


def test_when_one_half_fails_the_other_begins_no_new_part() -> None:
    messages: list[str] = []
    failed = threading.Event()
    begun: list[str] = []

    def fails(say: Say) -> None:
        say("one")
        raise CourseError("The mirror is gone.")

    def goes_on(say: Say) -> None:
        begun.append("first part")
        assert failed.wait(10)
        say("second part")
        begun.append("second part")

    def listen(text: str) -> None:
        messages.append(text)
        if "stopping" in text:
            failed.set()

    with pytest.raises(CourseError, match="The mirror is gone"):
        images._side_by_side(goes_on, fails, listen)
    assert begun == ["first part"] and "one" in messages and "second part" not in messages
