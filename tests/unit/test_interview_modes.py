"""The modes: what is asked, what is kept, what comes back, and what happens on bad days."""

import copy
import json
import sqlite3
import tempfile
import zipfile
from dataclasses import asdict, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any, Self

import pytest
from typer.testing import CliRunner

from course.base.errors import CourseError, NotReady
from course.cli import app
from course.interview import anki, desk, dialog, draw, interviewer, judge, live, memory, pool, report, timed
from course.interview.dialog import Dialog
from course.interview.judge import Result
from course.lessons import catalog as lessons
from course.tasks import progress
from tests.unit.candidate import good

runner = CliRunner()


@pytest.fixture(autouse=True)
def no_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress of the test's own, no cluster, and noon: the day does not change while a test runs."""
    monkeypatch.setattr(progress, "FOLDER", tmp_path)
    monkeypatch.setattr(live, "absent", lambda: "The cluster does not answer.")
    clock(monkeypatch, time(12))


def clock(monkeypatch: pytest.MonkeyPatch, hour: time) -> None:
    """The practice's clock stands at this time of the learner's day."""

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            today = datetime.now().astimezone().date()
            return cls.combine(today, hour).astimezone(tz)

    monkeypatch.setattr(memory, "datetime", Stopped)


def played(sitting: Dialog, seed: int, *, answer: str = "", steps: int = 1000) -> str:
    """Answer everything, rightly or always the same; the last text. steps: stop after so many."""
    try:
        shown = next(sitting)
        for _ in range(steps):
            shown = sitting.send(answer or good(shown, seed))
    except StopIteration as end:
        return str(end.value)
    sitting.close()
    return shown


def test_a_warm_up_of_one_who_knows() -> None:
    last = played(desk.dialog("warm-up", 7), 7)
    run = memory.read().runs[-1]
    assert len(run.results) == draw.WARM_UP == len(memory.read().cards)
    assert "Nothing missed." in last or all(one.right is not False for one in run.results)
    assert not any(card.missed for slug, card in memory.read().cards.items() if pool_kind(slug) != "open")
    assert "Interview practice: warm-up" in last and "Topic" in last and "senior" in last


def pool_kind(slug: str) -> str:
    return next(question.kind for question in pool.questions() if question.slug == slug)


def test_ten_questions_are_of_ten_topics_and_a_seed_repeats_them() -> None:
    first, again, other = (draw.warm_up(pool.questions(), seed) for seed in (3, 3, 4))
    assert first == again != other
    assert len({question.topic for question in first}) == draw.WARM_UP
    assert not any(question.kind == "do" for question in first)


def test_what_was_missed_comes_first_among_the_gaps() -> None:
    played(desk.dialog("warm-up", 7), 7, answer="skip")
    missed = set(memory.read().cards)
    assert {question.slug for question in draw.gaps(pool.questions(), memory.read(), 1)} == missed
    played(desk.dialog("gaps", 8), 8)
    typed = {slug for slug in missed if pool_kind(slug) not in judge.SPOKEN}
    assert typed and not any(memory.read().cards[slug].missed for slug in typed)


def test_a_topic_and_a_level_can_be_chosen_and_an_unknown_one_is_said() -> None:
    assert {question.topic for question in draw.chosen(topic="migration", level="staff")} == {"migration"}
    for words in (["--topic", "cooking"], ["--level", "expert"]):
        said = runner.invoke(app.app, ["interview", "warm-up", *words])
        assert isinstance(said.exception, CourseError) and "There are:" in said.exception.why


def test_daily_brings_five_new_ones_and_then_what_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    played(desk.dialog("daily", 7), 7)
    first = set(memory.read().cards)
    assert len(first) == memory.FRESH_A_DAY
    said = played(desk.dialog("daily", 7), 7)
    assert "Nothing is due today" in said and "The next one comes back on" in said and "brings 5 new" in said
    assert len(memory.read().cards) == memory.FRESH_A_DAY
    later = datetime.now(UTC) + timedelta(days=400)
    monkeypatch.setattr(memory, "now", lambda known: later)
    waiting = draw.daily(pool.questions(), memory.read(), 7)
    assert {question.slug for question in waiting[: len(first)]} == first
    assert len(waiting) == len(first) + memory.FRESH_A_DAY


