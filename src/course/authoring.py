"""For authors: run the lessons on the real cluster and store what it printed."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import nbclient
import nbformat

from course import lesson, paths
from course.errors import CourseError
from course.ui.jupyter import environment


def notebook(slug: str) -> Path:
    """The original notebook of a lesson."""
    return paths.NOTEBOOKS / f"{slug}.ipynb"


def regenerate(slugs: list[str], say: Callable[[str], None] = print) -> None:
    """Execute each lesson top to bottom and store its outputs; all lessons where `slugs` is empty."""
    for slug in slugs or [entry.slug for entry in lesson.manifest()]:
        lesson.find(slug)
        started = time.monotonic()
        _execute(notebook(slug))
        say(f"{slug}: executed and stored, {time.monotonic() - started:.0f} s")


def _execute(path: Path) -> None:
    content = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    client = nbclient.NotebookClient(
        content,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        coalesce_streams=True,
    )
    try:
        asyncio.run(client.async_execute(env=environment()))
    except nbclient.exceptions.CellExecutionError as error:
        raise CourseError(
            f"A cell of {path.name} failed.", str(error), "Mend the cell, then run the same command again."
        ) from error
    content.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.validate(content)
    nbformat.write(content, path)  # type: ignore[no-untyped-call]


def write_map() -> bool:
    """Put the table of lessons into the README; whether that changed it."""
    readme = paths.ROOT / "README.md"
    text = readme.read_text()
    begin, end = "<!-- lessons: begin", "<!-- lessons: end -->"
    head, rest = text.split(begin)
    marker, tail = rest.split("-->", 1)[0], rest.split(end)[1]
    changed = f"{head}{begin}{marker}-->\n{lesson.course_table()}\n{end}{tail}"
    readme.write_text(changed)
    return changed != text
