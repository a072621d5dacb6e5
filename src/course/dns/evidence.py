"""What the cluster itself holds: Services, namespaces, endpoints and Pods by the API, and what DNS servers answer.

Nothing is fetched before it is asked for, and nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from course.base.errors import CourseError
from course.dns import dig, question, server_blocks
from course.dns.cluster_names import plain
from course.dns.question import ZONE
from course.dns.server_blocks import Plugin, ServerBlock
from course.kube import coredns, corefile, kubectl

ORDINARY = f"""
.:53 {{
    kubernetes {ZONE} in-addr.arpa ip6.arpa {{
        fallthrough in-addr.arpa ip6.arpa
    }}
    forward . /etc/resolv.conf
}}
"""


@dataclass(frozen=True)
class Port:
    """One port of a Service or an EndpointSlice; name is "" for one without a name, protocol in small letters."""

    name: str
    protocol: str


@dataclass(frozen=True)
class Service:
    """What the API holds of one Service; `target` is externalName without its final dot, "" for other types."""

    namespace: str
    name: str
    type: str
    target: str = ""
    cluster_ip: str = ""
    ports: tuple[Port, ...] = ()
    selector: tuple[tuple[str, str], ...] = ()

    @property
    def alias(self) -> bool:
        """Whether it is an ExternalName Service."""
        return self.type == "ExternalName"

    @property
    def headless(self) -> bool:
        """Whether it has no virtual IP, so that its endpoints' addresses are its own."""
        return self.cluster_ip == "None"

    @property
    def full(self) -> str:
        """Its name in DNS, without the final dot."""
        return f"{self.name}.{self.namespace}.svc.{ZONE}"

    @property
    def short(self) -> str:
        """NAMESPACE/NAME, as a chain names it."""
        return f"{self.namespace}/{self.name}"

    def __str__(self) -> str:
        """As a sentence names it."""
        return f"Service {self.name} in namespace {self.namespace}"


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of an EndpointSlice. hostname is "" where it has none; pod is the name of the Pod behind it."""

    addresses: tuple[str, ...]
    ready: bool
    hostname: str = ""
    pod: str = ""
    ports: tuple[Port, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels below the Service that CoreDNS answers for it: its host name, else each address with hyphens."""
        return (self.hostname,) if self.hostname else self.by_address

    @property
    def by_address(self) -> tuple[str, ...]:
        """The labels that its addresses make, which only an endpoint without a host name answers to."""
        return tuple(_hyphens(address) for address in self.addresses)


@dataclass(frozen=True)
class Pod:
    """One Pod; labels as pairs, subdomain as its spec says ("" for none)."""

    name: str
    ready: bool
    subdomain: str = ""
    labels: tuple[tuple[str, str], ...] = ()


class Evidence(Protocol):
    """Where the evidence comes from."""

    def services(self) -> Sequence[Service]:
        """All Services of the cluster."""

    def namespaces(self) -> Sequence[str]:
        """The names of all namespaces."""

    def endpoints(self, service: Service) -> Sequence[Endpoint]:
        """The endpoints of all EndpointSlices of a Service."""

    def pods(self, namespace: str) -> Sequence[Pod]:
        """The Pods of a namespace."""

    def ordinals(self, namespace: str, stateful_set: str) -> range | None:
        """The numbers of the Pods that a StatefulSet wants; None where there is no such StatefulSet."""

    def response(self, name: str, kind: str) -> dig.Response:
        """What CoreDNS answers for a full name."""

    def responses(self, pairs: Sequence[tuple[str, str]]) -> Sequence[dig.Response]:
        """The same for several (full name, type) at once."""

    def blocks(self) -> Sequence[ServerBlock]:
        """The server blocks of the Corefile that the cluster holds."""

    def complaint(self) -> str:
        """Why CoreDNS does not take that Corefile, in its own words; "" where it has taken it."""

    def servers(self, forward: Plugin) -> Sequence[str]:
        """The DNS servers of a `forward` line, as `address` or `address:port`; without those asked over TLS."""

    def outside(self, name: str, kind: str, server: str) -> dig.Response:
        """What such a server answers when it is asked itself, past CoreDNS and its cache."""

    def asker(self) -> str:
        """The address of the Pod from which all is asked."""


def _hyphens(address: str) -> str:
    label = address.replace(".", "-").replace(":", "-")
    return f"{label}0" if label.endswith("-") else label


