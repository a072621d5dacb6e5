"""Follow a name hop by hop, as CoreDNS does, up to an answer or to the first hop that does not hold.

Pure over Evidence. Inside the cluster the rules are those of CoreDNS's kubernetes plugin (kubernetes.go: findServices,
findPods; backend_lookup.go: A): an alias is followed for A and AAAA only, through at most 11 aliases in a row. Outside,
the records are the provider's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_address

from course.dns import cluster_names, dig
from course.dns.cluster_names import ClusterName, in_cluster, plain
from course.dns.evidence import Endpoint, Evidence, Service
from course.dns.question import ZONE

LABEL = 63  # octets in one label of a name, RFC 1035 section 2.3.4
ALIASES = 11  # CoreDNS 1.12.1 and later: maxCnameChainLength of 10, counted before the next one is added
FOLLOWED = ("A", "AAAA", "CNAME")  # the types for which CoreDNS answers with an alias


@dataclass(frozen=True)
class Hop:
    """One stop.

    leads_to: the next name of an alias, or what was found there. cause: why it does not hold, "" where it does.
    """

    name: str
    holder: str
    leads_to: str = ""
    cause: str = ""
    service: Service | None = None
    endpoints: tuple[Endpoint, ...] = ()
    response: dig.Response | None = None

    @property
    def broken(self) -> bool:
        """Whether it is here that the chain ends without an answer."""
        return bool(self.cause)

    @property
    def alias(self) -> bool:
        """Whether it is an ExternalName Service that leads on."""
        return bool(self.service and self.service.alias and self.leads_to)


@dataclass(frozen=True)
class Chain:
    """The hops in turn; the last one is where it ends, well or not."""

    hops: tuple[Hop, ...]

    @property
    def last(self) -> Hop:
        """Where the chain ends."""
        return self.hops[-1]

    @property
    def aliases(self) -> tuple[Service, ...]:
        """The ExternalName Services that were followed, the first one first."""
        return tuple(hop.service for hop in self.hops if hop.service and hop.alias)

    @property
    def to_mend(self) -> Service | None:
        """The alias that leads to where the chain breaks; None where a name was asked that is no alias."""
        return self.aliases[-1] if self.aliases else None


def follow(name: str, kind: str, evidence: Evidence) -> Chain:
    """The chain from a full name to its end, for questions of this type."""
    hops: list[Hop] = []
    at = plain(name)
    while True:
        hop = _hop(at, kind, hops, evidence)
        if not in_cluster(at):
            return Chain((*hops, *_outside(hop, evidence)))
        hops.append(hop)
        if hop.broken or not hop.alias or kind == "CNAME":
            return Chain(tuple(hops))
        at = plain(hop.leads_to)


def _hop(name: str, kind: str, before: list[Hop], evidence: Evidence) -> Hop:
    """The next stop: what is wrong with the name itself comes before who holds it."""
    holder = "CoreDNS" if in_cluster(name) else "DNS outside"
    if before and is_address(name):
        return Hop(name, "externalName of " + _short(before), cause="target-is-address")
    if any(len(label) > LABEL for label in name.split(".")) or len(name) > 253:
        return Hop(name, "externalName of " + _short(before), cause="label-too-long")
    if name in [hop.name for hop in before]:
        return Hop(name, holder, cause="alias-ring", service=next(hop.service for hop in before if hop.name == name))
    if not in_cluster(name):
        return Hop(name, holder, response=evidence.response(name, kind))
    hop = cluster_hop(name, kind, evidence)
    if hop.alias and is_address(hop.leads_to) and _parses(hop.leads_to):
        return replace(hop, cause="target-is-address")  # CoreDNS leaves the whole Service out
    if hop.alias and len(before) >= ALIASES:
        return replace(hop, cause="too-many-aliases")
    if hop.alias and kind not in FOLLOWED:
        return replace(hop, cause="type-not-followed")
    return hop


def _short(before: list[Hop]) -> str:
    return before[-1].service.short if before and before[-1].service else "an alias"


def is_address(name: str) -> bool:
    """Whether a name is an address in dots, a short or a strange form of one too: its last label is a number."""
    last = plain(name).rpartition(".")[2]
    return last.isascii() and (last.isdigit() or (last.startswith("0x") and last[2:].isalnum()))


def _parses(target: str) -> bool:
    """Whether CoreDNS takes it as an address, not as a name.

    The rule is Go's net.ParseIP: four numbers, no leading zeros.
    """
    try:
        return bool(IPv4Address(target))
    except ValueError:
        return False


def cluster_hop(name: str, kind: str, evidence: Evidence) -> Hop:
    """What CoreDNS's kubernetes plugin makes of a name below the cluster's domain, by what the API holds."""
    parts = cluster_names.read(name)
    if parts.kind == "":
        found = "its own records" if kind in ("SOA", "NS") else ""
        return Hop(name, "CoreDNS", found, "" if found else "no-record-of-type")
    if parts.kind not in (cluster_names.SVC, cluster_names.POD):
        return _own_name(name, kind)
    if not parts.namespace:
        return Hop(name, "CoreDNS", cause="no-record-of-type")
    if parts.namespace not in evidence.namespaces():
        return Hop(name, f"namespace {parts.namespace}", cause="namespace-missing")
    if not parts.service:
        return Hop(name, f"namespace {parts.namespace}", cause="namespace-not-service")
    return (
        _pod_name(name, kind, parts) if parts.kind == cluster_names.POD else _service_hop(name, kind, parts, evidence)
    )


def _own_name(name: str, kind: str) -> Hop:
    """CoreDNS's own two names; every other one left of the domain must end in svc or pod."""
    label = name.removesuffix(f".{ZONE}")
    made = {("dns-version", "TXT"), ("ns.dns", "A"), ("ns.dns", "AAAA")}
    if (label, kind) in made:
        return Hop(name, "CoreDNS", "its own record")
    return Hop(name, "CoreDNS", cause="no-record-of-type" if label == "ns.dns" else "not-svc-nor-pod")


