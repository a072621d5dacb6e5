"""A way through the course as slides: what each lesson is for, its questions to predict, what to remember.

All of it is taken from the lessons, so that a slide says what the lesson says.
"""

import html
import re
from pathlib import Path
from string import Template
from typing import Any

from course.base import clone, files
from course.base.errors import CourseError
from course.lessons import catalog as lessons
from course.lessons.catalog import Lesson
from course.lessons.routes import Route
from course.tasks import catalog as labs
from course.tasks import cells, index
from course.tasks.task import Prediction

PAGE = Path(__file__).with_name("slides.html")
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
ROOM = 600  # characters of prose beside the options
HEADING = re.compile(r"(?m)^## +(.+)$")
KEY_POINTS = re.compile(r"(?s)^## Key points\n+(.+?)(?=\n## |\Z)", re.M)


def deck(route: Route) -> list[str]:
    """The slides in order, each as Markdown."""
    listed = "\n".join(f"- {lessons.find(slug).title}" for slug in route.lessons)
    slides = [f"# {route.title}\n\n{route.minutes} minutes without breaks\n\n{listed}"]
    for slug in route.lessons:
        lesson = lessons.find(slug)
        slides += [_goals(lesson), *map(_question, index.predictions(slug)), _key_points(lesson)]
        slides += [_lab(labs.find(lab)) for lab in route.labs if labs.find(lab).lesson == slug]
    return slides


def _goals(lesson: Lesson) -> str:
    goals = "\n".join(f"- {goal}" for goal in lesson.objectives)
    return f"# {lesson.number:02d} {lesson.title}\n\n{lesson.minutes} minutes. Afterwards you can\n\n{goals}"


def _question(task: Prediction) -> str:
    """What the lesson asks before its experiment, with the section that it is in; the answer is the cluster's."""
    options = "\n".join(f"- **{letter}** {task.options[key]}" for letter, key in task.letters.items())
    section, situation = _above(task)
    return f"## {section}\n\n{situation}\n\n{options}".rstrip()


def _above(task: Prediction) -> tuple[str, str]:
    """The last heading above the question, and the question's cell with as much of its situation as a slide holds."""
    texts = cells.above(task.lesson, task.slug)
    section = ["", *HEADING.findall("\n".join(texts))][-1]
    paragraphs = _without_links(HEADING.sub("", texts[-1])).split("\n\n")
    kept = [text for number, text in enumerate(paragraphs) if len("".join(paragraphs[number:])) < ROOM]
    return section, "\n\n".join(kept or paragraphs[-1:])


def _without_links(text: str) -> str:
    return LINK.sub(r"\1", text).strip()


def _key_points(lesson: Lesson) -> str:
    for cell in cells.cells(lesson.slug):
        if cell["cell_type"] == "markdown" and (points := KEY_POINTS.search(cells.text(cell))):
            return f"## Remember\n\n{_without_links(points[1])}"
    raise CourseError(f"Lesson {lesson.slug} has no key points.", "Its last section is called ## Key points.", "")


def _lab(lab: labs.Lab) -> str:
    return f"# Lab: {lab.title}\n\n{lab.minutes} minutes\n\n`./course lab start {lab.slug}`"


def write(route: Route, path: Path) -> str:
    """Write them as a page that needs nothing else (.html), or as a notebook with slides (.ipynb).

    Returns what is to be said of a file that was there.
    """
    writers = {".html": _page, ".ipynb": _notebook}
    if path.suffix not in writers:
        raise CourseError(
            f"{path.name}: slides are a page or a notebook.",
            "The end of the name says which.",
            f"course workshop slides {route.slug} {path.stem or 'slides'}.html",
        )
    again = f"course workshop slides {route.slug} another-file{path.suffix}"
    return files.hand_over(path, writers[path.suffix](route), again=again)


def _page(route: Route) -> str:
    from nbconvert.filters import markdown2html

    slides = deck(route)
    sections = [
        f'<section aria-label="Slide {number} of {len(slides)}">{markdown2html(text)}</section>'
        for number, text in enumerate(slides, 1)
    ]
    return Template(clone.text(PAGE)).substitute(title=html.escape(route.title), slides="\n".join(sections))


def _notebook(route: Route) -> str:
    import nbformat

    v4: Any = nbformat.v4
    shown = [v4.new_markdown_cell(text, metadata={"slideshow": {"slide_type": "slide"}}) for text in deck(route)]
    for number, cell in enumerate(shown, 1):
        cell.id = f"slide-{number}"
    return f"{v4.writes(v4.new_notebook(cells=shown))}\n"
