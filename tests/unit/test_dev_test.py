"""What `./course test` proves: an ordinary run a part, `--all` everything, and all of what is named."""

import pytest

from course.dev.test import Options, _share


@pytest.mark.parametrize(
    "options",
    [
        Options(everything=True),
        Options(pytest=["tests/labs", "-k", "short-name"]),
        Options(pytest=["tests/labs/test_proof.py"]),
        Options(pytest=["-x", "./tests/unit/test_links.py::test_a[b.c]"]),
    ],
)
def test_everything_is_proven_of_what_is_named(options: Options) -> None:
    assert _share(options) == {"COURSE_TEST_ALL": "1"}


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["-k", "a" * 300],
        ["-m", "slow", "-n", "2"],
        ["tests/machine", "-v"],
        ["tests", "--ignore", "tests/unit/test_links.py", "--deselect", "tests/a.py::b", "--ignore=tests/c.py"],
    ],
)
def test_an_ordinary_run_proves_a_part(words: list[str]) -> None:
    assert _share(Options(pytest=words)) == {}