def test_a_right_answer_comes_back_later_than_a_missed_one() -> None:
    known = memory.Memory()
    memory.note(known, Result("right", True))
    memory.note(known, Result("half", None, said=2, points=4))
    memory.note(known, Result("wrong", False))
    moment = memory.now(known)
    minutes = {slug: (card.due - moment).total_seconds() / 60 for slug, card in known.cards.items()}
    assert minutes["right"] > 24 * 60 > 60 > minutes["half"] > minutes["wrong"] > 9
    assert sum(int(line.split()[2]) for line in memory.forecast(known, lambda slug: True, 10).splitlines()) == 3


@pytest.mark.parametrize("hour", [time(12), time(23, 55)])
def test_what_daily_asked_and_was_missed_is_due_again_on_the_same_day(
    monkeypatch: pytest.MonkeyPatch, hour: time
) -> None:
    clock(monkeypatch, hour)
    played(desk.dialog("daily", 7), 7, answer="skip")
    missed = set(memory.read().cards)
    assert {question.slug for question in draw.daily(pool.questions(), memory.read(), 7)} == missed
    assert len(missed) == memory.FRESH_A_DAY


def test_no_other_mode_uses_up_the_new_questions_of_a_day() -> None:
    played(desk.dialog("warm-up", 7), 7)
    waiting = draw.daily(pool.questions(), memory.read(), 7)
    assert len([one for one in waiting if one.slug not in memory.read().cards]) == memory.FRESH_A_DAY


def test_nothing_to_do_is_an_answer_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    played(desk.dialog("daily", 7), 7)
    said = runner.invoke(app.app, ["interview", "daily"])
    assert said.exit_code == 0 and "Error" not in said.output and "interview gaps" in said.output
    asked = draw.chosen(topic="tls-and-host", level="staff")
    with memory.editing() as known:
        for question in asked:
            memory.note(known, Result(question.slug, True))
    said = runner.invoke(app.app, ["interview", "gaps", "--topic", "tls-and-host", "--level", "staff"])
    assert said.exit_code == 0 and "missed nothing" in said.output and "comes back on" in said.output


def test_a_warm_up_begins_with_the_easiest_and_rises() -> None:
    for seed in range(1, 20):
        levels = [pool.LEVELS.index(question.level) for question in draw.warm_up(pool.questions(), seed)]
        assert levels == sorted(levels) and levels.count(0) >= 3 and levels.count(2) <= 3


def test_a_warm_up_says_first_how_to_choose_and_where_to_begin() -> None:
    shown = next(sitting := desk.dialog("warm-up", 7))
    sitting.close()
    first = shown.partition("Question 1 of")[0]
    assert "--level junior|senior|staff" in first and "course interview page\n" in first
    read = runner.invoke(app.app, ["interview", "page"]).output
    assert "\n10. " in read and "Connection refused: " in read and "interview page page.html" in read
    shown = next(sitting := desk.dialog("warm-up", 7, "dns-in-depth", "junior"))
    sitting.close()
    assert "Questions: 2," in shown and "no more of the topic dns-in-depth and the level junior" in shown


def test_a_choice_is_defended_before_anything_is_said_about_it() -> None:
    question = next(one for one in pool.questions() if one.kind == "design")
    sitting = dialog.practise("warm-up", [question], 5)
    next(sitting)
    shown = sitting.send(judge.solution(question, 5))
    assert "Defend it" in shown and "Right" not in shown and question.rubric[0] not in shown
    shown = sitting.send("Because of the certificate.")
    assert "You said: Because of the certificate." in shown and question.rubric[0] in shown
    with pytest.raises(StopIteration) as end:
        sitting.send("1")
    assert f"right, but 1 of {len(question.rubric)} points" in str(end.value.value)


def test_a_defence_survives_a_pause() -> None:
    question = next(one for one in pool.questions() if one.kind == "design")
    sitting = timed.timed(lambda: timed.begin([question, pool.questions()[0]], 20, 5), print)
    next(sitting)
    sitting.send(judge.solution(question, 5))
    sitting.send("Because of the certificate.")
    sitting.close()
    again = timed.timed(lambda: timed.begin([question], 20, 5), print)
    next(again)
    assert "You said: Because of the certificate." in again.send("skip")
    again.close()


def test_again_repeats_the_question_alone() -> None:
    sitting = desk.dialog("warm-up", 7)
    next(sitting)
    second = sitting.send("skip")
    assert "In short" in second and "Question 2 of" in second
    repeated = sitting.send("again")
    assert "In short" not in repeated and repeated.startswith("Question 2 of") and second.endswith(repeated)
    sitting.close()


