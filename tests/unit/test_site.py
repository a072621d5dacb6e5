"""The course as pages: complete, linked, without a network, and every answer folded."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

from course.base import paths
from course.base.errors import CourseError
from course.dev import reading, site
from course.lessons import catalog as lessons
from course.tasks import catalog as labs
from course.tasks import cells, index

pytestmark = pytest.mark.slow  # all pages are made, and each is read
ADDRESS = "https://example.org/course/blob/main"
Problem = tuple[str, str]


@cache
def read(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(), "html.parser")


def html_of(source: Path) -> Path:
    return source.relative_to(paths.ROOT).with_suffix(".html")


def pages(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.html") if "_static" not in path.parts)


def article(folder: Path, source: Path) -> Tag:
    found = read(folder / html_of(source)).find("article")
    assert isinstance(found, Tag)
    return found


def open_text(part: Tag) -> str:
    """What is read before anything is unfolded."""
    copy = BeautifulSoup(str(part), "html.parser")
    for folded in copy.find_all("details"):
        folded.decompose()
    return copy.get_text()


def attributes(page: Path) -> Iterator[tuple[Tag, str]]:
    """Each element of a page that names another file, with the name."""
    for element in read(page).find_all(True):
        for name in ("href", "src", "srcset", "data", "poster"):
            if element.has_attr(name):
                yield element, str(element[name])


def dead(page: Path) -> list[Problem]:
    """The links of a page, with files and anchors in the same folder, that lead nowhere."""
    found = []
    for _, target in attributes(page):
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        anchor = unquote(parts.fragment) if file.suffix == ".html" else ""
        if not file.is_file() or (anchor and not read(file).find(id=anchor)):
            found.append((page.name, target))
    return found


def fetched(page: Path) -> list[Problem]:
    """What a page would load from elsewhere; a link that a reader may follow loads nothing."""
    return [
        (page.name, target)
        for element, target in attributes(page)
        if element.name != "a" and (urlsplit(target).scheme not in ("", "data") or urlsplit(target).netloc)
    ]


def test_every_lesson_lab_and_document_has_a_page_and_there_is_no_other(built: Path) -> None:
    sources = [lesson.notebook for lesson in lessons.lessons()] + [lab.notebook for lab in labs.labs()]
    sources += [paths.ROOT / name for name in site.DOCUMENTS]
    own = {Path(name) for name in ("index.html", "lessons.html", "labs.html", "documents.html", "search.html")}
    assert len(sources) > 0
    assert {page.relative_to(built) for page in pages(built)} == {html_of(source) for source in sources} | own


def test_every_link_leads_somewhere(built: Path) -> None:
    links = [target for page in pages(built) for _, target in attributes(page)]
    assert any("#cell-id=" in target for target in links)
    assert any("glossary.html#" in target for target in links)
    assert [problem for page in pages(built) for problem in dead(page)] == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<p id="here"></p><a href="#here"></a><a href="#gone"></a><a href="gone.html"></a><a href="x:y"></a>'
    )
    assert dead(page) == [("page.html", "#gone"), ("page.html", "gone.html")]


def test_nothing_comes_from_a_network(built: Path) -> None:
    assert [problem for page in pages(built) for problem in fetched(page)] == []
    styles = "\n".join(path.read_text() for path in built.rglob("*.css"))
    assert re.findall(r"""(?:@import\s|url\()\s*['"]?(?:https?:)?//[^)'"]*""", styles) == []


def test_what_comes_from_a_network_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<script src="https://cdn.example/x.js"></script><img src="//cdn.example/x.png"><a href="https://x">'
    )
    assert [target for _, target in fetched(page)] == ["https://cdn.example/x.js", "//cdn.example/x.png"]


def test_search_needs_no_server(built: Path) -> None:
    """Its index is a script: a page from a folder may not fetch a file."""
    assert "searchindex.js" in {target.partition("?")[0] for _, target in attributes(built / "search.html")}
    index_text = (built / "searchindex.js").read_text()
    assert index_text.startswith("Search.setIndex(") and "nxdomain" in index_text
    assert "SHOW_SEARCH_SUMMARY: false" in (built / "_static" / "documentation_options.js").read_text()