def _pod_name(name: str, kind: str, parts: ClusterName) -> Hop:
    """A Pod's name is its address with hyphens.

    CoreDNS turns it back, and does not look for the Pod (`pods insecure`).
    """
    text = parts.service
    separator = "." if text.count("-") == 3 and "--" not in text else ":"
    try:
        address = ip_address(text.replace("-", separator))
    except ValueError:
        return Hop(name, "CoreDNS", cause="pod-name-is-no-address")
    fits = kind == ("A" if address.version == 4 else "AAAA")
    return Hop(name, "CoreDNS", str(address) if fits else "", "" if fits else "no-record-of-type")


def _service_hop(name: str, kind: str, parts: ClusterName, evidence: Evidence) -> Hop:
    service = find(parts.service, parts.namespace, evidence)
    if service is None:
        return Hop(name, f"namespace {parts.namespace}", cause="service-missing")
    if len(parts.below) > 2:
        return Hop(
            name,
            f"Service {service.short}",
            cause="below-alias" if service.alias else "too-many-labels",
            service=service,
        )
    if service.alias:
        holder = f"Service {service.short}, ExternalName"
        if parts.below:
            return Hop(name, holder, cause="below-alias", service=service)
        return Hop(name, holder, service.target, service=service)
    return _with_addresses(name, kind, parts, service, tuple(evidence.endpoints(service)))


def find(name: str, namespace: str, evidence: Evidence) -> Service | None:
    """The Service of this name in this namespace."""
    return next((one for one in evidence.services() if (one.name, one.namespace) == (name, namespace)), None)


def _with_addresses(name: str, kind: str, parts: ClusterName, service: Service, endpoints: tuple[Endpoint, ...]) -> Hop:
    """A Service that is no alias: by its virtual IP, or by its ready endpoints."""
    ready = tuple(endpoint for endpoint in endpoints if endpoint.ready)
    what = "headless" if service.headless else service.type
    hop = Hop(name, f"Service {service.short}, {what}", service=service, endpoints=endpoints)
    if len(parts.below) == 1:
        ready = tuple(endpoint for endpoint in ready if parts.below[0] in endpoint.labels)
        if not ready:
            return replace(hop, cause="endpoint-missing")
    elif service.headless and not ready:
        return replace(hop, cause="no-ready-endpoint")
    by_endpoint = service.headless or len(parts.below) == 1
    if parts.port and not _has_port(parts, service, ready if by_endpoint else ()):
        return replace(hop, cause="port-missing")
    addresses = (
        [address for endpoint in ready for address in endpoint.addresses] if by_endpoint else [service.cluster_ip]
    )
    if not _has_type(kind, addresses, service, ready):
        return replace(hop, cause="no-record-of-type")
    return replace(hop, leads_to=", ".join(addresses))


def _has_port(parts: ClusterName, service: Service, ready: tuple[Endpoint, ...]) -> bool:
    ports = [port for endpoint in ready for port in endpoint.ports] if ready else service.ports
    return any((port.name, port.protocol) == (parts.port, parts.protocol) for port in ports)


def _has_type(kind: str, addresses: list[str], service: Service, ready: tuple[Endpoint, ...]) -> bool:
    if kind == "SRV":
        return bool(service.ports if not service.headless else any(endpoint.ports for endpoint in ready))
    return (kind == "A" and any("." in one for one in addresses)) or (
        kind == "AAAA" and any(":" in one for one in addresses)
    )


def _outside(hop: Hop, evidence: Evidence) -> tuple[Hop, ...]:
    """A name that is not the cluster's: the provider's own aliases one by one, then what stands at their end."""
    response = hop.response
    if hop.broken or response is None:
        return (hop,)
    hops, at, seen = [], hop.name, {hop.name}
    for record in response.aliases:
        at = plain(record.value)
        hops.append(Hop(plain(record.name), "DNS outside", at))
        if at in seen:
            return (*hops, Hop(at, "DNS outside", cause="outside-ring", response=response))
        seen.add(at)
    if response.aliases and response.kind == "CNAME":
        return tuple(hops)
    return (*hops, _end_outside(at, response, hop, evidence))


def _end_outside(at: str, response: dig.Response, hop: Hop, evidence: Evidence) -> Hop:
    end = replace(hop, name=at)
    if response.wanted:
        return replace(end, leads_to=", ".join(record.value for record in response.wanted))
    if response.aliases and (is_address(at) or in_cluster(at)):
        return replace(end, cause="outside-alias-of-address" if is_address(at) else "outside-back-to-cluster")
    if response.status == "NXDOMAIN":
        return replace(end, cause="outside-dangling" if response.aliases else "outside-missing")
    if response.status != "NOERROR":
        return replace(end, cause="outside-failure")
    if not response.aliases:
        return replace(end, cause="no-record-of-type")
    return _left_to_follow(end, response.kind, evidence)


def _left_to_follow(end: Hop, kind: str, evidence: Evidence) -> Hop:
    """Ask by itself what an alias of the provider leads to, where that did not come with it.

    NOERROR for the alias hides what happened to its target.
    """
    response = evidence.response(end.name, kind)
    causes = {
        "NXDOMAIN": "outside-dangling",
        "NOERROR": "outside-not-followed" if response.wanted else "no-record-of-type",
    }
    further = [plain(record.value) for record in response.aliases]
    if response.status == "NOERROR" and end.name in further:
        return replace(end, cause="outside-ring", response=response)
    return replace(end, response=response, cause=causes.get(response.status, "outside-failure"))
