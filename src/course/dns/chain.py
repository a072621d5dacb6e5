"""Follow a name hop by hop, as CoreDNS does, up to an answer or to the first hop that does not hold.

Pure over Evidence. Which plugin a name comes to is the Corefile's matter (server_blocks). Inside the cluster
the rules are those of its kubernetes plugin (kubernetes.go: findServices, findPods; backend_lookup.go: A): an alias is
followed for A and AAAA only, through at most 11 aliases in a row. Outside, the records are the provider's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_address

from course.dns import cluster_names, dig, server_blocks
from course.dns.cluster_names import ClusterName, in_cluster, plain
from course.dns.evidence import Endpoint, Evidence, Service
from course.dns.question import ZONE
from course.dns.server_blocks import Plugin, Rewritten, Route, ServerBlock

LABEL = 63  # octets in one label of a name, RFC 1035 section 2.3.4
ALIASES = 11  # CoreDNS 1.12.1 and later: maxCnameChainLength of 10, counted before the next one is added
OUTSIDE = "DNS outside"
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]+")  # as inet_aton reads one, if not always with what it can hold
PROTOCOLS = ("tcp", "udp", "sctp")
FOLLOWED = ("A", "AAAA", "CNAME")  # the types for which CoreDNS answers with an alias


@dataclass(frozen=True)
class Hop:
    """One stop.

    leads_to: the next name of an alias, or what was found there. cause: why it does not hold, "" where it does.
    rewrite: the rule of the Corefile that leads on. block, plugin: who answers here, where that is not CoreDNS's
    kubernetes plugin.
    """

    name: str
    holder: str
    leads_to: str = ""
    cause: str = ""
    service: Service | None = None
    endpoints: tuple[Endpoint, ...] = ()
    response: dig.Response | None = None
    rewrite: Rewritten | None = None
    block: ServerBlock | None = None
    plugin: Plugin | None = None

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
    def led_by(self) -> Hop | None:
        """The last alias or rewrite that leads on; None where the name that was asked is the one that breaks."""
        return next((hop for hop in reversed(self.hops) if hop.alias or hop.rewrite), None)

    @property
    def to_mend(self) -> Service | None:
        """The alias that leads to where the chain breaks; None where none does, or a rewrite comes behind it."""
        return self.led_by.service if self.led_by else None

    @property
    def rewrite(self) -> Hop | None:
        """The rewrite of the Corefile that leads to where the chain breaks; None where none does."""
        return self.led_by if self.led_by and self.led_by.rewrite else None


def follow(name: str, kind: str, evidence: Evidence) -> Chain:
    """The chain from a full name to its end, for questions of this type."""
    hops: list[Hop] = []
    at = plain(name)
    while True:
        hops += _stops(at, kind, hops, evidence)
        if hops[-1].broken or not hops[-1].alias or kind == "CNAME":
            return Chain(tuple(hops))
        at = plain(hops[-1].leads_to)


def _stops(name: str, kind: str, before: list[Hop], evidence: Evidence) -> list[Hop]:
    """The next stops: what is wrong with the name itself, what the Corefile makes of it, who answers then."""
    if before and is_address(name):
        return [Hop(name, "externalName of " + _short(before), cause="target-is-address")]
    if not fits(name):
        return [Hop(name, "externalName of " + _short(before), cause="label-too-long")]
    if before and before[-1].alias and in_cluster(name):
        return [_in_cluster(name, kind, before, evidence)]  # by the plugin that holds the alias, past the Corefile
    way = server_blocks.route(name, kind, evidence.blocks())
    if way.block is None:
        response = evidence.response(name, kind)
        return [Hop(name, "no server block of the Corefile", cause="no-server-block", response=response)]
    stops: list[Hop] = []
    at, kind_asked = name, kind
    for one in way.rewritten:
        stops.append(Hop(at, f"Corefile: {one.rule}", one.name, rewrite=one))
        at, kind = one.name, one.kind
    return [*stops, *_answered((name, kind_asked), Hop(at, ""), kind, way, [*before, *stops], evidence)]


def _answered(
    asked: tuple[str, str], hop: Hop, kind: str, way: Route, before: list[Hop], evidence: Evidence
) -> tuple[Hop, ...]:
    """Who answers for hop.name, as the Corefile has it; `asked` is the question before it was rewritten."""
    for plugin in way.plugins:
        if plugin.name != "kubernetes":
            response = evidence.response(*asked)
            hop = replace(hop, holder=_holder(way, plugin), block=way.block, plugin=plugin, response=response)
            return _outside(hop, evidence) if plugin.name == "forward" else (_by_plugin(hop),)
        if in_cluster(hop.name):
            inside = _in_cluster(hop.name, kind, before, evidence)
            if not (inside.broken and plugin.falls_through(hop.name) and plugin is not way.plugins[-1]):
                return (inside,)
    holder = f"server block {way.block.key} of the Corefile" if way.block else ""
    return (replace(hop, holder=holder, cause=_nobody(hop, way), block=way.block),)


def _nobody(hop: Hop, way: Route) -> str:
    if in_cluster(hop.name):
        return "zone-taken"
    return "no-forward" if way.block and way.block.root else "no-plugin-answers"


def _holder(way: Route, plugin: Plugin) -> str:
    if way.block is None or (plugin.name == "forward" and way.block.root):
        return OUTSIDE
    return f"{plugin}, in server block {way.block.key}"


def _by_plugin(hop: Hop) -> Hop:
    """A plugin that makes its answers itself, such as hosts and template: what it said counts."""
    if hop.response and hop.response.wanted:
        return replace(hop, leads_to=", ".join(record.value for record in hop.response.wanted))
    return replace(hop, cause="plugin-has-none")


def _in_cluster(name: str, kind: str, before: list[Hop], evidence: Evidence) -> Hop:
    """What the kubernetes plugin does at this stop, by what the API holds and by how the chain came here."""
    if name in [hop.name for hop in before]:
        return Hop(name, "CoreDNS", cause="alias-ring", service=next(hop.service for hop in before if hop.name == name))
    hop = cluster_hop(name, kind, evidence)
    if hop.alias and is_address(hop.leads_to) and _parses(hop.leads_to):
        return replace(hop, cause="target-is-address")  # CoreDNS leaves the whole Service out
    if hop.alias and sum(one.alias for one in before) >= ALIASES:
        return replace(hop, cause="too-many-aliases")
    if hop.alias and kind not in FOLLOWED:
        return replace(hop, cause="type-not-followed")
    return hop


def fits(name: str) -> bool:
    """Whether a name can be put into a DNS message."""
    return all(len(label) <= LABEL for label in name.split(".")) and len(name) <= 253


def _short(before: list[Hop]) -> str:
    return before[-1].service.short if before and before[-1].service else "an alias"


def is_address(name: str) -> bool:
    """Whether a name is an address in dots, a short or a strange form of one too: one to four numbers."""
    numbers = plain(name).split(".")
    return len(numbers) <= 4 and all(NUMBER.fullmatch(number) for number in numbers)


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
        leads_to = "its own records" if kind in ("SOA", "NS") else ""
        return Hop(name, "CoreDNS", leads_to, "" if leads_to else "no-record-of-type")
    if parts.kind not in (cluster_names.SVC, cluster_names.POD):
        return _own_name(name, kind, evidence)
    if not parts.namespace:
        return Hop(name, "CoreDNS", cause="no-record-of-type")
    if parts.namespace not in evidence.namespaces():
        return Hop(name, f"namespace {parts.namespace}", cause="namespace-missing")
    if not parts.service:
        return Hop(name, f"namespace {parts.namespace}", cause="namespace-not-service")
    return (
        _pod_name(name, kind, parts) if parts.kind == cluster_names.POD else _service_hop(name, kind, parts, evidence)
    )


def _own_name(name: str, kind: str, evidence: Evidence) -> Hop:
    """CoreDNS's own two names; every other one left of the domain must end in svc or pod."""
    label = name.removesuffix(f".{ZONE}")
    if label == "ns.dns":  # the address of the cluster's DNS Service, which may have one of each kind
        service = find("kube-dns", "kube-system", evidence)
        addresses = [service.cluster_ip] if service else []
        held = any((kind, ":" in one) in (("A", False), ("AAAA", True)) for one in addresses)
        return Hop(name, "CoreDNS", "its own record" if held else "", "" if held else "no-record-of-type")
    if (label, kind) == ("dns-version", "TXT"):
        return Hop(name, "CoreDNS", "its own record")
    return Hop(name, "CoreDNS", cause="not-svc-nor-pod")


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
    if len(parts.below) == 1 and parts.below[0].startswith("_"):  # a port without its protocol
        return replace(hop, cause="port-missing")
    if parts.port and parts.protocol not in PROTOCOLS:
        return replace(hop, cause="too-many-labels")
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
        hops.append(replace(hop, name=plain(record.name), leads_to=at))
        if at in seen:
            return (*hops, replace(hop, name=at, cause="outside-ring"))
        seen.add(at)
    if response.aliases and response.kind == "CNAME":
        return tuple(hops)
    return (*hops, _end_outside(at, response, hop, evidence))


def _end_outside(at: str, response: dig.Response, hop: Hop, evidence: Evidence) -> Hop:
    end = replace(hop, name=at)
    if response.wanted:
        return replace(end, leads_to=", ".join(record.value for record in response.wanted))
    if in_cluster(hop.name):
        return replace(end, cause="zone-taken")
    if response.aliases and (is_address(at) or in_cluster(at)):
        return replace(end, cause="outside-alias-of-address" if is_address(at) else "outside-back-to-cluster")
    if response.status == "NXDOMAIN":
        missing = "outside-dangling" if response.aliases else "outside-missing"
        return replace(end, cause="no-record-of-type" if _has_reverse(at, response.kind, evidence) else missing)
    if response.status != "NOERROR":
        return replace(end, cause="outside-failure")
    if not response.aliases:
        return replace(end, cause="no-record-of-type")
    return _left_to_follow(end, response.kind, evidence)


def _has_reverse(name: str, kind: str, evidence: Evidence) -> bool:
    """Whether a reverse name has a PTR record: for other types CoreDNS says that there is no such name."""
    return name.endswith(".arpa") and kind != "PTR" and bool(evidence.response(name, "PTR").wanted)


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
