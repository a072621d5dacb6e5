"""`course dev check` in a copy of this clone.

Green says nothing is wrong, each kind of fault makes its own line RED.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from course.dev import check
from tests.unit.clone import copied, python

# All but mypy, which reads every file anew in a copy: `course test` runs it on the clone itself.
CHECK = """
from course.dev import check
every = check.commands()
check.commands = lambda: {name: argv for name, argv in every.items() if not name.startswith("types")}
raise SystemExit(check.tools(print))
"""
# The same after `course dev fix`; requirements would be compiled from PyPI, and here it is only said which.
FIX = f"""{CHECK.rpartition("raise")[0]}
compiled = []
check.compile_requirements = lambda root, name, *options: compiled.append(name)
code = check.fix(print)
print("compiled:", *compiled)
raise SystemExit(code)
"""
MENDED = {"generated", "style", "format"}  # what a machine can write; the rest is for its author
# Each list is spoilt in turn, in one process; what `course dev check` would say and exit with.
MISSPELL = """
import json, sys
from pathlib import Path
from course.base.errors import CourseError
from course.dev import check
errors = []
for name, _, right, wrong in json.loads(sys.argv[1]):
    before = Path(name).read_text()
    Path(name).write_text(before.replace(right, wrong))
    for read in check.LISTS:
        if hasattr(read, "cache_clear"):
            read.cache_clear()
    try:
        check.tools(print)
    except CourseError as error:
        errors.append((error.exit_code, str(error)))
    Path(name).write_text(before)
print(json.dumps(errors))
"""
FAULTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "generated": ("README.md", lambda text: text.replace("| The shop cannot find its database |", "| The shop |")),
    "requirements": ("requirements.in", lambda text: f"{text}no-such-package  # for this test\n"),
    "files": ("CHANGELOG.md", lambda text: f"{text}\0"),
    "style": ("src/course/base/waiting.py", lambda text: text.replace("import time\n", "import time\nimport uuid\n")),
    "format": ("src/course/base/paths.py", lambda text: text.replace("PORT = 8888", "PORT   =  8888")),
    "floors": ("src/course/base/tables.py", lambda text: f"{text}\n\nimport course.kube.kubectl as _  # noqa\n"),
    "shell": (".ci/run", lambda text: f"{text}echo $1\n"),
    "shell of the labs": ("labs/roll-back/solution/solve.sh", lambda text: f"{text}if true; then\n"),
    "spelling": ("docs/design.md", lambda text: f"{text}\nYou rec" + "ieve an answer.\n"),
}
RED = re.compile(r"(?m)^  RED    (.+)$")
MISSPELT = [
    ("cluster/versions.toml", "etcd.version", "version = ", "verison = "),
    ("labs/labs.toml", "minutes", "minutes = ", "minuts = "),
    ("labs/labs.toml", "lab", "[[lab]]", "[[labb]]"),
    ("notebooks/lessons.toml", "lesson", "[[lesson]]", "[[lesson-s]]"),
    ("interview/topics.toml", "topic", "[[topic]]", "[[topics]]"),
    ("notebooks/lessons.toml", "objectives", "objectives = ", "objektives = "),
    ("interview/answers.toml", "right", "right = ", "rigth = "),
    ("interview/sheet.toml", "cause", "cause = ", "causes = "),
    ("notebooks/routes.toml", "lessons", "lessons = ", "lesson = "),
    ("notebooks/controllers.toml", "follows", "follows = ", "fllows = "),
    ("notebooks/delivery.toml", "did", "did = ", "didd = "),
    ("notebooks/corrections.toml", "truth", "truth = ", "thruth = "),
]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("clone"))


def test_every_line_of_the_report_has_a_fault_to_find() -> None:
    every = {*check.OWN, *check.commands()}
    assert set(FAULTS) == {name for name in every if not name.startswith("types")}


@pytest.mark.slow
def test_an_untouched_clone_is_green_and_each_fault_is_found(clone: Path) -> None:
    result = python(clone, "-c", CHECK)
    assert result.returncode == 0, result.stdout + result.stderr
    assert len(re.findall(r"(?m)^  green  ", result.stdout)) == len(FAULTS)
    before = {name: (clone / name).read_text() for name, _ in FAULTS.values()}
    try:
        for name, spoil in FAULTS.values():
            (clone / name).write_text(spoil(before[name]))
            assert (clone / name).read_text() != before[name]
        result, fixed = python(clone, "-c", CHECK), python(clone, "-c", FIX)
        mended = {name for name, (file, _) in FAULTS.items() if (clone / file).read_text() == before[file]}
    finally:
        for name, text in before.items():
            (clone / name).write_text(text)
    assert result.returncode == 1, result.stderr
    assert set(RED.findall(result.stdout)) == set(FAULTS), result.stdout
    last = result.stdout.splitlines()[-1]
    assert last.startswith("What a machine can write of ") and last.endswith(": ./course dev fix")
    assert {name for name in FAULTS if f" {name} " in last.replace(":", " ")} == set(check.WRITTEN)
    assert fixed.returncode == 1, fixed.stderr
    assert set(RED.findall(fixed.stdout)) == set(FAULTS) - MENDED, fixed.stdout
    assert mended == MENDED and "README.md is written anew" in fixed.stdout
    assert "requirements.txt is compiled" in fixed.stdout and "\ncompiled: requirements " in fixed.stdout


def test_a_misspelt_key_is_said_with_its_file_and_the_nearest_right_one(clone: Path) -> None:
    result = python(clone, "-c", MISSPELL, json.dumps(MISSPELT))
    assert result.returncode == 0, result.stderr
    errors = json.loads(result.stdout)
    assert len(errors) == len(MISSPELT)
    for (name, key, _, wrong), (code, words) in zip(MISSPELT, errors, strict=True):
        assert code == 2
        assert f"{name} cannot be used." in words
        assert f"{wrong.split(maxsplit=1)[0].strip('[]')} (did you mean {key}?)" in words
