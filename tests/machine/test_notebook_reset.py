"""`course notebook reset`: a fresh copy for the learner, and never one work less than before."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from course.base import paths
from course.lessons import catalog, workspace

LESSON = catalog.lessons()[2].notebook


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of its own, so that the learner's workspace/ is not touched."""
    private = ignore_patterns(".venv", ".course", ".git", "workspace", "__pycache__", ".*_cache")
    return copytree(paths.ROOT, tmp_path / "clone", ignore=private)


def course(clone: Path, *words: str) -> str:
    """The command of that clone, with the programs that are installed for this one."""
    command = [sys.executable, "-P", "-c", "from course.__main__ import main; main()", *words]
    env = {**os.environ, "PYTHONPATH": str(clone / "src"), "COURSE_STATE": ""}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


def test_the_old_copy_is_kept_and_the_original_is_back(clone: Path) -> None:
    original, current = LESSON.read_bytes(), clone / "workspace" / LESSON.name
    course(clone, "notebook", "reset", "02")
    fresh = current.read_bytes()
    current.write_text("my work")
    answer = course(clone, "notebook", "reset", "02")
    kept = list((current.parent / workspace.KEPT).iterdir())
    assert list(current.parent.glob("*.ipynb")) == [current]  # no second one stands between the lessons
    assert [path.read_text() for path in kept] == ["my work"] and str(kept[0]) in answer
    assert "Reload Notebook from Disk" in answer  # an open tab would save the old one over it
    assert current.read_bytes() == fresh and b'"outputs": []' in fresh
    assert (clone / "notebooks" / LESSON.name).read_bytes() == original


@pytest.mark.slow
def test_a_kept_copy_is_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy was kept in each second of the coming hour, as when two resets fall into the same one."""
    monkeypatch.setattr(paths, "WORKSPACE", tmp_path)
    current, _ = workspace.reset("02")
    seconds = [datetime.now(UTC) + timedelta(seconds=number) for number in range(3600)]
    folder = tmp_path / workspace.KEPT
    folder.mkdir()
    kept = [folder / f"{current.stem}.{second:%Y%m%d-%H%M%S}.ipynb" for second in seconds]
    for path in kept:
        path.write_text("kept before")
    for work in ("first", "second"):
        current.write_text(work)
        _, newest = workspace.reset("02")
        assert newest and newest.read_text() == work and newest not in kept
        assert newest.stem.rpartition("-")[0] in {path.stem for path in kept}, "its name would have been one of these"
        kept.append(newest)
    assert [path.read_text() for path in kept] == ["kept before"] * 3600 + ["first", "second"]
