"""What `course ask` makes of an answer: each cause it can name, and that a good answer costs no further look.

tests/cluster/test_ask_table.py proves the same on a real cluster, with many more names.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from course.base import advice, paths
from course.base.errors import CourseError
from course.dns import chain, diagnosis, dig, evidence, meanings, query, question, server_blocks
from course.dns.cluster_names import ClusterName, in_cluster, plain, read
from course.dns.dig import Record, Response
from course.dns.evidence import Endpoint, Pod, Port, Service
from course.dns.question import ZONE
from course.dns.server_blocks import Plugin, ServerBlock
from course.kube import kubectl
from course.provision import kind_cluster, neighbour

TARGET, ADDRESS = "db.example.com", "10.89.0.3"


def response(question: str, kind: str = "A", status: str = "NOERROR", *answer: Record) -> Response:
    return Response(f"{plain(question)}.", kind, status, "10.96.0.10", answer=answer)


def alias(name: str, target: str, namespace: str = "shop") -> Service:
    return Service(namespace, name, "ExternalName", target)


def virtual(name: str, namespace: str = "team-a", **more: str) -> Service:
    return Service(namespace, name, "ClusterIP", cluster_ip="10.96.1.2", ports=(Port("http", "tcp"),), **more)  # type: ignore[arg-type]


def headless(name: str, namespace: str = "team-a") -> Service:
    return Service(
        namespace, name, "ClusterIP", cluster_ip="None", ports=(Port("http", "tcp"),), selector=(("app", name),)
    )


class Cluster:
    """A cluster of these Services.

    Names in it are answered by what they are; outside, by `outside` (name to status).
    """

    def __init__(
        self,
        *services: Service,
        outside: dict[str, str] | None = None,
        endpoints: Sequence[Endpoint] = (),
        corefile: str = evidence.ORDINARY,
    ) -> None:
        self.corefile = corefile
        self.held, self.outside_names, self.held_endpoints = services, {TARGET: "NOERROR", **(outside or {})}, endpoints

    def services(self) -> Sequence[Service]:
        return self.held

    def namespaces(self) -> Sequence[str]:
        return sorted({one.namespace for one in self.held} | {"default", "shop"})

    def endpoints(self, service: Service) -> Sequence[Endpoint]:
        return self.held_endpoints

    def pods(self, namespace: str) -> Sequence[Pod]:
        return []

    def ordinals(self, namespace: str, stateful_set: str) -> range | None:
        return range(5, 7) if stateful_set == "web" else None

    def response(self, name: str, kind: str) -> Response:
        if in_cluster(name):
            hop = chain.follow(name, kind, self).last
            return response(
                name, kind, "NXDOMAIN" if hop.broken else "NOERROR", *self._records(name, kind, not hop.broken)
            )
        status = self.outside_names.get(plain(name), "NXDOMAIN")
        if kind == "PTR":
            return response(name, kind, status, *self._records(name, kind, plain(name) == "5.0.0.10.in-addr.arpa"))
        good = status == "NOERROR" and kind == "A" and name.count(".") > 1
        return response(name, kind, status, *self._records(name, kind, good))

    def _records(self, name: str, kind: str, good: bool) -> list[Record]:
        return [Record(f"{plain(name)}.", 5, kind, ADDRESS)] if good else []

    def responses(self, pairs: Sequence[tuple[str, str]]) -> Sequence[Response]:
        return [self.response(name, kind) for name, kind in pairs]

    def blocks(self) -> Sequence[ServerBlock]:
        return server_blocks.read(self.corefile)

    def complaint(self) -> str:
        return ""

    def asker(self) -> str:
        return "10.244.0.9"

    def servers(self, forward: Plugin) -> Sequence[str]:
        return forward.words[1:]

    def outside(self, name: str, kind: str, server: str) -> Response:
        return response(name, kind, self.outside_names.get(plain(name), "NOERROR"))


def asked(name: str, cluster: Cluster, kind: str = "A") -> list[Response]:
    """What CoreDNS answers to each name of the search list, with its alias in the answer when the target is outside."""
    found = []
    for full in question.candidates(name, "shop"):
        hops = chain.follow(full, kind, cluster).hops
        cnames = [Record(f"{hop.name}.", 30, "CNAME", f"{hop.leads_to}.") for hop in hops if hop.alias]
        gone = hops[-1].cause in ("service-missing", "namespace-missing", "outside-missing") and len(hops) == 1
        if cnames and not in_cluster(hops[-1].name):
            found.append(response(full, kind, "NOERROR", *cnames))
        else:
            found.append(response(full, kind, "NXDOMAIN" if gone else "NOERROR"))
    return found


GOOD = {
    "alias": response("db.shop.svc.cluster.local", "A", "NOERROR",
        Record("db.shop.svc.cluster.local.", 30, "CNAME", f"{TARGET}."), Record(f"{TARGET}.", 5, "A", ADDRESS)),
    "virtual IP": response("db.shop.svc.cluster.local", "A", "NOERROR", Record("db.shop.svc.cluster.local.", 30, "A",
        "10.96.1.2")),
    "outside": response(TARGET, "A", "NOERROR", Record(f"{TARGET}.", 5, "A", ADDRESS)),
    "SRV": response("_http._tcp.web.team-a.svc.cluster.local", "SRV", "NOERROR",
        Record("_http._tcp.web.team-a.svc.cluster.local.", 30, "SRV", "0 100 80 web.team-a.svc.cluster.local.")),
    "PTR": response("1.0.96.10.in-addr.arpa", "PTR", "NOERROR",
        Record("1.0.96.10.in-addr.arpa.", 30, "PTR", "kubernetes.default.svc.cluster.local.")),
    "SOA": response(ZONE, "SOA", "NOERROR", Record(f"{ZONE}.", 30, "SOA", "ns.dns.cluster.local. ...")),
    "version": response(f"dns-version.{ZONE}", "TXT", "NOERROR", Record(f"dns-version.{ZONE}.", 30, "TXT", '"1.1.0"')),
    "Pod": response("10-0-0-5.shop.pod.cluster.local", "A", "NOERROR", Record("10-0-0-5.shop.pod.cluster.local.", 30,
        "A", "10.0.0.5")),
}  # fmt: skip


@pytest.mark.parametrize(("what", "settled"), GOOD.items(), ids=GOOD)
def test_an_answer_is_told_apart_by_who_made_it(what: str, settled: Response) -> None:
    said, _ = meanings.meaning(settled, lambda: server_blocks.read(evidence.ORDINARY))
    made_by = {record.made_by for record in settled.answer if record.kind == settled.kind}
    assert (said == meanings.OUTSIDE) == (what == "outside")
    assert made_by == ({"outside"} if what in ("outside", "alias") else {"CoreDNS"})


WEB = Endpoint(("10.244.0.5",), True, "web-5", "web-5", (Port("http", "tcp"),))
# The name as a Pod in `shop` writes it, the cluster, the cause, words of the meaning, words of the next step.
CASES: dict[str, tuple[str, Cluster, str, str, str]] = {
    "IPv4 text": ("db", Cluster(alias("db", "10.0.0.5")), "target-is-address", "is an address", "without_selector"),
    "no Service": ("db", Cluster(), "service-missing", "no Service db in namespace shop",
        "kubectl get services -n shop"),
    "misspelt": ("db", Cluster(alias("dbs", TARGET)), "service-missing", "Perhaps you mean dbs.shop",
        "course ask dbs.shop"),
    "elsewhere": ("db", Cluster(alias("db", TARGET, "team-a")), "service-missing", "one in namespace team-a",
        "ask db.team-a"),
    "no Pod": ("pg.team-a", Cluster(headless("pg")), "no-ready-endpoint", "no ready endpoint", "kubectl get pods"),
    "below": ("x.db.shop", Cluster(alias("db", TARGET)), "below-alias", "mean db.shop", "course ask db.shop"),
    "below, there outside": ("x.db.shop", Cluster(alias("db", TARGET), outside={f"x.{TARGET}": "NOERROR"}),
        "below-alias", "no names below", f"course ask x.{TARGET}."),
    "to itself": ("auth", Cluster(alias("auth", "auth"), virtual("auth")), "target-short", "You mean auth.team-a.svc",
        "auth.team-a"),
    "ring": (
        "db", Cluster(alias("db", f"a.shop.svc.{ZONE}"), alias("a", f"db.shop.svc.{ZONE}")),
        "alias-ring", "ring: shop/db -> shop/a -> shop/db", "kubectl get service a -n shop",
    ),
    "target gone": ("db", Cluster(alias("db", "gone.example.com")), "target-missing-outside", "does not exist",
        "get service db"),
    "target misspelt": (
        "db", Cluster(alias("db", "bd.example.com"), alias("c", TARGET)), "target-missing-outside", "misspelt",
            "get service db"
    ),
    "near target": (
        "db", Cluster(alias("db", "db.exmaple.com"), alias("c", TARGET)), "target-missing-outside", f"mean {TARGET}",
            TARGET
    ),
    "no svc": ("db", Cluster(alias("db", f"pg.team-a.{ZONE}"), virtual("pg")), "not-svc-nor-pod", "lacks `svc`",
        f"pg.team-a.svc.{ZONE}"),
    "long label": ("db", Cluster(alias("db", "x" * 64 + ".example.com")), "label-too-long", "more than 63",
        "get service db"),
    "namespace": ("team-a", Cluster(virtual("pg")), "namespace-not-service", "is a namespace",
        "get services -n team-a"),
    "outside name": ("www.nope.org", Cluster(), "outside-missing", "www.nope.org. does not exist", "Compare"),
    "final dot": ("pg.team-a.", Cluster(virtual("pg")), "final-dot", "dot at the end", "ask pg.team-a"),
    "swapped": ("team-a.pg", Cluster(virtual("pg")), "swapped", "turned round", "ask pg.team-a"),
    "address": ("10.0.0.5", Cluster(), "address-as-name", "is an address", "5.0.0.10.in-addr.arpa --type PTR"),
    "nobody's address": ("10.0.0.6", Cluster(), "address-as-name", "No name belongs to it", ""),
    "service for svc": ("db", Cluster(alias("db", f"pg.team-a.service.{ZONE}"), virtual("pg")), "not-svc-nor-pod",
        "`service` in its place", f"pg.team-a.svc.{ZONE}"),
    "svc twice": ("db", Cluster(alias("db", f"pg.team-a.svc.svc.{ZONE}"), virtual("pg")), "namespace-missing",
        "no namespace svc", f"pg.team-a.svc.{ZONE}"),
    "svc elsewhere": ("db", Cluster(alias("db", f"pg.svc.team-a.{ZONE}"), virtual("pg")), "not-svc-nor-pod",
        "has `svc` in another place", f"pg.team-a.svc.{ZONE}"),
    "pod for svc": ("db", Cluster(alias("db", f"pg.team-a.pod.{ZONE}"), virtual("pg")), "pod-name-is-no-address",
        "You mean pg.team-a.svc", f"pg.team-a.svc.{ZONE}"),
    "another domain": ("db", Cluster(alias("db", "pg.team-a.svc.k8s.local"), virtual("pg")), "target-short",
        "You mean pg.team-a.svc", f"pg.team-a.svc.{ZONE}"),
    "no svc, misspelt": ("db", Cluster(alias("db", f"auht.team-a.{ZONE}"), virtual("auth")), "not-svc-nor-pod",
        "Service auth is in namespace team-a", f"auth.team-a.svc.{ZONE}"),
    "hyphen": ("db", Cluster(alias("db", f"auth-team-a.svc.{ZONE}"), virtual("auth")), "namespace-missing",
        "Perhaps you mean auth.team-a", f"auth.team-a.svc.{ZONE}"),
    "short, misspelt": ("db", Cluster(alias("db", "auht"), virtual("auth", "shop")), "target-short",
        "Perhaps you mean auth.shop", f"auth.shop.svc.{ZONE}"),
    "short, of a broken one": ("db", Cluster(alias("db", "pg.team-a"), headless("pg")), "target-short",
        "Service pg in namespace team-a does not resolve either", "course ask pg.team-a"),
    "short, a namespace": ("db", Cluster(alias("db", "team-a"), virtual("pg")), "target-short",
        "is a namespace, not a Service. Its Services: pg", "get services -n team-a"),
    "a name of a machine": ("db", Cluster(alias("db", "localhost")), "target-missing-outside", "hosts file",
        "get service db"),
    "a domain outside": ("auth.io", Cluster(virtual("auth")), "outside-missing", "nor outside", "Compare"),
    "no dot": ("api.examplecom", Cluster(alias("c", "api.example.com"), outside={"api.example.com": "NOERROR"}),
        "outside-missing", "mean api.example.com", "ask api.example.com"),
    "no domain": ("api.example", Cluster(alias("api", "api.example.com", "team-a"),
        outside={"api.example.com": "NOERROR"}), "outside-missing", "mean api.example.com", "ask api.example.com"),
    "label of 64 inside": ("db", Cluster(alias("db", f"{'x' * 64}.team-a.svc.{ZONE}")), "label-too-long",
        "no Service can have it", "get service db"),
    "suffix behind a missing one": ("db", Cluster(alias("db", f"gone.example.com.shop.svc.{ZONE}"),
        outside={"example.com": "NOERROR"}), "suffix-added", "It has no address either", "get service db"),
    "suffix behind a target": ("db", Cluster(alias("db", f"{TARGET}.local")), "suffix-added", "with .local added",
        f'"{TARGET}"'),
    "ordinals": ("web-0.web.team-a", Cluster(headless("web"), endpoints=[WEB]), "endpoint-missing",
        "counted from web-5", "get pods"),
    "by address": ("10-244-0-5.web.team-a", Cluster(headless("web"), endpoints=[WEB]), "endpoint-missing",
        "has a host name, web-5", "ask web-5.web.team-a"),
    "below an endpoint": ("x.web-5.web.team-a", Cluster(headless("web"), endpoints=[WEB]), "too-many-labels",
        "too many labels", "ask web-5.web.team-a"),
    "endpoint of a misspelt one": ("web-5.webs.team-a", Cluster(headless("web"), endpoints=[WEB]), "service-missing",
        "mean web-5.web.team-a", "ask web-5.web.team-a"),
    "port turned round": ("_tcp._http.pg.team-a", Cluster(virtual("pg")), "too-many-labels",
        "_tcp._http is turned round", "ask _http._tcp.pg.team-a"),
    "port by number": ("_80._tcp.pg.team-a", Cluster(virtual("pg")), "port-missing", "mean _http._tcp.pg",
        "ask _http._tcp.pg.team-a"),
    "not ready": ("10-244-0-6.web.team-a", Cluster(headless("web"),
        endpoints=[WEB, Endpoint(("10.244.0.6",), False, "", "")]), "endpoint-missing", "that address is not ready",
        "get pods"),
    "a star": ("*.team-a", Cluster(virtual("pg")), "service-missing", "A star stands for", "get services"),
    "below an alias of the cluster": ("db", Cluster(alias("db", f"web-5.a.shop.svc.{ZONE}"),
        alias("a", f"web.team-a.svc.{ZONE}"), headless("web"), endpoints=[WEB]), "below-alias", "has an answer",
        f'"web-5.web.team-a.svc.{ZONE}"'),
    "an address suffixed": ("db", Cluster(alias("db", f"10.0.0.5.shop.svc.{ZONE}")), "target-is-address",
        "An address is no name", "without_selector"),
    "an address, searched": ("10.0.0.5.team-a", Cluster(virtual("pg")), "address-as-name", "An address is no name", ""),
    "an address as a Pod": ("10.0.0.5.team-a.pod", Cluster(virtual("pg")), "pod-name-is-no-address",
        "10.0.0.5 is none. You mean 10-0-0-5.team-a.pod", "ask 10-0-0-5.team-a.pod"),
    "reverse, not turned": ("10.0.0.5.in-addr.arpa", Cluster(), "outside-missing", "turned round: 5.0.0.10.in-addr",
        "ask 5.0.0.10.in-addr.arpa --from shop --type PTR"),
    "a domain's namespace": ("ww.example.com", Cluster(alias("example", TARGET, "com"),
        outside={"example.com": "NOERROR"}), "outside-missing", "ww.example.com. does not exist", "Compare"),
    "a domain's namespace, by an alias": ("db", Cluster(alias("db", "ww.example.com"), alias("example", TARGET, "com"),
        outside={"example.com": "NOERROR"}), "target-missing-outside", "misspelt", "get service db"),
    "below, in a namespace dev": ("v1.api.dev", Cluster(alias("api", TARGET, "dev")), "below-alias",
        "no names below it", "course ask api.dev"),
    "below, in a namespace of two letters": ("v1.api.qa", Cluster(alias("api", TARGET, "qa")), "below-alias",
        "no names below it", "course ask api.qa"),
    "port alone": ("_http.web.team-a", Cluster(headless("web"), endpoints=[WEB]), "port-missing",
        "named with its protocol", "get service web"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "cluster", "cause", "meaning", "next"), CASES.values(), ids=CASES)
def test_a_failure_is_given_its_cause_and_a_next_step(
    name: str, cluster: Cluster, cause: str, meaning: str, next: str
) -> None:
    found = query.explain(name, "shop", asked(name, cluster), cluster)
    assert found.cause == cause
    assert meaning in found.meaning
    assert next in "\n".join(found.next)


def test_advice_never_points_an_alias_at_what_does_not_resolve() -> None:
    """Three Services auth: the alias itself, another broken alias, a headless one without Pods. None is proposed."""
    cluster = Cluster(alias("auth", "auth"), alias("auth", "gone.example.com", "team-b"), headless("auth"))
    found = query.explain("auth", "shop", asked("auth", cluster), cluster)
    assert found.cause == "target-short" and "does not resolve either" in found.meaning
    assert found.next == ("course ask auth.team-b --from shop",)


def test_an_alias_that_is_patched_leads_no_further_than_coredns_follows() -> None:
    """The Service that is meant resolves, with the eleven aliases behind it; with one before it they are too many."""
    links = [alias(f"l{number}", f"l{number + 1}.shop.svc.{ZONE}") for number in range(1, 11)]
    cluster = Cluster(*links, alias("l11", TARGET), alias("db", "l1"))
    found = query.explain("db", "shop", asked("db", cluster), cluster)
    assert "mean l1.shop" in found.meaning and f"at their end, {TARGET}" in found.meaning
    assert [f'"{TARGET}"' in command for command in found.next] == [True]


@pytest.mark.parametrize("kind", ["AAAA", "MX", "CNAME"])
def test_who_asks_for_another_type_is_told_of_the_name_that_has_an_address(kind: str) -> None:
    cluster = Cluster(virtual("pg"))
    found = query.explain("pg", "shop", asked("pg", cluster, kind), cluster)
    assert found.cause == "service-missing" and found.next == ("course ask pg.team-a --from shop",)


def test_an_alias_of_a_short_name_is_not_told_to_ask_for_that_name() -> None:
    cluster = Cluster(alias("login", "auth"), virtual("auth"))
    found = query.explain("login", "shop", asked("login", cluster, "MX"), cluster)
    assert "has none either" in found.meaning and found.next == ("kubectl get service login -n shop -o yaml",)


@pytest.mark.parametrize(
    ("name", "near", "following"),
    [
        ("pg", "temm-a", "course ask pg --from team-a"),
        ("redis", "temm-a", "course ask redis.shop"),
        ("pgg.team-a", "temm-a", "course ask pg.team-a"),
        ("nothing", "temm-a", "kubectl get namespaces"),
    ],
)
def test_a_namespace_that_is_not_there_is_not_asked_from_again(name: str, near: str, following: str) -> None:
    cluster = Cluster(virtual("pg"), virtual("redis", "shop"))
    responses = [cluster.response(full, "A") for full in question.candidates(name, near)]
    assert query.explain(name, near, responses, cluster).next == (following,)


def test_a_star_is_quoted_in_a_command() -> None:
    assert diagnosis.command("*.db.example.com", "shop", "MX") == "course ask '*.db.example.com' --from shop --type MX"


def test_two_services_that_may_be_meant_are_both_named() -> None:
    cluster = Cluster(alias("login", "auth"), virtual("auth"), virtual("auth", "team-b"))
    found = query.explain("login", "shop", asked("login", cluster), cluster)
    assert len(found.next) == 2 and "auth.team-a.svc" in found.meaning and "auth.team-b.svc" in found.meaning


class Answers(Cluster):
    """A cluster whose CoreDNS, and whose servers outside, have given these statuses, by name and by server."""

    def __init__(self, *services: Service, corefile: str, said: dict[str, str], servers: dict[str, str]) -> None:
        super().__init__(*services, corefile=corefile)
        self.said, self.statuses = said, servers

    def response(self, name: str, kind: str) -> Response:
        status = self.said.get(plain(name))
        return response(name, kind, status) if status else super().response(name, kind)

    def outside(self, name: str, kind: str, server: str) -> Response:
        return response(name, kind, self.statuses[server])


@pytest.mark.parametrize(
    ("servers", "cause"),
    [
        ({"10.1.1.1": "TIMEOUT", "10.1.1.2": "NOERROR"}, "forwarder-down-in-part"),
        ({"10.1.1.1": "TIMEOUT", "10.1.1.2": "TIMEOUT"}, "outside-down"),
        ({"10.1.1.1": "NOERROR", "10.1.1.2": "NOERROR"}, "outside-recovered"),
        ({"10.1.1.1": "SERVFAIL", "10.1.1.2": "SERVFAIL"}, "outside-serves-nothing"),
    ],
)
def test_a_dead_server_beside_a_live_one_is_named(servers: dict[str, str], cause: str) -> None:
    corefile = evidence.ORDINARY.replace("/etc/resolv.conf", " ".join(servers))
    cluster = Answers(corefile=corefile, said={"db.example.org": "SERVFAIL"}, servers=servers)
    found = query.explain("db.example.org.", "shop", [response("db.example.org.", "A", "SERVFAIL")], cluster)
    assert found.cause == cause
    assert ("10.1.1.1 does not answer" in found.meaning) == (cause == "forwarder-down-in-part")


@pytest.mark.parametrize("servers", ["tls://10.1.1.1", "10.1.1.2 tls://10.1.1.1"])
@pytest.mark.parametrize("zone", [".", "example.org"])
def test_of_a_server_that_is_asked_over_tls_nothing_is_said_that_was_not_seen(servers: str, zone: str) -> None:
    block = f"{zone}:53 {{\n    forward . {servers}\n}}\n"
    corefile = block if zone == "." else evidence.ORDINARY + block
    cluster = Answers(corefile=corefile, said={"db.example.org": "SERVFAIL"}, servers={"tls://10.1.1.1": "TIMEOUT"})
    found = query.explain("db.example.org.", "shop", [response("db.example.org.", "A", "SERVFAIL")], cluster)
    assert found.cause == "forwarder-over-tls" and "cannot be tried from here" in found.meaning
    assert "Other names" not in found.meaning and "tls://10.1.1.1" in found.meaning


@pytest.mark.parametrize(
    ("option", "name", "cause"),
    [
        ("namespaces shop", "pg.team-a.svc", "left-out-of-dns"),
        ("namespaces team-a", "pg.team-a.svc", "not-known-yet"),
        ("labels app=web", "pg.team-a.svc", "left-out-of-dns"),
        ("ignore empty_service", "pg.team-a.svc", "left-out-of-dns"),
        ("ignore empty_service", "db.shop.svc", "not-known-yet"),
        ("noendpoints", "web.team-a.svc", "left-out-of-dns"),
        ("noendpoints", "pg.team-a.svc", "not-known-yet"),
        ("pods disabled", "10-0-0-5.team-a.pod", "left-out-of-dns"),
        ("pods insecure", "10-0-0-5.team-a.pod", "not-known-yet"),
        ("ttl 30", "10-0-0-5.team-a.pod", "left-out-of-dns"),
    ],
)
def test_what_the_kubernetes_plugin_leaves_out_is_told_by_its_line(option: str, name: str, cause: str) -> None:
    corefile = f".:53 {{\n kubernetes {ZONE} {{\n {option}\n }}\n forward . 10.1.1.1\n}}\n"
    full = f"{name}.{ZONE}"
    services = (virtual("pg"), headless("web"), alias("db", TARGET))
    cluster = Answers(*services, corefile=corefile, said={full: "NXDOMAIN"}, servers={})
    cluster.held_endpoints = [WEB] if name.startswith("web") else []
    found = query.explain(f"{full}.", "shop", [response(full, "A", "NXDOMAIN")], cluster)
    assert found.cause == cause
    assert cause == "not-known-yet" or "is not in DNS" in found.meaning


@pytest.mark.parametrize("cnames", [(), ("db.shop.svc.cluster.local.",)])
def test_an_answer_of_another_name_is_none(cnames: Sequence[str]) -> None:
    """A rewrite without `answer auto`: dig shows an address, glibc gives none."""
    rule = f"rewrite name suffix .old.test .team-a.svc.{ZONE}"
    cluster = Cluster(
        virtual("pg"), alias("db", "pg.old.test"), corefile=evidence.ORDINARY.replace("{", f"{{\n {rule}", 1)
    )
    full = cnames[0] if cnames else "pg.old.test."
    aliases = [Record(name, 5, "CNAME", "pg.old.test.") for name in cnames]
    came = response(full, "A", "NOERROR", *aliases, Record(f"pg.team-a.svc.{ZONE}.", 5, "A", ADDRESS))
    own = response(f"shop.svc.{ZONE}", "A")
    answer = query.settle("db", "shop", [came, own], evidence=cluster)
    assert (answer.resolved, answer.cause) == (False, "answer-of-another-name")
    assert f"`{rule}`" in answer.meaning and "answer auto" in answer.meaning


def test_an_alias_that_the_kubernetes_plugin_leaves_out_is_named() -> None:
    corefile = f".:53 {{\n kubernetes {ZONE} {{\n namespaces team-a\n }}\n forward . 10.1.1.1\n}}\n"
    full = f"db.shop.svc.{ZONE}"
    cluster = Answers(alias("db", f"pg.team-a.svc.{ZONE}"), virtual("pg"), corefile=corefile, said={}, servers={})
    found = query.explain("db", "shop", [response(full, "A", "NXDOMAIN")], cluster)
    assert found.cause == "left-out-of-dns" and found.meaning.startswith("Service db in namespace shop is not in DNS")


def test_a_namespace_that_coredns_leaves_out_is_not_said_to_be_gone() -> None:
    cluster = Cluster(virtual("pg"))
    own = response(f"shop.svc.{ZONE}", "A", "NXDOMAIN")
    said = [
        query.settle("pg", space, [*asked("pg", cluster), own], evidence=cluster).note for space in ("shop", "gone")
    ]
    assert said == ["", "There is no namespace gone: no Pod can ask from there."]


@pytest.mark.parametrize(
    ("name", "status", "rule"),
    [
        (f"pg.team-a.svc.{ZONE}.", "REFUSED", "block type A"),
        ("db.example.org.", "REFUSED", "block type A"),
        ("db.example.org.", "SERVFAIL", ""),
    ],
)
def test_who_may_ask_is_told_apart_from_what_there_is(name: str, status: str, rule: str) -> None:
    corefile = evidence.ORDINARY.replace("    forward", "    acl {\n block type A\n }\n    forward")
    cluster = Answers(
        virtual("pg"), corefile=corefile, said={plain(name): status}, servers={"/etc/resolv.conf": "NOERROR"}
    )
    found = query.explain(name, "shop", [response(name, "A", status)], cluster)
    assert (found.cause == "acl-refuses") == bool(rule) and rule in found.meaning


@pytest.mark.parametrize("links", [11, 12])
def test_eleven_aliases_are_followed_and_a_twelfth_is_not(links: int) -> None:
    aliases = [alias(f"l{number}", f"l{number + 1}.shop.svc.{ZONE}") for number in range(1, links)]
    followed = chain.follow(f"l1.shop.svc.{ZONE}", "A", Cluster(*aliases, alias(f"l{links}", TARGET)))
    assert followed.last.cause == ("" if links == 11 else "too-many-aliases")


def test_a_name_is_read_as_coredns_reads_it() -> None:
    assert read(f"_http._tcp.web.team-a.svc.{ZONE}.") == ClusterName("svc", "team-a", "web", ("_http", "_tcp"))
    assert read(f"web.team-a.svc.{ZONE}") == ClusterName("svc", "team-a", "web")
    assert read(f"team-a.svc.{ZONE}") == ClusterName("svc", "team-a")
    assert read(ZONE) == ClusterName("")


@pytest.mark.parametrize("namespace", ["", "Shop", "-shop", "a.b", "x" * 64])
def test_what_can_be_no_namespace_is_refused(namespace: str) -> None:
    with pytest.raises(CourseError, match="is no namespace"):
        question.check_namespace(namespace)
    assert question.check_namespace("team-a") == "team-a"


@pytest.mark.parametrize(
    ("resolver", "dots", "tried"),
    [("glibc", 1, ["a.b.", "a.b.shop.svc.cluster.local."]), ("go", 1, ["a.b.", "a.b.shop.svc.cluster.local."]),
     ("musl", 1, ["a.b."]), ("musl", 2, ["a.b.shop.svc.cluster.local.", "a.b."])],
)  # fmt: skip
def test_each_resolver_tries_its_own_names(resolver: str, dots: int, tried: list[str]) -> None:
    assert question.tried("a.b", ["shop.svc.cluster.local"], dots, resolver) == tried


def test_advice_is_written_for_the_terminal_it_is_read_in(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "kubectl get services, then ./course up; a course ends, kubectl itself"
    monkeypatch.setenv("KUBECONFIG", str(paths.KUBECONFIG))
    monkeypatch.setenv("PATH", f"{paths.VENV_BIN}{os.pathsep}/usr/bin")
    assert advice.for_here(text) == "kubectl get services, then course up; a course ends, kubectl itself"
    monkeypatch.setenv("KUBECONFIG", "/elsewhere")
    monkeypatch.chdir(paths.ROOT)
    own = advice.for_here(text)
    assert own.endswith(
        f"--kubeconfig {paths.KUBECONFIG} get services, then ./course up; a course ends, kubectl itself"
    )
    other = "KUBECONFIG='a b:c' kubectl config get-contexts"
    assert advice.for_here(other) == other, "it is about another cluster"
    monkeypatch.chdir(Path("/"))
    assert f"then {paths.ROOT}/course up" in advice.for_here(text)


@pytest.mark.parametrize("asks", [kubectl.require_ready, lambda: question.send([("db.", "A")])])
def test_the_second_cluster_is_not_asked_in_the_place_of_the_first(
    asks: Callable[[], object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "KUBECONFIG", tmp_path / "kubeconfig")
    server = "clusters:\n- cluster:\n    server: https://127.0.0.1:4711\n"
    engine: Any = SimpleNamespace(inspect=lambda *words: ":4711 ")
    paths.KUBECONFIG.write_text(f"{server}current-context: kind-{paths.cluster_name()}\n")
    assert kind_cluster.is_ours_in_kubeconfig(engine)
    paths.KUBECONFIG.write_text(f"{server}current-context: {neighbour.CONTEXT}\n")
    assert not kind_cluster.is_ours_in_kubeconfig(engine), "so course up writes it anew"
    with pytest.raises(CourseError, match="is neighbour, the second cluster") as caught:
        asks()
    assert caught.value.next == f"kubectl config use-context kind-{paths.cluster_name()}"
    assert f"--kubeconfig {paths.KUBECONFIG} config use-context" in str(caught.value)


def test_advice_for_root_needs_no_sudo_and_a_folder_that_is_gone_is_no_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = "sudo chown -R me x; sudo -s, then ./course up"
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert advice.for_here(text).startswith("sudo chown")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert advice.for_here(text).startswith("chown -R me x; sudo -s")
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setattr(advice, "has_course", lambda: False)
    assert advice.for_here(text).endswith(f"then {paths.ROOT}/course up")


def test_an_unanswered_question_keeps_its_name() -> None:
    nobody = ";; communications error to 10.96.0.10#53: timed out\n;; no servers could be reached\n"
    (silent,) = [dig._of(one, "db.shop.", "A") for one in dig.parse(nobody)]
    assert (silent.question, silent.kind, silent.status) == ("db.shop.", "A", "TIMEOUT")
