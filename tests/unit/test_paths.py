"""What `down --all` removes whole is always a folder of the course's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from course.base import paths


def test_the_cache_is_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CACHE_HOME", "COURSE_CACHE"):
        monkeypatch.setenv(name, str(tmp_path / name))
        assert paths.cache() == tmp_path / name / "externalname-course"


def test_the_state_is_a_folder_of_its_own(tmp_path: Path) -> None:
    def state(folder: str) -> str:
        command = [sys.executable, "-c", "from course.base import paths; print(paths.STATE)"]
        env = {**os.environ, "COURSE_STATE": folder}
        return subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip()

    assert state(str(tmp_path)) == f"{tmp_path}/.course"
    assert state("second") == f"{paths.ROOT}/second/.course", "from whatever folder the command is called"
    assert state("") == f"{paths.ROOT}/.course"
