"""The learner's copies of the notebooks: the originals stay what nbval compares."""

import itertools
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from course.base import files, paths
from course.base.errors import CourseError
from course.lessons import catalog
from course.tasks import catalog as labs
from course.tasks import cells

# Before a notebook's name in a link of the repository: in workspace/ all are in one folder.
FOLDERS = re.compile(r"\]\((?:\.\./)+(?:notebooks|labs/[\w-]+|[\w-]+)/(?=[\w-]+\.ipynb)")
NUMBERED = re.compile(r"\d\d_(?P<slug>\w+)")


def prepare() -> list[Path]:
    """Copy what is not there yet into workspace/, outputs cleared and exercises empty; returns the new files.

    A copy of a lesson that has another number by now is renamed: it stays the learner's work.
    """
    paths.WORKSPACE.mkdir(exist_ok=True)
    _follow_renumbering()
    return [_copy(path) for path in originals() if not (paths.WORKSPACE / path.name).exists()]


def originals() -> list[Path]:
    """The lessons and the labs, in order."""
    return [*(lesson.notebook for lesson in catalog.lessons()), *(lab.notebook for lab in labs.labs())]


def _follow_renumbering() -> None:
    names = {lesson.slug: lesson.notebook.name for lesson in catalog.lessons()}
    for path in sorted(paths.WORKSPACE.glob("*.ipynb")):
        match = NUMBERED.fullmatch(path.stem)
        name = names.get(match["slug"]) if match else None
        if name and name != path.name and not (paths.WORKSPACE / name).exists():
            path.rename(paths.WORKSPACE / name)


def _copy(path: Path) -> Path:
    import nbformat

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = FOLDERS.sub("](", cell.source)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.source = cells.with_answer(cell.source)
    target = paths.WORKSPACE / path.name
    text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    files.replace(target, f"{text}\n", mode=0o644)
    return target


def reset(name: str) -> tuple[Path, Path | None]:
    """A fresh copy of a lesson, by slug or number, or of a lab by its slug.

    The old one is kept under a dated name. Returns (fresh, old copy).
    """
    original = _original(name)
    current, old_copy = paths.WORKSPACE / original.name, None
    if current.exists():
        old_copy = _dated(current)
        current.replace(old_copy)
    paths.WORKSPACE.mkdir(exist_ok=True)
    return _copy(original), old_copy


def _dated(path: Path) -> Path:
    """A dated name beside the file, and taken at once: the second reset of the same second gets another one."""
    stem = f"{path.stem}.{datetime.now(UTC):%Y%m%d-%H%M%S}"
    for suffix in itertools.chain([""], (f"-{number}" for number in itertools.count(2))):
        with suppress(FileExistsError):
            (free := path.with_stem(stem + suffix)).touch(exist_ok=False)
            return free
    raise AssertionError("the numbers never end")


def _original(name: str) -> Path:
    for lab in labs.labs():
        if name in (lab.notebook.stem, lab.notebook.name, lab.slug):
            return lab.notebook
    try:
        return catalog.find(name).notebook
    except CourseError:
        names = ", ".join(path.stem for path in originals())
        raise CourseError(f"{name!r} names no notebook.", f"There are: {names}", "course notebook reset 02") from None
