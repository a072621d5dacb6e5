"""Files that are written whole or not at all, where the learner wants them."""

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from course.base import files, state
from course.base.errors import CourseError
from course.cli import app
from course.tasks import progress

WORDS = (
    ["progress", "--export"],
    ["interview", "page"],
    ["interview", "--export", "anki"],
    ["workshop", "slides", "one-hour"],
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the progress is kept."""
    monkeypatch.setattr(progress, "FOLDER", tmp_path / "state")
    (tmp_path / "state").mkdir()
    return tmp_path / "state"


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, nothing is written to its end."""

    def fill() -> None:
        def no_space(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", no_space)

    return fill


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_what_stood_where_a_verb_writes_is_kept_and_said(words: list[str], tmp_path: Path) -> None:
    target = tmp_path / "mine.html"
    target.write_text("MYWORK")
    said = CliRunner().invoke(app.app, [*words, str(target)])
    assert said.exit_code == 0
    (kept,) = tmp_path.glob("mine.until-*.html")
    assert kept.read_text() == "MYWORK" and f"What was there is kept as {kept}." in said.output
    assert target.read_bytes() not in (b"MYWORK", b"")


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_on_a_full_disk_the_older_file_stays(words: list[str], tmp_path: Path, full_disk: Callable[[], None]) -> None:
    target = tmp_path / "mine.html"
    target.write_text("MYWORK")
    full_disk()
    failed = CliRunner().invoke(app.app, [*words, str(target)]).exception
    assert isinstance(failed, CourseError) and "No space left" in failed.why
    assert target.read_text() == "MYWORK" and sorted(tmp_path.iterdir()) == [target, tmp_path / "state"]


def test_the_same_once_more_keeps_no_copy_and_an_empty_file_is_nothing_to_keep(tmp_path: Path) -> None:
    target = tmp_path / "mine.txt"
    target.touch()
    said = [files.hand_over(target, text, again="again") for text in ("one", "one", "two")]
    assert said[:2] == ["", ""] and "kept as" in said[2]
    assert sorted(path.read_text() for path in tmp_path.glob("mine*")) == ["one", "two"]


def test_a_link_stays_and_leads_to_what_is_new(tmp_path: Path) -> None:
    (tmp_path / "synced").mkdir()
    there, link = tmp_path / "synced" / "progress.json", tmp_path / "progress.json"
    there.write_text("{}")
    link.symlink_to(there)
    state.write(link, kept=True)
    assert link.is_symlink() and state.read(there)["kept"] is True
    files.hand_over(link, "{}", again="again")
    assert link.is_symlink() and there.read_text() == "{}"


def test_a_pipe_takes_what_is_handed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append((tmp_path / "pipe").read_text()), daemon=True)
    reader.start()
    assert files.hand_over(tmp_path / "pipe", "hello", again="again") == ""
    reader.join(10)
    assert heard == ["hello"] and (tmp_path / "pipe").is_fifo()


def test_nobody_waits_at_a_pipe_for_what_is_no_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(folder / "progress.json")
    os.mkfifo(folder / "up.json")
    assert progress.load()["tasks"] == {} and "it is not a file" in capsys.readouterr().err
    assert state.read(folder / "up.json") == {}
