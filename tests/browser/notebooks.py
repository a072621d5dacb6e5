"""Notebooks that tests write themselves."""

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebook_cell(kind: str, ident: str, source: str, **more: object) -> dict[str, object]:
    """A cell as the file has it; a code cell also has outputs and execution_count."""
    return {"cell_type": kind, "id": ident, "metadata": {}, "source": source, **more}
