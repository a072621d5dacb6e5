import json
import os
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from course import doctor
from course.base.errors import CourseError
from course.interview import memory
from course.lessons import path
from course.tasks import progress, shift, verbs


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(progress, "FOLDER", tmp_path)
    return tmp_path


def test_the_file_is_versioned_and_survives_a_new_process(folder: Path) -> None:
    with progress.editing("odd-port") as record:
        record.tries, record.best_seconds = 2, 61.5
    written = json.loads((folder / "progress.json").read_text())
    assert written["version"] == 2
    assert progress.record("odd-port").best_seconds == 61.5


def test_other_rooms_keep_their_keys(folder: Path) -> None:
    (folder / "progress.json").write_text('{"version": 2, "tasks": {}, "quiz": {"right": 3}}')
    with progress.editing("odd-port") as record:
        record.tries = 1
    assert json.loads((folder / "progress.json").read_text())["quiz"] == {"right": 3}


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "{",
        "[]",
        '{"version": 1}',
        '{"version": 2, "labs": {}}',
        '{"version": true, "tasks": {}}',
        '{"version": 1, "labs": {"a": 1}}',
        "\x00\x01",
    ],
)
def test_a_damaged_file_is_kept_aside_and_said(folder: Path, damaged: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "progress.json").write_text(damaged)
    assert progress.records() == {}
    kept = list(folder.glob("progress.damaged-*.json"))
    assert [path.read_text() for path in kept] == [damaged]
    assert str(kept[0]) in capsys.readouterr().err
    with progress.editing("odd-port") as record:
        record.tries = 1
    assert progress.record("odd-port").tries == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"report": 1},
        {"stars": 3},
        {"checked": "yesterday"},
        {"tries": "many"},
        {"started": "1950-01-01T00:00:00+00:00"},
        {"best_seconds": 4e8},
        {"passed": "3026-01-01T00:00:00+00:00"},
    ],
)
@pytest.mark.parametrize(("version", "key"), [(1, "labs"), (2, "tasks")])
def test_one_odd_value_is_left_out_and_the_rest_goes_on(
    folder: Path, version: int, key: str, odd: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    written = json.dumps({"version": version, key: {"loop": {"hints": 2, **odd}, "odd-port": {"tries": 3}}, "quiz": 1})
    (folder / "progress.json").write_text(written)
    assert progress.records() == {"loop": progress.Record(hints=2), "odd-port": progress.Record(tries=3)}
    said = capsys.readouterr().err
    assert next(iter(odd)) in said and "'loop': " in said
    assert [path.read_text() for path in folder.glob("progress.damaged-*.json")] == [written]
    assert progress.records()["odd-port"].tries == 3 and not capsys.readouterr().err, "it is said once"
    assert json.loads((folder / "progress.json").read_text())["quiz"] == 1
    with pytest.raises(CourseError, match="is not taken in"):
        (folder / "theirs.json").write_text(written)
        progress.take_in(folder / "theirs.json")


def test_what_is_no_record_is_left_out_and_the_rest_goes_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "progress.json").write_text('{"version": 2, "tasks": {"loop": {"tries": 2}, "ttl": null}}')
    assert {slug: record.tries for slug, record in progress.records().items()} == {"loop": 2}
    assert "the entry of 'ttl' is not a task's record" in capsys.readouterr().err
    assert len([*folder.glob("progress.damaged-*.json")]) == 1


def test_a_file_of_the_first_version_is_taken_over(folder: Path) -> None:
    record = {"tries": 2, "passed": "2026-11-23T10:00:00+00:00", "best_seconds": 61.5}
    (folder / "progress.json").write_text(json.dumps({"version": 1, "labs": {"odd-port": record}, "quiz": 1}))
    assert progress.record("odd-port").best_seconds == 61.5
    with progress.editing("loop") as entry:
        entry.tries = 1
    written = json.loads((folder / "progress.json").read_text())
    assert written["version"] == 2 and set(written) == {"version", "tasks", "quiz"}
    assert set(written["tasks"]) == {"odd-port", "loop"}


def test_a_newer_file_is_left_alone_and_nothing_stops(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer = '{"version": 3, "tasks": {"odd-port": {"stars": 5}}}'
    (folder / "progress.json").write_text(newer)
    with progress.editing("odd-port") as record:
        record.tries = 1
    assert (folder / "progress.json").read_text() == newer
    assert "version 3" in capsys.readouterr().err
    for verb in (progress.export, progress.take_in):
        target = folder / "other.json"
        target.write_text('{"version": 2, "tasks": {}}')
        with pytest.raises(CourseError, match="newer course"):
            verb(target)


def test_many_writers_lose_nothing() -> None:
    def once(_: int) -> None:
        with progress.editing("odd-port") as record:
            record.tries += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(once, range(40)))
    assert progress.record("odd-port").tries == 40


