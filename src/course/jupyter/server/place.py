"""Where the learner was: a notebook in workspace/, in each notebook a cell by its id, a task, whether at the tour."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from course.base import files, state
from course.lessons import catalog
from course.tasks import progress


@dataclass(frozen=True)
class Places:
    """notebook: the last one, a path below JupyterLab's root; "" before the first. cells: notebook -> last cell.

    task: the slug of the one that was at hand; "" for none. toured: whether the tour was taken or declined.
    """

    notebook: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    toured: bool = False
    task: str = ""

    def last(self, root: Path) -> dict[str, str]:
        """Notebook and cell where the learner was last; the course's beginning where that notebook is gone.

        root: JupyterLab's, where the learner's copies are.
        """
        there = bool(self.notebook) and (root / self.notebook).is_file()
        notebook = self.notebook if there else catalog.lessons()[0].notebook.name
        return {"notebook": notebook, "cell": self.cells.get(notebook, "")}


def read() -> Places:
    """What was kept; nothing at the very first start."""
    try:
        kept = state.loads(files.text(_file()))
        cells = {str(name): str(cell) for name, cell in kept["cells"].items()}
        return Places(str(kept["notebook"]), cells, kept.get("toured") is True, str(kept.get("task", "")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Places()


def write(notebook: str, cell: str) -> None:
    """Keep it. A file of its own: the progress file changes when something was done, and this one all the time."""
    was = read()
    _keep(replace(was, notebook=notebook, cells={**was.cells, notebook: cell}))


def hold(task: str) -> None:
    """Keep that this task is the one at hand."""
    _keep(replace(read(), task=task))


def tour() -> None:
    """Keep that the tour was taken or declined."""
    _keep(replace(read(), toured=True))


def _keep(places: Places) -> None:
    files.replace(_file(), json.dumps(asdict(places)))


def _file() -> Path:
    return progress.FOLDER / "place.json"
