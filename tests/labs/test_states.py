"""What a learner can run into besides a wrong answer: each is said in words, with the next command."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.base import paths, shell
from course.base.errors import CourseError, NotReady
from course.base.waiting import until
from course.jupyter.panel import Panel
from course.kube import kubectl
from course.provision import outside
from course.tasks import capabilities, catalog, progress, stage, verbs
from tests import daily

pytestmark = pytest.mark.cluster
LAB = catalog.find("wrong-namespace")  # two namespaces, and quick
COURSE = str(paths.ROOT / "course")


@pytest.fixture(scope="module", autouse=True)
def _cleaned(cluster: None) -> Iterator[None]:
    stage.clean([LAB])
    yield
    stage.clean([LAB])


def quiet(text: str) -> None:
    """Nobody listens."""


def test_a_lab_that_is_not_started() -> None:
    stage.clean([LAB])
    for verb in (verbs.check, verbs.solve):
        with pytest.raises(CourseError, match="is not started") as caught:
            verb(LAB.slug)
        assert caught.value.exit_code == 2 and caught.value.next == f"./course lab start {LAB.slug}"


def test_a_lab_begins_in_the_world_as_it_was_at_the_start() -> None:
    outside.set_record("pool.example.com", "A", "198.51.100.7")
    assert "198.51.100.7" in outside.inside("outside-dns", "show")
    verbs.start(LAB.slug, quiet)
    assert "198.51.100.7" not in outside.inside("outside-dns", "show")


@daily.WEEKLY
def test_one_of_its_namespaces_was_deleted() -> None:
    verbs.start(LAB.slug, quiet)
    kubectl.output("delete", "namespace", LAB.namespaces[1], timeout=stage.GONE_WITHIN)
    with pytest.raises(CourseError, match="A part of wrong-namespace is gone") as caught:
        verbs.check(LAB.slug)
    assert LAB.namespaces[1] in caught.value.why and "lab start" in caught.value.next


@daily.WEEKLY
def test_a_service_of_nearly_the_right_name_is_named() -> None:
    near = catalog.find("lost-database")
    verbs.start(near.slug, quiet)
    create = ("create", "service", "externalname", "external-databse", "--external-name", "example.com")
    try:
        kubectl.output("-n", near.namespace, *create)
        first = verbs.look(near.slug)
        assert first is not None
        assert "there is one that is called external-databse" in first.checks[0].observed
        kubectl.output("-n", near.namespace, "delete", "service", "external-databse")
        second = verbs.look(near.slug)
        assert second is not None and "called" not in second.checks[0].observed
    finally:
        stage.clean([near])


@daily.WEEKLY
def test_the_probe_was_deleted() -> None:
    verbs.start(LAB.slug, quiet)
    kubectl.output("delete", "pod", "probe", "-n", LAB.namespace, timeout=stage.GONE_WITHIN)
    with pytest.raises(CourseError, match="cannot be checked") as caught:
        verbs.check(LAB.slug)
    assert "not found" in caught.value.why and "lab start" in caught.value.next


@daily.WEEKLY
def test_the_api_refuses_a_manifest_in_its_own_words() -> None:
    verbs.start(LAB.slug, quiet)
    service = (
        "apiVersion: v1\nkind: Service\n"
        "metadata: {name: external-database}\n"
        "spec: {type: ExternalName, externalName: 'https://db'}\n"
    )
    with pytest.raises(CourseError, match="refuses your manifest") as caught:
        verbs.apply(LAB.slug, service)
    assert "RFC 1123" in caught.value.why and caught.value.exit_code == 2
    with pytest.raises(CourseError, match="is empty"):
        verbs.apply(LAB.slug, "# nothing yet\n")
    for nonsense in ("kind: [", "hello", "kind: Nonsense\napiVersion: v1\nmetadata: {name: x}"):
        with pytest.raises(CourseError, match="refuses your manifest"):
            verbs.apply(LAB.slug, nonsense)
    first = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: first}\n---\n"
    with pytest.raises(CourseError, match="refuses a part") as half:
        verbs.apply(LAB.slug, first + service)
    assert "Made: configmap/first created" in half.value.why and "RFC 1123" in half.value.why
    assert "created" in verbs.apply(LAB.slug, service.replace("https://db", "db.example.com"))
    assert kubectl.output("get", "service", "external-database", "-n", LAB.namespace, "-o", "name")


def test_a_check_changes_nothing() -> None:
    verbs.start(LAB.slug, quiet)
    # What the cluster's controllers and its kubelet still write of the start is no doing of the check.
    before = until(lambda: (now := everything()) == everything() and now, seconds=120, what="The lab being still")
    verbs.check(LAB.slug)
    assert everything() == before


def everything() -> list[str]:
    """Each object in the lab's namespaces with its version."""
    kinds = "services,endpointslices,configmaps,deployments,pods,secrets,serviceaccounts"
    form = '{range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}'
    return [kubectl.output("get", kinds, "-n", name, "-o", f"jsonpath={form}") for name in LAB.namespaces]


@daily.WEEKLY
def test_progress_survives_reset_and_a_new_start() -> None:
    verbs.start(LAB.slug, quiet)
    verbs.apply(LAB.slug, (LAB.folder / "solution" / "service.yaml").read_text())
    assert verbs.settled(LAB, lambda report: report.passed).passed
    assert progress.record(LAB.slug).passed == ""  # whoever waits has not asked for a check
    assert verbs.check(LAB.slug).passed
    best = progress.record(LAB.slug).best_seconds
    verbs.reset(LAB.slug, quiet)
    record = progress.record(LAB.slug)
    assert record.passed and record.best_seconds == best > 0 and record.started == ""


