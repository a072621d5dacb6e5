"""The first cell of a lesson: what an earlier run left is named and removed, what is the learner's stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from course.base.errors import CourseError, NotReady
from course.kube import kubectl
from course.lessons import begin, catalog
from course.provision import engine, kind_cluster, outside
from course.tasks import index, progress, verbs
from tests import daily

pytestmark = pytest.mark.cluster
SLUG, SPACE = "of_this_test", "course-test-begin"


@pytest.fixture
def no_namespace(cluster: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A lesson with a namespace of this test's own, which is not there yet, and with no exercises."""
    mine = catalog.Lesson(SLUG, "Of this test", 1, ("begin",), (), (SPACE,))
    monkeypatch.setattr(begin, "find", lambda slug: mine)
    (tmp_path / f"{SLUG}.py").write_text("TASKS = ()\n")
    monkeypatch.setattr(index, "FOLDER", tmp_path)
    _remove()
    yield
    _remove()


def _remove() -> None:
    kubectl.output("delete", "namespace", SPACE, "--ignore-not-found", "--timeout=240s", timeout=250)


def test_what_is_left_is_named_and_removed(no_namespace: None, capsys: pytest.CaptureFixture[str]) -> None:
    begin.begin(SLUG)  # whatever was left before this test
    _remove()
    capsys.readouterr()
    begin.begin(SLUG)
    assert "removed now: nothing" in capsys.readouterr().out
    kubectl.output("create", "configmap", "notes", "-n", SPACE)
    outside.set_record("api.example.com", "A", "192.0.2.7")
    outside.service("stop", "redis")
    begin.begin(SLUG)
    said = capsys.readouterr().out.splitlines()[0]
    for left in (f"namespace {SPACE} configmap/notes", "record api.example.com.", "server redis stopped"):
        assert left in said, said
    assert "kube-root-ca" not in said
    assert kubectl.output("get", "configmaps", "-n", SPACE, "-o", "name").split() in (
        [],
        ["configmap/kube-root-ca.crt"],
    )
    assert "stopped" not in outside.service("status", "all")
    assert "192.0.2.7" not in outside.inside("outside-dns", "show")


@daily.WEEKLY
def test_a_namespace_is_emptied_and_removed_only_where_it_is_changed(no_namespace: None) -> None:
    """To remove one takes 5 s of waiting; but a label of the learner's on it may bind what comes, and goes with it."""
    begin.begin(SLUG)
    first = uid()
    kubectl.output("create", "configmap", "notes", "-n", SPACE)
    begin.begin(SLUG)
    assert (uid(), kubectl.output("get", "configmap", "notes", "-n", SPACE, "--ignore-not-found")) == (first, "")
    kubectl.output("label", "namespace", SPACE, "pod-security.kubernetes.io/enforce=restricted")
    begin.begin(SLUG)
    assert uid() != first
    assert "restricted" not in kubectl.output("get", "namespace", SPACE, "-o", "yaml")


@daily.WEEKLY
def test_pods_do_not_outlive_what_made_them(no_namespace: None) -> None:
    """A Pod that goes because its owner went has its 30 s, and would be there beside the new ones."""
    begin.begin(SLUG)
    image = "--image=localhost/externalname-lab:1"
    kubectl.output("create", "deployment", "web", "-n", SPACE, image, "--replicas=2", "--", "sleep", "infinity")
    kubectl.output("rollout", "status", "deployment/web", "-n", SPACE, "--timeout=240s", timeout=250)
    begin.begin(SLUG)
    assert kubectl.output("get", "deployments,replicasets,pods", "-n", SPACE, "-o", "name") == ""


def uid() -> str:
    return kubectl.output("get", "namespace", SPACE, "-o", "jsonpath={.metadata.uid}")


LEFT_IN_THE_API = f"""apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {{name: v1.left.example.com, labels: {{{begin.LABEL}: {SLUG}}}}}
spec:
  group: left.example.com
  version: v1
  groupPriorityMinimum: 10
  versionPriority: 10
  insecureSkipTLSVerify: true
  service: {{namespace: {SPACE}, name: nobody}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {{name: course-test-begin, labels: {{{begin.LABEL}: {SLUG}}}}}
webhooks:
  - name: nobody.example.com
    clientConfig: {{service: {{namespace: {SPACE}, name: nobody}}}}
    rules: [{{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}}]
    namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {SPACE}}}}}
    failurePolicy: Fail
    sideEffects: None
    admissionReviewVersions: [v1]
"""


