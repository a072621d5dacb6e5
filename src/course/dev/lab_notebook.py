"""labs/00_labs.ipynb, written from the list of labs: for each its text, its buttons and a cell for shell commands."""

from typing import Any

import nbformat

from course.tasks import catalog

v4: Any = nbformat.v4
NOTEBOOK = catalog.FOLDER / "00_labs.ipynb"
INTRO = """# Labs: broken clusters to mend

Each lab is a small piece of a cluster in which something does not work. Read the situation, look around, mend it, and \
ask
for a check: it says what was asked, what came, what was expected, why it matters and where to look next.

**Three ways, the same labs.** Buttons below (Tab moves, Space presses; every answer is text). Python:
`lab.start("lost-database")`, `lab.check(...)`, `lab.hint(...)`, `lab.apply(slug, manifest)`, `lab.solve(...)`,
`lab.reset(...)`, `lab.table()`. Or a terminal: `course lab list`. Your progress is the same in all three, and stays \
when you
reset a lab or make a new cluster.

The cluster must be up. This cell connects `kubectl` in this notebook with it:"""


def text() -> str:
    """The text of labs/00_labs.ipynb: for each lab its text, the buttons and a cell for shell commands."""
    cells = [
        v4.new_markdown_cell(INTRO, id="intro"),
        v4.new_code_cell("from course import lab\n\nlab.connect()", id="connect"),
    ]
    cells.append(v4.new_code_cell("lab.table()", id="table"))
    for lab in catalog.labs():
        cells += _lab_cells(lab)
    kernel = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
    return str(v4.writes(v4.new_notebook(cells=cells, metadata=kernel | {"language_info": {"name": "python"}}))) + "\n"


def _lab_cells(lab: catalog.Lab) -> list[Any]:
    about = (
        f"## {lab.number}. {lab.slug}\n\n{lab.title}. "
        f"About {lab.minutes} minutes, {lab.level}, after lesson `{lab.lesson}`."
    )
    shell = (
        "%%bash\n"
        f"# Your commands for {lab.slug}: kubectl here talks to the course's cluster.\n"
        f"kubectl -n {lab.namespace} get svc,pods"
    )
    return [
        v4.new_markdown_cell(about, id=f"{lab.slug}-about"),
        v4.new_code_cell(f'lab.show("{lab.slug}")', id=f"{lab.slug}-show"),
        v4.new_code_cell(shell, id=f"{lab.slug}-shell"),
    ]
