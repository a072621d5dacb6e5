"""Search over the whole course: what is found, in which order, and what is never shown."""

import json

import pytest

from course.lessons import catalog, search, workspace
from course.tasks import catalog as labs
from course.tasks import cells, index


def test_every_lesson_and_lab_is_found_by_its_title() -> None:
    for lesson in catalog.lessons():
        assert search.search(lesson.title)[0].file == lesson.notebook.name
    for lab in labs.labs():
        assert lab.slug in {found.task for found in search.search(lab.title)}


def test_every_place_is_there() -> None:
    """Each cell that is named is in the learner's copy, each anchor in the document."""
    ids = {path.name: {cell["id"] for cell in json.loads(path.read_text())["cells"]} for path in workspace.originals()}
    named = [entry for entry in search.index() if entry.file.endswith(".ipynb") and not entry.task]
    assert len(named) > 1000
    for entry in named:
        assert entry.cell in ids[entry.file], entry
    documents = {workspace.called(path): path for path in workspace.documents()}
    for entry in (entry for entry in search.index() if entry.file.endswith(".md")):
        headings = documents[entry.file].read_text().split("\n## ")[1:]
        assert entry.cell in {workspace.anchor(heading.partition("\n")[0]) for heading in headings}


def test_an_error_word_leads_to_the_glossary_and_to_where_it_was_seen() -> None:
    found = search.search("SERVFAIL")
    assert (found[0].kind, found[0].cell) == ("glossary", "servfail")
    assert found[0].excerpt
    assert "printed" in {place.kind for place in found}
    assert search.search("could not translate host name")
    assert all(place.kind in search.KINDS for place in found)


@pytest.mark.parametrize("words", ["", "   ", "zzyzx-nowhere", "x" * 10_000])
def test_nothing_is_found_for_what_is_nowhere(words: str) -> None:
    assert search.search(words) == []


def test_all_words_are_wanted_and_a_title_comes_before_a_text() -> None:
    assert len(search.search("externalname")) == search.MOST
    found = search.search("dns rebinding")
    assert ["dns rebinding" in place.title.casefold() for place in found] == sorted(
        ("dns rebinding" in place.title.casefold() for place in found), reverse=True
    )
    assert len(found) < len(search.search("dns"))
    assert search.search("rebinding zzyzx") == []


def test_no_reference_is_searched_or_shown() -> None:
    """Between the marks stands what the learner is to find."""
    for task in index.tasks().values():
        if task.kind == "exercise":
            entries = [entry for entry in search.index() if entry.cell == task.slug and entry.kind == "text"]
            assert entries, task.slug
            assert all(cells.BEGIN not in entry.shown + entry.hidden for entry in entries)


def test_folded_answers_are_never_shown() -> None:
    folded = [entry for entry in search.index() if "<details>" in entry.hidden]
    assert len(folded) > 50
    for entry in search.index():
        assert "<details>" not in entry.shown, entry
