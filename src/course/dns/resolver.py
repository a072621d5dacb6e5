"""The Pod's side of a question: its resolv.conf by dnsPolicy and ndots, and what its C library makes of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from course.base.errors import CourseError
from course.dns import question

if TYPE_CHECKING:
    from course.dns import dig
    from course.dns.diagnosis import Diagnosis
    from course.dns.evidence import Evidence

POLICIES = ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")
RESOLVERS = ("glibc", "musl", "go")


@dataclass(frozen=True)
class PodDns:
    """What a Pod's resolver goes by. search: the suffixes; pod: the Pod of course-tools whose DNS server is asked."""

    namespace: str
    policy: str = "ClusterFirst"
    ndots: int = question.NDOTS
    resolver: str = "glibc"
    search: tuple[str, ...] = field(default=())
    pod: str = question.TOOLBOX

    @property
    def ordinary(self) -> bool:
        """Whether it is what kubelet gives a Pod that says nothing, with glibc."""
        return (self.pod, self.ndots, self.resolver) == (question.TOOLBOX, question.NDOTS, "glibc")


def pod_dns(namespace: str, policy: str, ndots: int | None, resolver: str) -> PodDns | None:
    """The resolver of a Pod with this dnsPolicy; None for the ordinary one. CourseError for a Pod that cannot be."""
    if (policy, ndots, resolver) == ("ClusterFirst", None, "glibc"):
        return None
    if policy == "None":
        raise CourseError(
            "A Pod with dnsPolicy None has no name server and no search list of its own.",
            "The API refuses it without dnsConfig.nameservers, and what it asks then is what its dnsConfig says.",
            "kubectl explain pod.spec.dnsConfig",
        )
    if policy == "Default":
        from course.dns import node_dns

        return node_dns.of_the_node(namespace, ndots, resolver)
    search = tuple(question.suffixes(namespace))
    return PodDns(namespace, policy, question.NDOTS if ndots is None else ndots, resolver, search)


def explain(
    name: str, namespace: str, asked: Sequence[dig.Response], dns: PodDns, evidence: Evidence
) -> Diagnosis | None:
    """Why this Pod's resolver finds nothing where an ordinary Pod's does; None where that does not either."""
    from course.dns.diagnosis import Diagnosis, command, there

    kind = asked[-1].kind
    ordinary = question.candidates(name, namespace)
    answered = [one.question for one in evidence.responses([(full, kind) for full in ordinary]) if one.wanted]
    if not answered:
        return None
    if dns.policy == "Default":
        meaning = (
            "A Pod with dnsPolicy Default asks the DNS server of its node, not CoreDNS, and that knows neither "
            f"Services nor the Corefile. A Pod with dnsPolicy ClusterFirst gets an answer for {answered[0]}"
        )
        return Diagnosis("not-cluster-dns", meaning, (command(name, there(namespace, evidence), kind),))
    if answered[0].rstrip(".") in [one.question.rstrip(".") for one in asked]:
        return None
    meaning = (
        f"With ndots:{dns.ndots} this Pod's resolver ({dns.resolver}) does not come to {answered[0]} An ordinary Pod "
        "does, by its search list."
    )
    return Diagnosis("search-list-stopped", meaning, (command(answered[0], there(namespace, evidence), kind),))
