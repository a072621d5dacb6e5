"""Slides for a room: what they hold, and where they can be shown."""

import re
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from course.base.errors import CourseError
from course.cli.app import app
from course.lessons import catalog as lessons
from course.lessons import routes
from course.tasks import index
from course.workshop import slides


@pytest.mark.parametrize("route", routes.routes(), ids=lambda route: route.slug)
def test_a_deck_holds_goals_questions_and_what_to_remember(route: routes.Route) -> None:
    deck = slides.deck(route)
    on_one_line = [" ".join(text.split()) for text in deck]
    for slug in route.lessons:
        lesson = lessons.find(slug)
        (goals,) = [text for text in deck if text.startswith(f"# {lesson.number:02d} {lesson.title}")]
        assert all(goal in goals for goal in lesson.objectives)
        for task in index.predictions(slug):
            end = slides._without_links(task.question)[-40:]
            asked = [text for text in on_one_line if end in text]
            assert asked and all(words in asked[0] for words in task.options.values()), task.slug
    assert sum("## Remember" in text for text in deck) == len(route.lessons)
    assert sum(text.startswith("# Lab: ") for text in deck) == len(route.labs)
    assert not [text for text in deck if "](" in text], "a slide leads nowhere"


def test_a_page_needs_nothing_beside_it_and_a_notebook_is_one(tmp_path: Path) -> None:
    route = routes.find("one-hour")
    for kind in ("html", "ipynb"):
        slides.write(route, tmp_path / f"slides.{kind}")
    page = (tmp_path / "slides.html").read_text()
    assert page.count("<section ") == len(slides.deck(route))
    assert not re.findall(r"""(?:src|href)=["'](?!#)""", page)
    notebook = nbformat.read(tmp_path / "slides.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    assert [cell.source for cell in notebook.cells] == slides.deck(route)
    assert {cell.metadata.slideshow.slide_type for cell in notebook.cells} == {"slide"}


@pytest.mark.parametrize(
    ("words", "said"),
    [(["nowhere", "slides.html"], "There is no path"), (["one-hour", "slides.pdf"], "a page or a notebook")],
)
def test_a_wrong_call_is_said(tmp_path: Path, words: list[str], said: str) -> None:
    error = CliRunner().invoke(app, ["workshop", "slides", words[0], str(tmp_path / words[1])]).exception
    assert isinstance(error, CourseError) and error.exit_code == 2 and said in str(error)
    assert not list(tmp_path.iterdir())
