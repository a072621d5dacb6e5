"""A network plugin's agent that does not run: the lesson's own question says so, and how to see why."""

from collections.abc import Callable

import pytest

from course.base.errors import CourseError
from course.base.versions import pinned
from course.base.waiting import until
from course.kube import kubectl, network_policy

API = "kubernetes.default.svc.cluster.local"
pytestmark = pytest.mark.cluster


def deny(namespace: str) -> None:
    kubectl.apply(f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: deny, namespace: {namespace}}}
spec: {{podSelector: {{}}, policyTypes: [Egress]}}
""")


@pytest.fixture
def refused(namespace: str) -> Callable[[], bool]:
    """Asks whether a connection of a Pod fails; nothing denies it yet."""
    kubectl.output("run", "client", "-n", namespace, f"--image={pinned().lab_image}", "--", "sleep", "infinity")

    def fails() -> bool:
        return kubectl.run("exec", "-n", namespace, "client", "--", "nc", "-z", "-w", "3", API, "443").returncode != 0

    until(lambda: not fails(), seconds=60, what="A connection")
    return fails


def test_a_policy_is_enforced(namespace: str, refused: Callable[[], bool]) -> None:
    deny(namespace)
    assert network_policy.seconds_until_refused(refused) < 60


def test_an_agent_that_does_not_run_is_named(namespace: str, refused: Callable[[], bool]) -> None:
    agent = next(iter(network_policy.enforcing_agents()))
    selector = ("-n", "kube-system", "daemonset", agent, "--type=merge", "-p")
    kubectl.output("patch", *selector, '{"spec": {"template": {"spec": {"nodeSelector": {"nowhere": "here"}}}}}')
    try:
        kubectl.output("wait", "-n", "kube-system", "--for=delete", "pod", "-l", f"app={agent}", "--timeout=60s")
        deny(namespace)
        with pytest.raises(CourseError, match="Nothing in this cluster enforces") as caught:
            network_policy.seconds_until_refused(refused, within=3)
        assert agent in caught.value.why and "kubectl logs" in caught.value.next
    finally:
        kubectl.output("patch", *selector, '{"spec": {"template": {"spec": {"nodeSelector": {"nowhere": null}}}}}')
    network_policy.seconds_until_refused(refused)
