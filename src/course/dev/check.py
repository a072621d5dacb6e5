"""`course dev check`: every tool that reads the repository without a cluster, one line each.

`course dev fix` is its twin.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from threading import Lock

from packaging.requirements import Requirement

from course.base import paths, shell, versions
from course.dev import corrections, generated, repository
from course.interview import pool, sheet
from course.lessons import catalog as lessons
from course.lessons import controllers, delivery, routes
from course.tasks import catalog as labs

Say = Callable[[str], None]
LISTS = (
    versions.read,
    lessons.lessons,
    labs.labs,
    routes.routes,
    controllers.controllers,
    delivery.tools,
    pool.questions,
    sheet.sheet,
    corrections.corrections,
)
REQUIREMENTS = (
    "requirements",
    "requirements-dev",
    "requirements-envoy",
    "requirements-go",
    "requirements-musl",
    "requirements-runtimes",
    "workshop/desk/requirements",
    "workshop/hub/requirements",
)
OWN = ("generated", "requirements", "files")  # the lines that no other program says
WRITTEN = ("generated", "requirements", "style", "format")  # what `course dev fix` writes, or most of it
MYPY = Lock()  # two runs of mypy share what the first one found out, so they come one after the other
COMPILE = [
    "uv",
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--python-version",
    "3.11",
    "--no-annotate",
    "--no-header",
    "--generate-hashes",
    "--no-emit-index-url",
]


def _module(*words: str) -> list[str]:
    return [sys.executable, "-m", *words]


def commands() -> dict[str, list[str]]:
    """What to run for each line of the report but those of `OWN`."""
    return {
        "style": _module("ruff", "check", "--quiet", "."),
        "format": _module("ruff", "format", "--check", "--quiet", "."),
        "floors": [_program("lint-imports"), "--no-cache"],
        "types": _module("mypy"),
        "types of the labs' checks": _module("mypy", *_lab_modules()),
        "shell": [_program("shellcheck"), *map(str, scripts())],
        # The course reads them by `sh -eu` (tasks/stage.py): they have no first line of their own, and stop at a
        # failing cd.
        "shell of the labs": [
            _program("shellcheck"),
            "--shell=sh",
            "--exclude=SC2164",
            *map(str, repository.files("labs/**/*.sh")),
        ],
        "spelling": [_program("codespell"), *map(str, repository.files())],
    }


def _lab_modules() -> list[str]:
    """Each lab's check.py as a module, because files of one name cannot be looked at together."""
    return [word for lab in labs.labs() for word in ("-m", f"{lab.slug}.check")]


def _program(name: str) -> str:
    """A program of the Python that runs us: a copy of the clone has no .venv of its own."""
    return str(Path(sys.executable).with_name(name))


def scripts() -> list[Path]:
    """Every shell script: by its first line. What a lab's solve.sh holds has none, because it is read into a shell."""
    return [path for path in repository.files() if re.search(r"^#!.*\b(ba)?sh\b", _first_line(path))]


def _first_line(path: Path) -> str:
    with path.open("rb") as file:
        return file.readline(100).decode(errors="replace")


def tools(say: Say) -> int:
    """Say what is green and what is RED with its reasons; 0 where all is green, else 1.

    CourseError for a list with a mistake.
    """
    for read in LISTS:
        read()
    argvs = commands()
    with ThreadPoolExecutor(len(argvs)) as executor:
        results = dict(zip(argvs, executor.map(_run, argvs.values()), strict=True))
    reports = dict(zip(OWN, (_stale(), _unmet(), _not_text()), strict=True))
    reports |= {
        name: (result.stdout + result.stderr).rstrip() or "no words"
        for name, result in results.items()
        if result.returncode
    }
    for name in (*OWN, *argvs):
        say(
            f"  {'RED  ' if reports.get(name) else 'green'}  {name}"
            + (f"\n{reports[name]}" if reports.get(name) else "")
        )
    if machine := [name for name in WRITTEN if reports.get(name)]:
        say(f"What a machine can write of {' and '.join(machine)}: ./course dev fix")
    return int(any(reports.values()))


def _stale() -> str:
    """What is not as `course dev author --texts` would write it, a line each."""
    renamed = [f"{old} should be {new}" for old, new in generated.moved().names.items()]
    rewritten = (
        []
        if renamed
        else [f"{path.relative_to(paths.ROOT)} is not as it would be written" for path in generated.stale()]
    )
    return "\n".join([*renamed, *rewritten, "./course dev fix writes them."] if renamed or rewritten else [])


def _unmet() -> str:
    """Requirements whose pinned version is missing or does not fit, a line each."""
    problems = []
    for name in REQUIREMENTS:
        pinned = dict(line.split()[0].split("==") for line in _lines(f"{name}.txt") if "==" in line.split()[0])
        for wanted in map(Requirement, _lines(f"{name}.in")):
            version = pinned.get(wanted.name.lower())
            if version is None or version not in wanted.specifier:
                problems.append(f"{name}.txt has {version or 'nothing'} for {wanted}: ./course dev fix")
    return "\n".join(problems)


def _not_text() -> str:
    """Files that nobody can read in a change: a wheel or a core that came in with `git add -A`, a line each."""
    return "\n".join(
        f"{path.relative_to(paths.ROOT)} is not text: take it away, or have a recipe make it"
        for path in repository.files()
        if b"\0" in path.read_bytes()
    )


def _lines(name: str) -> list[str]:
    lines = ((paths.ROOT / name).read_text()).splitlines()
    return [line.partition("#")[0].strip() for line in lines if line.partition("#")[0].strip()]


def fix(say: Say) -> int:
    """Write what a machine can write: generated texts, style, format, requirements. Then the report of `tools`."""
    for line in generated.write():
        say(line)
    for argv in (_module("ruff", "check", "--quiet", "--fix", "."), _module("ruff", "format", "--quiet", ".")):
        _run(argv)
    for name in REQUIREMENTS:
        if _run(["git", "diff", "--quiet", "HEAD", "--", f"{name}.in"]).returncode or _unmet():
            compile_requirements(paths.ROOT, name)
            say(f"{name}.txt is compiled")
    return tools(say)


def compile_requirements(root: Path, name: str, *options: str) -> None:
    """Write NAME.txt from NAME.in in `root`; versions that still fit stay. CourseError with uv's own words."""
    agreeing = ["--constraints", str(root / "requirements.txt")] if name != "requirements" else []
    argv = [*_module(*COMPILE), *agreeing, *options, str(root / f"{name}.in"), "-o", str(root / f"{name}.txt")]
    shell.output(
        argv, doing=f"Compiling {name}.in", next="Fix the line that it names, then: ./course dev fix", timeout=300
    )


def _run(argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
    with MYPY if "mypy" in argv else nullcontext():
        return subprocess.run(argv, cwd=paths.ROOT, env=shell.environment(), capture_output=True, text=True)
