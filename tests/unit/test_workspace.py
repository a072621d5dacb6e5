"""The learner's folder: all that JupyterLab can open, so every link in it leads to something in it."""

import re
from pathlib import Path

import nbformat
import pytest

from course.base import paths
from course.lessons import workspace

LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "WORKSPACE", tmp_path / "workspace")
    workspace.prepare()
    return tmp_path / "workspace"


def prose(path: Path) -> str:
    if path.suffix != ".ipynb":
        return path.read_text()
    cells = nbformat.read(path, as_version=4).cells  # type: ignore[no-untyped-call]
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_links_lead_to_what_is_there(folder: Path) -> None:
    linked = [(path.name, link) for path in folder.glob("*.*") for link in LINK.findall(prose(path))]
    assert {"glossary.md", "migration-runbook.md", "cluster.md", "migration.md"} <= {
        link.partition("#")[0] for _, link in linked
    }
    for name, link in linked:
        target, _, anchor = link.partition("#")
        assert not target or (folder / target).is_file(), f"{name}: {link}"
        if target.endswith(".md") and anchor:
            assert f'<span id="{anchor}">' in (folder / target).read_text(), f"{name}: {link}"


def test_each_start_brings_the_documents_of_this_version(folder: Path) -> None:
    glossary, said = folder / "glossary.md", list[str]()
    made = glossary.read_text()
    body = made[: made.rstrip("\n").rfind("\n")].replace("## Alias", "## As it was called")
    glossary.write_text(f"{body}\n{workspace.MADE.format(workspace._sum(body))}")  # as an older version made it
    workspace.prepare(said.append)
    assert glossary.read_text() == made and said == []
    assert [path.name for path in folder.glob("glossary*")] == ["glossary.md"]


@pytest.mark.parametrize("work", ["## Alias\n\nmy own words\n", ""])
def test_a_document_that_the_learner_changed_is_kept_and_that_is_said(folder: Path, work: str) -> None:
    glossary, said = folder / "glossary.md", list[str]()
    made = glossary.read_text()
    glossary.write_text(work)
    workspace.prepare(said.append)
    assert glossary.read_text() == made
    kept = list((folder / workspace.KEPT).glob("glossary.*.md"))
    assert [path.read_text() for path in kept] == [work] and kept[0].name in said[0]
    workspace.prepare(said.append)
    assert len(said) == 1


def test_what_is_folded_stays_shut_when_it_is_searched(folder: Path) -> None:
    """JupyterLab's Ctrl+F opens the source of a text that can be edited: all answers of the twenty questions."""
    for path in folder.glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells  # type: ignore[no-untyped-call]
        for cell in cells:
            assert cell.metadata.get("editable", True) == ("<details>" not in cell.source), f"{path.name}#{cell.id}"
