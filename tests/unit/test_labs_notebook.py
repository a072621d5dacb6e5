from pathlib import Path

import pytest

from course import lab
from course.errors import CourseError
from course.practice import checks, labs, manifest, progress
from course.ui import labs as ui


@pytest.fixture(autouse=True)
def own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FOLDER", tmp_path)


def test_the_notebook_is_what_the_manifest_says() -> None:
    assert ui.NOTEBOOK.read_text() == ui.notebook(), "write it again: .venv/bin/python -m course.ui.labs"
    assert all(f'lab.show("{one.slug}")' in ui.notebook().replace('\\"', '"') for one in manifest.labs())


def test_a_button_answers_with_the_text_of_the_verb(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = ui.Panel("odd-port")
    assert list(panel.buttons) == ["Start", "Apply", "Check", "Hint", "Reset"]
    panel.buttons["Hint"].click()
    assert "Hint 1 of 3" in panel.answer.value and not panel.buttons["Hint"].disabled
    verdict = checks.Result("x", False, "asked", "<b>observed</b>", "expected", "why", "next")
    monkeypatch.setattr(labs, "check", lambda slug: checks.Report(slug, (verdict,)))
    panel.buttons["Check"].click()
    assert "[FAIL] x" in panel.answer.value and "&lt;b&gt;" in panel.answer.value
    assert 'role="alert"' in panel.answer.value


def test_an_error_is_its_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(slug: str, say: object) -> None:
        raise CourseError("It is down.", "The reason.", "./course up")

    monkeypatch.setattr(labs, "start", refuse)
    panel = ui.Panel("odd-port")
    panel.buttons["Start"].click()
    assert "It is down." in panel.answer.value and "./course up" in panel.answer.value
    assert not panel.buttons["Start"].disabled


def test_the_plain_twin_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    lab.hint("odd-port")
    assert capsys.readouterr().out.startswith("Hint 1 of 3")
    lab.table()
    assert "odd-port" in capsys.readouterr().out
    lab.text("odd-port")
    assert "## Situation" in capsys.readouterr().out
