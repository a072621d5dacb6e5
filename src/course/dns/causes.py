"""Why a name does not resolve: what DNS said, held against the Services that the API has.

Pure but for `Evidence`, which is asked only after a question has failed: a name that resolves costs nothing more.
"""

import difflib
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol

from course.dns.dig import Record, Response, in_cluster
from course.dns.question import ZONE

Cause = tuple[str, str]  # (what it means, what to look at or type next)
ANOTHER_NAME = "db.example.com"  # of the outside world, and no lesson changes it
LABEL = 63  # octets in one label of a name, RFC 1035 section 2.3.4


@dataclass(frozen=True)
class Service:
    """What the API holds of one Service; `target` is externalName without its final dot, "" for other types."""

    namespace: str
    name: str
    type: str
    target: str = ""
    cluster_ip: str = ""

    @property
    def alias(self) -> bool:
        """Whether it is an ExternalName Service."""
        return self.type == "ExternalName"

    @property
    def full(self) -> str:
        """Its name in DNS, without the final dot."""
        return f"{self.name}.{self.namespace}.svc.{ZONE}"

    def __str__(self) -> str:
        """As a sentence names it."""
        return f"Service {self.name} in namespace {self.namespace}"


class Evidence(Protocol):
    """Where the evidence comes from."""

    def services(self) -> list[Service]:
        """All Services of the cluster; one kubectl call."""

    def response(self, name: str, kind: str) -> Response:
        """What CoreDNS answers for a name asked by itself; one dig."""


def timeout(last: Response, evidence: Evidence) -> Cause:
    """No answer at all: an alias that CoreDNS cannot pack, or CoreDNS itself."""
    service = _service(last.question, evidence.services())
    if service and any(len(label) > LABEL for label in service.target.split(".")):
        return (
            f"No answer came. {service} is an alias of a name with a label of more than {LABEL} characters: the API "
            "accepts it, but CoreDNS cannot put it into an answer.",
            _look_at(service),
        )
    return "No answer came in time: CoreDNS is down, or it waits for a DNS server outside.", (
        "kubectl -n kube-system get pods -l k8s-app=kube-dns"
    )


def lone_cname(alias: Record, last: Response, evidence: Evidence) -> Cause:
    """The alias came without an address: the target is asked by itself, because NOERROR hides what happened to it."""
    services = evidence.services()
    if meant := _meant_in_cluster(alias.value, services):
        return _short_target(alias, meant, services)
    target = evidence.response(alias.value, last.kind)
    begin = f"The alias is there, but its target {alias.value}"
    if target.status == "NXDOMAIN":
        return f"{begin} does not exist (NXDOMAIN). A misspelt externalName, or the provider removed the name.", (
            f"kubectl get services -A --field-selector spec.type=ExternalName | grep {alias.value.rstrip('.')}"
        )
    if target.status == "NOERROR":
        return f"{begin} has no {last.kind} record. It exists, but with records of other types only.", (
            f"course ask {alias.value} --type {'A' if last.kind == 'AAAA' else 'AAAA'}"
        )
    return (
        f"{begin} cannot be looked up: {target.status or 'no answer'} from its DNS server. The alias is right, and the "
        "status NOERROR hides the outage.",
        f"course ask {ANOTHER_NAME}  # fails too: CoreDNS's forward or all DNS outside; answers: only this target's",
    )


def nothing(name: str, namespace: str, asked: tuple[Response, ...], evidence: Evidence) -> Cause:
    """NXDOMAIN with every suffix, or an empty answer."""
    services = evidence.services()
    if empty := next((response for response in asked if response.status == "NOERROR"), None):
        return _empty(empty, services)
    for response in asked:
        if service := _service(response.question, services):
            return _there_but_unanswered(response, service)
    return _not_there(name, namespace, asked, services)


def _empty(empty: Response, services: list[Service]) -> Cause:
    service = _service(empty.question, services)
    if not service:
        return f"{empty.question} exists, but has no {empty.kind} record.", f"course ask {empty.question} --type ANY"
    if not service.alias:
        return f"{service} exists, but has no {empty.kind} record.", _look_at(service)
    if empty.kind not in ("A", "AAAA", "CNAME"):
        return (
            f"{service} is an alias, and CoreDNS follows an alias for A, AAAA and CNAME only, not for {empty.kind}.",
            f"course ask {service.target} --type {empty.kind}",
        )
    return _chain(service, services)


