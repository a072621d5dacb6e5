"""Whether a cluster enforces NetworkPolicies: no field of the API says so, only a packet that is refused does."""

from collections.abc import Callable

from course.base.errors import CourseError, NotReady
from course.base.waiting import seconds_until
from course.kube import kubectl

_ENFORCING = {"kindnet", "kube-router"}  # of the official node image, and of the node built here


def seconds_until_refused(refused: Callable[[], bool], within: float = 60) -> float:
    """Ask until `refused` is true; how many seconds after the call that was.

    CourseError after `within` seconds: nothing enforces the policy, and how to see why.
    """
    try:
        return seconds_until(refused, seconds=within, what="A refusal")
    except NotReady:
        raise CourseError(
            "Nothing in this cluster enforces NetworkPolicies.",
            f"The API took the policy, and {within:.0f} s later everything is still open. {_agents_in_words()}",
            "kubectl get pods -n kube-system (does the agent run? kubectl logs -n kube-system POD says why not)",
        ) from None


def _agents_in_words() -> str:
    names = agents()
    if not names:
        return "No DaemonSet of kube-system looks like a network plugin's agent."
    known = "known to enforce" if _ENFORCING & set(names) else "not known to enforce"
    return f"The agents beside kube-proxy, {known}: {', '.join(names)}."


def agents() -> list[str]:
    """DaemonSets of kube-system but for kube-proxy: where a network plugin's agent would be."""
    names = kubectl.output("get", "daemonsets", "-n", "kube-system", "-o", "jsonpath={.items[*].metadata.name}")
    return sorted(name for name in names.split() if name != "kube-proxy")


def enforcing_agents() -> set[str]:
    """Those of the agents that are known to enforce NetworkPolicies."""
    return _ENFORCING & set(agents())