def test_a_run_in_which_nothing_was_answered_is_not_kept() -> None:
    sitting = desk.timed(20, 5, print)
    next(sitting)
    sitting.close()
    assert memory.read().open is None and "Nothing was answered" in desk.after_timed()
    played(desk.timed(20, 5, print), 5, steps=1)
    assert memory.read().open and "It goes on with" in desk.after_timed()


def test_spoken_answers_are_told_from_those_that_are_judged() -> None:
    spoken, typed = (next(one.slug for one in pool.questions() if one.kind == kind) for kind in ("open", "choose"))
    run = memory.Run("warm-up", 1, 0, progress.now(), 1.0, [Result(spoken, None, 2, 4), Result(typed, True)])
    assert "2 questions: right 1 of 1 (1 said aloud" in report.text(run, [])


def test_a_result_says_what_comes_next_and_how_to_read_a_cell() -> None:
    question = next(one for one in pool.questions() if one.proof[0].lesson)
    proof = question.proof[0]
    run = memory.Run("warm-up", 1, 0, progress.now(), 1.0, [Result(question.slug, False)])
    text = report.text(run, [])
    assert "course interview gaps" in text.splitlines()[-1]
    assert f"course interview cell {proof.lesson} {proof.cell}" in text
    said = runner.invoke(app.app, ["interview", "cell", proof.lesson, proof.cell])
    assert said.exit_code == 0 and f"cell {proof.cell}" in said.output and "It printed:" in said.output
    said = runner.invoke(app.app, ["interview", "cell", proof.lesson, f"{proof.cell}-x"])
    assert isinstance(said.exception, CourseError) and f"Did you mean {proof.cell}" in said.exception.why
    run = memory.Run("warm-up", 1, 0, progress.now(), 1.0, [Result(question.slug, True)])
    assert "course interview daily" in report.text(run, []).splitlines()[-1]


def test_quiz_alone_lists_the_lessons_and_the_quiz_names_its_own() -> None:
    said = runner.invoke(app.app, ["interview", "quiz"])
    assert said.exit_code == 0 and "interview quiz first_externalname" in said.output
    lesson = lessons.find("first_externalname")
    shown = next(sitting := desk.quiz(str(lesson.number), 1))
    sitting.close()
    assert shown.startswith(f"Quiz of lesson {lesson.number:02d}: {lesson.title}")


def test_a_clock_that_was_set_back_does_not_turn_time_round() -> None:
    known = memory.Memory()
    memory.note(known, Result("one", True))
    ahead = memory.now(known) + timedelta(hours=3)
    known.cards["one"].last = ahead.isoformat()
    assert memory.now(known) == ahead
    memory.note(known, Result("one", True))
    memory.note(known, Result("two", True))
    assert known.cards["one"].due > ahead and known.cards["two"].due > ahead


def test_one_answer_under_a_clock_of_another_century_does_not_stop_time() -> None:
    known = memory.Memory()
    memory.note(known, Result("one", True))
    card = known.cards["one"]
    years = timedelta(days=30 * 365)
    later = copy.copy(card.fsrs)
    later["due"] = (datetime.fromisoformat(later["due"]) + years).isoformat()
    later["last_review"] = (datetime.fromisoformat(str(later["last_review"])) + years).isoformat()
    known.cards["one"] = replace(
        card,
        last=(datetime.fromisoformat(card.last) + years).isoformat(),
        fsrs=later,
    )
    soon = datetime.now(UTC) + timedelta(days=100)
    assert memory.now(known) < soon
    assert memory.due(known) == ["one"], "it comes back now, not in thirty years"
    memory.note(known, Result("one", True))
    assert known.cards["one"].due < soon and memory.due(known) == []


def test_a_timed_run_gives_no_feedback_before_its_end_and_counts_all() -> None:
    sitting = desk.timed(20, 5, print)
    shown, texts = next(sitting), []
    assert "Without a live task" in shown and "Question 1 of" in shown
    try:
        while True:
            texts.append(shown)
            shown = sitting.send(good(shown, 5))
    except StopIteration as end:
        last = str(end.value)
    questions = [text for text in texts if "s left. Question" in text]
    assert len(questions) > 8 and not any("In short:" in text for text in texts)
    assert last.count("In short:") == len(questions) and "timed" in last
    assert memory.read().open is None and len(memory.read().runs[-1].results) == len(questions)
    assert all(one.right is not False for one in memory.read().runs[-1].results)