def test_a_failure_while_writing_leaves_the_old_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with progress.editing("odd-port") as record:
        record.tries = 1
    monkeypatch.setattr(os, "fsync", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"), progress.editing("odd-port") as record:
        record.tries = 2
    assert progress.record("odd-port").tries == 1


def test_export_and_import_merge_the_better_of_both(folder: Path, tmp_path: Path) -> None:
    with progress.editing("odd-port") as record:
        record.passed, record.best_seconds, record.tries = "2026-11-23T10:00:00+00:00", 90.0, 1
    carried = tmp_path / "carried.json"
    assert progress.export(carried).startswith("Written: 1 tasks")
    (folder / "progress.json").unlink()
    with progress.editing("odd-port") as record:
        record.passed, record.best_seconds, record.tries = "2026-11-23T12:00:00+00:00", 30.0, 5
    assert progress.take_in(carried) == 1
    merged = progress.record("odd-port")
    assert (merged.best_seconds, merged.tries, merged.passed[11:13]) == (30.0, 5, "10")


def test_what_was_compared_elsewhere_is_compared_here(folder: Path, tmp_path: Path) -> None:
    """A prediction's first verdict counts, also after an import; a try that goes on here is not ended by one."""
    for slug, passed in (("right", progress.now()), ("wrong", ""), ("going-on", progress.now())):
        with progress.editing(slug) as record:
            record.answer, record.done, record.passed = "x", True, passed
    progress.export(tmp_path / "carried.json")
    (folder / "progress.json").unlink()
    with progress.editing("going-on") as record:
        progress.begin(record, "here")
    progress.take_in(tmp_path / "carried.json")
    known = progress.records()
    assert [(known[slug].done, bool(known[slug].passed)) for slug in ("right", "wrong", "going-on")] == [
        (True, True),
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize("key", progress.ROOMS)
def test_what_a_room_keeps_and_is_no_object_is_left_out_and_kept_aside(key: str, folder: Path, tmp_path: Path) -> None:
    (folder / "progress.json").write_text(json.dumps({"version": 2, "tasks": {}, key: 5}))
    progress.export(tmp_path / "carried.json")
    assert key not in json.loads((tmp_path / "carried.json").read_text()) and [*folder.glob("progress.damaged-*")]
    progress.take_in(tmp_path / "carried.json")
    assert set(progress.ROOMS) == {memory.KEY, path.KEY, shift.KEY}


def test_what_is_noted_while_a_file_is_taken_in_stays(tmp_path: Path) -> None:
    """Another terminal's answer comes before or after, and is not written over with what was read before it."""
    (tmp_path / "other.json").write_text('{"version": 2, "tasks": {}, "book": {}}')
    with ThreadPoolExecutor(1) as elsewhere, progress.editing_part("book") as book:
        taken_in = elsewhere.submit(
            progress.take_in, tmp_path / "other.json", {"book": lambda mine, theirs: mine | theirs}
        )
        assert not wait([taken_in], timeout=0.3).done, "it waits, for somebody writes"
        book["answer"] = "mine"
    taken_in.result(timeout=20)
    assert progress.part("book") == {"answer": "mine"}


def test_a_foreign_file_is_not_taken_in(tmp_path: Path) -> None:
    for text in ("hello", '{"version": 3, "tasks": {}}', '{"version": 2, "labs": {}}'):
        (tmp_path / "other.json").write_text(text)
        with pytest.raises(CourseError, match="is not taken in"):
            progress.take_in(tmp_path / "other.json")
    with pytest.raises(CourseError, match="is not taken in"):
        progress.take_in(tmp_path / "missing.json")


def test_export_to_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="cannot be written"):
        progress.export(tmp_path / "missing" / "file.json")


def test_hints_come_one_after_the_other_and_say_how_many_are_left() -> None:
    said = [verbs.hint("odd-port").text() for _ in range(4)]
    assert [text.splitlines()[0][:11] for text in said] == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"]
    assert "(2 left)" in said[0] and "(0 left" in said[2]


def test_the_state_of_a_lab_belongs_to_its_cluster() -> None:
    begun = progress.Record(started="2026-11-23T10:00:00+00:00", cluster="one")
    assert verbs.state(begun, "one") == "started"
    assert verbs.state(begun, "another") == "not started"
    assert verbs.state(progress.Record(solution_seen="x"), "one") == "solution shown"
    assert verbs.state(progress.Record(passed="x", solution_seen="x"), "another") == "passed"


def test_a_pass_counts_once_and_not_after_the_solution() -> None:
    with progress.editing("odd-port") as record:
        record.started, record.shown = progress.now(), True
    verbs._note_pass("odd-port")
    assert progress.record("odd-port").passed == ""
    with progress.editing("odd-port") as record:
        record.started, record.shown, record.done = progress.now(), False, False
    verbs._note_pass("odd-port")
    first = progress.record("odd-port")
    verbs._note_pass("odd-port")
    assert first.passed and first == progress.record("odd-port")


@pytest.mark.parametrize("began", [timedelta(days=365), -timedelta(days=20 * 365)])
def test_a_try_that_began_in_the_future_or_long_ago_is_passed_and_has_no_time(began: timedelta) -> None:
    """The machine was started again during the try, and the clock on the wall was set: nobody knows how long."""
    with progress.editing("odd-port") as record:
        record.started, record.boot = (datetime.now(UTC) + began).isoformat(), ""
    verbs._note_pass("odd-port")
    record = progress.record("odd-port")
    assert record.passed and record.best_seconds == 0.0


@pytest.mark.parametrize(
    ("text", "level", "words"),
    [
        (None, "ok", "no progress yet"),
        ('{"version": 2, "tasks": {}}', "ok", "can be read"),
        ("{", "note", "damaged: it could not be read"),
        ('{"version": 2, "tasks": {"loop": {"tries": "many"}}}', "note", "damaged: "),
        ('{"version": 3, "tasks": {}}', "note", "it is of version 3"),
    ],
)
def test_doctor_says_how_the_file_is_and_leaves_it(folder: Path, text: str | None, level: str, words: str) -> None:
    if text is not None:
        progress.file().write_text(text)
    finding = doctor._progress()
    assert (finding.level, words in finding.what) == (level, True), finding
    assert [path.read_text() for path in folder.iterdir()] == ([] if text is None else [text])
