"""A name below the cluster's domain, read as CoreDNS's kubernetes plugin reads it (its parse.go). Pure."""

from typing import NamedTuple

from course.dns.question import ZONE

SVC, POD = "svc", "pod"


class ClusterName(NamedTuple):
    """The parts of a name below the cluster's domain; "" for a part that it does not have.

    kind: svc, pod, or the last label before the domain where that is neither. `below` are the labels left of the
    Service: one for an endpoint, two for a port and a protocol, and more than CoreDNS reads where there are more.
    """

    kind: str
    namespace: str = ""
    service: str = ""
    below: tuple[str, ...] = ()

    @property
    def port(self) -> str:
        """The port's name, where the name has one."""
        return self.below[0].removeprefix("_") if len(self.below) == 2 else ""

    @property
    def protocol(self) -> str:
        """tcp, udp or sctp, where the name has one."""
        return self.below[1].removeprefix("_") if len(self.below) == 2 else ""


def plain(name: str) -> str:
    """A name in small letters, without its final dot: what two names are compared by."""
    return name.rstrip(".").lower()


def in_cluster(name: str) -> bool:
    """Whether a name is the cluster's domain or below it."""
    return plain(name) == ZONE or plain(name).endswith(f".{ZONE}")


def read(name: str) -> ClusterName:
    """The parts of a name that is in_cluster."""
    labels = plain(name).removesuffix(ZONE).rstrip(".").split(".")
    kind, *rest = reversed(labels)
    namespace, service, *below = [*rest, "", ""] if len(rest) < 2 else rest
    return ClusterName(kind, namespace, service, tuple(reversed([label for label in below if label])))
