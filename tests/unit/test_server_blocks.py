"""A Corefile read as CoreDNS reads it; tests/cluster/test_ask_corefile.py proves the same on a real CoreDNS."""

import pytest

from course.dns import server_blocks

COREFILE = r"""
(shared) {
    errors
}
# the root
.:53 {
    import shared
    forward . 10.89.0.2 { # behind the kubernetes plugin, wherever it stands
        except secret.example.com
    }
    kubernetes cluster.local in-addr.arpa {
        fallthrough in-addr.arpa
    }
    rewrite continue name one.test two.test
    rewrite name regex ^(.*)[.]two[.]test[.]$ {1}.three.test
    rewrite name two.test three.test
    template IN AAAA . {
        rcode NXDOMAIN
    }
}
corp.internal:53, 10.0.0.0/9 { forward . 10.9.9.9 }
db.corp.internal dns://other.test:53 {
    hosts {
        10.1.1.1 a.db.corp.internal
    }
    forward . 10.8.8.8
}
tls://corp.internal {
    whoami
}
"""


@pytest.mark.parametrize(
    ("name", "kind", "block", "plugins"),
    [
        ("www.example.com", "A", ".:53", ["forward"]),
        ("secret.example.com", "A", ".:53", []),
        ("www.example.com", "AAAA", ".:53", ["template"]),
        ("a.b.svc.cluster.local", "A", ".:53", ["kubernetes"]),
        ("1.0.0.11.in-addr.arpa", "PTR", ".:53", ["kubernetes", "forward"]),
        ("1.0.127.10.in-addr.arpa", "PTR", "corp.internal:53 10.0.0.0/9", ["forward"]),
        ("1.0.128.10.in-addr.arpa", "PTR", ".:53", ["kubernetes", "forward"]),
        ("www.corp.internal", "A", "corp.internal:53 10.0.0.0/9", ["forward"]),
        ("notcorp.internal", "A", ".:53", ["forward"]),
        ("b.db.corp.internal", "A", "db.corp.internal dns://other.test:53", ["hosts"]),
        ("other.test", "A", "db.corp.internal dns://other.test:53", ["hosts"]),
    ],
)
def test_a_name_goes_to_the_block_that_fits_best(name: str, kind: str, block: str, plugins: list[str]) -> None:
    way = server_blocks.route(name, kind, server_blocks.read(COREFILE))
    assert way.block and way.block.key == block and [one.name for one in way.plugins] == plugins


def test_rules_follow_one_another_until_one_stops() -> None:
    blocks = server_blocks.read(COREFILE)
    assert [one.name for one in server_blocks.route("one.test", "A", blocks).rewritten] == ["two.test", "three.test"]
    assert [one.name for one in server_blocks.route("x.two.test", "A", blocks).rewritten] == ["x.three.test"]


def test_without_a_root_block_a_name_may_belong_to_none() -> None:
    assert server_blocks.route("a.test", "A", server_blocks.read("b.test { whoami }")).block is None


@pytest.mark.parametrize("text", [".:53 {", "}", ".:53 {\n forward . 1.1.1.1 {\n}\n", "corp.internal"])
def test_a_brace_that_is_not_closed_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"brace|no end"):
        server_blocks.read(text)


ACL = """
.:53 {
    acl cluster.local {
        allow net 10.244.1.0/24
        block type A AAAA net 10.244.0.0/16 fd00::/8
        filter type MX
    }
    acl {
        drop net 192.0.2.0/24
    }
}
"""


@pytest.mark.parametrize(
    ("name", "kind", "status", "source", "rule"),
    [
        ("a.cluster.local", "A", "REFUSED", "10.244.0.9", "block type A AAAA net 10.244.0.0/16 fd00::/8"),
        ("a.cluster.local", "AAAA", "REFUSED", "fd00::9", "block type A AAAA net 10.244.0.0/16 fd00::/8"),
        ("a.cluster.local", "A", "REFUSED", "10.244.1.9", ""),
        ("a.cluster.local", "A", "REFUSED", "10.9.9.9", ""),
        ("a.cluster.local", "A", "NOERROR", "10.244.0.9", ""),
        ("a.cluster.local", "MX", "NOERROR", "10.244.0.9", "filter type MX"),
        ("a.example.com", "A", "REFUSED", "10.244.0.9", ""),
        ("a.example.com", "A", "TIMEOUT", "192.0.2.9", "drop net 192.0.2.0/24"),
        ("a.cluster.local", "A", "REFUSED", "", ""),
    ],
)
def test_an_acl_rule_is_named_by_what_came_of_it(name: str, kind: str, status: str, source: str, rule: str) -> None:
    block = server_blocks.read(ACL)[0]
    assert server_blocks.acl_rule(name, kind, status, source, block) == rule


def test_blocks_among_which_view_chooses_are_counted() -> None:
    blocks = server_blocks.read("a.test {\n view v { expr true }\n}\na.test { }\nb.a.test { }\n. { }\n")
    counted = [server_blocks.viewed(name, blocks) for name in ("x.a.test", "x.b.a.test", "example.com")]
    assert counted == [2, 1, 1]
