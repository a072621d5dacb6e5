"""Podman of an ordinary user, who is not root: what this machine lacks for it is said, by `doctor` and by `up`."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.unit import clone

UID = 65534  # nobody: no user is made for this
INSTALLED_WITHIN = 900  # seconds, for the first command makes a .venv
V2 = Path("/sys/fs/cgroup/cgroup.controllers").exists()
pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user"),
    pytest.mark.skipif(V2, reason="this machine has cgroup v2, which carries a node without root: untried"),
]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder of that user's, with a clone: pytest's own folders are closed to others, and root's Python may be."""
    with TemporaryDirectory(prefix="externalname-user-") as name:
        home = Path(name)
        clone.copied(home / "clone")
        subprocess.run(["chown", "-R", f"{UID}:{UID}", home], check=True)
        yield home


def typed(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command that this user types in the clone."""
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "USER": "nobody", "COURSE_ENGINE": "podman"}
    return subprocess.run(
        words, cwd=home / "clone", env=env, capture_output=True, text=True, timeout=INSTALLED_WITHIN,
        user=UID, group=UID, extra_groups=(),
    )  # fmt: skip


def test_doctor_says_what_is_missing(home: Path) -> None:
    done = typed(home, "./course", "doctor")
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert "wrong: podman runs without root, which cannot carry a node here." in done.stdout
    assert "Without root, kind needs cgroup v2: this machine has v1." in done.stdout
    assert "sudo -s, then ./course up" in done.stdout


def test_up_says_it_at_once_and_makes_nothing(home: Path) -> None:
    done = typed(home, "./course", "up")
    assert done.returncode == 2 and "cgroup v2" in done.stderr and "sudo -s" in done.stderr, (done.stdout, done.stderr)
    assert typed(home, "podman", "ps", "-aq").stdout == ""
    assert not (home / ".cache/externalname-course").exists() and not (home / ".kube").exists()
