"""The questions of interview/ are proven by the course, fair, and enough."""

import tomllib
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from course.interview import pool, proof
from course.interview.judge import SPOKEN
from course.lessons import catalog as lessons
from course.tasks import index

QUESTIONS = pool.questions()
ONE_RIGHT = [question for question in QUESTIONS if question.options and len(question.right) == 1]
ASKED = [topic["slug"] for topic in tomllib.loads(Path(__file__).with_name("asked.toml").read_text())["topic"]]
each = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.slug)


def test_there_are_enough_of_every_kind_level_and_topic() -> None:
    assert len(QUESTIONS) >= 150
    assert {question.kind for question in QUESTIONS} == set(pool.KINDS)
    levels = Counter(question.level for question in QUESTIONS)
    assert all(levels[level] >= 20 for level in pool.LEVELS), levels
    topics = Counter(question.topic for question in QUESTIONS)
    assert all(topics[topic.slug] >= 5 for topic in pool.topics()), topics


@each
def test_every_proof_exists_and_still_says_so(question: pool.Question) -> None:
    faults = [fault for one in question.proof if (fault := proof.fault(one))]
    assert not faults


@each
def test_every_cell_that_is_shown_was_executed_and_printed(question: pool.Question) -> None:
    for cell in filter(None, (question.command, question.output)):
        found = proof.stored(cell)
        assert found, f"{cell.lesson} has no cell {cell.cell}"
        assert found.printed.strip(), f"{cell.lesson}, cell {cell.cell}, printed nothing"


@each
def test_what_it_names_is_there(question: pool.Question) -> None:
    if question.task:
        assert index.find(question.task).slug == question.task and index.find(question.task).kind in ("lab", "exercise")
    if question.lesson_quiz:
        assert lessons.find(question.lesson_quiz).slug == question.lesson_quiz
        assert question.kind not in ("open", "do"), "a lesson's quiz is judged by the machine"
    assert set(question.asked) <= set(ASKED), f"tests/unit/asked.toml has no {set(question.asked) - set(ASKED)}"


def test_every_lesson_has_a_quiz_of_three_to_five() -> None:
    quizzes = Counter(question.lesson_quiz for question in QUESTIONS if question.lesson_quiz)
    wrong = {lesson.slug: quizzes[lesson.slug] for lesson in lessons.lessons() if not 3 <= quizzes[lesson.slug] <= 5}
    assert not wrong


@pytest.mark.parametrize("topic", ASKED)
def test_what_people_ask_is_answered_twice(topic: str) -> None:
    found = [question.slug for question in QUESTIONS if topic in question.asked]
    assert len(found) >= 2, found


def test_no_place_is_right_too_often() -> None:
    places = Counter(question.right[0] for question in ONE_RIGHT)
    assert max(places.values()) <= 0.4 * len(ONE_RIGHT), f"as written, of {len(ONE_RIGHT)}: {places}"


def test_the_right_option_is_not_known_by_its_length() -> None:
    longest = [
        question.slug
        for question in ONE_RIGHT
        if len(question.options[question.right[0]]) == max(map(len, question.options))
    ]
    assert len(longest) <= 0.4 * len(ONE_RIGHT), f"{len(longest)} of {len(ONE_RIGHT)}: {longest}"


@pytest.mark.parametrize("question", [one for one in QUESTIONS if one.kind in SPOKEN], ids=lambda one: one.slug)
def test_what_the_learner_ticks_is_a_whole_sentence(question: pool.Question) -> None:
    assert not [point for point in question.rubric if not (point.endswith(".") and len(point.split()) >= 5)]


@each
def test_a_point_to_listen_for_is_more_than_a_catchword(question: pool.Question) -> None:
    assert not [point for point in question.rubric if len(point.split()) < 4]


@each
def test_a_question_stands_alone_and_uses_plain_words(question: pool.Question) -> None:
    assert not question.ask.startswith(("The same ", "The first rule", "The patch", "The colleague"))
    text = " ".join([question.ask, question.short, question.deep, *question.rubric])
    assert not [word for word in ("acquit", "stands behind", "The price are") if word in text]


def test_a_command_whose_output_is_predicted_is_one_that_people_type() -> None:
    commands = [proof.stored(question.command) for question in QUESTIONS if question.command]
    assert commands and all(found and found.source.startswith("%%bash") for found in commands)


def words(question: pool.Question) -> frozenset[str]:
    return frozenset(question.ask.lower().replace("?", " ").replace(",", " ").replace(".", " ").split())


def test_no_question_is_asked_twice() -> None:
    """Two that share four words of five ask the same; about one output much may be asked."""
    twins = [
        (one.slug, other.slug)
        for one, other in combinations(QUESTIONS, 2)
        if (one.command, one.output) == (other.command, other.output)
        and len(words(one) & words(other)) >= 0.8 * len(words(one) | words(other))
    ]
    assert not twins