@daily.WEEKLY
def test_what_holds_the_whole_api_goes_before_the_namespaces(
    no_namespace: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """While an APIService cannot be reached, no namespace of the cluster goes; a webhook is in nobody's namespace."""
    begin.begin(SLUG)
    kubectl.apply(LEFT_IN_THE_API)
    unreached = ("wait", "apiservice/v1.left.example.com", "--for=condition=Available=false", "--timeout=180s")
    kubectl.output(*unreached, timeout=190)
    capsys.readouterr()
    begin.begin(SLUG)
    said = capsys.readouterr().out.splitlines()[0]
    assert "v1.left.example.com" in said and "validatingwebhookconfiguration" in said
    kinds = ("get", "apiservices,validatingwebhookconfigurations", "-l", begin.LABEL, "-o", "name")
    assert kubectl.output(*kinds).split() == []


@daily.WEEKLY
def test_a_cache_on_the_node_goes_when_another_lesson_begins(cluster: None, capsys: pytest.CaptureFixture[str]) -> None:
    begin.begin("elsewhere", upto="see-what")
    assert node_cache() == ("169.254.20.10", 8)
    capsys.readouterr()
    begin.begin("start_here")
    assert "daemonset.apps/node-local-dns" in capsys.readouterr().out.splitlines()[0]
    assert node_cache() == ("", 0)


@daily.WEEKLY
def test_a_lab_begins_without_what_a_lesson_left(cluster: None) -> None:
    """A cache on the node would let its policies look as if nobody enforced them."""
    begin.begin("elsewhere", upto="see-what")
    assert node_cache() == ("169.254.20.10", 8)
    try:
        verbs.start("locked-egress", say=lambda _: None)
        assert node_cache() == ("", 0)
    finally:
        verbs.reset("locked-egress")


def node_cache() -> tuple[str, int]:
    """The first address of the cache on the node, "" without one, and how many rules lead past kube-proxy."""
    shown = on_the_node("ip", "-4", "-o", "addr", "show", "nodelocaldns")
    rules = on_the_node("iptables-save", "-t", "raw")
    return (shown.split()[3].partition("/")[0] if shown else ""), rules.count("NOTRACK") + rules.count("CT --notrack")


def on_the_node(*words: str) -> str:
    """What a program on the node prints; "" where it fails."""
    done = engine.chosen().run("exec", kind_cluster.node(), *words)
    return done.stdout if done.returncode == 0 else ""


def test_a_namespace_of_the_learners_is_left_alone(no_namespace: None) -> None:
    kubectl.output("create", "namespace", SPACE)
    kubectl.output("create", "configmap", "mine", "-n", SPACE)
    with pytest.raises(CourseError, match=f"namespace {SPACE} that the course did not make") as caught:
        begin.begin(SLUG)
    assert f"kubectl delete namespace {SPACE}" in caught.value.next
    assert "configmap/mine" in kubectl.output("get", "configmaps", "-n", SPACE, "-o", "name").split()


@daily.WEEKLY
def test_what_holds_a_namespace_is_named(no_namespace: None) -> None:
    begin.begin(SLUG)
    kubectl.output("create", "configmap", "held", "-n", SPACE)
    patch = ("patch", "configmap", "held", "-n", SPACE, "--type", "merge", "-p")
    kubectl.output(*patch, '{"metadata": {"finalizers": ["example.com/held"]}}')
    try:
        with pytest.raises(NotReady, match=f"The namespace {SPACE} cannot go") as caught:
            begin.begin(SLUG)
        assert "configmap/held" in caught.value.why and "finalizers" in caught.value.next
    finally:
        kubectl.output(*patch, '{"metadata": {"finalizers": null}}')


@daily.WEEKLY
def test_a_comparison_waits_for_what_it_is_about(
    cluster: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its lesson, and with a lesson that was only begun, the cluster has nothing to say."""
    monkeypatch.setattr(progress, "FOLDER", tmp_path)
    lesson, space = "first_externalname", "production"
    gone = ("delete", "namespace", space, "--ignore-not-found", "--timeout=240s")
    kubectl.output(*gone, timeout=250)
    _waits("slices-of-an-alias", f"namespace {space}")
    begin.begin(lesson)
    _waits("absent-name", "client")
    _waits("empty-columns", "external-database")
    begin.begin("ports_and_health")
    _waits("slices-of-an-alias", f"namespace {space}")
    kubectl.output(*gone, timeout=250)


def _waits(slug: str, why: str) -> None:
    with pytest.raises(verbs.CannotCheck, match=f"{slug} cannot be compared yet") as caught:
        verbs.reveal(slug)
    assert why in caught.value.why and caught.value.next == "Run the cells above this one first."
