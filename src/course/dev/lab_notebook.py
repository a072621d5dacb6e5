"""labs/SLUG/lab_SLUG.ipynb, written from the list of labs: the lab's text, its buttons, and cells to work in."""

import re
from pathlib import Path
from typing import Any

import nbformat

from course.dev import endings
from course.tasks import catalog

v4: Any = nbformat.v4
SHOW = """# Buttons that do not answer, or an error in their place: run this cell again.
# The panel on the right, "The task at hand", needs no kernel.
lab.show("{slug}")"""
SHELL = """%%bash
# Your commands: kubectl here talks to the course's cluster. Add as many cells as you like.
kubectl -n {namespace} get svc,pods"""
STUCK = """<details><summary><b>Stuck?</b></summary>

Three hints, the last one almost says what to type: `lab.hint("{slug}")`. A lab with its reasons and its reference:
`lab.solve("{slug}")`. The same in a terminal: `course lab hint {slug}`.

</details>"""


def texts() -> dict[Path, str]:
    """Each lab's notebook with its text."""
    return {lab.notebook: text(lab) for lab in catalog.labs()}


def text(lab: catalog.Lab) -> str:
    """The text of one lab's notebook."""
    cells = [
        v4.new_markdown_cell(about(lab), id="about"),
        v4.new_code_cell("from course import lab\n\nlab.connect()", id="connect"),
        v4.new_code_cell(SHOW.format(slug=lab.slug), id="show"),
        v4.new_code_cell(SHELL.format(namespace=lab.namespace), id="shell"),
        v4.new_code_cell(f'lab.check("{lab.slug}")', id="check"),
        v4.new_markdown_cell(STUCK.format(slug=lab.slug), id="stuck"),
        v4.new_markdown_cell(endings.after_lab(lab), id="onward"),
    ]
    kernel = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
    return str(v4.writes(v4.new_notebook(cells=cells, metadata=kernel | {"language_info": {"name": "python"}}))) + "\n"


def about(lab: catalog.Lab) -> str:
    """The lab's README with a line about it below its heading, and its commands as JupyterLab's terminals have them."""
    heading, _, rest = lab.text.replace("./course ", "course ").partition("\n")
    rest = re.sub(r"(?s)\nBegin, or begin afresh: .*?\n(?=\n## )", "", rest)
    facts = f"**Lab {lab.number}**, `{lab.slug}`. **Time** {lab.minutes} minutes. **Level** {lab.level}. "
    return f"{heading}\n\n{facts}{endings.from_lab(lab.lesson)}\n{rest}".strip()
