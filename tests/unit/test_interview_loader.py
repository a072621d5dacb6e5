"""A pool file with a mistake is refused, and the words name the file, the question and the key."""

from pathlib import Path

import pytest

from course.base.errors import CourseError
from course.interview import pool

TOPICS = '[[topic]]\nslug = "answers"\ntitle = "What DNS answers"\norder = 1\n'
QUESTION = """
[[question]]
slug = "in-the-answer"
kind = "choose"
level = "junior"
ask = "What is in the answer?"
options = ["The alias", "The address", "Both"]
right = [2]
short = "Both."
deep = "CoreDNS looks up the target itself."
rubric = ["names the alias", "says who looked up the address"]
wrong = {answer = "The alias alone", why = "The Pod would have to ask again."}
follow_up = ["Who looked it up?"]
proof = [{lesson = "first_externalname", cell = "dig", shows = "CNAME"}]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "topics.toml").write_text(TOPICS)
    (folder / "answers.toml").write_text(text)
    return folder


def test_a_whole_question_is_read(tmp_path: Path) -> None:
    [question] = pool.questions(written(tmp_path, QUESTION))
    assert (question.slug, question.topic, question.right, question.options[2]) == (
        "in-the-answer", "answers", (2,), "Both",
    )  # fmt: skip
    assert question.proof[0].cell == "dig" and question.wrong.answer == "The alias alone"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('kind = "choose"', 'kind = "chose"', "kind"),
        ('level = "junior"', 'level = "expert"', "level"),
        ("right = [2]", "right = [3]", "right"),
        ("right = [2]", "right = [0, 1]", "right"),
        ("right = [2]", "right = []", "right"),
        ("right = [2]", 'right = ["c"]', "right"),
        ('"The address", "Both"', '"The address"', "options"),
        ('"The address", "Both"', '"Both", "Both"', "options"),
        ('kind = "choose"', 'kind = "order"', "options"),
        ('kind = "choose"', 'kind = "predict"', "command"),
        ('kind = "choose"', 'kind = "debug"', "output"),
        ("right = [2]", "right = [2]\nminutes = 8", "minutes"),
        ("right = [2]", "right = [2]\nanswer = 5", "answer"),
        ("right = [2]", 'right = [2]\nalso = ["Both of them"]', "also"),
        ("right = [2]", "right = [2]\nanswer = [5]", "answer"),
        ("right = [2]", "right = [2]\nexact = true", "exact"),
        ("right = [2]", 'right = [2]\nreasons = [{option = 2, why = "It is right."}]', "reasons"),
        ("right = [2]", 'right = [2]\nreasons = [{option = 3, why = "There is none."}]', "reasons"),
        ('"says who looked up the address"]', '"2", "3", "4", "5", "6", "7", "8", "9", "10"]', "rubric"),
        ('short = "Both."', 'shrot = "Both."', "short"),
        ('short = "Both."', "short = 5", "short"),
        ('shows = "CNAME"', 'show = "CNAME"', "shows"),
        ('cell = "dig", shows = "CNAME"', 'cell = "dig"', "proof"),
        ('rubric = ["names the alias", "says who looked up the address"]', "rubric = []", "rubric"),
        ('follow_up = ["Who looked it up?"]', "follow_up = []", "follow_up"),
    ],
)
def test_a_mistake_is_said_with_file_question_and_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert old in QUESTION
    with pytest.raises(CourseError) as caught:
        pool.questions(written(tmp_path, QUESTION.replace(old, new)))
    assert caught.value.exit_code == 2
    assert "answers.toml" in caught.value.what and "in-the-answer" in caught.value.why and key in caught.value.why


def test_a_question_is_not_asked_twice(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        pool.questions(written(tmp_path, QUESTION * 2))
    assert "slug" in caught.value.why and "in-the-answer" in caught.value.why


def test_what_is_no_toml_and_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"answers\.toml cannot be read"):
        pool.questions(written(tmp_path, QUESTION + "\n[[question"))
    (tmp_path / "answers.toml").unlink()
    pool.questions.cache_clear()
    with pytest.raises(CourseError, match=r"answers\.toml is gone"):
        pool.questions(tmp_path)
