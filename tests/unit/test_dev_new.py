"""`course dev new` in a copy of this clone.

The skeletons fail with sentences, and all numbers move along by machine.
"""

import json
import subprocess
from pathlib import Path
from shutil import copy2, rmtree
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from course.base import paths
from course.base.errors import CourseError
from course.cli.app import app
from course.dev import new as scaffold
from course.lessons import catalog
from course.tasks import catalog as labs
from tests.unit.clone import copied, python

pytestmark = pytest.mark.slow  # copies of the clone, in which tests run
RULES = [
    "tests/unit/test_links.py",
    "tests/unit/test_dev_numbers.py",
    "tests/unit/test_dev_todo.py",
    "tests/unit/test_labs_manifest.py",
    "tests/unit/test_lesson.py",
    "tests/unit/test_house.py",
    "tests/unit/test_path.py",
    "tests/unit/test_tasks.py",
    "tests/unit/test_interview_pool.py",
    "tests/notebooks/test_glossary.py",
    "tests/notebooks/test_rules.py",
    "tests/notebooks/test_corrections.py",
]
NEW_LAB, NEW_LESSON = "new-lab", "new_lesson"


def new(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return python(clone, "-m", "course", "dev", "new", *words)


def texts(clone: Path) -> dict[str, str]:
    return {
        str(path.relative_to(clone)): path.read_text()
        for path in clone.rglob("*")
        if path.is_file() and not {".git", "__pycache__"} & set(path.parts)
    }


def red(clone: Path, report: Path, *files: str) -> dict[str, str]:
    """Run these tests in the copy; the name of each red one, and what it said."""
    options = ["-q", "-p", "no:nbval", "-p", "no:cacheprovider", f"--junitxml={report}"]
    result = python(clone, "-m", "pytest", *options, *files)
    cases = list(ElementTree.parse(report).iter("testcase"))
    assert cases, result.stdout + result.stderr
    failed = [
        (case, case.find("failure") if case.find("failure") is not None else case.find("error")) for case in cases
    ]
    return {case.get("name", ""): problem.text or "" for case, problem in failed if problem is not None}


# Numbers and neighbours as they are today: the next inserted lesson must leave this test alone.
MOVED = catalog.find("migration")
OLD, NEW = f"{MOVED.number:02d}", f"{MOVED.number + 1:02d}"
LAB = labs.find("wrong-namespace")


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with one more lesson and one more lab in the middle."""
    clone = copied(tmp_path_factory.mktemp("grown"))
    (clone / "notebooks/de").mkdir()
    copy2(clone / "notebooks" / MOVED.notebook.name, clone / "notebooks/de")  # a translation moves along
    for words in (
        ["lesson", NEW_LESSON, "--after", catalog.lessons()[MOVED.number - 1].slug],
        ["lab", NEW_LAB, "--after", LAB.lesson, "--before", LAB.slug],
    ):
        result = new(clone, *words)
        assert result.returncode == 0, result.stderr
    return clone


def test_every_number_moved_on(grown: Path) -> None:
    name = f"{NEW}_{MOVED.slug}.ipynb"
    assert (grown / f"notebooks/{OLD}_{NEW_LESSON}.ipynb").exists() and not (
        grown / "notebooks" / MOVED.notebook.name
    ).exists()
    cells = json.loads((grown / "notebooks" / name).read_text())["cells"]
    assert cells[0]["source"][0].startswith(f"# {NEW} ")
    assert json.loads((grown / "notebooks/de" / name).read_text())["cells"] == cells
    everything = texts(grown)
    runbook = everything["docs/migration-runbook.md"]
    assert f"lesson {NEW}" in runbook and f"lesson {OLD}" not in runbook
    assert f"[{NEW}](../notebooks/{name})" in everything["docs/glossary.md"]
    assert f"| {LAB.number} | [`{NEW_LAB}`](labs/{NEW_LAB}/README.md) |" in everything["README.md"]
    assert f"**Lab {LAB.number + 1}**" in everything[f"labs/{LAB.slug}/lab_{LAB.slug}.ipynb"]
    assert f"{NEW}  {MOVED.minutes:3} min  {MOVED.title}" in everything["notebooks/00_start_here.ipynb"]
    assert not [name for name, text in everything.items() if MOVED.name in text and not name.startswith("bench/")]


def test_the_skeletons_fail_their_proof_with_sentences_and_pass_when_they_are_filled_in(
    grown: Path, tmp_path: Path
) -> None:
    rmtree(grown / "notebooks/de")  # its links lead beside it: a translation of one lesson has to change them
    said = red(grown, tmp_path / "todo.xml", "tests/unit/test_dev_todo.py")
    ours = {str(path.relative_to(grown)) for path in (grown / "labs" / NEW_LAB).rglob("*") if path.is_file()}
    ours |= {"labs/labs.toml", "notebooks/lessons.toml", "notebooks/00_start_here.ipynb"}
    ours |= {f"notebooks/{OLD}_{NEW_LESSON}.ipynb", f"notebooks/exercises/{NEW_LESSON}.py"}
    # What is before them names them as what comes next.
    lesson = catalog.lessons()[MOVED.number - 1]
    before = [labs.labs()[LAB.number - 2].notebook, catalog.find(LAB.lesson).notebook, lesson.notebook]
    before += [lab.notebook for lab in labs.labs() if lab.lesson == lesson.slug]
    ours |= {str(path.relative_to(paths.ROOT)) for path in before}
    assert set(said) == {f"test_nothing_is_left_to_fill_in[{name}]" for name in ours}
    assert (
        "what the learner sees go wrong, in one line"
        in said[f"test_nothing_is_left_to_fill_in[labs/{NEW_LAB}/README.md]"]
    )
    for name in ours:
        (grown / name).write_text((grown / name).read_text().replace("TODO", "Written"))
    assert python(grown, "-m", "course", "dev", "author", "--texts").returncode == 0
    said = red(grown, tmp_path / "rules.xml", *RULES)
    assert set(said) == {
        # written by `course dev author`, on a cluster
        f"test_each_cell_was_executed_in_order[{NEW_LESSON}]",
        f"test_what_the_cluster_said_is_one_of_the_options[{NEW_LESSON.replace('_', '-')}-first]",
        f"test_the_stored_report_is_of_the_checks_of_now[{NEW_LESSON.replace('_', '-')}-turn]",
        # in files of their own: CONTRIBUTING names them, and so does the command
        f"test_each_lesson_ends_with_a_lab_and_the_next_lesson[{NEW_LESSON}]",
        "test_every_lesson_has_a_quiz_of_three_to_five",
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lesson", "migration"], "There is a migration already."),
        (["lesson", "New_Lesson"], "Perhaps new_lesson"),
        (["lesson", "new-lesson"], "Perhaps new_lesson"),
        (["lesson", "fresh", "--after", "nowhere"], "There is no lesson nowhere."),
        (["lab", "loop", "--after", "migration"], "There is a loop already."),
        (["lab", "Loops", "--after", "migration"], "Perhaps loops"),
        (["lab", "../loops", "--after", "migration"], "Perhaps loops"),
        (["lab", "fresh", "--after", "nowhere"], "There is no lesson nowhere."),
        (["lab", "fresh", "--after", "migration", "--before", "nothing"], "There is no lab named 'nothing'."),
        (["lab", "fresh", "--after", "migration", "--before", "lost-database"], "cannot stand before lost-database"),
        (["lab", "fresh"], "--after"),
    ],
)
def test_a_wrong_call_is_said_before_anything_is_written(
    words: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scaffold, "_write", lambda texts: pytest.fail(f"written: {list(texts)}"))
    result = CliRunner().invoke(app, ["dev", "new", *words])
    error = result.exception
    assert error.exit_code == 2 if isinstance(error, CourseError) else result.exit_code == 2
    assert sentence in (str(error) if isinstance(error, CourseError) else result.stderr)


def test_a_folder_that_is_no_clone_is_said_and_left_alone(tmp_path: Path) -> None:
    clone = copied(tmp_path / "clone")
    (clone / ".git").rename(tmp_path / "gone")
    before = texts(clone)
    result = new(clone, "lesson", "fresh")
    assert result.returncode == 2 and "no clone for authors" in result.stderr
    assert texts(clone) == before
