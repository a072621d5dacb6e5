"""What a lab needs of the cluster beyond the ordinary, found out by trying it."""

from course.base.errors import NotReady
from course.base.waiting import until
from course.kube import kubectl, network_policy
from course.tasks import stage
from course.tasks.catalog import Lab


class Skipped(NotReady):
    """The cluster cannot do what the lab is about: nothing is wrong, and the lab cannot be done here."""


PLUGIN_KNOWS_WITHIN = 10  # seconds, for a plugin that is not known; one that is known to enforce is given more
NO_REPLY = 9  # dig's exit code
CANARY = "canary"  # a Pod of the lab's setup.yaml that a policy denies everything


def require(lab: Lab) -> None:
    """NotReady, and the lab removed again, where the cluster cannot do what the lab is about."""
    if lab.needs == "network-policy" and not enforces_policies(lab):
        stage.clean([lab])
        raise Skipped(
            f"{lab.slug} is skipped on this cluster: it does not enforce NetworkPolicy.",
            "Tried just now: a Pod that a deny-all policy isolates still got a DNS answer. "
            "The API accepts the policy; the network plugin here does not act on it.",
            "Do this lab on a cluster whose network plugin enforces NetworkPolicy "
            "(kind's own kindnet does since kind 0.24, Calico, Cilium).",
        )


def enforces_policies(lab: Lab) -> bool:
    """Whether a denied Pod is really denied: live questions from a Pod under a deny-all policy.

    For a while, because a network plugin needs a moment until it knows a new Pod.
    """
    question = ("dig", "+time=2", "+tries=2", "kubernetes.default.svc.cluster.local")

    def unanswered() -> bool:
        return kubectl.run("exec", "-n", lab.namespace, CANARY, "--", *question, timeout=20).returncode == NO_REPLY

    def denied() -> bool:  # lost answers on a busy machine are no policy: meanwhile a Pod elsewhere gets its answer
        return unanswered() and kubectl.in_toolbox(*question).returncode == 0 and unanswered()

    patience = 60 if network_policy.enforcing_agents() else PLUGIN_KNOWS_WITHIN
    try:
        return until(denied, seconds=patience, what="A denied Pod being denied")
    except NotReady:
        return False
