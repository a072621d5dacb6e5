"""A lesson or a lab as one reads it without a cluster: questions first, answers folded.

From the stored notebook, cell by cell. Nothing is run, and nothing is said that the notebook does not say.
"""

import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from course.dev import endings, lab_notebook
from course.lessons.catalog import Lesson
from course.tasks import catalog, cells, index

Cell = dict[str, Any]
OPEN, CLOSE = "<details><summary><b>{title}</b></summary>", "</details>"
NEEDS = """```{{note}}
This page is for reading. To do it, and not only to read it, you need a cluster. In your copy of the course: `{command}`
```"""
QUESTION = "{options}\n\n*Say yours first, then unfold what the cluster said.*\n"
WIDGET = re.compile(r"\s*\w+\(children=")  # a widget's Python name: it ends with its kernel, and says nothing
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}


def folded(title: str, text: str) -> str:
    """Markdown below a line that unfolds it."""
    return f"{OPEN.format(title=title)}\n\n{text}\n\n{CLOSE}"


def anchor(cell: str) -> str:
    """What `NOTEBOOK#cell-id=CELL` leads to, as in JupyterLab."""
    return f'<div id="cell-id={html.escape(cell)}"></div>'


def lesson(lesson: Lesson) -> list[Cell]:
    """The cells of a lesson, to be read."""
    title, *rest = cells.cells(lesson.slug)
    stuck = {f"{task.slug}-text": hints(task.hints) for task in index.exercises(lesson.slug)}
    return [_titled(cells.text(title), "./course start"), *_folding(rest, stuck)]


def lab(lab: catalog.Lab) -> list[Cell]:
    """The cells of a lab, to be read: its text, and folded three hints and one right answer."""
    right = folded("One right answer, and why", solution(lab))
    return [
        _titled(lab_notebook.about(lab), f"./course lab start {lab.slug}"),
        markdown("\n\n".join(["## Stuck?", hints(lab.hints), right])),
        markdown(endings.after_lab(lab)),
    ]


def notebook(parts: Sequence[Cell]) -> str:
    """The cells as the text of a notebook."""
    made = [part | {"id": f"cell-{number}"} for number, part in enumerate(parts)]
    return json.dumps({"cells": made, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5})


def hints(words: Sequence[str]) -> str:
    """Each hint folded by itself."""
    return "\n\n".join(folded(f"Hint {number} of {len(words)}", hint) for number, hint in enumerate(words, 1))


def solution(lab: catalog.Lab) -> str:
    """Why the reference of a lab is right, and its files."""
    why = re.sub(r"(?m)^#+ (.*)$", r"**\1**", lab.explanation()).strip()  # no heading stands in what is folded
    files = [path for path in sorted((lab.folder / "solution").iterdir()) if path.suffix != ".md"]
    return "\n\n".join([why, *(f"`{path.name}`\n\n{_fenced(path.read_text(), path.suffix[1:])}" for path in files)])


def markdown(text: str) -> Cell:
    """A cell of text."""
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _titled(text: str, command: str) -> Cell:
    """The first cell, and below its heading what it takes to do the page."""
    heading, _, rest = text.partition("\n")
    return markdown(f"{heading}\n\n{NEEDS.format(command=command)}\n{rest}")


def _folding(given: Sequence[Cell], stuck: dict[str, str]) -> Iterator[Cell]:
    """The cells with their anchors; what answers a question that stands above is folded.

    stuck: the id of an exercise's text -> what helps with it.
    """
    asked = 0  # predictions that are asked, and not told yet
    for cell in given:
        source = cells.text(cell)
        yield markdown(anchor(cell["id"]))
        if cell["cell_type"] == "markdown":
            yield _text(source, stuck.get(cell["id"], ""))
        elif source.startswith("lesson.predict("):
            asked += 1
            yield _question(cell)
        elif source.startswith("lesson.reveal("):
            asked -= 1
            yield _answer(cell)
        elif cells.MARKED.search(source):
            yield from _exercise(cell)
        elif source.startswith("lesson.check("):
            yield from _output_folded(cell, "What the check says when it is done")
        elif asked and cell["outputs"]:
            yield from _output_folded(cell, "What the cluster said")
        else:
            yield _shown(cell)


def _text(source: str, stuck: str) -> Cell:
    """A text; in an exercise the hints themselves in the place of the call that tells them."""
    return markdown(f"{cells.FOLDED.sub('', source).rstrip()}\n\n{stuck}" if stuck else source)


def _question(cell: Cell) -> Cell:
    """The options of a prediction as they are stored, without how to answer by a call."""
    options = [line for line in cells.printed(cell).splitlines() if not line.startswith("Answer: ")]
    listed = "".join(f"<li>{html.escape(option)}</li>" for option in options)
    return markdown(QUESTION.format(options=f'<ul class="options">{listed}</ul>' if options else ""))


def _answer(cell: Cell) -> Cell:
    return markdown(folded("The answer", f"<p>{html.escape(cells.printed(cell).strip())}</p>"))


def _exercise(cell: Cell) -> Iterator[Cell]:
    """The cell as learners get it, and folded the reference with what it printed."""
    source = cells.text(cell)
    yield _shown(cell | {"source": cells.with_answer(source), "outputs": []})
    reference = cell | {"source": cells.with_answer(source, cells.answer(source))}
    yield from _cell_folded(_shown(reference), "One right answer, and what it printed")


def _output_folded(cell: Cell, title: str) -> Iterator[Cell]:
    """What was typed, and folded what it printed."""
    yield _shown(cell | {"outputs": []})
    yield from _cell_folded(_shown(cell) | {"metadata": {"tags": ["remove-input"]}}, title)


def _cell_folded(cell: Cell, title: str) -> Iterator[Cell]:
    yield from (markdown(OPEN.format(title=title)), cell, markdown(CLOSE))


def _shown(cell: Cell) -> Cell:
    """A code cell as it is; pictures as HTML, which keeps their words; no widgets."""
    outputs = [_output(output) for output in cell["outputs"] if not _widget(output)]
    return cell | {"source": cells.text(cell), "outputs": outputs, "metadata": {}}


def _widget(output: Cell) -> bool:
    data = output.get("data", {})
    return "application/vnd.jupyter.widget-view+json" in data or bool(WIDGET.match("".join(data.get("text/plain", ""))))


def _output(output: Cell) -> Cell:
    picture = "".join(output.get("data", {}).get("image/svg+xml", ""))
    if not picture:
        return output
    # Narrow screens scroll it, by keyboard too: shrunk, nobody could read its words.
    shown = f'<div class="picture" tabindex="0" role="group" aria-label="A picture">{picture}</div>'
    return output | {"data": {"text/html": shown}}


def _fenced(code: str, language: str) -> str:
    return f"````{language}\n{code.rstrip()}\n````"