def test_what_needs_a_cluster_says_so_and_every_page_its_source(built: Path) -> None:
    for page, source in [(page.path, page.source) for page in site.pages()]:
        text = read((built / page).with_suffix(".html")).get_text()
        assert f"Source of this page: {source}" in text
        command = {"notebooks": "./course start", "labs": "./course lab start"}.get(page.partition("/")[0])
        assert command is None or ("you need a cluster" in text and command in text)


@pytest.mark.parametrize("lesson", [lesson.slug for lesson in lessons.lessons()])
def test_questions_are_open_and_answers_folded(built: Path, lesson: str) -> None:
    whole = article(built, lessons.find(lesson).notebook)
    seen = open_text(whole)
    assert cells.BEGIN not in whole.get_text()
    for task in index.exercises(lesson):
        assert task.reference() in whole.get_text() and task.reference() not in seen, task.slug
        assert all(hint not in seen for hint in task.hints)
    told = [
        cells.printed(cell).strip() for cell in cells.cells(lesson) if cells.text(cell).startswith("lesson.reveal(")
    ]
    assert len(told) == len(index.predictions(lesson))
    assert all(answer in whole.get_text() and answer not in seen for answer in told)
    options = [option for task in index.predictions(lesson) for option in task.options.values()]
    assert all(option in seen for option in options)
    assert "Answer: lesson.predict" not in whole.get_text()


@pytest.mark.parametrize("lab", labs.labs(), ids=lambda lab: lab.slug)
def test_a_lab_shows_its_text_and_folds_the_rest(built: Path, lab: labs.Lab) -> None:
    whole = article(built, lab.notebook)
    seen, all_of_it = open_text(whole), whole.get_text()
    files = [path.read_text().rstrip() for path in (lab.folder / "solution").iterdir() if path.suffix != ".md"]
    assert "Your task" in seen and files
    assert all(text in all_of_it and text not in seen for text in files)
    assert len(whole.find_all("summary", string=re.compile("^Hint "))) == len(lab.hints)
    assert "Why this is right" in all_of_it and "Why this is right" not in seen


def test_pictures_have_words_and_widgets_are_gone(built: Path) -> None:
    pictures = [svg for lesson in lessons.lessons() for svg in article(built, lesson.notebook).select(".picture svg")]
    assert pictures and all(svg.get("role") == "img" and svg.get("aria-label") for svg in pictures)
    assert all("(children=" not in article(built, lesson.notebook).get_text() for lesson in lessons.lessons())


def test_where_the_repository_can_be_read_each_page_links_to_its_source() -> None:
    for page in site.finished(site.pages(), f"{ADDRESS}/"):
        assert f"[`{page.source}`]({ADDRESS}/{page.source})" in str(page.cells[-1]["source"])


def test_a_link_to_a_file_without_a_page_becomes_its_path() -> None:
    text = "See [the way](../CONTRIBUTING.md#x), `[no](link.md)`, [CNAME](glossary.md#CNAME) and [it](https://example.org)."
    page = site.Page("docs/a.md", "docs/a.md", (reading.markdown(text),))
    glossary = site.Page("docs/glossary.md", "docs/glossary.md", ())
    told, linked = (str(site.finished([page, glossary], where)[0].cells[0]["source"]) for where in ("", ADDRESS))
    same = "`[no](link.md)`, [CNAME](glossary.md#cname) and [it](https://example.org)."
    assert told == f"See the way (`CONTRIBUTING.md`), {same}"
    assert linked == f"See [the way]({ADDRESS}/CONTRIBUTING.md), {same}"


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_is_no_site_of_ours_is_left_alone(tmp_path: Path, what: str) -> None:
    target = tmp_path / "target"
    target.write_text("mine") if what == "file" else (target / "mine").mkdir(parents=True)
    with pytest.raises(CourseError, match="no site of the course"):
        site.build(target)
    assert target.read_text() == "mine" if what == "file" else (target / "mine").is_dir()


def test_a_new_site_replaces_its_own_pages_and_keeps_what_was_put_beside_them(tmp_path: Path) -> None:
    there, made = tmp_path / "there", tmp_path / "made"
    for path in (there / "gone.html", there / "_static" / "old.css", there / ".git" / "HEAD", there / "CNAME"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (made / "_static").mkdir(parents=True)
    site._clear(there, made)
    assert sorted(path.name for path in there.iterdir()) == [".git", "CNAME"]
    site._clear(tmp_path / "none", made)
