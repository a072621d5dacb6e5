"""The learner's folder: all that JupyterLab can open, so every link in it leads to something in it."""

import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

from course.base import paths
from course.base.errors import CourseError
from course.lessons import workspace

LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "WORKSPACE", tmp_path / "workspace")
    workspace.prepare()
    return tmp_path / "workspace"


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may be longer than a hundred bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


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


def test_a_full_disk_leaves_the_learner_what_is_there(folder: Path) -> None:
    lesson, glossary = folder / "00_start_here.ipynb", folder / "glossary.md"
    for path in (lesson, glossary):
        path.write_text("my work")
    with full_disk():
        for replaces in (lambda: workspace.reset("00"), workspace.prepare):
            with pytest.raises(OSError, match="File too large"):
                replaces()
    assert lesson.read_text() == glossary.read_text() == "my work"
    assert not (folder / workspace.KEPT).exists() and not list(folder.glob("*.part"))


def test_no_copy_is_moved_before_the_fresh_one_can_be_made(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = folder / "00_start_here.ipynb"
    lesson.write_text("my work")
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path)
    (tmp_path / lesson.name).write_text('{"cells": [')
    with pytest.raises(CourseError, match="is damaged"):
        workspace.reset("00")
    assert lesson.read_text() == "my work" and not (folder / workspace.KEPT).exists()


@pytest.mark.parametrize("name", ["00_start_here.ipynb", "glossary.md"])
def test_a_link_that_leads_nowhere_is_kept(folder: Path, name: str) -> None:
    """To a disk that is not mounted now."""
    (folder / name).unlink()
    (folder / name).symlink_to("/nowhere/mine")
    workspace.prepare()
    _, kept = workspace.reset("00")
    links = [path for path in folder.rglob("*") if path.is_symlink()]
    assert [path.readlink() for path in links] == [Path("/nowhere/mine")] and links[0].parent.name == workspace.KEPT
    assert kept and (kept in links or name == "glossary.md") and (folder / name).is_file()


def test_a_folder_of_a_lessons_name_is_named_and_no_empty_file_is_left(folder: Path) -> None:
    lesson = folder / "00_start_here.ipynb"
    lesson.unlink()
    lesson.mkdir()
    with pytest.raises(CourseError) as caught:
        workspace.reset("00")
    assert (caught.value.what, caught.value.next.partition(",")[0]) == (
        f"{lesson} is a folder.",
        f"mv {lesson} {lesson}.old",
    )
    assert not (folder / workspace.KEPT).exists()
    lesson.rename(f"{lesson}.old")
    assert workspace.reset("00") == (lesson, None) and lesson.is_file()