def test_what_was_missed_in_a_timed_run_is_explained_first() -> None:
    sitting = desk.timed(20, 5, print)
    shown = next(sitting)
    try:
        while True:
            shown = sitting.send("skip" if "Question 3 of" in shown else good(shown, 5))
    except StopIteration as end:
        last = str(end.value)
    assert "What you missed comes first." in last
    assert last.index("\n\n3. ") < last.index("\n\n1. ") < last.index("\n\n2. ") < last.index("\n\n4. ")


def test_a_timed_run_that_was_interrupted_goes_on() -> None:
    played(desk.timed(20, 5, print), 5, steps=3)
    paused = memory.read().open
    assert paused and len(paused.answers) == 3 and 0 < paused.spent < 60
    assert f"A timed run is paused, 3 of {len(paused.slugs)} answered" in desk.overview()
    sitting = desk.timed(45, 99, print)
    assert "seed 5 goes on: 3 of" in next(sitting)
    sitting.close()
    last = played(desk.timed(20, 1, print), 5)
    assert "seed 5" in last and memory.read().open is None
    assert [one.slug for one in memory.read().runs[-1].results] == paused.slugs


def test_a_pause_while_points_are_ticked_keeps_the_answers() -> None:
    sitting = desk.timed(45, 5, print)
    shown = next(sitting)
    while "You are the judge" not in shown:
        shown = sitting.send(good(shown, 5))
    sitting.close()
    again = desk.timed(20, 1, print)
    assert "The questions are over" in next(again)
    again.close()
    assert "Interview practice: timed" in played(desk.timed(20, 1, print), 5)


def test_a_paused_run_can_be_forgotten() -> None:
    played(desk.timed(20, 5, print), 5, steps=2)
    shown = next(sitting := desk.timed(20, 6, print, anew=True))
    sitting.close()
    assert "seed 6" in shown and "seed 5" not in shown and "Question 1 of" in shown


def test_after_the_time_no_answer_counts_and_what_was_not_reached_stays_unseen() -> None:
    played(desk.timed(20, 5, print), 5, steps=2)
    with memory.editing() as known:
        assert known.open
        known.open.spent = 20 * 60 - 0.0001
    sitting = desk.timed(20, 5, print)
    shown = next(sitting)
    assert "0 min 00 s left" in shown
    try:
        shown = sitting.send(good(shown, 5))
        while True:
            assert "You are the judge" in shown
            shown = sitting.send("1")
    except StopIteration as end:
        shown = str(end.value)
    run = memory.read().runs[-1]
    assert len(memory.read().cards) == 2 < len(run.results)
    assert sum(one.missed for one in run.results) >= len(run.results) - 2


def test_two_timed_runs_at_once_are_refused_and_the_first_goes_on() -> None:
    first = desk.timed(20, 5, print)
    shown = next(first)
    with pytest.raises(CourseError, match="going on elsewhere") as caught:
        next(desk.timed(20, 6, print))
    assert caught.value.exit_code == 2
    first.send(good(shown, 5))
    first.close()
    assert memory.read().open


def test_two_sessions_at_once_keep_the_answers_of_both() -> None:
    one, two = desk.dialog("warm-up", 7), desk.dialog("warm-up", 8)
    shown = {7: next(one), 8: next(two)}
    for _ in range(2):
        shown = {7: one.send("skip"), 8: two.send("skip")}
    assert len(memory.read().cards) == len(
        {question.slug for seed in (7, 8) for question in draw.warm_up(pool.questions(), seed)[:2]}
    )
    assert all("Question 3" in text for text in shown.values())


def test_what_is_no_option_is_asked_again_and_the_question_can_be_seen_again() -> None:
    sitting = desk.dialog("warm-up", 7)
    first = next(sitting)
    while "Type one letter" not in first:
        first = sitting.send("skip")
    assert "is no answer here. Type one letter" in sitting.send("what?")
    assert first.endswith(sitting.send("again"))
    sitting.close()


def test_without_a_cluster_there_is_no_live_task_and_that_is_said() -> None:
    said = runner.invoke(app.app, ["interview", "live"])
    assert isinstance(said.exception, CourseError) and said.exception.next == "./course up"
    with_task = draw.timed(pool.questions(), 20, 5, live=True)
    without = draw.timed(pool.questions(), 20, 5, live=False)
    assert [question.kind for question in with_task].count("do") == 1
    assert {question.slug for question in with_task if question.kind != "do"} < {question.slug for question in without}


