"""The learner's copies of the notebooks: the originals stay what nbval compares."""

import datetime
from pathlib import Path

from course import paths
from course.errors import CourseError


def prepare() -> list[Path]:
    """Copy what is not there yet into workspace/, outputs cleared so that you can predict first; returns the new files."""
    paths.WORKSPACE.mkdir(exist_ok=True)
    return [_copy(path) for path in originals() if not (paths.WORKSPACE / path.name).exists()]


def originals() -> list[Path]:
    """The lessons and the lab notebook, in order."""
    return [*sorted(paths.NOTEBOOKS.glob("*.ipynb")), *sorted((paths.ROOT / "labs").glob("*.ipynb"))]


def _copy(path: Path) -> Path:
    import nbformat

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    target = paths.WORKSPACE / path.name
    part = target.with_suffix(".part")
    nbformat.write(notebook, part)  # type: ignore[no-untyped-call]
    part.replace(target)
    return target


def reset(number: str) -> tuple[Path, Path | None]:
    """A fresh copy of the lesson that begins with `number`; the old one is kept under a dated name. (fresh, kept)."""
    named = [path for path in originals() if path.name.startswith(number)]
    found = [path for path in named if path.parent == paths.NOTEBOOKS] or named  # 00 is the lesson, 00_labs the labs
    if len(found) != 1:
        names = ", ".join(path.stem for path in originals())
        raise CourseError(f"{number!r} names {len(found)} notebooks.", f"There are: {names}", "course notebook reset 02")
    current, kept = paths.WORKSPACE / found[0].name, None
    if current.exists():
        kept = current.with_stem(f"{current.stem}.{datetime.datetime.now():%Y%m%d-%H%M%S}")
        current.rename(kept)
    paths.WORKSPACE.mkdir(exist_ok=True)
    return _copy(found[0]), kept
