"""The one door of the command: every verb is listed, and what is wrong ends with exit code 2 and what to type next."""

import subprocess
import sys

import pytest

from course import __main__ as door
from course.cli.app import app


def called(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["course", *arguments])
    monkeypatch.setattr("signal.signal", lambda *_: None)  # pytest keeps its own
    with pytest.raises(SystemExit) as end:
        door.main()
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.mark.parametrize("verb", [command.name or command.callback.__name__ for command in app.registered_commands])  # type: ignore[union-attr]
def test_each_verb_is_listed_and_has_help(
    verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, "--help") == 0
    assert f"\n  {verb} " in capsys.readouterr().out
    assert called(monkeypatch, verb, "--help") == 0
    assert f"course {verb}" in capsys.readouterr().out


def test_what_is_no_name_is_said_with_the_next_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, "ask", "https://example.com/") == 2
    assert "Next:" in capsys.readouterr().err
    assert called(monkeypatch, "ask") == 2 == called(monkeypatch, "aks")


def test_notebooks_are_read_without_building_a_grammar() -> None:
    """It takes three seconds, of each `course start`, of each worker of a test run, of each lesson that nbval runs."""
    code = "import course, nbformat, sys; assert 'lark' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
