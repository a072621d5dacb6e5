"""A network plugin's agent that does not run: the lesson's own question says so, and how to see why."""

from collections.abc import Callable

import pytest

from course.base.errors import CourseError
from course.base.versions import pinned
from course.base.waiting import until
from course.kube import kubectl, network_policy
from tests import daily

API = "kubernetes.default.svc.cluster.local"
WITHIN = 180  # seconds until a policy is in force; some, where the machine has nothing else to do
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
    """Asks whether a connection of a Pod fails; nothing denies it yet. A Pod that cannot be asked says nothing."""
    kubectl.output("run", "client", "-n", namespace, f"--image={pinned().lab_image}", "--", "sleep", "infinity")

    def code() -> str:
        connect = f"nc -z -w 3 {API} 443; echo $?"
        return kubectl.run("exec", "-n", namespace, "client", "--", "sh", "-c", connect).stdout.strip()

    until(lambda: code() == "0", seconds=180, what="A connection")
    return lambda: code() not in ("", "0")


def test_a_policy_is_enforced(namespace: str, refused: Callable[[], bool]) -> None:
    deny(namespace)
    network_policy.seconds_until_refused(refused, WITHIN)


@daily.WEEKLY
def test_an_agent_that_does_not_run_is_named(namespace: str, refused: Callable[[], bool]) -> None:
    agent = next(iter(network_policy.enforcing_agents()))
    selector = ("-n", "kube-system", "daemonset", agent, "--type=merge", "-p")
    kubectl.output("patch", *selector, '{"spec": {"template": {"spec": {"nodeSelector": {"nowhere": "here"}}}}}')
    try:
        gone = ("wait", "-n", "kube-system", "--for=delete", "pod", "-l", f"app={agent}")
        kubectl.output(*gone, "--timeout=180s", timeout=190)
        deny(namespace)
        with pytest.raises(CourseError, match="Nothing in this cluster enforces") as caught:
            network_policy.seconds_until_refused(refused, within=3)
        assert agent in caught.value.why and "kubectl logs" in caught.value.next
    finally:
        kubectl.output("patch", *selector, '{"spec": {"template": {"spec": {"nodeSelector": {"nowhere": null}}}}}')
    network_policy.seconds_until_refused(refused, WITHIN)
