"""Where the command itself cannot go on: nobody reads, the disk is full, half of .venv is gone, the engine fails."""

import base64
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from course.base import paths, venv

MAIN = "from course.__main__ import main; main()"

# Where there is no engine yet, the first two say that before they come to the disk.
ASK_AN_ENGINE = [*(pytest.param(verb, marks=pytest.mark.engine) for verb in ("doctor", "status")), "up"]


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


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-", "<&- >&- 2>&-", "2>&-"])
@pytest.mark.parametrize(("words", "code"), [("lab list", 0), ("--help", 0), ("no-such-verb", 2), ("ask -- -x", 2)])
def test_a_stream_that_is_closed_changes_no_answer(closed: str, words: str, code: int) -> None:
    command = [f"exec {shlex.quote(sys.executable)} -P -m course {words} {closed}"]
    done = subprocess.run(["bash", "-c", *command], capture_output=True, text=True, cwd=paths.ROOT)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


@pytest.mark.parametrize(("words", "code"), [("lab list", 0), ("no-such-verb", 2), ("lab start no-such-lab", 2)])
def test_an_error_that_nobody_can_hear_keeps_its_exit_code(words: str, code: int) -> None:
    command = f"exec {shlex.quote(sys.executable)} -P -m course {words} 2>/dev/full"
    assert subprocess.run(["bash", "-c", command], capture_output=True, cwd=paths.ROOT).returncode == code


def test_a_module_that_is_gone_has_the_same_command_make_all_anew(tmp_path: Path) -> None:
    stamp = tmp_path / venv.MADE
    stamp.touch()
    done = run(f"import sys; sys.prefix = {str(tmp_path)!r}; sys.modules['typer'] = None; {MAIN}", "lab", "list")
    assert done.returncode == 2 and "the module typer" in done.stderr and "same command again" in done.stderr
    assert stamp.read_text() == "half\n"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one package as pip leaves it, where alone packages are looked for."""
    whole = {"part/core.py": b"x = 1\n", "part/schema.json": b"{}\n", "part/library.so": b"\0\0\0"}
    rows = []
    for name, data in whole.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
        rows.append(f"{name},sha256={digest},{len(data)}\n")
    information = tmp_path / "part-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: part\nVersion: 1\n")
    (information / "RECORD").write_text("".join(rows) + "part-1.dist-info/RECORD,,\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    return tmp_path


@pytest.mark.parametrize(
    ("name", "data"),
    [("part/core.py", b"\0" * 6), ("part/schema.json", b""), ("part/library.so", b"\0"), ("part/core.py", None)],
    ids=["zeros", "empty", "half", "gone"],
)
def test_a_file_that_is_not_as_pip_left_it_is_found(installed: Path, name: str, data: bytes | None) -> None:
    assert venv.damaged() == ""
    if data is None:
        (installed / name).unlink()
    else:
        (installed / name).write_bytes(data)
    assert venv.damaged() == name


@pytest.mark.parametrize("kind", ["SyntaxError", "ValueError"])  # Python 3.11.4 changed it
def test_a_file_of_the_clone_full_of_zeros_is_named_with_what_puts_it_back(tmp_path: Path, kind: str) -> None:
    for folder in ("src", ".git"):
        (tmp_path / folder).mkdir()
    (tmp_path / "src" / "half.py").write_bytes(b"\0" * 100)
    done = run(f"""
