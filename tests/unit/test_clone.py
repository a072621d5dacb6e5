"""Files of the clone that are gone or damaged: each command says which, and what it tells to type brings them back."""

import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import rmtree

import pytest

from course import doctor
from course.base import clone, paths
from course.base.errors import CourseError
from course.tasks import modules
from tests.unit.clone import copied, python

pytestmark = pytest.mark.slow  # a copy of the clone, in which commands run
NOTEBOOK, GLOSSARY, README = "notebooks/00_start_here.ipynb", "docs/glossary.md", "labs/no-members/README.md"
EXERCISES = "notebooks/exercises/ports_and_health.py"
NODE, ROOM = "cluster/kind.yaml", "workshop/hub/manifests.yaml"
COURSE = ("-P", "-m", "course")
SEARCH, RESET, PROGRESS = ((*COURSE, *words.split()) for words in ("search alias", "notebook reset 00", "progress"))
PREPARE = "from course import __main__ as command; from course.lessons import workspace"
START = ("-P", "-c", f"{PREPARE}; command._run = lambda _: workspace.prepare(); command.main()")  # as `start` begins
DAMAGE: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: path.unlink(),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:3000]),
    "null": lambda path: path.write_text("null"),
    "no cells": lambda path: path.write_text("{}"),
    "strange cells": lambda path: path.write_text('{"cells": [1, {"cell_type": "code"}]}'),
    "empty": lambda path: path.write_text(""),
    "zeros": lambda path: path.write_bytes(bytes(3000)),
    "binary": lambda path: path.write_bytes(b"\x80\xff\xfe"),
}
OF_A_TEXT = ("gone", "zeros", "binary")
CASES = [
    *((NOTEBOOK, how, [RESET]) for how in DAMAGE),
    (NOTEBOOK, "cut short", [SEARCH, START]),
    (NOTEBOOK, "gone", [SEARCH, START]),
    *((GLOSSARY, how, [SEARCH, START]) for how in OF_A_TEXT),
    *((README, how, [SEARCH]) for how in OF_A_TEXT),
    *((EXERCISES, how, [PROGRESS]) for how in (*OF_A_TEXT, "empty")),
    ("cluster/parts/helm/helm.yaml", "gone", [(*COURSE, "parts", "--manifest", "helm")]),
]
DOCTOR = ("-P", "-c", "from course import doctor; print(doctor._finding(doctor._material).text())")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copied(tmp_path_factory.mktemp("copy") / "clone")
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--no-verify", "-m", "all of it")
    return folder


@pytest.fixture(autouse=True)
def whole(copy: Path) -> Iterator[None]:
    yield
    git(copy, "restore", ".")
    rmtree(copy / "workspace", ignore_errors=True)


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", folder, *words], check=True)


def said(file: str, how: str) -> str:
    return f"{file} is {'gone' if how == 'gone' else 'damaged'}."


@pytest.mark.parametrize(("file", "how", "commands"), CASES)
def test_what_is_gone_or_damaged_is_said_with_what_brings_it_back(
    copy: Path, file: str, how: str, commands: list[tuple[str, ...]]
) -> None:
    DAMAGE[how](copy / file)
    for command in commands:
        done = python(copy, *command)
        assert (done.returncode, done.stderr.splitlines()[0]) == (2, f"Error: {said(file, how)}"), done
        assert done.stderr.endswith(f"git restore {file}\n")
    git(copy, "restore", file)
    assert python(copy, *commands[0]).returncode == 0


def test_doctor_names_all_of_them_and_one_command(copy: Path) -> None:
    lost = {NOTEBOOK: "cut short", README: "gone", EXERCISES: "empty", "labs/no-members/check.py": "gone"}
    lost |= {NODE: "gone", ROOM: "zeros"}
    for file, how in lost.items():
        DAMAGE[how](copy / file)
    report = python(copy, *DOCTOR).stdout
    assert report.startswith("wrong: ") and all(said(*one) in report for one in lost.items()), report
    command = report.partition("type:")[2].split()
    assert command[:2] == ["git", "restore"] and set(command[2:]) == set(lost)
    git(copy, *command[1:])
    assert python(copy, *DOCTOR).stdout.startswith("ok: ")


@pytest.mark.parametrize(
    ("command", "here"),
    [
        ("./course up", f"{shlex.quote(str(paths.ROOT / 'course'))} up"),
        ("git restore src", f"git -C {shlex.quote(str(paths.ROOT))} restore src"),
    ],
)
def test_what_doctor_tells_to_type_works_where_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, here: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KUBECONFIG")
    assert doctor.Finding("wrong", "x", "", command).text().endswith(f"type:  {here}")


def test_a_file_that_is_opened_and_gone_is_said_as_one_that_is_read(tmp_path: Path) -> None:
    said = [clone.explained(FileNotFoundError(2, "gone", str(path))) for path in (paths.ROOT / NODE, tmp_path / "x")]
    assert [isinstance(error, clone.Lost) for error in said] == [True, False]


def test_where_git_knows_nothing_the_file_is_downloaded_once_more(copy: Path) -> None:
    (copy / NOTEBOOK).unlink()
    (copy / ".git").rename(copy / "moved")
    done = python(copy, *RESET)
    report = python(copy, *DOCTOR)
    (copy / "moved").rename(copy / ".git")
    for text in (done.stderr, report.stdout):
        assert "git restore" not in text and f"Download the course once more, and copy from there: {NOTEBOOK}" in text


def test_what_an_author_changes_is_no_fault(copy: Path) -> None:
    for file in (NOTEBOOK, GLOSSARY, README):
        changed = (copy / file).read_text().replace("alias", "other name")
        (copy / file).write_text(changed)
    assert python(copy, *DOCTOR).stdout.startswith("ok: ")


def test_a_lesson_is_not_done_because_its_exercises_are_gone(copy: Path) -> None:
    rmtree(copy / "notebooks" / "exercises")
    done = python(copy, *PROGRESS)
    assert done.returncode == 2 and "notebooks/exercises/start_here.py is gone." in done.stderr, done


def test_a_notebook_is_found_by_git_whatever_its_number(copy: Path) -> None:
    (copy / NOTEBOOK).unlink()
    done = python(copy, "-P", "-c", "from course.tasks import cells; cells.cells('start_here')")
    git(copy, "restore", done.stderr.splitlines()[-1].partition("git restore ")[2].strip("'"))
    assert (copy / NOTEBOOK).exists()


def test_a_file_without_its_list_is_not_taken_for_a_damaged_installation(tmp_path: Path) -> None:
    (tmp_path / "check.py").touch()
    with pytest.raises(CourseError) as caught:
        modules.listed(tmp_path / "check.py", "CHECKS")
    assert caught.value.what == f"{clone.called(tmp_path / 'check.py')} is damaged." and "CHECKS" in caught.value.why


def test_what_cannot_be_opened_is_said_as_of_any_file() -> None:
    with pytest.raises(CourseError) as caught:
        clone.text(paths.NOTEBOOKS)
    assert caught.value.what == f"{paths.NOTEBOOKS} cannot be used."
