"""The shapes of a diagnosis, and the commands that it proposes."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass

from course.dns.chain import Chain, Hop
from course.dns.evidence import Evidence, Service

Words = tuple[str, tuple[str, ...]]  # (what it means, what to type next: the likeliest first)


@dataclass(frozen=True)
class Diagnosis:
    """Why a name did not resolve.

    cause: a stable word for programs; chain: what was followed, None where nothing could be.
    """

    cause: str
    meaning: str
    next: tuple[str, ...]
    chain: Chain | None = None


@dataclass(frozen=True)
class Case:
    """A question that did not lead to an answer, and the chain that was followed for it."""

    name: str
    namespace: str
    kind: str
    chain: Chain
    evidence: Evidence

    @property
    def hop(self) -> Hop:
        """The first hop that does not hold."""
        return self.chain.last

    @property
    def asked_name(self) -> str:
        """The full name that was followed."""
        return self.chain.hops[0].name

    @property
    def way(self) -> str:
        """How the chain came to its last alias, where it took more than one; "" else."""
        aliases = self.chain.aliases
        if len(aliases) < 2:
            return ""
        return f"The aliases lead {' -> '.join([*(one.short for one in aliases), aliases[-1].target])}. "

    @property
    def status(self) -> str:
        """What CoreDNS says to the full name that was followed: for SOA it has no NXDOMAIN."""
        return self.evidence.response(self.asked_name, self.kind).status

    @property
    def begin(self) -> str:
        """How a sentence begins that says why no alias, but the name that was asked has no answer."""
        return "No such name (NXDOMAIN): " if self.status == "NXDOMAIN" else f"No {self.kind} record ({self.status}): "


def command(name: str, namespace: str = "default", kind: str = "A") -> str:
    """The command that asks for a name from a namespace."""
    where = "" if namespace == "default" else f" --from {namespace}"
    return f"course ask {shlex.quote(name)}{where}{'' if kind == 'A' else f' --type {kind}'}"


def ask(case: Case, name: str, *, kind: str = "A") -> str:
    """The command that asks for another name from the same namespace, where there is one."""
    return command(name, there(case.namespace, case.evidence), kind)


def there(namespace: str, evidence: Evidence) -> str:
    """The namespace, if it is there; else one that is."""
    return namespace if namespace in evidence.namespaces() else "default"


def patch(alias: Service, target: str) -> str:
    """The command that points an alias at another name."""
    change = json.dumps({"spec": {"externalName": target}}, separators=(",", ":"))
    return f"kubectl patch service {alias.name} -n {alias.namespace} --type merge -p '{change}'"


def look_at(service: Service) -> str:
    """The command that shows a Service."""
    return f"kubectl get service {service.name} -n {service.namespace} -o yaml"


def services_of(namespace: str, evidence: Evidence) -> str:
    """The sentence that says which Services a namespace has."""
    names = sorted(one.name for one in evidence.services() if one.namespace == namespace)
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"Its Services: {', '.join(names[:5]) or 'none'}{more}."
