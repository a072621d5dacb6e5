from pathlib import Path

import pytest

from course.base import paths, shell
from course.base.errors import CourseError, NotReady


def test_an_error_has_three_lines() -> None:
    assert str(CourseError("A happened.", "B.", "type C")) == "Error: A happened.\nWhy:   B.\nNext:  type C"
    assert str(CourseError("A happened.")) == "Error: A happened."
    assert (CourseError("").exit_code, NotReady("").exit_code) == (2, 1)


def test_a_missing_program_is_an_answer() -> None:
    assert shell.run(["no-such-program-here"]).returncode == 127


def test_what_is_no_program_is_an_answer(tmp_path: Path) -> None:
    (tmp_path / "empty").touch(mode=0o755)
    (tmp_path / "text").touch(mode=0o644)
    for name, why in (("empty", "Exec format error"), ("text", "Permission denied")):
        done = shell.run([tmp_path / name])
        assert done.returncode == 126 and why in done.stderr


def test_a_folder_that_takes_no_files_is_none_for_temporary_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert shell.environment()["TMPDIR"] == str(tmp_path)
    for folder in ("/nonexistent", "/dev/full"):
        monkeypatch.setenv("TMPDIR", folder)
        assert "TMPDIR" not in shell.environment()


def test_a_home_that_is_no_folder_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert shell.environment()["HOME"] == str(tmp_path)
    monkeypatch.setenv("HOME", "/dev/null")
    assert "HOME" not in shell.environment()


def test_a_hanging_program_is_ended() -> None:
    assert shell.run(["sh", "-c", "while :; do :; done"], timeout=0.2).returncode == 124


def test_the_last_words_of_a_failure() -> None:
    with pytest.raises(CourseError, match="Trying it failed") as caught:
        shell.output(["sh", "-c", "echo one >&2; echo two >&2; exit 3"], doing="Trying it", next="do that")
    assert (caught.value.why, caught.value.next) == ("one / two", "do that")


def test_a_full_disk_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "LOGS", tmp_path)
    with pytest.raises(CourseError) as caught:
        shell.logged(["sh", "-c", "echo write error: No space left on device; exit 1"], log="full", doing="Building")
    assert "Free some disk space" in caught.value.next


def test_no_proxy_on_the_way_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    environment = shell.environment()
    assert environment["NO_PROXY"] == "intranet.example,127.0.0.1,localhost"
    assert "HTTPS_PROXY" not in shell.without_proxies(environment)


def test_the_kubeconfig_is_ours_whatever_theirs_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/their/config")
    assert shell.environment()["KUBECONFIG"] == str(paths.KUBECONFIG)
