"""What is written by machine from the lists of lessons and labs: numbers, file names, tables, endings, lab notebooks.

`course dev author` writes it, `course dev check` says what is not as it would be written.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.base import paths
from course.base.errors import CourseError
from course.dev import endings, facilitating, lab_notebook, repository
from course.interview import desk
from course.jupyter import prediction
from course.lessons import catalog as lessons
from course.lessons import controllers, delivery, routes, way
from course.lessons import path as ways
from course.tasks import catalog as labs
from course.tasks import index

NOTEBOOK = re.compile(r"(?P<number>\d\d)_(?P<slug>[a-z][a-z0-9_]*)\.ipynb")
TEXT_KINDS = ("*.md", "*.ipynb", "*.toml", "*.yaml", "*.py")
# How a text may name a lesson by its number: a link's label, or the word lesson before one or several numbers.
LABEL = re.compile(r"(?<=\[)(\d\d)(?=[^\]\n]*\]\([^)\s]*?(\d\d)_[a-z0-9_]+\.ipynb)")
WORDS = re.compile(r"\b[Ll]essons? \d\d(?:(?:, | and | to )\d\d\b)*")


@dataclass(frozen=True)
class Numbers:
    """Where each lesson's number goes: old to new, and old file name to new. Empty where all are right."""

    numbers: dict[str, str]
    names: dict[str, str]


def moved() -> Numbers:
    """The lessons whose notebook is not called as its place in the list says.

    CourseError for a notebook without lesson.
    """
    have: dict[str, str] = {}
    slugs = {lesson.slug for lesson in lessons.lessons()}
    for path in sorted(paths.NOTEBOOKS.glob("*.ipynb")):
        match = NOTEBOOK.fullmatch(path.name)
        if not match or match["slug"] not in slugs:
            why = "notebooks/lessons.toml has no lesson of that name."
            raise CourseError(f"{path.name} is no lesson.", why, "./course dev new lesson SLUG, or remove the file")
        have[match["slug"]] = match["number"]
    listed = [lesson for lesson in lessons.lessons() if lesson.slug in have]
    wrong = [(have[lesson.slug], lesson) for lesson in listed if have[lesson.slug] != f"{lesson.number:02d}"]
    return Numbers(
        {old: f"{lesson.number:02d}" for old, lesson in wrong},
        {f"{old}_{lesson.slug}": lesson.name for old, lesson in wrong},
    )


def renumbered(text: str, moves: Numbers) -> str:
    """The text with each old number and file name replaced, all at once: 05 becomes 06 while 06 becomes 07."""

    def new(match: re.Match[str]) -> str:
        return re.sub(r"\d\d", lambda number: moves.numbers.get(number.group(), number.group()), match.group())

    text = LABEL.sub(lambda match: moves.numbers.get(match[1], match[1]) if match[1] == match[2] else match[1], text)
    text = WORDS.sub(new, text)
    names = re.compile("|".join(map(re.escape, moves.names)) or "(?!)")
    return names.sub(lambda match: moves.names[match.group()], text)


def notebooks() -> list[Path]:
    """The lessons' notebooks and their translations, which stand in folders beside them under the same names."""
    return [path for path in repository.files("notebooks") if NOTEBOOK.fullmatch(path.name)]


def renumber() -> list[str]:
    """Notebooks get the names of their places, and every text follows; what was done, a line each."""
    moves = moved()
    if not moves.names:
        return []
    for path in repository.files(*TEXT_KINDS):
        text = path.read_text()
        if (new := renumbered(text, moves)) != text:
            path.write_text(new)
    renamed = {path: path.with_stem(moves.names[path.stem]) for path in notebooks() if path.stem in moves.names}
    for path in renamed:  # first out of each other's way
        path.rename(path.with_suffix(".moving"))
    for path, target in renamed.items():
        path.with_suffix(".moving").rename(target)
    return [f"{old} is {new} now" for old, new in moves.names.items()]


def labs_table() -> str:
    """The labs as a Markdown table, for the README."""
    rows = [
        f"| {lab.number} | [`{lab.slug}`](labs/{lab.slug}/README.md) | {lab.title} | {lab.minutes} | "
        f"{lab.level} | {_link(lab.lesson)} |"
        for lab in labs.labs()
    ]
    return "\n".join(
        ["| Number | Lab | What is wrong | Minutes | Level | After lesson |", "|---|---|---|---|---|---|", *rows]
    )


def _link(slug: str) -> str:
    lesson = lessons.find(slug)
    return f"[{lesson.number:02d}](notebooks/{lesson.notebook.name})"


def routes_table() -> str:
    """The ways through the course as a Markdown table, for facilitators."""
    rows = [
        f"| {route.title} | {', '.join(f'{lessons.find(slug).number:02d}' for slug in route.lessons)} | "
        f"{', '.join(f'`{slug}`' for slug in route.labs) or '-'} | {route.minutes} |"
        for route in routes.routes()
    ]
    return "\n".join(["| Way | Lessons | Labs | Minutes |", "|---|---|---|---|", *rows])


