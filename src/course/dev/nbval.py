"""Runs nbval on one notebook as its own pytest, and counts what it compared."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from course.base import paths
from course.jupyter.jupyterlab import environment

SANITIZE = paths.ROOT / "tests" / "notebooks" / "sanitize.cfg"
NOT_COMPARED = {"nbval-ignore-output", "nbval-skip"}


@dataclass(frozen=True)
class Run:
    """What one nbval run said. collected counts code cells, seconds is the time in cells."""

    collected: int
    failed: int
    seconds: float
    output: str


def nbval(notebook: Path, report: Path) -> Run:
    """Execute the notebook against the cluster and compare each stored output."""
    command = [
        sys.executable, "-m", "pytest", "-p", __name__,  # before nbval loads nbformat: course/__init__.py says why
        "-p", "no:cacheprovider", "-p", "tests.notebooks.cell_stderr",
        "-c", "/dev/null", "--rootdir", str(notebook.parent),
        "--nbval", "--nbval-cell-timeout=300", "--nbval-sanitize-with", str(SANITIZE), f"--junitxml={report}", "-q",
            str(notebook),
    ]  # fmt: skip
    result = subprocess.run(
        command,
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        env=environment() | {"COURSE_PROGRESS": str(report.parent)},
        timeout=1200,
    )
    cases = list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    seconds = sum(float(case.get("time", 0)) for case in cases)
    return Run(len(cases), len(failed) or (result.returncode != 0), seconds, result.stdout + result.stderr)


def code_cells(notebook: Path) -> list[dict[str, Any]]:
    """The code cells of a notebook, empty ones left out."""
    cells = json.loads(notebook.read_text())["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]


def tags(cell: dict[str, Any]) -> set[str]:
    """The tags of a cell."""
    return set(cell["metadata"].get("tags", []))


def source(cell: dict[str, Any]) -> str:
    """The text of a cell."""
    return "".join(cell["source"])


def texts(notebook: Path) -> list[str]:
    """Every stored text output of a notebook, one string an output."""
    outputs = []
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            text = output.get("text") or output.get("data", {}).get("text/plain") or ""
            outputs.append("".join(text))
    return outputs
