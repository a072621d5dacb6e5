"""What is right, what is wrong, and what is no answer at all."""

import re
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
        typed = solution if question.exact else solution.upper()
        assert judge.is_right(question, seed, judge.read(question, seed, f" {typed} "))
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
        ("choose-all", "aa"), ("choose-all", "x"), ("choose-all", "a-c"), ("order", "a"), ("order", "aab"),
        ("number", "infinite"), ("number", "inf"), ("number", "1 2"), ("number", "nan"),
        ("number", ""), ("name", "  "), ("debug", "é"), ("predict", "a" * 5000),
    ],
)  # fmt: skip
def test_what_is_no_option_is_said_with_what_to_type(name: str, typed: str) -> None:
    with pytest.raises(judge.NoAnswer, match=r"[Tt]ype") as caught:
        judge.read(kind(name), 1, typed)
    assert not re.search(r"example|e\.g\.", str(caught.value)), "an example may be the answer"
    assert len(str(caught.value)) < 200


def test_letters_may_be_written_as_people_write_them() -> None:
    question = kind("choose-all")
    assert {judge.read(question, 1, typed) for typed in ("C, a", "ac", "a and c")} == {"ac"}


def test_an_order_may_be_written_with_arrows() -> None:
    question = replace(kind("order"), items=("one", "two", "three"))
    for typed in ("c -> a -> b", "c>a>b", "c → a → b", "C, then A, then B"):
        assert judge.read(question, 1, typed) == "cab", typed


@pytest.mark.parametrize("question", [one for one in JUDGED if one.options], ids=lambda question: question.slug)
def test_an_option_may_be_typed_in_full(question: pool.Question) -> None:
    for letter, text in zip(judge.LETTERS, judge.choices(question, 1), strict=False):
        assert judge.read(question, 1, judge.unmarked(text).upper()) == letter
        assert judge.read(question, 1, f"{letter.upper()}) {judge.unmarked(text)}.") == letter


def test_a_letter_with_the_text_of_another_option_is_no_answer() -> None:
    question = replace(kind("choose"), options=("one", "two", "three"), right=(1,))
    first, second = judge.choices(question, 1)[:2]
    assert judge.read(question, 1, f"a) {first}") == "a"
    with pytest.raises(judge.NoAnswer):
        judge.read(question, 1, f"a) {second}")


def test_numbers_may_be_written_as_people_write_them() -> None:
    question = kind("number")
    for typed in ("0", "0s", "zero", " 0 seconds", "0,0"):
        assert judge.read(question, 1, typed) == "0", typed
    assert judge.read(question, 1, "twelve") == judge.read(question, 1, "12.0") == "12"


def test_what_is_missing_in_an_order_is_said() -> None:
    question = replace(kind("order"), items=("one", "two", "three", "four", "five"))
    with pytest.raises(judge.NoAnswer, match=r"^c is missing"):
        judge.read(question, 1, "bade")
    with pytest.raises(judge.NoAnswer, match=r"^c and d are missing"):
        judge.read(question, 1, "bae")


def test_an_option_that_is_a_letter_stands_at_that_letter() -> None:
    question = replace(kind("choose-all"), options=("MX", "A", "TXT", "C"), right=(1,), reasons=())
    for seed in range(1, 30):
        shown = judge.choices(question, seed)
        assert (shown[0], shown[2], sorted(shown)) == ("A", "C", ["A", "C", "MX", "TXT"])


def test_no_option_of_the_pool_can_be_taken_for_another_letter() -> None:
    shown = [judge.choices(question, seed) for question in QUESTIONS for seed in SEEDS]
    single = [(place, text) for texts in shown for place, text in enumerate(texts) if len(text) == 1]
    assert single and all(judge.LETTERS[place].upper() == text for place, text in single)


def test_why_a_chosen_option_is_wrong_is_said_where_the_pool_knows_it() -> None:
    question = pool.find("cure-for-a-certificate-error")
    [reason] = question.reasons
    letter = judge.LETTERS[judge.choices(question, 1).index(question.options[reason.option])]
    assert judge.verdict(question, 1, letter).endswith(f"\n{letter}: {reason.why}")
    assert "without" in question.ask or "left on" in question.ask
    assert judge.verdict(question, 1, judge.solution(question, 1)) == "Right."