class Cluster:
    """The evidence of the real cluster. `known` are answers that are there already."""

    def __init__(self, known: Iterable[dig.Response] = ()) -> None:
        self._known = {(plain(response.question), response.kind): response for response in known}
        self._outside: dict[tuple[str, str, str], dig.Response] = {}

    @cached_property
    def _objects(self) -> dict[str, list[Any]]:
        return _by_kind("get", "namespaces,services,endpointslices", "-A", "-o", "json")

    def services(self) -> Sequence[Service]:
        """All Services of the cluster."""
        return [_service(item) for item in self._objects.get("Service", [])]

    def namespaces(self) -> Sequence[str]:
        """The names of all namespaces."""
        return [item["metadata"]["name"] for item in self._objects.get("Namespace", [])]

    def endpoints(self, service: Service) -> Sequence[Endpoint]:
        """The endpoints of all EndpointSlices of a Service."""
        slices = [
            item
            for item in self._objects.get("EndpointSlice", [])
            if item["metadata"]["namespace"] == service.namespace
            and item["metadata"].get("labels", {}).get("kubernetes.io/service-name") == service.name
        ]
        return [_endpoint(each, item) for item in slices for each in item.get("endpoints") or []]

    def pods(self, namespace: str) -> Sequence[Pod]:
        """The Pods of a namespace."""
        return [_pod(item) for item in self._workloads(namespace).get("Pod", [])]

    def ordinals(self, namespace: str, stateful_set: str) -> range | None:
        """The numbers of the Pods that a StatefulSet wants; None where there is no such StatefulSet."""
        sets = self._workloads(namespace).get("StatefulSet", [])
        spec = next((item["spec"] for item in sets if item["metadata"]["name"] == stateful_set), None)
        if spec is None:
            return None
        first = (spec.get("ordinals") or {}).get("start", 0)
        return range(first, first + spec.get("replicas", 1))

    def _workloads(self, namespace: str) -> dict[str, list[Any]]:
        return _by_kind("get", "pods,statefulsets", "-n", namespace, "-o", "json")

    def response(self, name: str, kind: str) -> dig.Response:
        """What CoreDNS answers for a full name."""
        return self.responses([(name, kind)])[0]

    def responses(self, pairs: Sequence[tuple[str, str]]) -> Sequence[dig.Response]:
        """The same for several (full name, type) at once: one `kubectl exec` for all."""
        wanted = [(plain(name), kind) for name, kind in pairs]
        if unknown := [pair for pair in dict.fromkeys(wanted) if pair not in self._known]:
            self._known |= dict(zip(unknown, asked([(f"{name}.", kind) for name, kind in unknown]), strict=True))
        return [self._known[pair] for pair in wanted]

    @cached_property
    def _blocks(self) -> list[ServerBlock]:
        try:
            return server_blocks.read(corefile.read())
        except (CourseError, ValueError):  # CoreDNS goes on with the one it had, or is down: its own words say it
            return server_blocks.read(ORDINARY)

    def blocks(self) -> Sequence[ServerBlock]:
        """The server blocks of the Corefile; those of an ordinary one where it cannot be read."""
        return self._blocks

    @cached_property
    def _asker(self) -> str:
        namespace, pod = kubectl.TOOLBOX
        return kubectl.run("get", "pod", pod, "-n", namespace, "-o", "jsonpath={.status.podIP}").stdout

    def asker(self) -> str:
        """The address of the toolbox Pod; "" where it cannot be had."""
        return self._asker

    @cached_property
    def _complaint(self) -> str:
        return coredns.complaint()

    def complaint(self) -> str:
        """Why CoreDNS does not take the Corefile, in its own words."""
        return self._complaint

    def servers(self, forward: Plugin) -> Sequence[str]:
        """The DNS servers of a `forward` line; /etc/resolv.conf is the node's."""
        return [server for word in forward.words[1:] for server in _servers(word)]

    def outside(self, name: str, kind: str, server: str) -> dig.Response:
        """What one of them answers when it is asked itself: once, for a dead one is waited for."""
        key = (plain(name), kind, server)
        if key not in self._outside:
            [self._outside[key]] = asked([(f"{plain(name)}.", kind)], server=server)
        return self._outside[key]


def _servers(word: str) -> list[str]:
    if word.startswith("/"):
        from course.dns import node_dns

        return node_dns.servers()
    scheme, _, address = word.rpartition("://")
    return [address] if scheme in ("", "dns") else []


def asked(pairs: Sequence[tuple[str, str]], *, server: str = "") -> list[dig.Response]:
    """What a DNS server says to each (full name, type), asked from the toolbox Pod.

    CourseError where that cannot ask.
    """
    return dig.read(pairs, question.send(pairs, server=server))


def _by_kind(*words: str) -> dict[str, list[Any]]:
    by_kind: dict[str, list[Any]] = {}
    for item in json.loads(kubectl.output(*words, doing="Looking at the cluster"))["items"]:
        by_kind.setdefault(item["kind"], []).append(item)
    return by_kind


def _service(item: dict[str, Any]) -> Service:
    meta, spec = item["metadata"], item["spec"]
    return Service(
        meta["namespace"], meta["name"], spec["type"],
        target=spec.get("externalName", "").removesuffix(".") if spec["type"] == "ExternalName" else "",
        cluster_ip=spec.get("clusterIP", ""), ports=_ports(spec.get("ports")),
        selector=tuple(sorted((spec.get("selector") or {}).items())),
    )  # fmt: skip


def _ports(items: list[dict[str, Any]] | None) -> tuple[Port, ...]:
    return tuple(Port(item.get("name") or "", (item.get("protocol") or "TCP").lower()) for item in items or [])


def _endpoint(each: dict[str, Any], item: dict[str, Any]) -> Endpoint:
    target = each.get("targetRef") or {}
    ready = (each.get("conditions") or {}).get("ready", True) is not False  # unknown counts as ready, as CoreDNS has it
    return Endpoint(
        tuple(each["addresses"]), ready, each.get("hostname", ""), target.get("name", ""), _ports(item.get("ports"))
    )


def _pod(item: dict[str, Any]) -> Pod:
    conditions = item.get("status", {}).get("conditions") or []
    ready = any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
    labels = tuple((item["metadata"].get("labels") or {}).items())
    return Pod(item["metadata"]["name"], ready, item["spec"].get("subdomain", ""), labels)
