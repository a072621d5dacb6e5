"""The questions as a deck for Anki. Ids are stable: a newer deck updates an older one and keeps its intervals."""

import io
import itertools
import sqlite3
import time
import zipfile
from collections.abc import Sequence
from contextlib import closing
from html import escape
from pathlib import Path

import genanki

from course.base import files
from course.interview import judge
from course.interview.pool import Question

# Anki tells decks and kinds of notes by these numbers. They were thrown once, and never change.
DECK, MODEL = 1_764_210_133, 1_764_210_134
SEED = 0  # the options stand in one order in every deck
ANSWER = '{{FrontSide}}<hr id="answer">{{Answer}}'


def _model() -> genanki.Model:
    return genanki.Model(
        MODEL,
        "ExternalName interview question",
        fields=[{"name": "Question"}, {"name": "Answer"}],
        templates=[{"name": "Question", "qfmt": "{{Question}}", "afmt": ANSWER}],
    )


def _html(text: str) -> str:
    return f'<div style="text-align: left; white-space: pre-wrap">{escape(text)}</div>'


def _answer(question: Question) -> str:
    parts = [judge.in_words(question, SEED, judge.solution(question, SEED)), judge.explanation(question)]
    if question.kind in judge.SPOKEN:
        parts.append(f"What interviewers listen for:\n{judge.rubric(question)}")
    return "\n\n".join(filter(None, parts))


def write(questions: Sequence[Question], target: Path) -> str:
    """Write the deck (.apkg); what is to be said of it. Live tasks need a cluster and are not in it."""
    deck, model = genanki.Deck(DECK, "ExternalName interview"), _model()
    typed = [question for question in questions if question.kind != "do"]
    for question in typed:
        fields = [_html(judge.put(question, SEED)), _html(_answer(question))]
        tags = [question.topic, question.level, question.kind]
        deck.add_note(genanki.Note(model, fields, guid=f"externalname-{question.slug}", tags=tags))
    packed = _packed(genanki.Package(deck))
    kept = files.hand_over(target, packed, again="./course interview --export anki another-file.apkg")
    return f"Written: {len(typed)} notes to {target}. Anki: File, Import.{kept}"


def _packed(package: genanki.Package) -> bytes:
    """A deck as a file: a database in an archive. genanki's own write_to_file leaves a copy in the system's /tmp."""
    now = time.time()
    with closing(sqlite3.connect(":memory:")) as collection:
        package.write_to_db(collection.cursor(), now, itertools.count(int(now * 1000)))
        collection.commit()
        content = collection.serialize()
    with io.BytesIO() as packed:
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("collection.anki2", content)
            archive.writestr("media", "{}")
        return packed.getvalue()
