"""The learner's copies of the notebooks, and of what they link: the originals stay what nbval compares."""

import hashlib
import itertools
import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from course.base import clone, files, paths
from course.base.errors import CourseError
from course.lessons import catalog
from course.tasks import catalog as labs
from course.tasks import cells

# A file in a link of the repository: in workspace/, which is all that JupyterLab opens, all are in one folder.
LINKED = re.compile(r"\]\((?:\.\./)+((?:notebooks|labs/[\w-]+|bench/results|[\w-]+)/[\w-]+\.(?:ipynb|md))\b")
HEADING = re.compile(r"(?m)^## (.+)$")
KEPT = "earlier"  # the folder of what was replaced: beside the lessons it would stand between them
MADE = "<!-- Made at each start of JupyterLab, sum {}. A copy that you changed is kept, dated. -->\n"
NUMBERED = re.compile(r"\d\d_(?P<slug>\w+)")


def prepare(say: Callable[[str], None] = lambda _: None) -> list[Path]:
    """Copy what is not there yet into workspace/, outputs cleared and exercises empty; returns the new notebooks.

    A copy of a lesson that has another number by now is renamed: it stays the learner's work. The documents that they
    link are made anew, one that the learner changed is kept, and that is said.
    """
    paths.WORKSPACE.mkdir(exist_ok=True)
    _follow_renumbering()
    for document in documents():
        _write_document(document, say)
    return [_copy(path) for path in originals() if not os.path.lexists(paths.WORKSPACE / path.name)]


def documents() -> list[Path]:
    """The documents that a lesson or a lab links."""
    names = {name for path in originals() for name in LINKED.findall(clone.text(path)) if name.endswith(".md")}
    return [paths.ROOT / name for name in sorted(names)]


def called(path: Path) -> str:
    """The name of a file in workspace/: there is more than one README."""
    return f"{path.parent.name}.md" if path.name == "README.md" else path.name


def _linked(text: str) -> str:
    """The text with its links as they lead in workspace/."""
    return LINKED.sub(lambda match: f"]({called(Path(match[1]))}", text)


def title(document: str) -> str:
    """The heading that a document's text begins with."""
    return document.partition("\n")[0].strip("# ")


def _write_document(document: Path, say: Callable[[str], None]) -> None:
    target, text = paths.WORKSPACE / called(document), _linked(clone.text(document))
    # GitHub's name of a heading; JupyterLab gives it another one.
    text = HEADING.sub(lambda match: f'<span id="{anchor(match[1])}"></span>\n\n{match[0]}', text)
    text += "\n" + MADE.format(_sum(text))
    there = target.read_text(errors="replace") if target.exists() else ""
    if there == text or _as_made(there):
        files.replace(target, text, mode=0o644)
    elif kept := _replace(target, text):
        say(f"{target.name} is made anew. You had changed it: your copy is kept as {KEPT}/{kept.name}.")


def anchor(heading: str) -> str:
    """A heading as links name it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def _as_made(text: str) -> bool:
    """Whether a document is as some start of JupyterLab made it, this version of the course's or an older one's."""
    body, _, last = text.rstrip("\n").rpartition("\n")
    return f"sum {_sum(body)}." in last  # the other words of that line may be another version's


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def originals() -> list[Path]:
    """The lessons and the labs, in order."""
    return [*(lesson.notebook for lesson in catalog.lessons()), *(lab.notebook for lab in labs.labs())]


def _follow_renumbering() -> None:
    names = {lesson.slug: lesson.notebook.name for lesson in catalog.lessons()}
    for path in sorted(paths.WORKSPACE.glob("*.ipynb")):
        match = NUMBERED.fullmatch(path.stem)
        name = names.get(match["slug"]) if match else None
        if name and name != path.name and not os.path.lexists(paths.WORKSPACE / name):
            path.rename(paths.WORKSPACE / name)


def _copy(path: Path) -> Path:
    target = paths.WORKSPACE / path.name
    files.replace(target, _fresh(path), mode=0o644)
    return target


def _fresh(path: Path) -> str:
    """The text of a learner's copy."""
    import nbformat

    stored = json.dumps(clone.notebook(path))
    notebook = nbformat.reads(stored, as_version=4)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _linked(cell.source)
            if cells.FOLDED.search(cell.source):
                cell.metadata["editable"] = False  # JupyterLab's Ctrl+F would open it, and show what is folded
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.source = cells.with_answer(cell.source)
    return f"{nbformat.writes(notebook)}\n"  # type: ignore[no-untyped-call]


def reset(name: str) -> tuple[Path, Path | None]:
    """A fresh copy of a lesson, by slug or number, or of a lab by its slug.

    The old one is kept in `earlier`, under a dated name. Returns (fresh, old copy).
    """
    original = _original(name)
    current = paths.WORKSPACE / original.name
    return current, _replace(current, _fresh(original))


def _replace(path: Path, text: str) -> Path | None:
    """Write a file anew; where what was there is kept, None where nothing was.

    It is moved only once the new one is on the disk: else a full disk would leave the learner without both.
    """
    path.parent.mkdir(exist_ok=True)
    with files.written(path, text.encode(), 0o644) as fresh:
        kept = _put_aside(path)
        fresh.replace(path)
    return kept


def _put_aside(path: Path) -> Path | None:
    """Move what is there, a link that leads nowhere, too, and say where it is now; None where nothing is."""
    if not os.path.lexists(path):
        return None
    if path.is_dir() and not path.is_symlink():
        raise CourseError(f"{path} is a folder.", "A file of that name belongs there.", files.past(path))
    kept = _dated(path)
    try:
        return path.replace(kept)
    except OSError:
        kept.unlink()
        raise


def _dated(path: Path) -> Path:
    """A dated name in the folder of what was replaced, and taken at once: two resets may fall into one second."""
    folder = path.parent / KEPT
    folder.mkdir(exist_ok=True)
    stem = f"{path.stem}.{datetime.now(UTC):%Y%m%d-%H%M%S}"
    for end in itertools.chain([""], (f"-{number}" for number in itertools.count(2))):
        with suppress(FileExistsError):
            (free := folder / f"{stem}{end}{path.suffix}").touch(exist_ok=False)
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
        raise CourseError(
            f"{name!r} names no notebook.", f"There are: {names}", "course notebook reset first_externalname"
        ) from None
