"""Search over the whole course: lessons and their cells, labs, the glossary and the other documents.

The index is made of those files themselves, what cells printed on a real cluster included: so an error message is found
where it was seen. References and folded answers are searched, and never shown.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from course.base import clone
from course.lessons import catalog, workspace
from course.tasks import catalog as labs
from course.tasks import cells

KINDS = ("lesson", "glossary", "heading", "lab", "document", "text", "printed")  # the best first, where words fit alike
MOST = 40  # places; who finds more has words that say too little
AROUND = 60  # characters of an excerpt on each side of what was found
LONGEST = 200  # characters of what is searched for


@dataclass(frozen=True)
class Entry:
    """One place. file: as it is called in workspace/; cell: its id, or a document's anchor. task: a lab's slug.

    shown: what an excerpt may be taken from. hidden: what is only searched.
    """

    kind: str
    title: str
    where: str
    file: str
    cell: str = ""
    task: str = ""
    shown: str = ""
    hidden: str = ""


@dataclass(frozen=True)
class Hit:
    """One place that has all the words. excerpt: some of its text around the first of them, "" where none is shown."""

    kind: str
    title: str
    where: str
    file: str
    cell: str
    task: str
    excerpt: str

    def as_dict(self) -> dict[str, object]:
        """For --json."""
        return asdict(self)

    def text(self) -> str:
        """For people: what it is and where, then the excerpt."""
        place = f"course lab start {self.task}" if self.task else "#".join(filter(None, (self.file, self.cell)))
        return "\n".join(filter(None, (f"{self.title} ({self.kind}, {self.where}): {place}", self.excerpt)))


def search(words: str) -> list[Hit]:
    """The places that have all the words, the best first; [] for no word."""
    wanted = words.casefold()[:LONGEST].split()
    if not wanted:
        return []
    ranked = [(rank, entry) for entry in index() if (rank := _rank(entry, wanted)) is not None]
    ranked.sort(key=lambda pair: pair[0])
    return [_hit(entry, wanted) for _, entry in ranked[:MOST]]


def _rank(entry: Entry, wanted: list[str]) -> tuple[int, int] | None:
    """(0 for a hit in the title, 1 else; place of the kind); None where a word is missing."""
    title = entry.title.casefold()
    everything = " ".join((title, entry.shown.casefold(), entry.hidden.casefold()))
    if not all(word in everything for word in wanted):
        return None
    return (0 if all(word in title for word in wanted) else 1, KINDS.index(entry.kind))


def _hit(entry: Entry, wanted: list[str]) -> Hit:
    in_title = all(word in entry.title.casefold() for word in wanted)
    excerpt = _excerpt(entry.shown, [""] if in_title else wanted)  # then it begins with the text
    return Hit(entry.kind, entry.title, entry.where, entry.file, entry.cell, entry.task, excerpt)


def _excerpt(text: str, wanted: list[str]) -> str:
    plain = " ".join(text.split())
    at = min((place for word in wanted if (place := plain.casefold().find(word)) >= 0), default=-1)
    if at < 0:
        return ""
    start, end = max(at - AROUND, 0), at + AROUND
    return f"{'... ' if start else ''}{plain[start:end]}{' ...' if end < len(plain) else ''}"


@cache
def index() -> tuple[Entry, ...]:
    """Every place of the course; made once, from the files of the repository."""
    lessons = (entry for lesson in catalog.lessons() for entry in _of_lesson(lesson))
    documents = (entry for path in workspace.documents() for entry in _of_document(path))
    return (*lessons, *map(_of_lab, labs.labs()), *documents)


def _of_lesson(lesson: catalog.Lesson) -> Iterator[Entry]:
    where, file, section = f"lesson {lesson.number:02d}", lesson.notebook.name, lesson.title
    for cell in cells.of(lesson.notebook):
        text, name = cells.with_answer(cells.text(cell)), str(cell["id"])
        if cell["cell_type"] == "code":
            yield Entry("text", section, where, file, name, shown=text)
            if printed := cells.printed(cell):
                yield Entry("printed", section, where, file, name, hidden=printed)
            continue
        heading = re.match(r"#+ (.+)", text)
        section = heading[1] if heading else section
        kind = ("lesson" if text.startswith("# ") else "heading") if heading else "text"
        open_text = cells.FOLDED.sub("", text)
        folded = " ".join(cells.FOLDED.findall(text))
        yield Entry(kind, section, where, file, name, shown=plain(open_text), hidden=folded)


def _of_lab(lab: labs.Lab) -> Entry:
    name = f"after lesson {catalog.find(lab.lesson).number:02d}"
    return Entry("lab", lab.title, name, lab.notebook.name, task=lab.slug, shown=plain(cells.FOLDED.sub("", lab.text)))


def _of_document(path: Path) -> Iterator[Entry]:
    text = clone.text(path)
    kind = "glossary" if path.stem == "glossary" else "document"
    for section in re.split(r"(?m)^## ", text)[1:]:
        heading, _, body = section.partition("\n")
        file, name = workspace.called(path), workspace.anchor(heading)
        yield Entry(kind, heading, workspace.title(text), file, name, shown=plain(body))


def plain(markdown: str) -> str:
    """Markdown as it is read: links without their address, no marks."""
    return re.sub(r"[*`#]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown))
