"""Notebooks that tests write themselves."""

import json

from playwright.sync_api import Page, expect

from course.base import paths

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebook_cell(kind: str, ident: str, source: str, **more: object) -> dict[str, object]:
    """A cell as the file has it; a code cell also has outputs and execution_count."""
    return {"cell_type": kind, "id": ident, "metadata": {}, "source": source, **more}


def write_notebook(name: str, *cells: dict[str, object]) -> None:
    """A notebook of these cells, in the learner's folder."""
    notebook = {"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}
    (paths.WORKSPACE / name).write_text(json.dumps(notebook))


def wait_for_kernel(page: Page) -> None:
    """Of the notebook that is in front: its name, then `idle`.

    `idle` is shown before there is a kernel, and again once it runs; its name comes when it begins to start. To run
    cells before that does nothing, and what starts takes the focus.
    """
    front = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(front.locator(".jp-NotebookPanel-toolbar").get_by_text("Python 3")).to_be_visible()
    expect(front.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").first).to_be_visible()
