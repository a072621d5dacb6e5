import subprocess
from types import SimpleNamespace

import pytest
from kubernetes.client.exceptions import ApiException, ConflictException

from course.base.errors import CourseError
from course.jupyter import kernel
from course.kube import kubectl, namespaces
from course.lessons import catalog


def test_each_lesson_is_described_and_follows_what_it_needs() -> None:
    earlier: set[str] = set()
    for entry in catalog.lessons():
        assert entry.title and entry.objectives and 0 < entry.minutes <= 90
        assert set(entry.needs) <= earlier, f"{entry.slug} needs a later lesson"
        earlier.add(entry.slug)
    assert earlier


def test_an_unknown_lesson_names_the_known_ones() -> None:
    with pytest.raises(CourseError, match="no lesson 99") as caught:
        catalog.find("99")
    assert "start_here" in caught.value.why


def test_the_advice_after_a_failed_command() -> None:
    assert "run them from the top" in kernel.advice(None)
    assert "fresh namespaces" in kernel.advice("first_externalname")
    assert "run the cell again" in kernel.advice("first_externalname", "alias-for-the-cache")


@pytest.mark.parametrize(
    ("error", "advised"),
    [
        (subprocess.CalledProcessError(1, "kubectl"), True),
        (NameError("shop"), True),
        (ApiException(status=422), True),
        (ConflictException(status=409), True),
        (ValueError("the learner's own"), False),
        (None, False),
    ],
)
def test_advice_only_for_what_comes_of_cells_out_of_order(error: Exception | None, advised: bool) -> None:
    assert kernel.is_out_of_order(error) == advised


def test_of_a_cell_that_recurses_without_end_its_own_lines_are_shown() -> None:
    code = compile("def again():\n    again()\nagain()", "<cell>", "exec")
    shell = SimpleNamespace(compile=SimpleNamespace(format_code_name=lambda name: "Cell" if name == "<cell>" else None))
    with pytest.raises(RecursionError) as caught:
        exec(code, {})  # as IPython does with a cell
    own, count = kernel._of_cells(shell, caught.value.__traceback__), 0
    while own is not None:
        assert own.tb_frame.f_code.co_filename == "<cell>"
        own, count = own.tb_next, count + 1
    assert count > 500


def test_a_notebook_shows_three_lines_and_no_traceback() -> None:
    assert CourseError("A.", "B.", "C")._render_traceback_() == ["Error: A.", "Why:   B.", "Next:  C"]


def test_what_holds_a_namespace_is_named_within_20_seconds() -> None:
    """Of a lesson that begins: what is in it is told to go, then what is left is waited for. Measured it would depend
    on what else the machine does.
    """
    assert namespaces.EMPTY_WITHIN + namespaces.LOOK_AFTER < 20


def test_a_namespace_in_which_a_cron_job_left_a_job_is_not_said_to_be_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """When one makes a Job just before it goes cannot be timed on a cluster: the two answers of kubectl are given."""

    def listed(*words: str) -> str:
        return "shop batch/v1 Job nightly-1\n" if "Job.v1.batch" in words[1].split(",") else ""

    monkeypatch.setattr(kubectl, "run", lambda *words: subprocess.CompletedProcess(words, 0, "", ""))
    monkeypatch.setattr(kubectl, "output", listed)
    assert namespaces._emptied({"shop": {"CronJob.v1.batch"}}) == []
