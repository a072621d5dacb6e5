"""The one door of the command: every verb is listed, and what is wrong ends with exit code 2 and what to type next."""

import json
import subprocess
import sys

import pytest

from course import __main__ as door
from course.base import advice
from course.base.errors import AS_JSON, KIND, Foreign
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


def test_advice_of_each_verb_is_written_as_it_is_typed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advice, "course", lambda: "/there/course")
    commands = [command.name or command.callback.__name__ for command in app.registered_commands]  # type: ignore[union-attr]
    verbs = [*commands, *(str(group.name) for group in app.registered_groups)]
    assert [verb for verb in verbs if advice.for_here(f"./course {verb}") != f"/there/course {verb}"] == []
    assert len(verbs) > 15


GROUPS = [(), *((group.name,) for group in app.registered_groups), ("dev", "new"), ("dev", "bump")]


@pytest.mark.parametrize("words", GROUPS)
def test_each_sentence_of_the_help_is_whole_in_80_columns(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert called(monkeypatch, *words, "--help") == 0
    lines = capsys.readouterr().out.splitlines()[1:]  # behind the usage, whose dots mean more words
    assert [line for line in lines if len(line) > 80 or line.endswith("...")] == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (("in",), ["interview"]),
        (("lab", "ch"), ["check"]),
        (("lab", "check", "lost"), ["lost-database"]),
        (("lab", "start", "loop", ""), []),
        (("notebook", "reset", "first"), ["first_externalname"]),
        (("parts", "ed"), ["edge"]),
        (("status", "--"), ["--json"]),
        (("x;y", "$(touch x)"), []),
    ],
)
def test_tab_completes_in_a_real_shell(
    typed: tuple[str, ...], found: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, "completion", "bash") == 0
    complete = capsys.readouterr().out
    ask = f'COMP_CWORD={len(typed)}; COMP_WORDS=(course "$@"); _course; printf "%s\n" "${{COMPREPLY[@]}}"'
    said = subprocess.run(
        ["bash", "-c", f"{complete}{ask}", "bash", *typed], capture_output=True, text=True, check=True
    )
    assert (said.stdout.split(), said.stderr) == (found, "")
    assert called(monkeypatch, "completion", "fish") == 2


def test_what_is_no_name_is_said_with_the_next_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, "ask", "https://example.com/") == 2
    assert "Next:" in capsys.readouterr().err
    assert called(monkeypatch, "ask") == 2 == called(monkeypatch, "aks")


def test_a_command_that_another_one_runs_says_the_kind_of_its_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(arguments: list[str]) -> None:
        raise Foreign("It is there.", "Somebody\nmade it.", "course down")

    monkeypatch.setattr(door, "_run", run)
    monkeypatch.setenv(AS_JSON, "1")
    assert called(monkeypatch, "down") == 2
    (line,) = capsys.readouterr().err.splitlines()
    said = {"kind": "Foreign", "what": "It is there.", "why": "Somebody\nmade it.", "next": "course down"}
    assert line.startswith(KIND) and json.loads(line) == said
    monkeypatch.delenv(AS_JSON)
    assert called(monkeypatch, "down") == 2
    assert capsys.readouterr().err.startswith("Error: It is there.\n")


def test_notebooks_are_read_without_building_a_grammar() -> None:
    """It takes three seconds, of each `course start`, of each worker of a test run, of each lesson that nbval runs."""
    code = "import course, nbformat, sys; assert 'lark' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_faces_load_no_cryptography() -> None:
    """Only who makes the certificates of the world outside needs it: each kernel and each check would load it, too."""
    faces = "import course.exercise, course.lab, course.pictures, course.quiz, course.jupyter.kernel, sys"
    code = f"{faces}; from course.lesson import *; assert 'cryptography' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_ctrl_c_that_python_ignores_comes_once_more() -> None:
    """In a destructor, as in the callbacks of an import: `course start` went on, and waited for ever."""
    code = """
import signal, time
from course import __main__ as course

class Thing:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

def work(words):
    Thing()
    time.sleep(60)

course._run = work
course.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50)
    assert done.returncode == door.INTERRUPTED and "Stopped." in done.stderr, done
