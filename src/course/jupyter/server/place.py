"""Where the learner was: a notebook in workspace/, and in each notebook a cell, by its id."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course.base import files
from course.lessons import catalog
from course.tasks import progress


@dataclass(frozen=True)
class Places:
    """notebook: the last one, a path below JupyterLab's root; "" before the first. cells: notebook -> last cell."""

    notebook: str = ""
    cells: dict[str, str] = field(default_factory=dict)

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
        kept = json.loads(_file().read_text())
        return Places(str(kept["notebook"]), {str(name): str(cell) for name, cell in kept["cells"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Places()


def write(notebook: str, cell: str) -> None:
    """Keep it. A file of its own: the progress file changes when something was done, and this one all the time."""
    files.replace(_file(), json.dumps(asdict(Places(notebook, {**read().cells, notebook: cell}))))


def _file() -> Path:
    return progress.FOLDER / "place.json"
