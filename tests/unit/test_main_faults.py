"""Where the command itself cannot go on: nobody reads, the disk is full, half of .venv is gone, the engine fails."""

import os
import subprocess
import sys
from pathlib import Path

from course.base import paths

MAIN = "from course.__main__ import main; main()"


def run(
    words: str, *argv: str, env: dict[str, str] | None = None, stdout: int = subprocess.PIPE
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-P", "-c", words, *argv]
    return subprocess.run(
        command, stdout=stdout, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}, cwd=paths.ROOT
    )


def test_a_reader_that_has_enough_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = run(MAIN, "lab", "list", stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_under_the_output_is_said() -> None:
    with Path("/dev/full").open("w") as full:
        done = run(MAIN, "lab", "list", stdout=full.fileno())
    assert done.returncode == 2 and "cannot be written" in done.stderr and "No space left" in done.stderr
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


def test_a_module_that_is_gone_is_installed_by_the_same_command(tmp_path: Path) -> None:
    stamp = tmp_path / ".requirements"
    stamp.touch()
    done = run(f"import sys; sys.prefix = {str(tmp_path)!r}; sys.modules['typer'] = None; {MAIN}", "lab", "list")
    assert done.returncode == 2 and "the module typer" in done.stderr and "same command again" in done.stderr
    assert not stamp.exists()


def test_an_engine_that_fails_is_not_called_missing(tmp_path: Path) -> None:
    for name in ("docker", "podman"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho 'the moon is full' >&2\nexit 1\n")
        program.chmod(0o755)
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "COURSE_STATE": str(tmp_path), "COURSE_ENGINE": "podman"}
    done = run(MAIN, "status", env=env)
    assert done.returncode == 2 and "the moon is full" in done.stderr and "not installed" not in done.stderr
