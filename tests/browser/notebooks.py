"""Notebooks that tests write themselves."""

import json

from course.base import paths

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebook_cell(kind: str, ident: str, source: str, **more: object) -> dict[str, object]:
    """A cell as the file has it; a code cell also has outputs and execution_count."""
    return {"cell_type": kind, "id": ident, "metadata": {}, "source": source, **more}


def write_notebook(name: str, *cells: dict[str, object]) -> None:
    """A notebook of these cells, in the learner's folder."""
    notebook = {"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}
    (paths.WORKSPACE / name).write_text(json.dumps(notebook))