def test_a_proof_from_a_table_keeps_its_columns_and_an_output_its_indent() -> None:
    said = proof.where(pool.Proof("migration", "kept-account", shows="by itself by itself in a new Pod 2 0 0"))
    assert said.endswith("shows: by itself | by itself | in a new Pod | 2 | 0 | 0")
    policy = next(question for question in pool.questions() if question.slug == "peers-of-a-policy")
    assert "    ipBlock\n    namespaceSelector\n" in judge.explanation(policy)


def test_what_is_true_of_one_program_does_not_read_as_false_elsewhere() -> None:
    question = replace(kind("number"), only="libpq of PostgreSQL 15")
    assert judge.head(question).endswith("Shown for libpq of PostgreSQL 15; elsewhere it may differ.")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.slug)
def test_a_terminal_shows_no_asterisks_of_markdown(question: pool.Question) -> None:
    said = [judge.explanation(question), judge.rubric(question), judge.put(question, 1)]
    prose = [line for text in said for line in text.splitlines() if not line.startswith("    ")]
    assert not [line for line in prose if "**" in line or re.search(r"(?<![\w'.])\*\w[^*]*\w\*", line)]


def test_only_emphasis_is_taken_out() -> None:
    assert judge.unmarked("**all is open**, an early *no*: `*.local`, *.a.b and '.*[.]x.*'") == (
        "all is open, an early no: `*.local`, *.a.b and '.*[.]x.*'"
    )


def test_a_name_needs_no_capitals_and_no_last_dot() -> None:
    question = replace(kind("name"), answer="NXDOMAIN")
    assert judge.is_right(question, 1, judge.read(question, 1, "nxdomain."))
    assert not judge.is_right(question, 1, judge.read(question, 1, "SERVFAIL"))


def test_other_spellings_of_a_name_are_right_where_the_question_says_so() -> None:
    question = replace(kind("name"), answer="NODATA", also=("an empty answer",))
    for typed in ("no  data", "`nodata`", "'NODATA'.", '"No data."', "no-data", "an empty answer"):
        assert judge.is_right(question, 1, judge.read(question, 1, typed)), typed
    assert not judge.is_right(replace(question, also=()), 1, judge.read(question, 1, "an empty answer"))
    assert judge.is_right(pool.find("no-such-service"), 1, judge.read(pool.find("no-such-service"), 1, "NX DOMAIN"))


@pytest.mark.parametrize(
    ("slug", "typed"),
    [
        ("where-and-whom-in-libpq", "hostaddr=10.0.0.1"), ("where-and-whom-in-libpq", "`hostaddr=`"),
        ("mode-that-compares-names", "sslmode=verify-full"), ("setting-that-ends-waiting", "connect_timeout=5"),
        ("no-such-service", "status: NXDOMAIN"), ("permission-across-namespaces", "a ReferenceGrant"),
        ("label-of-a-slice", "kubernetes.io/service-name: orders"), ("plugin-for-outside-names", "the forward plugin"),
        ("plugin-for-another-name", "rewrite plugin"),
    ],
)  # fmt: skip
def test_a_name_may_come_as_it_stands_in_a_file(slug: str, typed: str) -> None:
    question = pool.find(slug)
    assert judge.is_right(question, 1, judge.read(question, 1, typed))
    assert not judge.is_right(question, 1, judge.read(question, 1, f"{question.wrong.answer}=5"))


def test_capitals_count_where_a_machine_takes_one_spelling_only() -> None:
    question = pool.find("list-every-alias")
    assert judge.is_right(question, 1, judge.read(question, 1, " `spec.type=ExternalName` "))
    assert not judge.is_right(question, 1, judge.read(question, 1, "spec.type=externalname"))
    assert "capitals count" in judge.how(question, 1)


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
    assert (judge.ticks(question, "1, 2 2"), judge.ticks(question, "0"), judge.ticks(question, "none")) == (2, 0, 0)
    said = [judge.ticks(question, typed) for typed in ("1-3", "123", "1 and 3", "all")]
    assert said == [3, 3, 2, len(question.rubric)]
    for typed in ("", "9", "-1", "one", "1-9", "3-1"):
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
