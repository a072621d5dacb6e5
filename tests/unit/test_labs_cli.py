import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from course.base import paths, shell
from course.base.errors import CourseError
from course.cli import app
from course.tasks import catalog, progress, verbs

runner = CliRunner()
CONTEXT = f"kind-{paths.cluster_name()}"
DEAD = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": CONTEXT,
    "clusters": [{"name": "dead", "cluster": {"server": "https://127.0.0.1:1"}}],
    "users": [{"name": "dead", "user": {}}],
    "contexts": [{"name": CONTEXT, "context": {"cluster": "dead", "user": "dead"}}],
}


@pytest.fixture(autouse=True)
def no_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kubeconfig that leads nowhere, and progress of the test's own."""
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(DEAD))
    for module in (paths, shell):
        monkeypatch.setattr(module, "KUBECONFIG", kubeconfig)
    monkeypatch.setattr(progress, "FOLDER", tmp_path)


def test_the_list_needs_no_cluster() -> None:
    said = runner.invoke(app.app, ["lab", "list"])
    assert said.exit_code == 0
    assert all(lab.slug in said.stdout for lab in catalog.labs())
    rows = json.loads(runner.invoke(app.app, ["lab", "list", "--json"]).stdout)
    assert [row["slug"] for row in rows] == [lab.slug for lab in catalog.labs()]
    assert {row["state"] for row in rows} == {"not started"}


@pytest.mark.parametrize("verb", ["start", "check", "solve", "reset"])
def test_a_cluster_that_is_down_is_said_with_the_next_command(verb: str) -> None:
    said = runner.invoke(app.app, ["lab", verb, "odd-port"])
    assert isinstance(said.exception, CourseError) and said.exception.exit_code == 2
    assert said.exception.next == "./course up"


@pytest.mark.parametrize("verb", ["start", "check", "hint", "solve", "reset"])
def test_an_unknown_lab_is_said_with_the_nearest(verb: str) -> None:
    said = runner.invoke(app.app, ["lab", verb, "od-port"])
    assert isinstance(said.exception, CourseError) and "odd-port" in said.exception.why


def test_reset_wants_one_or_all() -> None:
    for words in ([], ["odd-port", "--all"]):
        said = runner.invoke(app.app, ["lab", "reset", *words])
        assert isinstance(said.exception, CourseError) and "--all" in said.exception.next


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_a_manifest_of_bytes_that_are_no_text_is_refused_in_words(locale: str) -> None:
    """In a container without a locale Python hands on such bytes from standard input; elsewhere it refuses them."""
    command = [sys.executable, "-m", "course", "lab", "apply", "odd-port", "-"]
    said = subprocess.run(command, input=b"kind: \xff\n", capture_output=True, env={**os.environ, "LC_ALL": locale})
    assert said.returncode == 2 and b"Traceback" not in said.stderr and b"Why:" in said.stderr


def test_a_manifest_that_is_not_there() -> None:
    said = runner.invoke(app.app, ["lab", "apply", "odd-port", "no-such.yaml"])
    assert isinstance(said.exception, CourseError) and "cannot be read" in said.exception.what
    assert said.exception.why == "No such file or directory"


def test_progress_is_kept_under_one_name_however_the_lab_is_called() -> None:
    number = str(catalog.find("odd-port").number)
    for called in ("odd-port", " Odd_Port ", number):
        assert runner.invoke(app.app, ["lab", "hint", called]).exit_code == 0
    assert set(progress.records()) == {"odd-port"} and progress.record("odd-port").hints == 3


def test_progress_travels(tmp_path: Path) -> None:
    with progress.editing("odd-port") as record:
        record.passed, record.best_seconds = progress.now(), 75.0
    assert runner.invoke(app.app, ["progress", "--export", str(tmp_path / "mine.json")]).exit_code == 0
    (tmp_path / "progress.json").unlink()
    assert runner.invoke(app.app, ["progress", "--import", str(tmp_path / "mine.json")]).exit_code == 0
    said = runner.invoke(app.app, ["progress"]).stdout
    assert "passed" in said and "1m15s" in said
    assert verbs.rows()[catalog.find("odd-port").number - 1].best_seconds == 75.0


def test_a_kubeconfig_of_another_cluster_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_CLUSTER", "another")
    said = runner.invoke(app.app, ["lab", "check", "odd-port"])
    assert isinstance(said.exception, CourseError) and "not of the cluster another" in said.exception.what


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Your manifest is empty."),
        ("# only a remark\n\n", "Your manifest is empty."),
        ("kubectl get pods", "This is no manifest."),
        ("\n$ kubectl apply -f x.yaml\n", "This is no manifest."),
        ("course lab check loop", "This is no manifest."),
    ],
)
def test_what_is_no_manifest_is_said_before_kubectl_advises_to_leave_out_its_checks(text: str, said: str) -> None:
    with pytest.raises(CourseError, match=said):
        verbs.apply("loop", text)


def test_kubectls_advice_to_leave_out_its_checks_is_not_passed_on() -> None:
    refused = f'error validating "STDIN": apiVersion not set{verbs.UNWISE}'
    assert verbs._refusal("", refused) == (
        "The cluster refuses your manifest.",
        'error validating "STDIN": apiVersion not set',
    )
