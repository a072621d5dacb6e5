"""`course dev new`: a lab or a lesson with every file that it needs.

In each file, sentences say what to write there: they begin with TODO. A test names each one that is left, with
its file: a skeleton fails its own proof.
"""

import re
from pathlib import Path
from string import Template
from typing import Any

import nbformat

from course.base import paths
from course.base.errors import CourseError
from course.base.versions import pinned
from course.dev import generated, repository
from course.lessons import catalog as lessons
from course.tasks import catalog as labs
from course.tasks import index

v4: Any = nbformat.v4
SKELETON = Path(__file__).with_name("skeleton")
CELL = re.compile(r"(?m)^=== (markdown|code) ([a-z0-9-]+)(?: (state))?\n")


def lab(slug: str, after: str, before: str = "") -> list[str]:
    """Write a lab behind the last one of the lesson `after`, or before the lab `before`; what was written, a line each.

    CourseError, and nothing is written, for a slug that is taken or is none, and for a place that cannot be.
    """
    _check_slug(slug, "-", [one.slug for one in labs.labs()], labs.FOLDER / slug)
    lesson = lessons.find(after)
    place = _lab_place(lesson, before)
    values = {"slug": slug, "lesson": lesson.slug, "image": pinned().lab_image}
    texts = {labs.MANIFEST: _with_entry(labs.MANIFEST, "lab", place, _filled(SKELETON / "lab.toml", values))}
    for path in sorted((SKELETON / "lab").rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            texts[labs.FOLDER / slug / path.relative_to(SKELETON / "lab")] = _filled(path, values)
    return _write(texts)


def lesson(slug: str, after: str = "") -> list[str]:
    """Write a lesson behind the lesson `after`, or at the end; every number behind it moves on by one. As `lab`."""
    _check_slug(slug, "_", [one.slug for one in lessons.lessons()], paths.NOTEBOOKS / f"{slug}.ipynb")
    place = lessons.find(after).number + 1 if after else len(lessons.lessons())
    values = {
        "slug": slug,
        "namespace": slug.replace("_", "-"),
        "needs": f'"{lessons.lessons()[place - 1].slug}"',
        "image": pinned().lab_image,
    }
    entry = _filled(SKELETON / "lesson.toml", values)
    return _write(
        {
            paths.NOTEBOOKS / f"{place:02d}_{slug}.ipynb": _notebook(values),
            index.FOLDER / f"{slug}.py": _filled(SKELETON / "tasks.py", values),
            lessons.MANIFEST: _with_entry(lessons.MANIFEST, "lesson", place, entry),
        }
    )


def _check_slug(slug: str, joint: str, taken: list[str], target: Path) -> None:
    """joint: what stands between the words of a slug."""
    if not re.fullmatch(rf"[a-z][a-z0-9]*({joint}[a-z0-9]+)*", slug) or len(slug) > 40:
        near = re.sub(r"[^a-z0-9]+", joint, slug.lower()).strip(joint)[:40]
        why = f"It is made of small letters and digits, with {joint} between words, 40 characters at most."
        raise CourseError(f"{slug!r} cannot be a slug.", why, f"Perhaps {near}" if near else "")
    if slug in taken:
        raise CourseError(f"There is a {slug} already.", f"There are: {', '.join(taken)}.", "Take another slug.")
    if target.exists():
        where = target.relative_to(paths.ROOT)
        raise CourseError(f"{where} is there already.", "No list names it.", f"Move it away: mv {where} /tmp")


def _lab_place(lesson: lessons.Lesson, before: str) -> int:
    """How many labs stand before the new one. Labs come in the order of the lessons that they follow."""
    numbers = [lessons.find(one.lesson).number for one in labs.labs()]
    if not before:
        return sum(number <= lesson.number for number in numbers)
    place = labs.find(before).number - 1
    ordered = [*numbers[:place], lesson.number, *numbers[place:]]
    if ordered != sorted(ordered):
        why = "Labs come in the order of the lessons that they follow."
        raise CourseError(f"A lab after {lesson.slug} cannot stand before {before}.", why, "Leave --before out.")
    return place


def _with_entry(manifest: Path, key: str, place: int, entry: str) -> str:
    """The text of a list with one more [[key]], behind `place` others; comments stay where they are."""
    parts = re.split(rf"(?m)^(?=\[\[{key}\]\]$)", manifest.read_text())
    parts.insert(place + 1, entry)
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _filled(path: Path, values: dict[str, str]) -> str:
    return Template(path.read_text()).substitute(values)


def _notebook(values: dict[str, str]) -> str:
    _, *parts = CELL.split(_filled(SKELETON / "lesson.txt", values))
    cells = [
        (v4.new_markdown_cell if kind == "markdown" else v4.new_code_cell)(
            text.rstrip("\n"), id=name, metadata={"tags": [tag]} if tag else {}
        )
        for kind, name, tag, text in zip(parts[::4], parts[1::4], parts[2::4], parts[3::4], strict=True)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return (
        str(
            v4.writes(
                v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
            )
        )
        + "\n"
    )


def _write(texts: dict[Path, str]) -> list[str]:
    """Write the files, then all that is generated from the lists."""
    repository.files("labs")  # asked before anything is written
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    labs.labs.cache_clear()
    lessons.lessons.cache_clear()
    return [*(f"{path.relative_to(paths.ROOT)} is written" for path in texts), *generated.write()]