# Between `<!-- NAME: begin ... -->` and `<!-- NAME: end -->` of these files stands what these functions return.
BLOCKS: list[tuple[str, str, Callable[[], str]]] = [
    ("README.md", "lessons", lessons.course_table),
    ("README.md", "labs", labs_table),
    ("docs/facilitator.md", "routes", routes_table),
    ("docs/facilitator.md", "agendas", facilitating.agendas),
    ("docs/wrong-answers.md", "wrong", facilitating.wrong_answers),
]


def with_block(text: str, name: str, content: str) -> str:
    """The text with what stands between the marks of a block replaced; CourseError where the marks are not there."""
    block = re.compile(rf"(<!-- {name}: begin[^>]*-->\n).*?(\n<!-- {name}: end -->)", re.S)
    if len(block.findall(text)) != 1:
        raise CourseError(
            f"The marks of the table `{name}` are missing.", f"It needs <!-- {name}: begin --> and end, once."
        )
    return block.sub(lambda match: match[1] + content + match[2], text)


# What these cells print needs no cluster: it is written with the list that it prints, and nbval proves it like any
# other.
END, ONWARD = ENDING = ("end", "onward")
PRINTED: dict[tuple[str, str], Callable[[], str]] = {
    ("start_here", "map"): lessons.course_map,
    ("start_here", "paths"): lambda: ways.table_for_notebooks(way.of_an_author("start_here")),
    ("interview", "quiz-show"): lambda: desk.quiz_text("interview"),
}


# These cells are texts that are made of a list.
WRITTEN: dict[tuple[str, str], Callable[[], str]] = {
    ("edge", "controllers"): lambda: f"## {len(controllers.controllers())} others\n\n{controllers.table()}",
    ("among_the_tools", "threads"): lambda: f"## {len(delivery.tools())} threads\n\n{delivery.table()}",
}


def notebook_text(path: Path) -> str:
    """A lesson's notebook as it is stored: its number, what PRINTED and the questions say, its ending."""
    notebook = json.loads(path.read_text())
    lesson = lessons.find(path.stem)
    asked = {task.slug: task for task in index.predictions(lesson.slug)}
    for cell in notebook["cells"]:
        if written := WRITTEN.get((lesson.slug, cell["id"])):
            cell["source"] = written().splitlines(keepends=True)
        if (printed := PRINTED.get((lesson.slug, cell["id"]))) and cell["outputs"]:
            cell["outputs"] = [
                {"name": "stdout", "output_type": "stream", "text": (printed() + "\n").splitlines(keepends=True)}
            ]
        if (task := asked.get(cell["id"])) and cell["outputs"]:
            cell["outputs"][0]["data"]["text/plain"] = prediction.text(task).splitlines(keepends=True)
    heading: list[str] = notebook["cells"][0]["source"]
    heading[0] = re.sub(r"^# (\d\d )?", f"# {lesson.number:02d} ", heading[0])
    notebook["cells"] = with_ending(notebook["cells"], lesson)
    return stored(notebook)


def with_ending(cells: list[dict[str, Any]], lesson: lessons.Lesson) -> list[dict[str, Any]]:
    """A lesson's cells, and as the last two what was done and what next: the same for every lesson.

    By the last one's id the panel knows the end, and takes away the empty cell that Shift+Enter adds there.
    """
    kept = [cell for cell in cells if cell["id"] not in ENDING]
    executed = [cell["execution_count"] or 0 for cell in kept if cell["cell_type"] == "code"]
    text: dict[str, Any] = {
        "cell_type": "markdown",
        "id": ONWARD,
        "metadata": {},
        "source": endings.after_lesson(lesson).splitlines(keepends=True),
    }
    printed = {
        "name": "stdout",
        "output_type": "stream",
        "text": (way.ending_for_authors(lesson) + "\n").splitlines(keepends=True),
    }
    code: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": max(executed) + 1 if any(executed) else None,
        "id": END,
        "metadata": {},
        "outputs": [printed] if any(executed) else [],
        "source": ["from course import lesson\n", "\n", f'lesson.end("{lesson.slug}")'],
    }
    return [*kept, code, text]


def stored(notebook: Any) -> str:
    """A notebook's JSON as Jupyter itself would write it."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def wanted() -> dict[Path, str]:
    """Each generated file with the text that it should have."""
    texts = lab_notebook.texts()
    texts |= {path: notebook_text(path) for path in notebooks()}
    for file, name, content in BLOCKS:
        path = paths.ROOT / file
        texts[path] = with_block(texts.get(path) or path.read_text(), name, content())
    return texts


def stale() -> dict[Path, str]:
    """The generated files that are not as they would be written, with the text that they should have."""
    return {path: text for path, text in wanted().items() if not path.exists() or path.read_text() != text}


def write() -> list[str]:
    """Numbers and names first, then every generated text; what was changed, a line each."""
    changes = renumber()
    for path, text in stale().items():
        path.write_text(text)
        changes.append(f"{path.relative_to(paths.ROOT)} is written anew")
    return changes
