"""What is right, what is wrong, and what is no answer at all."""

from dataclasses import replace

import pytest

from course.interview import judge, pool, proof, sheet

QUESTIONS = pool.questions()
JUDGED = [question for question in QUESTIONS if question.kind not in ("open", "do")]
SEEDS = range(1, 6)


def kind(name: str) -> pool.Question:
    return next(question for question in QUESTIONS if question.kind == name)


@pytest.mark.parametrize("question", JUDGED, ids=lambda question: question.slug)
def test_the_solution_is_right_however_it_is_shuffled(question: pool.Question) -> None:
    for seed in SEEDS:
        solution = judge.solution(question, seed)
        assert judge.is_right(question, seed, judge.read(question, seed, f" {solution.upper()} "))
        assert judge.verdict(question, seed, judge.read(question, seed, solution)) == "Right."
        assert judge.verdict(question, seed, "").startswith("Left out. Right is")


@pytest.mark.parametrize("question", [one for one in JUDGED if one.options], ids=lambda question: question.slug)
def test_every_other_letter_is_wrong(question: pool.Question) -> None:
    right = set(judge.solution(question, 1))
    for letter in set(judge.LETTERS[: len(question.options)]) - right:
        assert not judge.is_right(question, 1, judge.read(question, 1, letter))
        assert judge.verdict(question, 1, letter).startswith("No. Right is")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("choose", "z"), ("choose", "ab"), ("choose", ""), ("choose", "1"), ("choose", "the first"),
        ("choose-all", "aa"), ("choose-all", "x"), ("order", "a"), ("order", "aab"), ("number", "five"),
        ("number", ""), ("name", "  "), ("debug", "é"), ("predict", "a" * 5000),
    ],
)  # fmt: skip
def test_what_is_no_option_is_said_with_what_to_type(name: str, typed: str) -> None:
    with pytest.raises(judge.NoAnswer, match=r"[Tt]ype") as caught:
        judge.read(kind(name), 1, typed)
    assert len(str(caught.value)) < 200


def test_letters_may_be_written_as_people_write_them() -> None:
    question = kind("choose-all")
    assert judge.read(question, 1, "C, a") == judge.read(question, 1, "ac") == "ac"


def test_a_name_needs_no_capitals_and_no_last_dot() -> None:
    question = replace(kind("name"), answer="NXDOMAIN")
    assert judge.is_right(question, 1, judge.read(question, 1, "nxdomain."))
    assert not judge.is_right(question, 1, judge.read(question, 1, "SERVFAIL"))


def test_other_spellings_of_a_name_are_right_where_the_question_says_so() -> None:
    question = replace(kind("name"), answer="NODATA", also=("no data",))
    for typed in ("no  data", "`nodata`", "'NODATA'.", '"No data."'):
        assert judge.is_right(question, 1, judge.read(question, 1, typed)), typed
    assert not judge.is_right(replace(question, also=()), 1, judge.read(question, 1, "no data"))


def test_an_answer_is_put_into_words_also_when_the_pool_is_newer() -> None:
    question = replace(kind("choose"), options=("one", "two", "three"), right=(1,))
    assert judge.verdict(question, 1, "z").endswith(f"{judge.solution(question, 1)}: two")
    assert judge.in_words(question, 1, "ij") == "ij: ?; ?" and judge.in_words(kind("name"), 1, "x") == "x"


def test_no_other_spelling_is_what_the_question_calls_wrong() -> None:
    named = [question for question in QUESTIONS if question.kind == "name"]
    assert [question for question in named if question.also]
    assert not [one.slug for one in named if judge.is_right(one, 1, judge.read(one, 1, one.wrong.answer))]


def test_points_are_ticked_once_and_only_those_that_are_there() -> None:
    question = kind("open")
    assert (judge.ticks(question, "1, 2 2"), judge.ticks(question, "0")) == (2, 0)
    for typed in ("", "9", "-1", "one"):
        with pytest.raises(judge.NoAnswer):
            judge.ticks(question, typed)


def test_no_place_is_right_too_often_as_asked() -> None:
    options = [question for question in QUESTIONS if question.options and len(question.right) == 1]
    letters = [judge.solution(question, seed) for question in options for seed in SEEDS]
    assert max(letters.count(letter) for letter in set(letters)) <= 0.4 * len(letters)


def test_each_sentence_and_error_word_of_the_page_is_shown() -> None:
    made = sheet.sheet()
    assert len(made.sentence) == 10 and len(made.words) > 5
    proofs = [one for sentence in made.sentence for one in sentence.proof]
    proofs += [one for words in made.words for one in words.proof]
    assert not [fault for one in proofs if (fault := proof.fault(one))]


def test_the_page_has_the_lessons_own_table() -> None:
    table = sheet.decision()
    assert table[0][1:] == ["ExternalName", "no selector", "headless, no selector", "gateway"]
    assert len({len(row) for row in table}) == 1 and len(table) > 5
    page = sheet.html()
    assert "maps ports" in page and "](" not in page and page.count("<li>") == 10


def test_a_proof_that_holds_no_more_is_said() -> None:
    good = QUESTIONS[0].proof[0]
    assert "nothing says" in proof.fault(replace(good, shows="what no cell ever printed"))
    assert "has no cell" in proof.fault(replace(good, cell="no-such-cell"))
