"""The quiz: each question can be answered, a letter gets its verdict, and nonsense gets advice."""

import pytest

from course.base.errors import CourseError
from course.lessons import catalog, quiz


@pytest.mark.parametrize("question", quiz.bank(), ids=lambda question: question.text[:30])
def test_each_question_has_one_right_option_and_a_lesson(question: quiz.Question) -> None:
    assert 2 <= len(set(question.options)) == len(question.options) <= len(quiz.LETTERS)
    assert question.right in quiz.LETTERS[: len(question.options)]
    assert question.why
    assert catalog.find(question.lesson)


def test_no_letter_is_right_more_than_half_the_time() -> None:
    letters = [question.right for question in quiz.bank()]
    assert max(letters.count(letter) for letter in letters) <= len(letters) / 2


def test_all_right(capsys: pytest.CaptureFixture[str]) -> None:
    count = len(quiz.bank())
    assert quiz.check("".join(question.right for question in quiz.bank())) == count > 0
    assert f"{count} right, 0 wrong, of {count}" in capsys.readouterr().out


def test_a_wrong_letter_names_the_lesson_and_a_dash_is_no_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert quiz.check("a-") == 0
    printed = capsys.readouterr().out
    assert "1. a: no." in printed and quiz.bank()[0].lesson in printed
    assert "0 right, 1 wrong" in printed and "2." not in printed


@pytest.mark.parametrize("letters", ["x", "1", "a" * 99])
def test_nonsense_gets_advice(letters: str) -> None:
    with pytest.raises(CourseError, match="cannot be checked") as caught:
        quiz.check(letters)
    assert "quiz.check" in caught.value.next


def test_show_prints_every_question(capsys: pytest.CaptureFixture[str]) -> None:
    quiz.show()
    printed = capsys.readouterr().out
    assert all(question.text in printed for question in quiz.bank())