@daily.WEEKLY
def test_a_stuck_namespace_is_named_in_bounded_time_and_the_reset_can_be_interrupted(apart: dict[str, str]) -> None:
    verbs.start(LAB.slug, quiet)
    stuck = (
        "apiVersion: v1\nkind: ConfigMap\n"
        f"metadata: {{name: held, namespace: {LAB.namespace}, finalizers: [example.com/held]}}\n"
    )
    kubectl.apply(stuck)
    with pytest.raises(NotReady, match=f"The namespace {LAB.namespace} cannot go") as caught:
        stage.clean([LAB])
    assert LAB.namespace in stage.present([LAB])  # it came back before the namespace was gone
    assert "configmap/held" in caught.value.why and "example.com/held" in caught.value.why
    assert "finalizers" in caught.value.next
    assert interrupted_reset(apart) == 130
    kubectl.output(
        "patch", "configmap", "held", "-n", LAB.namespace, "--type", "merge", "-p", '{"metadata":{"finalizers":null}}'
    )
    stage.clean([LAB])
    assert stage.present([LAB]) == []


@daily.WEEKLY
def test_a_namespace_of_the_learners_is_left_alone() -> None:
    stage.clean([LAB])
    name = LAB.namespaces[-1]
    kubectl.output("create", "namespace", name)
    kubectl.output("create", "configmap", "mine", "-n", name)
    try:
        for verb in (
            lambda: verbs.start(LAB.slug, quiet),
            lambda: verbs.reset(LAB.slug, quiet),
            lambda: verbs.reset_all(quiet),  # looks at the namespaces of all labs before it touches one
        ):
            with pytest.raises(CourseError, match=f"a namespace {name} that the course did not make") as caught:
                verb()
            assert f"kubectl delete namespace {name}" in caught.value.next
        assert "configmap/mine" in kubectl.output("get", "configmaps", "-n", name, "-o", "name").split()
    finally:
        kubectl.output("delete", "namespace", name, timeout=stage.GONE_WITHIN)


@pytest.fixture
def apart(tmp_path: Path) -> dict[str, str]:
    """The environment of a command with this cluster, and with a state folder of its own.

    The learner's progress is not touched.
    """
    state = tmp_path / paths.STATE.name
    shutil.copytree(
        paths.STATE, state, ignore=shutil.ignore_patterns("progress*", "logs", "tmp", "jupyter", "kube-cache", "*.lock")
    )
    return shell.environment({"COURSE_STATE": str(tmp_path), "KUBECONFIG": str(state / "kubeconfig")})


def interrupted_reset(env: dict[str, str]) -> int:
    """The exit code of `lab reset` when Ctrl-C is pressed while it waits."""
    process = subprocess.Popen(
        [COURSE, "lab", "reset", LAB.slug], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    )
    assert process.stdout and "Ctrl-C" in process.stdout.readline()
    os.kill(process.pid, signal.SIGINT)
    process.communicate(timeout=120)
    return process.returncode


@daily.WEEKLY
def test_what_the_cluster_cannot_do_is_found_out_by_trying() -> None:
    lab = next(lab for lab in catalog.labs() if lab.needs == "network-policy")
    try:
        verbs.start(lab.slug, quiet)
    except capabilities.Skipped as reason:
        assert "does not enforce NetworkPolicy" in str(reason)
        assert stage.present([lab]) == []
    else:
        assert capabilities.enforces_policies(lab)
        stage.clean([lab])


@daily.WEEKLY
def test_the_buttons_work_on_the_real_cluster() -> None:
    verbs.reset(LAB.slug, quiet)
    panel = Panel(LAB.slug)
    panel.buttons["Start"].click()
    assert "is ready" in panel.answer.value
    panel.buttons["Start"].click()
    assert "press Start once more" in panel.answer.value, "a lab that runs is not begun afresh unasked"
    panel.buttons["Check"].click()
    assert "[FAIL] shop-finds-the-name" in panel.answer.value
    panel.manifest.value = (LAB.folder / "solution" / "service.yaml").read_text()
    panel.buttons["Apply"].click()
    assert "created" in panel.answer.value
    assert verbs.settled(LAB, lambda report: report.passed).passed
    panel.buttons["Check"].click()
    assert "passed (5 of 5" in panel.answer.value
    panel.buttons["Reset"].click()
    assert "is removed" in panel.answer.value


def test_exit_codes_of_the_command_line(tmp_path: Path, apart: dict[str, str]) -> None:
    def code(*words: str) -> int:
        return shell.run([COURSE, *words], env=apart, timeout=300).returncode

    stage.clean([LAB])
    assert code("lab", "check", LAB.slug) == 2  # not started
    assert code("lab", "check", "no-such-lab") == 2
    assert code("progress", "--import", str(tmp_path / "missing.json")) == 2
    verbs.start(LAB.slug, quiet)
    assert code("lab", "check", LAB.slug) == 1
    stage.apply_answer(LAB.folder / "solution")
    verbs.settled(LAB, lambda report: report.passed)
    assert code("lab", "check", LAB.slug, "--json") == 0
