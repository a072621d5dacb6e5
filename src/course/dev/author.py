"""For authors: run the lessons on the real cluster and store what it printed."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import nbclient
import nbformat

from course.base.errors import CourseError
from course.jupyter.jupyterlab import environment
from course.lessons import catalog
from course.provision import parts


def regenerate(slugs: list[str], say: Callable[[str], None] = print) -> None:
    """Execute each lesson top to bottom and store its outputs; all lessons where `slugs` is empty."""
    for lesson in [catalog.find(slug) for slug in slugs] or catalog.lessons():
        for part in lesson.parts:  # before: what making it says is no part of the lesson
            parts.make(part, say)
        started = time.monotonic()
        _execute(lesson.notebook)
        say(f"{lesson.name}: executed and stored, {time.monotonic() - started:.0f} s")


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
        with TemporaryDirectory() as nobody:  # an author's run is no learner's progress
            asyncio.run(client.async_execute(env=environment() | {"COURSE_PROGRESS": nobody}))
    except nbclient.exceptions.CellExecutionError as error:
        raise CourseError(
            f"A cell of {path.name} failed.", str(error), "Fix the cell, then run the same command again."
        ) from error
    content.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    _leave_widgets_out(content)
    nbformat.validate(content)
    nbformat.write(content, path)  # type: ignore[no-untyped-call]


def _leave_widgets_out(content: nbformat.NotebookNode) -> None:
    """A widget ends with its kernel: what is stored of it is the text beside it, which nbval compares."""
    for output in (output for cell in content.cells for output in cell.get("outputs", [])):
        if "text/plain" in output.get("data", {}):
            output.data.pop("application/vnd.jupyter.widget-view+json", None)
