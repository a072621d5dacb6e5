"""A lab in JupyterLab: its text, a place for a manifest, and buttons whose answers are text. `course.lab` is the plain twin.

`python -m course.ui.labs` writes labs/00_labs.ipynb from the manifest.
"""

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
import nbformat

from course.errors import CourseError
from course.practice import labs, manifest

v4: Any = nbformat.v4
NOTEBOOK = manifest.FOLDER / "00_labs.ipynb"
INTRO = """# Labs: broken clusters to mend

Each lab is a small piece of a cluster in which something does not work. Read the situation, look around, mend it, and ask
for a check: it says what was asked, what came, what was expected, why it matters and where to look next.

**Three ways, the same labs.** Buttons below (Tab moves, Space presses; every answer is text). Python:
`lab.start("lost-database")`, `lab.check(...)`, `lab.hint(...)`, `lab.apply(slug, manifest)`, `lab.solve(...)`,
`lab.reset(...)`, `lab.table()`. Or a terminal: `course lab list`. Your progress is the same in all three, and stays when you
reset a lab or make a new cluster.

The cluster must be up. This cell connects `kubectl` in this notebook with it:"""


def _said(text: str) -> str:
    """Text for a screen and for a screen reader. An alert, because it is put in anew each time: a new one is read out, where a
    live region would have to be there before its text."""
    return f'<pre role="alert" style="white-space: pre-wrap; word-break: normal">{html.escape(text)}</pre>'


class Panel(widgets.VBox):  # type: ignore[misc]
    """The buttons of one lab, a text area for a manifest, and the last answer.

    A long verb says that it works; while it does, its button is disabled. An error is its three sentences, no traceback.
    """

    def __init__(self, slug: str) -> None:
        self.slug = manifest.find(slug).slug
        self.answer = widgets.HTML(_said("Begin with the button: Start"))
        self.manifest = widgets.Textarea(
            placeholder="Write or paste a manifest here, then press Apply.",
            layout=widgets.Layout(width="100%", height="12em"),
            description="Manifest",
        )
        verbs = {
            "Start": self._start,
            "Apply": lambda: labs.apply(self.slug, self.manifest.value).strip(),
            "Check": self._check,
            "Hint": lambda: labs.hint(self.slug).text(),
            "Reset": self._reset,
        }
        self.buttons = {name: self._button(name, verb) for name, verb in verbs.items()}
        super().__init__([widgets.HBox(list(self.buttons.values())), self.manifest, self.answer])

    def _button(self, name: str, verb: Callable[[], str]) -> Any:
        button = widgets.Button(description=name, tooltip=f"{name} the lab {self.slug}")
        button.on_click(lambda _: self._press(name, verb))
        return button

    def _press(self, name: str, verb: Callable[[], str]) -> None:
        button = self.buttons[name]
        button.disabled = True
        self._say(f"{name}: working ...")
        try:
            self._say(verb())
        except CourseError as error:
            self._say(str(error))
        finally:
            button.disabled = False

    def _say(self, text: str) -> None:
        self.answer.value = _said(text)

    def _start(self) -> str:
        labs.start(self.slug, self._say)
        return f"{self.slug} is ready. Look around, mend it, then press Check."

    def _check(self) -> str:
        report = labs.check(self.slug)
        return report.text() + labs.afterword(report)

    def _reset(self) -> str:
        labs.reset(self.slug, self._say)
        return f"{self.slug} is removed. Your progress stays."


def notebook() -> str:
    """The text of labs/00_labs.ipynb: for each lab of the manifest its text, the buttons and a cell for shell commands."""
    cells = [
        v4.new_markdown_cell(INTRO, id="intro"),
        v4.new_code_cell("from course import lab\n\nlab.connect()", id="connect"),
    ]
    cells.append(v4.new_code_cell("lab.table()", id="table"))
    for lab in manifest.labs():
        cells += _lab_cells(lab)
    kernel = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
    return str(v4.writes(v4.new_notebook(cells=cells, metadata=kernel | {"language_info": {"name": "python"}}))) + "\n"


def _lab_cells(lab: manifest.Lab) -> list[Any]:
    about = f"## {lab.number}. {lab.slug}\n\n{lab.title}. About {lab.minutes} minutes, {lab.level}, after lesson `{lab.lesson}`."
    shell = f"%%bash\n# Your commands for {lab.slug}: kubectl here talks to the course's cluster.\nkubectl -n {lab.namespace} get svc,pods"
    return [
        v4.new_markdown_cell(about, id=f"{lab.slug}-about"),
        v4.new_code_cell(f'lab.show("{lab.slug}")', id=f"{lab.slug}-show"),
        v4.new_code_cell(shell, id=f"{lab.slug}-shell"),
    ]


if __name__ == "__main__":
    NOTEBOOK.write_text(notebook())
