"""dig's text to records. The samples are what dig 9.18 printed on the course's cluster."""

import pytest

from course.base.errors import CourseError
from course.dns import dig, query, question

ALIAS = """
; <<>> DiG 9.18.49-1~deb12u1-Debian <<>> external-database.production.svc.cluster.local
;; global options: +cmd
;; Got answer:
;; WARNING: .local is reserved for Multicast DNS
;; You are currently testing what happens when an mDNS query is leaked to DNS
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 25853
;; flags: qr aa rd; QUERY: 1, ANSWER: 3, AUTHORITY: 0, ADDITIONAL: 1
;; WARNING: recursion requested but not available

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags:; udp: 1232
; COOKIE: d6eca0c5a9db5631 (echoed)
;; QUESTION SECTION:
;external-database.production.svc.cluster.local.	IN A

;; ANSWER SECTION:
external-database.production.svc.cluster.local.	5 IN CNAME prod-db.us-east-1.rds.amazonaws.com.
prod-db.us-east-1.rds.amazonaws.com. 5 IN CNAME	prod-db-1.cxyz123.us-east-1.rds.amazonaws.com.
prod-db-1.cxyz123.us-east-1.rds.amazonaws.com. 5 IN A 10.89.0.4

;; Query time: 0 msec
;; SERVER: 10.96.0.10#53(10.96.0.10) (UDP)
;; WHEN: Mon Nov 23 06:23:24 UTC 2026
;; MSG SIZE  rcvd: 337
"""
ABSENT = """
;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 24047
;; flags: qr aa rd; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1
;; QUESTION SECTION:
;nix.default.svc.cluster.local.	IN	A

;; AUTHORITY SECTION:
cluster.local.		30	IN	SOA	ns.dns.cluster.local. hostmaster.cluster.local. 1795415705 7200 1800 86400 30

;; SERVER: 10.96.0.10#53(10.96.0.10) (UDP)
"""
SILENT = """
;; communications error to 10.96.0.10#53: timed out
; <<>> DiG 9.18.49-1~deb12u1-Debian <<>> trap-long.production.svc.cluster.local
;; global options: +cmd
;; no servers could be reached
"""


def test_an_alias() -> None:
    (response,) = dig.parse(ALIAS)
    assert (response.status, response.server, response.kind) == ("NOERROR", "10.96.0.10", "A")
    assert response.flags == ("qr", "aa", "rd")
    assert [record.kind for record in response.answer] == ["CNAME", "CNAME", "A"]
    assert response.addresses == ("10.89.0.4",)
    assert [record.made_by for record in response.answer] == ["CoreDNS", "outside", "outside"]


def test_an_absent_name_keeps_its_authority() -> None:
    (response,) = dig.parse(ABSENT)
    assert response.status == "NXDOMAIN" and response.answer == ()
    assert response.authority[0].kind == "SOA" and response.authority[0].ttl == 30


def test_several_answers_in_order() -> None:
    assert [response.status for response in dig.parse(ABSENT + ALIAS + SILENT)] == ["NXDOMAIN", "NOERROR", "TIMEOUT"]


@pytest.mark.parametrize(
    ("name", "tried"),
    [
        ("db", ["db.shop.svc.cluster.local.", "db.svc.cluster.local.", "db.cluster.local.", "db."]),
        ("db.", ["db."]),
        (
            "a.b.c.d.e.f",
            [
                "a.b.c.d.e.f.",
                *[f"a.b.c.d.e.f.{end}." for end in ("shop.svc.cluster.local", "svc.cluster.local", "cluster.local")],
            ],
        ),
    ],
)
def test_the_search_list(name: str, tried: list[str]) -> None:
    assert question.candidates(name, "shop") == tried


@pytest.mark.parametrize(
    "name", ["http://db", "db:5432", "", ".", "a..b", "x" * 64 + ".com", ".".join(["x" * 60] * 5), "a b"]
)
def test_no_dns_name(name: str) -> None:
    with pytest.raises(CourseError, match="is no DNS name"):
        question.check_name(name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("https://api.example.com/v1", "api.example.com"),
        ("postgres://me:secret@db.example.com:5432/shop", "db.example.com"),
        ("db.team-a:5432", "db.team-a"),
        ("10.0.0.5/24", "10.0.0.5"),
        ("db ", "db"),
    ],
)
def test_the_name_in_what_is_none_is_proposed(typed: str, name: str) -> None:
    with pytest.raises(CourseError) as refused:
        question.check_name(typed)
    assert refused.value.next.endswith(f": {name}")


@pytest.mark.parametrize(
    ("name", "as_asked"),
    [*((name, name) for name in ("db", "external-database.production", "_postgresql._tcp.db.example.com", "a.b.")),
     ("bücher.example", "xn--bcher-kva.example")],
)  # fmt: skip
def test_a_dns_name(name: str, as_asked: str) -> None:
    assert question.check_name(name) == as_asked


def test_an_ipv6_address_is_told_from_a_name_with_a_port() -> None:
    for address in ("fd00::1", "[fd00::1]", "fd00::1%eth0"):
        with pytest.raises(CourseError, match="is an address, not a name") as refused:
            question.check_name(address)
        assert refused.value.next == f"course ask 1.{'0.' * 29}d.f.ip6.arpa --type PTR"


def test_an_unknown_type() -> None:
    with pytest.raises(CourseError, match="no record type"):
        query.ask("db", kind="WALLET")
