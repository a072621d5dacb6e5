"""What `course ask` makes of an answer: each cause it can name, and that a good answer costs no further look."""

import pytest

from course.base.errors import CourseError
from course.dns import dig, query, question
from course.dns.causes import Service
from course.dns.dig import Record, Response

ALIAS, TARGET, ADDRESS = "db.shop.svc.cluster.local.", "db.example.com.", "10.89.0.3"


def response(question: str = ALIAS, kind: str = "A", status: str = "NOERROR", *answer: Record) -> Response:
    return Response(question, kind, status, "10.96.0.10", answer=answer)


def cname(owner: str = ALIAS, target: str = TARGET) -> Record:
    return Record(owner, 30, "CNAME", target)


def alias(name: str, target: str, namespace: str = "shop") -> Service:
    return Service(namespace, name, "ExternalName", target)


class Evidence:
    """A cluster that holds these Services and answers for the target with this status; counts what it was asked."""

    def __init__(self, *services: Service, target: str = "NXDOMAIN") -> None:
        self.held, self.target, self.looks = list(services), target, 0

    def services(self) -> list[Service]:
        self.looks += 1
        return self.held

    def response(self, name: str, kind: str) -> Response:
        return response(name, kind, self.target)


GOOD = {
    "alias": response(ALIAS, "A", "NOERROR", cname(), Record(TARGET, 5, "A", ADDRESS)),
    "alias, CNAME asked": response(ALIAS, "CNAME", "NOERROR", cname()),
    "virtual IP": response(ALIAS, "A", "NOERROR", Record(ALIAS, 30, "A", "10.96.1.2")),
    "outside": response(TARGET, "A", "NOERROR", Record(TARGET, 5, "A", ADDRESS)),
}


@pytest.mark.parametrize("settled", GOOD.values(), ids=GOOD)
def test_a_good_answer_costs_no_look(settled: Response) -> None:
    evidence = Evidence()
    meaning, next = query.explain("db", "shop", (settled,), evidence)
    assert meaning and not next
    assert evidence.looks == 0


NXDOMAIN = response(status="NXDOMAIN")
EMPTY = response()
NOBODY = ";; communications error to 10.96.0.10#53: timed out\n;; no servers could be reached\n"
SILENT = query._of_question(dig.parse(NOBODY)[0], ALIAS, "A")
LONE = response(ALIAS, "A", "NOERROR", cname())
# What was asked, what the cluster holds, words that the meaning must have, words that the next step must have.
FAILING: dict[str, tuple[Response, Evidence, str, str]] = {
    "IPv4 text": (NXDOMAIN, Evidence(alias("db", "10.0.0.5")), "is an address", "without_selector"),
    "IPv6 text": (NXDOMAIN, Evidence(alias("db", "2001:db8::1")), "is an address", "without_selector"),
    "no Service": (NXDOMAIN, Evidence(), "no Service db in namespace shop", "kubectl get services -n shop"),
    "misspelt": (NXDOMAIN, Evidence(alias("dbb", TARGET)), "Perhaps you mean dbb.shop", "kubectl get services"),
    "other namespace": (NXDOMAIN, Evidence(alias("db", TARGET, "team-a")), "one in namespace team-a", "course ask db.team-a"),
    "headless, no Pod": (
        NXDOMAIN, Evidence(Service("shop", "db", "ClusterIP", cluster_ip="None")), "no ready endpoint", "kubectl get pods"
    ),
    "below an alias": (response(f"x.{ALIAS}", status="NXDOMAIN"), Evidence(alias("db", TARGET)), "no names below", "-o yaml"),
    "SRV of an alias": (
        response(f"_pg._tcp.{ALIAS}", "SRV", "NXDOMAIN"), Evidence(alias("db", TARGET)), "no SRV records", "-o yaml"
    ),
    "target missing inside": (
        EMPTY,
        Evidence(alias("db", "auth.team-a.svc.cluster.local"), Service("team-c", "auth", "ClusterIP")),
        "no Service auth in namespace team-a. Perhaps you mean auth.team-c",
        "kubectl get services -n team-a",
    ),
    "ring": (
        EMPTY,
        Evidence(alias("db", "a.shop.svc.cluster.local"), alias("a", "db.shop.svc.cluster.local")),
        "ring: shop/db -> shop/a -> shop/db",
        "kubectl get service a -n shop",
    ),
    "points at itself": (EMPTY, Evidence(alias("db", ALIAS.rstrip("."))), "ring: shop/db -> shop/db", "-o yaml"),
    "target has no Pod": (
        EMPTY,
        Evidence(alias("db", "pg.shop.svc.cluster.local"), Service("shop", "pg", "ClusterIP", cluster_ip="None")),
        "leads to the Service pg",
        "kubectl get pods,endpointslices -n shop",
    ),
    "type not followed": (response(kind="MX"), Evidence(alias("db", "db.example.com")), "not for MX", "--type MX"),
    "no AAAA": (response(kind="AAAA"), Evidence(Service("shop", "db", "ClusterIP")), "has no AAAA record", "-o yaml"),
    "target does not exist": (LONE, Evidence(target="NXDOMAIN"), "does not exist", "ExternalName"),
    "target's DNS fails": (LONE, Evidence(target="SERVFAIL"), "hides the outage", "course ask db.example.com"),
    "target without A": (LONE, Evidence(target="NOERROR"), "has no A record", "--type AAAA"),
    "label too long": (
        SILENT, Evidence(alias("db", "x" * 64 + ".example.com")), "more than 63", "kubectl get service db"
    ),
    "CoreDNS down": (SILENT, Evidence(), "CoreDNS is down", "kube-dns"),
    "server failure": (response(TARGET, status="SERVFAIL"), Evidence(), "says nothing about whether", "outside status"),
}  # fmt: skip


@pytest.mark.parametrize(("settled", "evidence", "meaning", "next"), FAILING.values(), ids=FAILING)
def test_a_failure_is_given_its_cause_and_a_next_step(settled: Response, evidence: Evidence, meaning: str, next: str) -> None:
    said, advice = query.explain("db", "shop", (settled,), evidence)
    assert meaning in said
    assert next in advice
    assert evidence.looks <= 1, "one kubectl call for all Services is enough"


@pytest.mark.parametrize("short", ["auth.team-a.", "auth.team-a.svc.", "auth."])
def test_a_short_target_is_recognised_and_mended(short: str) -> None:
    evidence = Evidence(alias("db", short.rstrip(".")), Service("team-a", "auth", "ClusterIP"))
    meaning, next = query.explain("db", "shop", (response(ALIAS, "A", "NOERROR", cname(target=short)),), evidence)
    assert "no search list is applied" in meaning
    assert next.startswith("kubectl patch service db -n shop") and "auth.team-a.svc.cluster.local" in next


def test_an_unknown_name_outside_is_not_blamed_on_the_cluster() -> None:
    asked = tuple(response(f"{name}.", status="NXDOMAIN") for name in ("www.nope.org.shop.svc.cluster.local", "www.nope.org"))
    meaning, _ = query.explain("www.nope.org", "shop", asked, Evidence())
    assert "www.nope.org. does not exist" in meaning


@pytest.mark.parametrize("namespace", ["", "Shop", "-shop", "a.b", "x" * 64])
def test_what_can_be_no_namespace_is_refused(namespace: str) -> None:
    with pytest.raises(CourseError, match="is no namespace"):
        question.check_namespace(namespace)
    assert question.check_namespace("team-a") == "team-a"
