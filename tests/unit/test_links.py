"""Links and paths in all Markdown files and notebooks lead somewhere. No network: links to the web are only read."""

import json
import re
from pathlib import Path

import pytest

from course.base import paths, versions
from course.dev import repository

LINK = re.compile(
    r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)|<(?:a|img)\s[^>]*(?:href|src)=\"([^\"]+)\""
)
# `notebooks/lessons.toml` and the like: a word in backticks that begins with a folder of ours and names a file.
PATH = re.compile(r"`((?:notebooks|labs|cluster|src|tests|docs|bench)/[\w./-]+\.\w+)`")
CELL = "cell-id="  # JupyterLab opens 03_inside_the_answer.ipynb#cell-id=chains at that cell: the proof of a claim
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//")


def documents() -> list[Path]:
    return repository.files("*.md", "*.ipynb")


def text_of(path: Path) -> str:
    """A document's Markdown, without blocks of code; of a notebook its Markdown cells."""
    if path.suffix == ".ipynb":
        cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "markdown"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells)
    else:
        text = path.read_text()
    return re.sub(r"(?ms)^```.*?^```", "", text)


def anchors(path: Path) -> set[str]:
    """The anchors that headings make: GitHub's form (lower case) and JupyterLab's (as written), spaces as dashes."""
    titles = re.findall(r"(?m)^#+\s+(.+?)\s*$", text_of(path))
    return {github(title) for title in titles} | {title.replace(" ", "-") for title in titles}


def github(title: str) -> str:
    """The anchor of a heading in GitHub's form."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def links(text: str) -> list[str]:
    """The targets of all links and pictures in a text."""
    return [next(filter(None, groups)) for groups in LINK.findall(text)]


def cell_ids(path: Path) -> set[str]:
    return {cell["id"] for cell in json.loads(path.read_text())["cells"]}


def problem(document: Path, link: str) -> str | None:
    """What is wrong with a link, or None; links out of the clone are not followed."""
    if ELSEWHERE.match(link):
        return None
    name, _, anchor = link.partition("#")
    target = (document.parent / name).resolve() if name else document
    if not target.is_relative_to(paths.ROOT):
        return f"{link} leaves the clone"
    if not target.exists():
        return f"{link} does not exist"
    if anchor.startswith(CELL):
        return None if anchor.removeprefix(CELL) in cell_ids(target) else f"{link}: no such cell"
    if anchor and target.suffix in (".md", ".ipynb") and anchor not in anchors(target):
        return f"{link}: no such heading"
    return None


def test_there_are_documents_with_links() -> None:
    targets = {path: links(text_of(path)) for path in documents()}
    assert paths.ROOT / "README.md" in targets
    assert sum(path.suffix == ".ipynb" for path in targets) > 0
    assert sum(not ELSEWHERE.match(link) for each in targets.values() for link in each) > 0
    assert sum(f"#{CELL}" in link for each in targets.values() for link in each) > 0


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(paths.ROOT)))
def test_links_and_paths_lead_somewhere(path: Path) -> None:
    text = text_of(path)
    wrong = [reason for link in links(text) if (reason := problem(path, link))]
    wrong += [f"{name} does not exist" for name in PATH.findall(text) if not (paths.ROOT / name).exists()]
    assert not wrong


def test_a_broken_link_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    document = tmp_path / "a.md"
    document.write_text(
        "# A heading\n[good](a.md#a-heading) [web](https://example.com/nowhere) ![x](gone.svg) [y](a.md#none)\n"
    )
    (tmp_path / "b.ipynb").write_text('{"cells": [{"id": "here", "cell_type": "code"}]}')
    problems = [problem(document, link) for link in links(text_of(document))]
    assert problems == [None, None, "gone.svg does not exist", "a.md#none: no such heading"]
    assert problem(document, "b.ipynb#cell-id=here") is None
    assert problem(document, "b.ipynb#cell-id=gone") == "b.ipynb#cell-id=gone: no such cell"
    assert problem(document, "../outside.md") == "../outside.md leaves the clone"


# Tags that links name, and why each may stay. A link to another tag is looked at before it gets its line here.
PINNED = {
    "cilium/cilium v1.16.0": "how its DNS proxy stores a chain",
    "coredns/coredns v1.12.1": "the version that changed how many aliases are followed",
    "kubernetes-sigs/gateway-api v1.2.0": "the types that point to CVE-2021-25740",
    "kubernetes/kubernetes v1.35.0": "the manifest of NodeLocal DNSCache",
}
YOUNG = 3  # minor versions of Kubernetes that a link may be behind the course's own


def test_links_to_tagged_sources_are_listed_and_of_kubernetes_not_old() -> None:
    tag = re.compile(r"github[.]com/([\w-]+/[\w-]+)/(?:blob|tree)/(v[\d.]+\d)")
    linked = {" ".join(found) for path in documents() for found in tag.findall(path.read_text())}
    assert linked == set(PINNED)
    minor = int(versions.pinned().kubernetes_version.split(".")[1])
    ages = {name: minor - int(name.split(".")[1]) for name in linked if name.startswith("kubernetes/kubernetes ")}
    assert ages and all(age <= YOUNG for age in ages.values()), ages