def _chain(service: Service, services: list[Service]) -> Cause:
    """Follow the aliases as CoreDNS does, up to the one that leads nowhere."""
    seen = [service]
    while in_cluster(seen[-1].target):
        following = _service(seen[-1].target, services)
        if following is None:
            return _target_missing(seen[-1], services)
        if following in seen:
            ring = " -> ".join(f"{one.namespace}/{one.name}" for one in [*seen, following])
            return f"The aliases form a ring: {ring}. CoreDNS gives up and answers with nothing.", _look_at(seen[-1])
        if not following.alias:
            return f"{service} leads to the {following}, which has no address to give.", (
                f"kubectl get pods,endpointslices -n {following.namespace}"
            )
        seen.append(following)
    return f"{service} is an alias at the head of {len(seen)} aliases: more than CoreDNS follows.", _look_at(service)


def _target_missing(alias: Service, services: list[Service]) -> Cause:
    name, namespace = alias.target.split(".")[:2]
    return (
        f"{alias} is an alias of {alias.target}, and there is no Service {name} in namespace {namespace}."
        + _perhaps(name, namespace, services),
        f"kubectl get services -n {namespace}",
    )


def _there_but_unanswered(response: Response, service: Service) -> Cause:
    if service.full != response.question.rstrip("."):
        what = "an alias has no SRV records and no names below it" if service.alias else "it has no record of that name"
        return f"{service} is there, but {what}.", _look_at(service)
    if service.alias and _is_address(service.target):
        return (
            f"{service} is there, but its externalName {service.target} is an address. CoreDNS takes names only and "
            "answers as if the Service did not exist.",
            "Make a Service without a selector and an EndpointSlice: lesson without_selector.",
        )
    if service.cluster_ip == "None":
        return f"{service} is headless and has no ready endpoint, so there is no address and no name.", (
            f"kubectl get pods,endpointslices -n {service.namespace}"
        )
    return f"{service} is there, but CoreDNS does not know it yet.", f"course ask {service.full}."


def _not_there(name: str, namespace: str, asked: tuple[Response, ...], services: list[Service]) -> Cause:
    first, *rest = name.split(".")
    if elsewhere := [one for one in services if one.name == first]:
        found = elsewhere[0]
        return (
            f"No such name (NXDOMAIN): there is no Service {first} in namespace {rest[0] if rest else namespace}. There is "
            f"one in namespace {found.namespace}: from another namespace, name it too.",
            f"course ask {found.name}.{found.namespace} --from {namespace}",
        )
    if rest and not in_cluster(name):
        return f"No such name (NXDOMAIN), neither in the cluster nor outside: {asked[-1].question} does not exist.", (
            "Compare it letter by letter with what the provider's console shows."
        )
    where = rest[0] if rest else namespace
    hint = _perhaps(first, where, services)
    return f"No such name (NXDOMAIN): there is no Service {first} in namespace {where}, or in any other.{hint}", (
        f"kubectl get services -n {where}"
    )


def _short_target(alias: Record, meant: Service, services: list[Service]) -> Cause:
    service = _service(alias.name, services)
    owner = f"service {service.name} -n {service.namespace}" if service else "service NAME -n NAMESPACE"
    return (
        f"The alias is there, but its target {alias.value} is taken as a full name: no search list is applied to it. "
        f"You mean {meant.full}, and that must be written in full.",
        f"""kubectl patch {owner} --type merge -p '{{"spec":{{"externalName":"{meant.full}"}}}}'""",
    )


def _meant_in_cluster(target: str, services: list[Service]) -> Service | None:
    """The Service that a target like `auth`, `auth.team-a` or `auth.team-a.svc` was meant to name."""
    wanted = target.rstrip(".")
    short = {form: one for one in services for form in (f"{one.name}.{one.namespace}", f"{one.name}.{one.namespace}.svc")}
    alone = {one.name: one for one in services}
    return short.get(wanted) or alone.get(wanted)


def _service(question: str, services: list[Service]) -> Service | None:
    """The Service whose DNS name this is, or below whose name it lies."""
    name = question.rstrip(".").lower()
    fitting = [one for one in services if name == one.full or name.endswith(f".{one.full}")]
    return fitting[0] if fitting else None


def _perhaps(name: str, namespace: str, services: list[Service]) -> str:
    """The Service whose name looks most like this one, near by first, as a sentence; "" where none does."""
    near = difflib.get_close_matches(name, {one.name for one in services}, n=1, cutoff=0.75)
    found = sorted((one for one in services if one.name in near), key=lambda one: one.namespace != namespace)
    return f" Perhaps you mean {found[0].full}." if found else ""


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _look_at(service: Service) -> str:
    return f"kubectl get service {service.name} -n {service.namespace} -o yaml"