def test_a_run_that_is_too_short_for_a_live_task_says_so() -> None:
    shortest = draw.shortest_with_live(pool.questions())
    assert 5 < shortest <= 20
    assert not any(question.kind == "do" for question in draw.timed(pool.questions(), shortest - 1, 5, live=True))
    for minutes, said in (
        (5, f"5 minutes are too short for one. From {shortest} on"),
        (shortest, "the cluster is not up"),
    ):
        sitting = desk.timed(minutes, 5, print)
        assert said in next(sitting)
        sitting.close()


@pytest.mark.parametrize("minutes", [20, 45])
def test_a_timed_run_mixes_kinds_and_fits_its_minutes(minutes: int) -> None:
    for seed in range(1, 30):
        drawn = draw.timed(pool.questions(), minutes, seed, live=True)
        assert sum(map(draw.seconds, drawn)) <= minutes * 60 < sum(map(draw.seconds, drawn)) + 240
        assert len({question.kind for question in drawn}) >= 7


@pytest.mark.parametrize(
    "kept",
    [
        {"cards": 1},
        {"cards": {"a": {"first": "x"}}},
        {"cards": {"a": {"first": "2026-01-01T00:00:00", "last": "x", "missed": False, "fsrs": {}}}},
        {"runs": [{"mode": 1}]},
        {"open": {"seed": 1}},
        {"open": {"seed": 1, "minutes": 20, "began": "2026-01-01", "slugs": []}},
        {"open": {"seed": 1, "minutes": 20, "began": "2026-01-01T00:00:00+00:00", "slugs": [], "answers": {"x": ""}}},
    ],
)
def test_damaged_practice_is_kept_aside_and_said_and_the_labs_stay(
    kept: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress.editing("odd-port") as record:
        record.tries = 3
    with progress.editing_part("interview") as part:
        part.update(kept)  # type: ignore[call-overload]
    with memory.editing() as known:
        assert known == memory.Memory()
    assert "could not be read" in capsys.readouterr().err
    assert [json.loads(path.read_text()) for path in tmp_path.glob("progress.damaged-interview-*")] == [kept]
    assert progress.record("odd-port").tries == 3


def whole() -> memory.Memory:
    """Practice with something in every field."""
    known = memory.Memory()
    memory.note(known, Result("one", False), "daily")
    memory.keep(known, memory.Run("timed", 1, 20, progress.now(), 9.5, [Result("one", False, 2, 4, 9.5, 1)]))
    known.open = timed.begin(pool.questions()[:1], 20, 5)
    [slug] = known.open.slugs
    known.open.answers, known.open.said, known.open.took, known.open.ticks = (
        {slug: "a"},
        {slug: "b"},
        {slug: 1.5},
        {slug: 1},
    )
    return known


def places(kept: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each value within."""
    inner = kept.items() if isinstance(kept, dict) else enumerate(kept) if isinstance(kept, list) else ()
    return [before, *(place for key, value in inner for place in places(value, (*before, key)))]


def put(kept: Any, place: tuple[Any, ...], value: object) -> Any:
    """The same with another value at this place."""
    changed = copy.deepcopy(kept)
    *way, last = place
    reduce(getitem, way, changed)[last] = value
    return changed


NULLABLE = {"open", "right", "step", "stability", "difficulty"}
KEPT = asdict(whole())


@pytest.mark.parametrize("place", places(KEPT)[1:], ids=lambda place: ".".join(map(str, place)))
def test_practice_with_a_value_of_another_type_is_refused_wherever_it_stands(place: tuple[Any, ...]) -> None:
    assert asdict(memory.parse(KEPT)) == KEPT
    was = reduce(getitem, place, KEPT)
    for other in ("x", 1.5, True, None, [1], {"x": 1}, 7):
        fits = {type(was), *([int] if isinstance(was, float) else []), *([type(None)] if place[-1] in NULLABLE else [])}
        if type(other) not in fits:
            with pytest.raises(ValueError, match=r"interview|'None' is no moment"):
                memory.parse(put(KEPT, place, other))


EXTREMES: dict[str, list[object]] = {
    "state": [2, 3, 9],
    "step": [-9, 9, None],
    "stability": [-1.0, 0.0, 1e308, None],
    "difficulty": [-1.0, 0.0, 1e308, None],
    "due": ["x", "2026-01-01", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"],
    "last_review": ["x", "2026-01-01", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in EXTREMES.items() for value in values])
def test_a_card_is_refused_or_its_scheduler_goes_on_with_it(key: str, value: object) -> None:
    card = ("cards", "one", "fsrs")
    for state in (1, 2, 3):
        try:
            known = memory.parse(put(put(KEPT, (*card, "state"), state), (*card, key), value))
        except ValueError:
            continue
        assert memory.forecast(known, lambda slug: True) and memory.next_due(known, lambda slug: True)
        for result in (Result("one", True), Result("one", None, 3, 4), Result("one", False)):
            memory.note(copy.deepcopy(known), result)


def test_damaged_practice_is_said_once_and_exported_whole(tmp_path: Path) -> None:
    """Also by what only looks at it; afterwards the file is whole, and what was exported can be taken in."""
    exported, asides = str(tmp_path / "mine.json"), "progress.damaged-interview-*"
    for first in (["interview"], ["progress", "--export", exported]):
        with progress.editing_part("interview") as part:
            part.update({"cards": []})
        said = [runner.invoke(app.app, words) for words in (first, ["interview"], ["progress", "--export", exported])]
        assert [one.exit_code for one in said] == [0, 0, 0]
        assert ["a new one begins" in one.stderr for one in said] == [True, False, False]
        assert len(list(tmp_path.glob(asides))) == 1
        next(tmp_path.glob(asides)).unlink()
        assert runner.invoke(app.app, ["progress", "--import", exported]).exit_code == 0


def test_practice_travels_with_the_progress(tmp_path: Path) -> None:
    played(desk.dialog("warm-up", 7), 7, answer="skip")
    assert runner.invoke(app.app, ["progress", "--export", str(tmp_path / "mine.json")]).exit_code == 0
    (tmp_path / "progress.json").unlink()
    played(desk.dialog("warm-up", 8), 8, answer="skip")
    here = set(memory.read().cards)
    assert runner.invoke(app.app, ["progress", "--import", str(tmp_path / "mine.json")]).exit_code == 0
    assert len(memory.read().cards) > len(here) and len(memory.read().runs) == 2
    (tmp_path / "mine.json").write_text('{"version": 1, "labs": {}, "interview": {"cards": 5}}')
    said = runner.invoke(app.app, ["progress", "--import", str(tmp_path / "mine.json")])
    assert isinstance(said.exception, CourseError) and "is not taken in" in said.exception.what
    assert len(memory.read().runs) == 2


def test_the_result_page_compares_and_can_be_kept_as_one_file(tmp_path: Path) -> None:
    said = runner.invoke(app.app, ["interview", "result"])
    assert isinstance(said.exception, NotReady)
    played(desk.dialog("warm-up", 7), 7, answer="skip")
    assert "Earlier runs" not in desk.result()
    played(desk.dialog("warm-up", 7), 7)
    text = desk.result()
    assert "Earlier runs of warm-up" in text and report.OWN in text
    assert runner.invoke(app.app, ["interview", "result", "--html", str(tmp_path / "it.html")]).exit_code == 0
    page = (tmp_path / "it.html").read_text()
    assert page.startswith("<!doctype html>") and "Earlier runs" in page and "http" not in page.partition("Look at")[0]
    said = runner.invoke(app.app, ["interview", "result", "--html", str(tmp_path / "no" / "it.html")])
    assert isinstance(said.exception, CourseError) and "cannot be written" in said.exception.what


def test_a_missed_question_leads_to_its_cell() -> None:
    question = next(one for one in pool.questions() if one.proof[0].lesson)
    run = memory.Run("warm-up", 1, 0, progress.now(), 1.0, [Result(question.slug, False)])
    assert f"cell {question.proof[0].cell}" in report.text(run, [])


def test_a_newer_deck_updates_an_older_one(tmp_path: Path) -> None:
    guids = []
    for questions in (pool.questions()[:5], pool.questions()):
        deck = tmp_path / f"{len(questions)}.apkg"
        anki.write(questions, deck)
        with zipfile.ZipFile(deck) as opened:
            opened.extract("collection.anki2", tmp_path)
        with sqlite3.connect(tmp_path / "collection.anki2") as notes:
            guids.append({guid for (guid,) in notes.execute("SELECT guid FROM notes")})
            assert {mid for (mid,) in notes.execute("SELECT mid FROM notes")} == {anki.MODEL}
    assert guids[0] < guids[1] and "externalname-" + pool.questions()[0].slug in guids[0]


def test_the_exports_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They leave what they were asked for and nothing in the folder for temporary files."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    said = runner.invoke(app.app, ["interview", "--export", "anki", str(tmp_path / "deck.apkg")])
    assert said.exit_code == 0 and (tmp_path / "deck.apkg").stat().st_size > 10_000
    assert isinstance(runner.invoke(app.app, ["interview", "--export", "pdf", "x"]).exception, CourseError)
    assert runner.invoke(app.app, ["interview", "page", str(tmp_path / "page.html")]).exit_code == 0
    assert "In ten sentences" in (tmp_path / "page.html").read_text()
    assert not [*(tmp_path / "tmp").iterdir()]


def test_a_set_for_interviewers_has_every_level_a_rubric_and_a_live_task() -> None:
    spoken, [task] = interviewer.drawn(12)
    assert [question.level for question in spoken] == [
        level for level in pool.LEVELS for _ in range(interviewer.A_LEVEL)
    ]
    assert len({question.slug for question in spoken}) == len(spoken) and task.kind == "do"
    text = interviewer.text(12)
    assert text == interviewer.text(12) != interviewer.text(13)
    assert f"course lab start {task.task}" in text and text.count("[ ] ") > 20
    assert runner.invoke(app.app, ["interview", "--for-interviewer", "12"]).stdout.strip() == text.strip()


@pytest.mark.parametrize(
    ("candidate", "levels"),
    [("junior", "jjjss"), ("mid", "jjsss"), ("senior", "ssstt"), ("staff", "ssttt")],
)
def test_a_set_for_a_candidate_fits_into_45_minutes(candidate: str, levels: str) -> None:
    for seed in range(1, 30):
        spoken, [task] = interviewer.drawn(seed, candidate)
        assert "".join({"junior": "j", "senior": "s", "staff": "t"}[one.level] for one in spoken) == levels
        assert set(spoken) <= set(interviewer.drawn(seed)[0]), "two candidates for different posts can be compared"
        assert task.level in {one.level for one in spoken}
        assert len(spoken) * interviewer.A_QUESTION + task.minutes <= 45
    said = runner.invoke(app.app, ["interview", "--for-interviewer", "3", "--candidate", candidate.upper()])
    assert (
        said.stdout.strip() == interviewer.text(3, candidate).strip() and f"for a {candidate} candidate" in said.stdout
    )


def test_a_candidate_without_a_number_or_of_no_kind_is_said_with_what_to_type() -> None:
    for words in (["--candidate", "mid"], ["--for-interviewer", "3", "--candidate", "tall"]):
        error = runner.invoke(app.app, ["interview", *words]).exception
        assert isinstance(error, CourseError) and "--candidate mid" in str(error)


def test_an_order_is_read_aloud_from_a_list() -> None:
    text = interviewer.text(12)
    question = next(one for one in interviewer.drawn(12)[0] if one.kind == "order")
    assert "\n".join(f"{place}. {item}" for place, item in enumerate(question.items, 1)) in text


def test_a_question_that_a_newer_pool_has_no_more_is_left_out() -> None:
    with memory.editing() as known:
        known.open = timed.begin(pool.questions()[:2], 20, 5)
        known.open.slugs.insert(0, "gone")
    assert "Interview practice" in played(desk.timed(20, 1, print), 5)
    assert len(memory.read().runs[-1].results) == 2


def test_a_lessons_quiz_in_plain_text() -> None:
    questions = desk.of_lesson("interview")
    assert 3 <= len(questions) <= 5 and desk.quiz_text("interview").count("\n\n") > len(questions)
    right = [judge.solution(question, desk.LESSON_SEED) for question in questions]
    assert f"{len(right)} right, 0 wrong" in desk.quiz_checked("interview", *right)
    assert f"0 right, 0 wrong, of {len(right)}" in desk.quiz_checked("interview", "", "")
    with pytest.raises(CourseError, match="Answer 1 cannot be checked"):
        desk.quiz_checked("interview", "?!")
    with pytest.raises(CourseError, match="cannot be checked"):
        desk.quiz_checked("interview", *["a"] * 9)
