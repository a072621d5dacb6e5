"""A network plugin's agent that does not run: the lesson's own question says so, and how to see why."""

from collections.abc import Iterator

import pytest

from course.base.errors import CourseError
from course.base.waiting import until
from course.kube import kubectl, network_policy
from course.labs import stage

NAMESPACE = "course-test-policy"
API = "kubernetes.default.svc.cluster.local"
DENY = f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: deny, namespace: {NAMESPACE}}}
spec: {{podSelector: {{}}, policyTypes: [Egress]}}
"""
pytestmark = pytest.mark.cluster


@pytest.fixture
def client() -> Iterator[None]:
    """A Pod that nobody stops yet."""
    kubectl.output("create", "namespace", NAMESPACE)
    kubectl.output("run", "client", "-n", NAMESPACE, "--image=localhost/externalname-lab:1", "--", "sleep", "infinity")
    stage.wait_for_pods(NAMESPACE)
    until(lambda: not refused(), seconds=60, what="A connection")
    yield
    kubectl.output("delete", "pod", "client", "-n", NAMESPACE, "--now")
    kubectl.output("delete", "namespace", NAMESPACE)


def refused() -> bool:
    return kubectl.run("exec", "-n", NAMESPACE, "client", "--", "nc", "-z", "-w", "3", API, "443").returncode != 0


def test_a_policy_is_enforced(client: None) -> None:
    kubectl.apply(DENY)
    assert network_policy.seconds_until_refused(refused) < 60


def test_an_agent_that_does_not_run_is_named(client: None) -> None:
    agent = next(iter(network_policy.ENFORCING_AGENTS & set(network_policy.agents())))
    selector = ("-n", "kube-system", "daemonset", agent, "--type=merge", "-p")
    kubectl.output("patch", *selector, '{"spec": {"template": {"spec": {"nodeSelector": {"nowhere": "here"}}}}}')
    try:
        kubectl.output("wait", "-n", "kube-system", "--for=delete", "pod", "-l", f"app={agent}", "--timeout=60s")
        kubectl.apply(DENY)
        with pytest.raises(CourseError, match="Nothing in this cluster enforces") as caught:
            network_policy.seconds_until_refused(refused, within=3)
        assert agent in caught.value.why and "kubectl logs" in caught.value.next
    finally:
        kubectl.output("patch", *selector, '{"spec": {"template": {"spec": {"nodeSelector": {"nowhere": null}}}}}')
    network_policy.seconds_until_refused(refused)