from pathlib import Path; from course import __main__; from course.base import paths
paths.ROOT = Path({str(tmp_path)!r})
def fail(words): raise {kind}("source code string cannot contain null bytes")
__main__._run = fail; __main__.main()""")
    assert done.returncode == 2 and "src/half.py" in done.stderr and "restore src" in done.stderr, done


def test_a_mistake_in_python_that_is_read_by_need_is_said_with_its_line(tmp_path: Path) -> None:
    written = tmp_path / "check.py"
    written.write_text("CHECKS = [\n")
    done = run(
        f"import sys; from course import __main__; from course.tasks import modules; from pathlib import Path\n"
        f"__main__._run = lambda words: modules.load(Path({str(written)!r})); __main__.main()"
    )
    assert done.returncode == 2 and f"{written.name} is no Python." in done.stderr and "Line 1: " in done.stderr, done
    assert ".venv" not in done.stderr


def test_an_engine_that_fails_is_not_called_missing(tmp_path: Path) -> None:
    for name in ("docker", "podman"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho 'the moon is full' >&2\nexit 1\n")
        program.chmod(0o755)
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "COURSE_STATE": str(tmp_path), "COURSE_ENGINE": "podman"}
    done = run(MAIN, "status", env=env)
    assert done.returncode == 2 and "the moon is full" in done.stderr and "not installed" not in done.stderr


@pytest.mark.parametrize("name", ["-x", "-f", "-h", "+short", "%41"])
def test_a_word_that_dig_would_take_for_an_option_is_no_name(name: str) -> None:
    done = run(MAIN, "ask", "--", name)
    assert done.returncode == 2 and "is no DNS name" in done.stderr and "course up" not in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk that is full")
@pytest.mark.parametrize("verb", ASK_AN_ENGINE)
def test_a_full_disk_under_the_state_is_said_with_the_file(verb: str, tmp_path: Path) -> None:
    with _mounted(tmp_path, "size=16k") as folder:
        with suppress(OSError):
            (folder / "fill").write_bytes(bytes(1 << 16))
        done = run(MAIN, verb, env={"COURSE_STATE": str(folder), "COURSE_CLUSTER": "externalname-full"})
    said = done.stdout + done.stderr
    assert done.returncode in (1, 2) and "No space left" in said and "df -h" in said and "Traceback" not in said
    assert verb != "doctor" or said.count("ok:") >= 5, "doctor is the command that still works then"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk that is read-only")
@pytest.mark.parametrize("verb", ASK_AN_ENGINE)
def test_a_read_only_disk_under_the_state_is_said_with_the_way_out(verb: str, tmp_path: Path) -> None:
    with _mounted(tmp_path, "ro") as folder:
        done = run(MAIN, verb, env={"COURSE_STATE": str(folder), "COURSE_CLUSTER": "externalname-read-only"})
    said = done.stdout + done.stderr
    assert done.returncode in (1, 2) and "Read-only" in said and "COURSE_STATE=" in said and "Traceback" not in said


@contextmanager
def _mounted(folder: Path, options: str) -> Iterator[Path]:
    """A disk of its own in that folder."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-P", "-m", "course")
WRITING = ("status", "up", "down", "lab list", "progress", "outside records", "doctor")
READING = ("lab start 1", "ask kubernetes")  # where there is no state yet they send to `up`


def as_nobody(words: str, state: Path, home: Path) -> "subprocess.CompletedProcess[str]":
    """The command as an ordinary user types it, in somebody else's clone."""
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "COURSE_STATE": str(state), "PYTHONDONTWRITEBYTECODE": "1"}
    env |= {"PYTHONPATH": str(paths.ROOT / "src"), "COURSE_CLUSTER": "externalname-nobody"}
    command = [*AS_NOBODY, *words.split()]
    return subprocess.run(command, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd="/")


@pytest.fixture
def folders() -> Iterator[Path]:
    """A folder that everybody may enter, with a state of root's, a place that is root's, and a home of nobody's."""
    with TemporaryDirectory() as text:
        folder = Path(text)
        folder.chmod(0o755)
        for name, mode in (("theirs/.course", 0o700), ("place", 0o755), ("home", 0o755)):
            (folder / name).mkdir(parents=True)
            (folder / name).chmod(mode)
        os.chown(folder / "home", 65534, 65534)
        if as_nobody("--help", folder / "home", folder / "home").returncode:
            pytest.skip("an ordinary user may not run this Python")
        yield folder


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="only root can become another user")
def test_what_is_another_users_is_said_with_the_way_out(folders: Path) -> None:
    theirs = f"chown -R $(id -un) {folders}/theirs/.course"
    place = f"export COURSE_STATE={folders}/home/"
    for name, way, asked in (("theirs", theirs, (*WRITING, *READING)), ("place", place, WRITING)):
        for words in asked:
            done = as_nobody(words, folders / name, folders / "home")
            said = f"{name}, {words}: {done.stdout}{done.stderr}"
            assert done.returncode == (1 if words == "doctor" else 2), said
            assert "Traceback" not in said and "Permission denied" in said and way in said, said
        assert [path.name for path in (folders / "place").iterdir()] == []


def test_bytes_that_are_no_text_are_no_manifest() -> None:
    command = [sys.executable, "-P", "-c", MAIN, "lab", "apply", "1", "-"]
    done = subprocess.run(command, input=b"\xff\xfe\0", capture_output=True, cwd=paths.ROOT)
    assert done.returncode == 2 and b"Traceback" not in done.stderr and b"Next:" in done.stderr


def test_a_cluster_that_does_not_answer_is_said_in_kubectls_own_words(tmp_path: Path) -> None:
    """Down, being made and too busy look alike from here: what was heard tells them apart."""
    state = tmp_path / ".course"
    state.mkdir()
    (state / "kubeconfig").write_text(
        "current-context: kind-c\n"
        "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:9'}}]\n"
        "contexts: [{name: kind-c, context: {cluster: c}}]\n"
    )
    own = {"COURSE_STATE": str(tmp_path), "COURSE_CLUSTER": "c"}
    done = run(MAIN, "lab", "start", "lost-database", env=own)
    assert done.returncode == 2 and "kubectl: The connection to the server 127.0.0.1:9 was refused" in done.stderr
