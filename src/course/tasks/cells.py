"""The cells of a lesson's notebook that belong to tasks: an exercise's cell holds the reference between two marks."""

import itertools
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from course.base import clone, files, paths, shell
from course.base.errors import CourseError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STARTER = "# Your turn: write it here."
MARKED = re.compile(rf"(?ms)^{BEGIN}[ \t]*\n(.*?)^{END}[ \t]*$")
FOLDED = re.compile(r"(?s)\n*<details>.*?</details>")
PREDICT = re.compile(r"(?s)\*\*Predict(?P<aside>[^*:]*):?\*\*(?P<words>.*?)(?:\n\n|\Z)")


def notebook(lesson: str) -> Path:
    """A lesson's notebook, by its slug."""
    found = sorted(paths.NOTEBOOKS.glob(f"[0-9][0-9]_{lesson}.ipynb"))
    if not found:
        raise clone.gone(paths.NOTEBOOKS / f"??_{lesson}.ipynb")  # git, too, takes ? for any character
    return found[0]


@cache
def _cells(path: Path, _changed: int) -> list[dict[str, Any]]:
    return list(clone.notebook(path)["cells"])


def cells(lesson: str) -> list[dict[str, Any]]:
    """All cells of a lesson's notebook, in order."""
    return of(notebook(lesson))


def of(path: Path) -> list[dict[str, Any]]:
    """All cells of a notebook, in order."""
    return _cells(path, files.written_at(path))


def text(cell: dict[str, Any]) -> str:
    """The source of a cell."""
    return "".join(cell["source"])


def printed(cell: dict[str, Any]) -> str:
    """What a cell printed when it was stored; "" for prose."""
    outputs = cell.get("outputs", [])
    return "".join("".join(out.get("text") or out.get("data", {}).get("text/plain") or "") for out in outputs)


def source(lesson: str, name: str) -> str:
    """The source of the cell of this id; CourseError where the notebook has none."""
    for cell in cells(lesson):
        if cell.get("id") == name:
            return text(cell)
    raise CourseError(f"{notebook(lesson).name} has no cell {name}.", "A task has a cell of its name.", "")


def above(lesson: str, name: str) -> list[str]:
    """The texts of the Markdown cells above the cell of this id, in order."""
    before = itertools.takewhile(lambda cell: cell.get("id") != name, cells(lesson))
    return [text(cell) for cell in before if cell["cell_type"] == "markdown"]


def question(lesson: str, name: str) -> str:
    """What the notebook asks before the cell of this id: the words after **Predict:**, in the cell above it."""
    match = PREDICT.search(["", *above(lesson, name)][-1])
    return " ".join(match["words"].split()) if match else ""


def answer(source: str) -> str:
    """What stands between the marks; "" where there are none."""
    match = MARKED.search(source)
    return match[1].rstrip("\n") if match else ""


def with_answer(source: str, words: str = STARTER) -> str:
    """The cell with other words in the place of the marks and of what is between them; by itself what learners get."""
    return MARKED.sub(lambda _: words.rstrip("\n"), source)


def run(source: str, namespace: dict[str, Any]) -> None:
    """Run a cell as its kernel would, in `namespace`: in this kernel, where there is one, else in this process."""
    kernel = _kernel()
    if kernel is not None:
        _in_kernel(kernel, source)
    elif source.startswith("%%bash"):
        script(source.partition("\n")[2])
    else:
        exec(compile(source, "cell", "exec"), namespace)  # noqa: S102  # a cell of our own notebooks


def script(source: str) -> str:
    """Run a shell script as `%%bash` does; what it printed."""
    result = subprocess.run(
        ["bash"], input=source, capture_output=True, text=True, env=shell.environment(), timeout=300
    )
    if result.returncode:
        raise CourseError("A cell of the lesson failed.", shell.last_words(result.stderr or result.stdout), "")
    return result.stdout


def _kernel() -> Any:
    import sys

    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    return get_ipython()


def _in_kernel(kernel: Any, source: str) -> None:
    from IPython.utils.capture import capture_output

    with capture_output() as captured:
        result = kernel.run_cell(source, store_history=False)
    if not result.success:
        reason = result.error_in_exec or result.error_before_exec
        raise CourseError("A cell of the lesson failed.", shell.last_words(captured.stderr) or str(reason), "")
