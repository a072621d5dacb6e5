"""A .venv that was half deleted: the command says so, and the same command again makes it anew."""

import fcntl
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from course.base import paths, venv
from tests import daily
from tests.cluster.learner import Learner, led_out
from tests.unit import clone

PACKAGES = Path(".venv/lib")
pytestmark = pytest.mark.engine


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of this clone with its .venv: each file is the same one until it is removed or replaced."""
    folder = clone.copied(tmp_path / "clone")
    subprocess.run(["cp", "-al", paths.VENV_BIN.parent, folder / ".venv"], check=True)
    _replace(folder / ".venv" / venv.MADE, f"{folder} {(paths.VENV_BIN / 'python').resolve()}\n")
    return folder


def _replace(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)


def _module(folder: Path, name: str) -> Path:
    return next((folder / PACKAGES).glob(f"python3*/site-packages/{name}"))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a package gone": lambda folder: subprocess.run(["rm", "-r", _module(folder, "typer")], check=True),
    "a module gone": lambda folder: _module(folder, "typer/main.py").unlink(),
    "a module empty": lambda folder: _replace(_module(folder, "typer/main.py"), ""),
    "a package's own file empty": lambda folder: _replace(_module(folder, "typer/__init__.py"), ""),
    "a module is no Python": lambda folder: _replace(_module(folder, "typer/main.py"), "def ("),
    "a module full of zeros": lambda folder: _replace(_module(folder, "typer/main.py"), "\0" * 5000),
    "pip gone": lambda folder: (folder / ".venv" / "bin" / "pip").unlink(),
    "Python gone": lambda folder: (folder / ".venv" / "bin" / "python").unlink(),
}


SCHEMA = "nbformat/v4/nbformat.v4.5.schema.json"
START, RESET = ("start", "--no-browser", "--port", "9713"), ("notebook", "reset", "first_externalname")


@pytest.mark.parametrize(
    ("damaged", "left", "words"),
    daily.cases(
        pytest.param("jupyterlab", None, START, id="JupyterLab gone"),
        pytest.param("jupyterlab/labapp.py", "\0" * 100, START, id="a module of it full of zeros"),
        pytest.param(SCHEMA, None, RESET, id="a schema gone"),
        pytest.param(SCHEMA, "", RESET, id="a schema empty"),
        at=1,
        of=2,
    ),
)
def test_what_only_one_command_needs_is_missed_by_it(
    damaged: str, left: str | None, words: tuple[str, ...], copied: Path
) -> None:
    if left is None:
        subprocess.run(["rm", "-r", _module(copied, damaged)], check=True)
    else:
        _replace(_module(copied, damaged), left)
    done = _typed(copied, *words, COURSE_ENGINE="none")  # no cluster comes up behind it
    assert done.returncode == 2 and f"{damaged}." in done.stderr and "the same command again" in done.stderr, done
    assert (copied / ".venv" / venv.MADE).read_text() == "half\n", "the same command again makes it anew"


def test_ctrl_c_at_any_moment_of_a_beginning_is_no_traceback(copied: Path) -> None:
    """Before, while and after Python begins; one that comes in the first moments of Python itself may go unheard."""
    for hundredths in range(2, 60, 3):
        typed = subprocess.Popen(
            [copied / "course", "lab", "list"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        with suppress(subprocess.TimeoutExpired):
            typed.wait(hundredths / 100)
        with suppress(ProcessLookupError):
            os.killpg(typed.pid, signal.SIGINT)
        _, said = typed.communicate(timeout=60)
        assert typed.returncode in (0, 130, -signal.SIGINT), said
        assert "Traceback" not in said and "Fatal" not in said, said


def test_what_python_compiled_half_is_compiled_anew(copied: Path) -> None:
    kept = next(_module(copied, "typer/__pycache__").glob("main.*.pyc"))
    whole = kept.read_bytes()
    kept.unlink()
    kept.write_bytes(whole[: len(whole) // 2])
    done = _typed(copied, "lab", "list")
    assert done.returncode == 2 and str(kept) in done.stderr and "the same command again" in done.stderr, done
    assert _typed(copied, "lab", "list").returncode == 0


def test_a_module_of_the_course_that_is_gone_is_said_before_there_is_a_command(copied: Path) -> None:
    (copied / "src/course/base/shell.py").unlink()
    done = _typed(copied, "lab", "list")
    assert done.returncode == 2 and "Traceback" not in done.stderr and "git restore src" in done.stderr, done


@pytest.mark.parametrize(
    "env",
    [
        *({f"PYTHON{name}": text} for name, text in (("UTF8", "2"), ("HASHSEED", "x"), ("MALLOC", "x"))),
        {"PYTHONIOENCODING": "nonsense"},
        {"PYTHONINSPECT": "1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=str,
)
def test_variables_of_another_python_change_nothing(env: dict[str, str], copied: Path) -> None:
    done = _typed(copied, "search", "SERVFAIL", **env)
    assert done.returncode == 0 and done.stderr == "", done


def test_a_colon_in_a_path_is_said_first(copied: Path) -> None:
    for variable in ("COURSE_STATE", "COURSE_CACHE"):
        done = _typed(copied, "lab", "list", **{variable: "a:b"})
        said = f"unset {variable}, then"
        assert done.returncode == 2 and said in done.stderr and not (copied / "a:b").exists(), done
    elsewhere = copied.rename(copied.with_name("a:b"))
    done = _typed(elsewhere, "lab", "list")
    assert done.returncode == 2 and "Next:  Move the clone." in done.stderr and (elsewhere / ".venv").exists(), done


def _typed(folder: Path, *words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """A command in the copy, without a package index: nothing is installed."""
    return subprocess.run(["./course", *words], cwd=folder, capture_output=True, text=True, env=_env(**env))


def _env(**more: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("COURSE", "PYTEST", "PYTHON"))}
    return own | {"PIP_NO_INDEX": "1", **more}


@pytest.mark.parametrize("damage", daily.params(DAMAGES, daily.share(list(DAMAGES), at=1, of=4)))
def test_what_is_missing_is_said_and_made_anew_by_the_next_command(damage: str, copied: Path) -> None:
    DAMAGES[damage](copied)
    # Without a package index: that it begins is what is asked here; below it comes to its end.
    done = [_typed(copied, "lab", "list") for _ in range(2)]
    assert all(one.returncode == 2 and "Traceback" not in one.stderr and "Next:" in one.stderr for one in done), done
    assert "Installing requirements.txt" in done[1].stderr, "the second one makes it anew"
    if damage not in ("pip gone", "Python gone"):
        assert "the same command again" in done[0].stderr and "typer" in done[0].stderr


def test_a_second_terminal_waits_for_the_first_and_installs_nothing(copied: Path) -> None:
    """The first one is played by this test: it holds the folder, and writes the stamp when all is in."""
    stamp = copied / ".venv" / ".requirements"
    whole = stamp.read_text()
    _replace(stamp, "0 0\n")
    first = os.open(copied, os.O_RDONLY)
    fcntl.flock(first, fcntl.LOCK_EX)
    second = subprocess.Popen(
        ["./course", "lab", "list"], cwd=copied, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert second.stderr is not None
    assert second.stderr.readline() == "Waiting for another terminal, which installs\n"
    stamp.write_text(whole)
    os.close(first)
    out, error = second.communicate()
    assert second.returncode == 0 and "odd-port" in out and error == "", (out, error)


def test_a_venv_that_the_course_did_not_make_is_kept(copied: Path) -> None:
    """An editor may have made one, or uv; ours says that it is ours, also while it is being made."""
    subprocess.run(["rm", "-r", copied / ".venv"], check=True)
    (copied / ".venv").mkdir()
    (copied / ".venv" / "my-notes.txt").write_text("my work")
    done = [_typed(copied, "lab", "list") for _ in range(2)]
    (kept,) = copied.glob(".venv.*")
    assert (kept / "my-notes.txt").read_text() == "my work" and f"it is kept as {kept}\n" in done[0].stderr, done
    assert "kept" not in done[1].stderr and "Installing" in done[1].stderr


@pytest.mark.parametrize("file", ["requirements.txt", "pyproject.toml"])
def test_a_list_of_packages_that_is_gone_is_said(file: str, copied: Path) -> None:
    (copied / file).unlink()
    done = _typed(copied, "doctor")
    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        [
            f"Error: {file} is gone, or empty.",
            "Why:   It is a file of this clone.",
            f"Next:  cd '{copied}' && git restore {file}",
        ],
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_who_may_not_write_a_clone_makes_a_copy_as_it_is_said(copied: Path, tmp_path: Path) -> None:
    _replace(copied / ".venv" / venv.MADE, "x\n")
    for path in (tmp_path, *tmp_path.parents):
        if path.stat().st_mode & 0o005 != 0o005 and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o005)
    (home := tmp_path / "home").mkdir(mode=0o777)
    home.chmod(0o777)
    who = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    said = subprocess.run(
        [*who, "./course", "lab"], cwd=copied, capture_output=True, text=True, env=_env(HOME=str(home))
    )
    (line,) = [line for line in said.stderr.splitlines() if line.startswith("Next:")]
    typed = [*who, "sh", "-c", line.removeprefix("Next:")]
    subprocess.run(typed, cwd=copied, check=True, env=_env(HOME=str(home)))
    assert (home / "externalname-course" / "course").exists() and not (home / "externalname-course" / ".venv").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_a_venv_of_another_user_stays(copied: Path) -> None:
    """Made for another folder it would be made anew, which begins with removing it."""
    _replace(copied / ".venv" / venv.MADE, "x\n")
    os.chown(copied / ".venv", 4711, 4711)
    done = _typed(copied, "lab", "list")
    assert done.returncode == 2 and "another user's" in done.stderr and "Next:" in done.stderr, done
    assert (copied / ".venv" / "bin").is_dir() and (copied / ".venv" / venv.MADE).read_text() == "x\n"


def test_the_course_is_found_where_venv_has_lost_the_way_to_it(copied: Path) -> None:
    for path in (copied / PACKAGES).glob("python3*/site-packages/*externalname*"):
        subprocess.run(["rm", "-r", path], check=True)
    done = subprocess.run(["./course", "lab", "list"], cwd=copied, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not daily.EVERYTHING, reason="installs everything again: ./course test --all")
def test_after_the_same_command_again_all_is_there(copied: Path) -> None:
    DAMAGES["a package gone"](copied)
    somebody = Learner({"PWD": str(copied)}, folder=copied)
    assert led_out(somebody, "./course lab list", ready=lambda: True) != []
