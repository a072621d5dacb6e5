from pathlib import Path

import pytest

from course import lab
from course.base.errors import CourseError
from course.jupyter import panel as ui
from course.tasks import checks, progress, verbs


@pytest.fixture(autouse=True)
def own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FOLDER", tmp_path)


def test_a_button_answers_with_the_text_of_the_verb(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = ui.Panel("odd-port")
    assert list(panel.buttons) == ["Start", "Apply", "Check", "Hint", "Reset"]
    panel.buttons["Hint"].click()
    assert "Hint 1 of 3" in panel.answer.value and not panel.buttons["Hint"].disabled
    verdict = checks.Result("x", False, "asked", "<b>observed</b>", "expected", "why", "next")
    monkeypatch.setattr(verbs, "check", lambda slug: checks.Report(slug, (verdict,)))
    panel.buttons["Check"].click()
    assert "[FAIL] x" in panel.answer.value and "&lt;b&gt;" in panel.answer.value
    assert 'role="alert"' in panel.answer.value


def test_an_error_is_its_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(slug: str, say: object) -> None:
        raise CourseError("It is down.", "The reason.", "./course up")

    monkeypatch.setattr(verbs, "start", refuse)
    panel = ui.Panel("odd-port")
    panel.buttons["Start"].click()
    assert "It is down." in panel.answer.value and "course up" in panel.answer.value
    assert not panel.buttons["Start"].disabled


def test_a_manifest_is_kept_before_it_is_applied_and_there_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(slug: str, text: str) -> str:
        raise CourseError("It is down.")

    monkeypatch.setattr(verbs, "apply", refuse)
    panel = ui.Panel("odd-port")
    panel.manifest.value = "kind: Service"
    panel.buttons["Apply"].click()
    assert "It is down." in panel.answer.value
    assert ui.Panel("odd-port").manifest.value == "kind: Service"


def test_the_plain_twin_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    lab.hint("odd-port")
    assert capsys.readouterr().out.startswith("Hint 1 of 3")
    lab.table()
    assert "odd-port" in capsys.readouterr().out
    lab.text("odd-port")
    assert "## Situation" in capsys.readouterr().out
