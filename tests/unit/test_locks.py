"""A lock that another command holds: who has it is said, and nobody waits for what will not come."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course import doctor
from course.base import files, paths
from course.base.errors import NotReady
from course.base.waiting import until
from course.jupyter import jupyterlab
from course.kube import kubectl
from course.provision import images, lifecycle

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who holds a lock")
HOLD = "import fcntl, sys, time; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); time.sleep(60)"


@pytest.fixture
def other(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another command of the course, which holds tmp_path / up.lock."""
    path = tmp_path / lifecycle.LOCK.name
    with subprocess.Popen([sys.executable, "-c", HOLD, path, "up"], start_new_session=True) as process:
        until(lambda: files.is_locked(path), seconds=20, what="The other process holding the lock")
        yield process
        process.kill()


def test_who_waits_is_told_for_whom_and_comes_next(other: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    said: list[str] = []

    def waiting(who: str) -> None:
        said.append(who)
        other.kill()  # a lock of a process that is dead is free

    with files.lock(tmp_path / "up.lock", waiting=waiting):
        assert len(said) == 1
    assert sys.platform != "linux" or f"process {other.pid}" in said[0]


def test_who_waits_long_is_told_again(
    other: "subprocess.Popen[bytes]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SAYING", 0.2)
    said: list[float] = []

    def waiting(who: str) -> None:
        said.append(time.monotonic())
        if len(said) == 3:
            other.kill()

    with files.lock(tmp_path / "up.lock", waiting=waiting):
        assert len(said) == 3


@LINUX
def test_one_that_is_stopped_is_not_waited_for(other: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    os.kill(other.pid, signal.SIGSTOP)
    until(lambda: files.stopped(tmp_path / "up.lock"), seconds=20, what="The other process being stopped")
    with pytest.raises(NotReady, match="is stopped") as raised, files.lock(tmp_path / "up.lock", waiting=print):
        pytest.fail("it is held")
    assert f"kill -CONT -{other.pid}, then" in raised.value.next
    subprocess.run(raised.value.next.partition(",")[0], shell=True, check=True)  # noqa: S602
    until(lambda: not files.stopped(tmp_path / "up.lock"), seconds=20, what="The other process going on")


def test_one_that_nobody_holds_for_long_is_not_waited_for_long(
    other: "subprocess.Popen[bytes]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PATIENCE", 0.3)
    with pytest.raises(NotReady, match="has held") as raised, files.lock(tmp_path / "up.lock"):
        pytest.fail("it is held")
    assert sys.platform != "linux" or f"kill {other.pid}" in raised.value.next


@LINUX
@pytest.mark.parametrize(
    ("verb", "code"), [("up", 1), pytest.param("down", 1, marks=pytest.mark.engine), ("doctor", 1)]
)
def test_the_commands_say_it(verb: str, code: int, other: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    (tmp_path / ".course").mkdir()
    (tmp_path / "up.lock").rename(tmp_path / ".course" / "up.lock")
    os.kill(other.pid, signal.SIGSTOP)
    env = {**os.environ, "COURSE_STATE": str(tmp_path), "COURSE_CLUSTER": "externalname-locked"}
    command = [sys.executable, "-P", "-m", "course", verb]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == code and f"kill -CONT -{other.pid}" in done.stdout + done.stderr, done


def test_what_is_being_built_is_not_called_half_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another clone, or `course parts`, builds in the cache, which holds no lock of this clone."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setattr(lifecycle, "LOCK", tmp_path / "up.lock")
    (tmp_path / paths.CACHE_NAME / "parts" / "coredns.part").mkdir(parents=True)
    with images.workplace(print):
        assert doctor._cache().level == "ok"
    finding = doctor._cache()
    assert finding.level == "note" and "coredns.part" in finding.what and finding.command == "./course up"


@pytest.mark.parametrize("place", ["/dev/null", "/dev/full/below", "loop"])
def test_a_cache_that_is_no_folder_is_found(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / place))
    finding = doctor._cache()
    assert finding.level == "wrong" and finding.command == "COURSE_CACHE=.course ./course up"


def test_of_two_copies_with_one_name_the_second_waits(
    other: "subprocess.Popen[bytes]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / lifecycle.LOCK.name).rename(tmp_path / f"{paths.cluster_name()}.lock")
    monkeypatch.setattr(paths, "cache", lambda: tmp_path)
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        other.kill()

    with lifecycle._alone_with_the_name(say):
        assert len(said) == 1 and f"a cluster named {paths.cluster_name()}" in said[0]
    (tmp_path / f"{paths.cluster_name()}.lock").unlink()
    (tmp_path / f"{paths.cluster_name()}.lock").mkdir()
    with lifecycle._alone_with_the_name(say):
        assert len(said) == 1, "a cache that takes no files stops nobody"


@pytest.mark.parametrize("kind", ["a link", "a pipe", "a folder"])
def test_what_is_no_file_is_neither_waited_at_nor_written_to(tmp_path: Path, kind: str) -> None:
    path, theirs = tmp_path / "up.lock", tmp_path / "mine.txt"
    theirs.write_text("mine")
    makes: dict[str, Callable[[], None]] = {
        "a link": lambda: path.symlink_to(theirs),
        "a pipe": lambda: os.mkfifo(path),
        "a folder": path.mkdir,
    }
    makes[kind]()
    for hold in (files.lock(path), files.lock_if_free(path)):
        with pytest.raises(OSError, match=r"up\.lock"), hold:
            pass
    with pytest.raises(OSError, match=r"up\.lock"):
        files.is_locked(path)
    assert theirs.read_text() == "mine"


def test_a_pipe_in_the_place_of_the_kubeconfig_is_no_kubeconfig(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "kubeconfig")
    monkeypatch.setattr(paths, "KUBECONFIG", tmp_path / "kubeconfig")
    assert (kubectl.context(), kubectl.server()) == ("", "")


def test_a_jupyterlab_that_is_stopped_ends_all_the_same() -> None:
    """And one that does not listen; both are played by a program that says so."""
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"], stdout=-1) as still:
        still.stdout.readline()  # type: ignore[union-attr]
        still.send_signal(signal.SIGSTOP)
        jupyterlab.end(still)
    assert still.returncode == -signal.SIGTERM
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=-1) as process:
        process.stdout.readline()  # type: ignore[union-attr]
        begun = time.monotonic()
        jupyterlab._end([process.pid], lambda: process.poll() is not None, patience=0.5)
        assert process.returncode == -signal.SIGKILL and time.monotonic() - begun < 20
