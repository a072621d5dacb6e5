"""`course dev site`: the course as pages that open from a folder, without a server and without a network.

The repository's own files are the only source. They are laid out in a temporary folder under the names that they have
here, so that a link means the same there; Sphinx with myst-nb makes the pages.
"""

import posixpath
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from course.base import paths, shell
from course.base.errors import CourseError
from course.dev import reading
from course.lessons import catalog as lessons
from course.tasks import catalog as labs

FOLDER = paths.STATE / "site"
SETTINGS = Path(__file__).with_name("pages")  # Sphinx's, and what is ours of the style
MARK = "_static/course.css"  # a folder with it was a site of ours before, and may be replaced
DOCUMENTS = (
    *(f"docs/{name}.md" for name in ("glossary", "migration-runbook", "facilitator", "interviewer")),
    "cluster/README.md",
    "bench/results/migration.md",
)
LISTS = {"The lessons": "lessons.md", "The labs": "labs.md"}  # sections of the README that have a page of their own
LEFT_OUT = ("Read it without installing it", "Working on the course")  # and those that matter beside the files alone
# Code is matched first: what looks like a link in it is none.
LINK = re.compile(r"(?ms)^(`{3,}).*?^\1|`[^`\n]+`|(?<!!)\[(?P<label>[^\]\n]*)\]\((?P<target>[^)\s]+)\)")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:")


@dataclass(frozen=True)
class Page:
    """One page. path: where Sphinx reads it. source: the file of the repository that it is made of."""

    path: str
    source: str
    cells: tuple[reading.Cell, ...]

    @property
    def text(self) -> str:
        """As Sphinx reads it: a notebook, or Markdown."""
        return reading.notebook(self.cells) if self.path.endswith(".ipynb") else "\n\n".join(map(_source, self.cells))


def build(folder: Path = FOLDER, repository: str = "") -> Path:
    """Build it in `folder`; its first page.

    repository: the address below which the repository's files can be read, for a link on each page to its source;
    without it the page says its path.
    CourseError for a folder that holds something else, and in Sphinx's words for what is wrong with a page.
    """
    _refuse_what_is_no_site(folder)
    with TemporaryDirectory() as work:
        source, made = Path(work) / "source", Path(work) / "pages"
        for page in finished(pages(), repository):
            (source / page.path).parent.mkdir(parents=True, exist_ok=True)
            (source / page.path).write_text(page.text)
        argv = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-j", "auto"]
        argv += ["-c", str(SETTINGS), "-d", f"{work}/read", str(source), str(made)]
        shell.output(argv, doing="Building the pages", next="Fix what it names, then: ./course dev site", timeout=600)
        _clear(folder, made)
        shutil.copytree(made, folder, dirs_exist_ok=True)
    return folder / "index.html"


def _clear(folder: Path, made: Path) -> None:
    """Remove what an earlier site left: pages, and what the new one has; what somebody put beside them stays."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and (made / path.name).exists():
            shutil.rmtree(path)
        elif path.suffix == ".html" or (made / path.name).exists():
            path.unlink()


def _refuse_what_is_no_site(folder: Path) -> None:
    known = folder.is_dir() and ((folder / MARK).exists() or not any(folder.iterdir()))
    if folder.exists() and not known:
        why = "It would be replaced, and holds something else."
        raise CourseError(f"{folder} is no site of the course.", why, "./course dev site NEW-FOLDER")


def pages() -> list[Page]:
    """Every page, the first one first."""
    listed = {
        "lessons.md": [_page(lesson.notebook, lesson.notebook, reading.lesson(lesson)) for lesson in lessons.lessons()],
        "labs.md": [_page(lab.notebook, lab.folder / "README.md", reading.lab(lab)) for lab in labs.labs()],
        "documents.md": [_document(paths.ROOT / name) for name in DOCUMENTS],
    }
    contents = {"index.md": list(listed)} | {name: [page.path for page in group] for name, group in listed.items()}
    texts = _readme() | {"documents.md": "# To look up"}
    first = [_overview(name, text, contents[name]) for name, text in texts.items()]
    return [*first, *(page for group in listed.values() for page in group)]


def _page(path: Path, source: Path, cells: Iterable[reading.Cell]) -> Page:
    return Page(str(path.relative_to(paths.ROOT)), str(source.relative_to(paths.ROOT)), tuple(cells))


def _document(path: Path) -> Page:
    return _page(path, path, [reading.markdown(path.read_text())])


def _readme() -> dict[str, str]:
    """The README as pages: its lists, and the rest of what matters to a reader as the first one."""
    made = {"index.md": ""} | dict.fromkeys(LISTS.values(), "")
    for section in re.split(r"(?m)^(?=## )", (paths.ROOT / "README.md").read_text()):
        title = section.partition("\n")[0].removeprefix("## ")
        if title in LISTS:
            made[LISTS[title]] = section.removeprefix("#")
        elif title not in LEFT_OUT:
            made["index.md"] += section
    return made


def _overview(name: str, text: str, entries: Sequence[str]) -> Page:
    """A page with the pages below it, which Sphinx makes its navigation of; unseen where a table lists them already."""
    unseen = [":hidden:"] if name in LISTS.values() else []
    names = [str(PurePosixPath(entry).with_suffix("")) for entry in entries]
    contents = "\n".join(["```{toctree}", ":titlesonly:", *unseen, "", *names, "```"])
    source = "docs" if name == "documents.md" else "README.md"
    return Page(name, source, (reading.markdown(text), reading.markdown(contents)))


def finished(drafts: Sequence[Page], repository: str) -> list[Page]:
    """The pages with links that lead to pages, and below each where its source is."""
    places = {page.source: page.path for page in drafts} | {page.path: page.path for page in drafts}
    places["README.md"] = "index.md"

    def cells(page: Page) -> Iterator[reading.Cell]:
        for cell in page.cells:
            is_text = cell["cell_type"] == "markdown"
            yield reading.markdown(_linked(_source(cell), page, places, repository)) if is_text else cell
        yield reading.markdown(f"---\n\nSource of this page: {_elsewhere(f'`{page.source}`', page.source, repository)}")

    return [replace(page, cells=tuple(cells(page))) for page in drafts]


def _source(cell: reading.Cell) -> str:
    return str(cell["source"])


def _linked(text: str, page: Page, places: Mapping[str, str], repository: str) -> str:
    """The text with each link to a file of the repository leading to its page."""

    def new(match: re.Match[str]) -> str:
        label, target = match["label"], match["target"]
        if not target or ELSEWHERE.match(target):
            return match[0]
        name, _, anchor = target.partition("#")
        file = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), name)) if name else page.path
        if file not in places:
            return _elsewhere(label, file, repository)
        way = posixpath.relpath(places[file], posixpath.dirname(page.path))
        # A heading's anchor in GitHub's form, which JupyterLab writes with its capitals.
        return f"[{label}]({way}{'#' if anchor else ''}{anchor.lower()})"

    return LINK.sub(new, text)


def _elsewhere(label: str, file: str, repository: str) -> str:
    """A file that has no page: a link where the address of the repository is known, else its path."""
    if repository:
        return f"[{label}]({repository.rstrip('/')}/{file})"
    return label if label == f"`{file}`" else f"{label} (`{file}`)"
