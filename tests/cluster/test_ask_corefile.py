"""`course ask` reads the Corefile as CoreDNS does: server blocks, rewrites, templates, hosts, and one it does not take.

One Corefile holds nearly all of it, so that CoreDNS is restarted once.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from course.base.errors import CourseError
from course.base.waiting import until
from course.dns import query, question
from course.dns.evidence import Cluster
from course.kube import coredns, corefile, kubectl, namespaces
from course.provision import engine, outside
from course.tasks import stage
from tests import daily
from tests.cluster.helpers import Asked, Course, alias_manifest, asked_lines, wrong_answers

pytestmark = pytest.mark.cluster

# Into the root block. What rewrite makes of a name is answered in the same block.
ROOT = r"""
    rewrite name old-db.example.com db.example.com
    rewrite name rw-gone.example.com no-such.example.com
    rewrite name rw-svc.example.com auth.ask-c.svc.cluster.local
    rewrite name rw-nothing.example.com nothing.ask-c.svc.cluster.local
    rewrite name rw-alias.example.com to-gone.ask-c.svc.cluster.local
    rewrite name auth-old.ask-c.svc.cluster.local auth.ask-c.svc.cluster.local
    rewrite name suffix .shop.test .ask-c.svc.cluster.local answer auto
    rewrite name suffix .bare.test .ask-c.svc.cluster.local
    rewrite name regex (.*)\.regex\.test {1}.ask-c.svc.cluster.local answer auto
    rewrite stop {
        name prefix v1. v2.
        answer auto
    }
    rewrite continue name step-one.example.com step-two.example.com
    rewrite name step-two.example.com nothing.example.com
    rewrite type TXT MX
    template IN A tpl.test {
        match ^good[.]
        answer "{{ .Name }} 30 IN A 10.1.2.3"
        fallthrough
    }
    template IN ANY blocked.test {
        rcode NXDOMAIN
    }
    template IN A strict.test {
        match ^good[.]
        answer "{{ .Name }} 30 IN A 10.1.2.3"
    }
"""
# DEAD is an address at which nothing answers, OUTSIDE the world outside.
BLOCKS = """
corp.internal:53 {
    errors
    forward . DEAD
}
eu.corp.internal:53 {
    forward . OUTSIDE
}
example.net:53 {
    forward . OUTSIDE
}
port.internal:53 {
    forward . OUTSIDE:5353
}
empty.internal:53 {
    errors
}
except.internal:53 {
    forward . OUTSIDE {
        except secret.except.internal
    }
}
hosts.internal:53 {
    hosts {
        10.1.1.1 a.hosts.internal
    }
    forward . OUTSIDE
}
through.internal:53 {
    hosts {
        10.1.1.2 a.through.internal
        fallthrough
    }
    forward . OUTSIDE
}
legacy.internal:53 {
    rewrite name suffix .legacy.internal .ask-c.svc.cluster.local answer auto
    forward . OUTSIDE
}
tls.internal:53 {
    forward . tls://OUTSIDE
}
ask-d.svc.cluster.local:53 {
    forward . OUTSIDE
}
ask-e.svc.cluster.local:53 {
    errors
}
elsewhere.internal:5300 {
    forward . DEAD
}
"""
# Plugins that the course's own CoreDNS does not have; the one of an official node image has.
ACL = """
    acl closed.ask-c.svc.cluster.local {
        block type A
    }
"""
ACL_BLOCKS = """
acl.internal:53 {
    acl {
        allow type AAAA
        block net 10.244.0.0/16
    }
    forward . OUTSIDE
}
filtered.internal:53 {
    acl {
        filter type A
    }
    forward . OUTSIDE
}
dropped.internal:53 {
    acl {
        drop
    }
    forward . OUTSIDE
}
open.internal:53 {
    acl {
        allow net 10.244.0.0/16
        block
    }
    forward . OUTSIDE
}
view.internal:53 {
    view six {
        expr type() == 'AAAA'
    }
    forward . DEAD
}
view.internal:53 {
    forward . OUTSIDE
}
"""
ACL_TABLE = {
    "acl-refuses": [
        "closed | block type A | server block .:53 | !hears of a change",
        "db.acl.internal | block net 10.244.0.0/16 | REFUSED | !only this name's zone",
        "to-acl | an alias of db.acl.internal | hides the outage",
        "db.filtered.internal | filter type A | empty answer",
        "db.dropped.internal | rule `drop` | no answer",
    ],
    "outside-missing": [
        "db.open.internal | server block open.internal:53 | !acl",
        "db.view.internal | `view` chooses",
    ],
}
DEAD = "192.0.2.1"  # RFC 5737: for documentation, nobody has it
ALIASES = {
    "ask-c": {
        "to-gone": "gone.example.com",
        "to-stub": "db.corp.internal",
        "to-eu": "db.eu.corp.internal",
        "to-bare": "auth.bare.test",
        "to-rewrite": "rw-nothing.example.com",
        "to-hosts": "b.hosts.internal",
        "to-good-host": "a.hosts.internal",
        "to-taken": "shop.ask-d.svc.cluster.local",
        "to-old": "auth-old.ask-c.svc.cluster.local",
        "to-empty": "db.empty.internal",
        "to-rewritten": "rw-svc.example.com",
        "to-acl": "db.acl.internal",
        "ring-a": "ring.shop.test",
        "ring": "ring-a.ask-c.svc.cluster.local",
        "zz-last": "api.example.com",
    }
}
SERVICES = "---\n".join(
    f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {space}}}\nspec: {{ports: [{{port: 80}}]}}\n"
    for name, space in (("auth", "ask-c"), ("closed", "ask-c"), ("shop", "ask-d"), ("shop", "ask-e"))
)
TABLE = {
    "forwarder-down": [
        "db.corp.internal | server block corp.internal:53 | 192.0.2.1 | !Other names outside",
        "to-stub | server block corp.internal:53 | hides the outage",
        "db.port.internal | :5353",
    ],
    "outside-missing": [
        "db.eu.corp.internal | server block eu.corp.internal:53 | !192.0.2.1",
        "b.through.internal | server block through.internal:53",
        "nothing.elsewhere.internal | nothing.elsewhere.internal. does not exist | !server block",
        "x.tpl.test | does not exist",
    ],
    "target-missing-outside": [
        "to-eu | server block eu.corp.internal:53",
        "to-gone | gone.example.com. does not exist",
    ],
    "no-plugin-answers": [
        "db.empty.internal | server block empty.internal:53 | errors",
        "to-empty | server block empty.internal:53 | hides the outage",
        "x.secret.except.internal | server block except.internal:53",
    ],
    "zone-taken": [
        "shop.ask-d | server block ask-d.svc.cluster.local:53 | forward",
        "shop.ask-e | server block ask-e.svc.cluster.local:53 | no plugin",
    ],
    "plugin-has-none": [
        "b.hosts.internal | fallthrough | hosts",
        "to-hosts | fallthrough",
        "x.blocked.test | template IN ANY blocked.test | NXDOMAIN",
        "x.strict.test | template IN A strict.test",
    ],
    "rewrite-leads-nowhere": [
        "rw-gone.example.com | rewrite name rw-gone.example.com no-such.example.com | no-such.example.com",
        "rw-nothing.example.com | no Service nothing in namespace ask-c",
        "to-rewrite | ask-c/to-rewrite -> rw-nothing.example.com | no Service nothing",
        "auht.shop.test | rewrite name suffix | no Service auht",
        "nothing.regex.test | rewrite name regex | no Service nothing",
        "v1.nothing.example.com | v2.nothing.example.com",
        "step-one.example.com | nothing.example.com",
        "auth.legacy.internal | rewrite name suffix | server block legacy.internal:53 | forward",
        "db.example.com @ask-c TXT | rewrite type TXT MX",
    ],
    "answer-of-another-name": [
        "auth.bare.test | rewrite name suffix .bare.test | answer auto",
        "to-bare | auth.ask-c.svc.cluster.local | answer auto",
    ],
    "forwarder-over-tls": ["db.tls.internal | cannot be tried from here | tls.internal:53 | !Other names"],
    "service-missing": ["to-old | no Service auth-old in namespace ask-c | !rewrite"],
    "alias-ring": ["ring-a | ring"],
    "resolved": [
        "old-db.example.com | rewrite name old-db.example.com db.example.com | forwarded",
        "rw-svc.example.com | makes auth.ask-c.svc.cluster.local | !forwarded",
        "to-rewritten",
        "auth-old",
        "auth.shop.test",
        "auth.regex.test",
        "good.tpl.test | template IN A tpl.test | Nobody outside",
        "good.strict.test",
        "a.hosts.internal | hosts | hosts.internal:53 | Nobody outside",
        "to-good-host",
        "a.through.internal",
        "to-taken",  # the kubernetes plugin looks its own names up itself, past the block that takes them
        "auth.ask-c",
    ],
}


@pytest.fixture
def corefile_kept() -> Iterator[str]:
    """The Corefile as it was, before and after."""
    before = corefile.read()
    yield before
    corefile.write(before)


@pytest.fixture
def services() -> Iterator[None]:
    names = ("ask-c", "ask-d", "ask-e")
    for name in names:  # of the test before, which does not wait for them: nothing can be made in one that goes
        namespaces.settle(name, stage.GONE_WITHIN)
    kubectl.apply("".join(kubectl.namespace_manifest(name, "made-by", "a-test") for name in names))
    kubectl.apply(SERVICES + "---\n" + alias_manifest(ALIASES))
    yield
    kubectl.run("delete", "namespace", *names, "--wait=false")


def wait_for_services() -> None:
    """CoreDNS hears of Services in turn: when it knows the last one, it knows all."""
    until(
        lambda: all(coredns.answers("zz-last.ask-c.svc.cluster.local").values()),
        seconds=180,
        what="CoreDNS knowing the Services",
    )


def with_all(before: str, in_root: str = ROOT, blocks: str = BLOCKS) -> str:
    address = outside.addresses(engine.chosen()).primary
    root = before.replace("    ready\n", f"    ready\n{in_root}", 1)
    return root + blocks.replace("OUTSIDE", address).replace("DEAD", DEAD)


def answers(table: list[Asked]) -> dict[Asked, query.Answer]:
    shared = Cluster()
    asked = {line: question.pairs(line.name, line.namespace, line.kind) for line in table}

    def one(line: Asked) -> query.Answer:
        return query.settle(line.name, line.namespace, shared.responses(asked[line]), evidence=shared)

    with ThreadPoolExecutor(4) as pool:
        return dict(zip(table, pool.map(one, table), strict=True))


def test_each_hop_of_the_corefile_is_named(corefile_kept: str, services: None) -> None:
    text = with_all(corefile_kept)
    corefile.write(text)
    wait_for_services()
    wrong = wrong_answers(answers(asked_lines(TABLE)))
    assert not wrong, "\n".join(wrong)


@daily.WEEKLY
def test_what_the_kubernetes_plugin_leaves_out_is_told(corefile_kept: str, services: None) -> None:
    corefile.write(corefile_kept.replace("pods insecure", "pods verified\n       namespaces default ask-c", 1))
    wait_for_services()
    table = {
        "left-out-of-dns": [
            "shop.ask-d | Service shop in namespace ask-d | `namespaces default ask-c`",
            "shop @ask-d A | namespaces default ask-c | !no namespace",
            "10-9-9-9.ask-c.pod | pods verified",
        ],
        "resolved": ["auth.ask-c @ask-d A | !no namespace"],
    }
    wrong = wrong_answers(answers(asked_lines(table)))
    assert not wrong, "\n".join(wrong)


@daily.WEEKLY
def test_who_may_ask_is_told_apart_from_what_there_is(corefile_kept: str, services: None) -> None:
    has = kubectl.output("exec", "-n", "kube-system", "deployment/coredns", "--", "/coredns", "-plugins")
    if "dns.acl" not in has or "view" not in has:
        pytest.skip("this CoreDNS was built without the plugins acl and view; that of kind's official node has them")
    corefile.write(with_all(corefile_kept, ACL, ACL_BLOCKS))
    wait_for_services()
    wrong = wrong_answers(answers(asked_lines(ACL_TABLE)))
    assert not wrong, "\n".join(wrong)


@daily.WEEKLY
def test_a_corefile_that_coredns_does_not_take_is_told_and_taken_back(corefile_kept: str) -> None:
    with pytest.raises(CourseError, match="does not take") as refused:
        corefile.write(corefile_kept.replace("forward .", "forwrd ."))
    assert "forwrd" in refused.value.why
    assert corefile.read() == corefile_kept
    assert corefile.each_question_answered()


@daily.WEEKLY
def test_a_plugin_that_this_coredns_does_not_have_is_told_in_its_words(corefile_kept: str) -> None:
    """It says so in a line without any mark of an error."""
    change = {"data": {"Corefile": corefile_kept + "any.internal:53 {\n    erratic\n}\n"}}
    has = kubectl.output("exec", "-n", "kube-system", "deployment/coredns", "--", "/coredns", "-plugins")
    if "dns.erratic" in has:
        change["data"]["Corefile"] = (
            corefile_kept + "any.internal:53 {\n    forward . 192.0.2.1 {\n policy best\n}\n}\n"
        )
    kubectl.output("-n", "kube-system", "patch", "cm", "coredns", "-p", json.dumps(change))
    kubectl.output("-n", "kube-system", "rollout", "restart", "deployment/coredns")
    said = until(coredns.complaint, seconds=180, what="CoreDNS complaining")
    assert "erratic" in said or "policy" in said, said


@daily.WEEKLY
def test_a_name_that_no_server_block_is_for(corefile_kept: str) -> None:
    corefile.write(corefile_kept.replace(".:53 {", "cluster.local:53 example.org:53 {", 1))
    wrong = wrong_answers(
        answers(asked_lines({"no-server-block": ["db.example.com | REFUSED | cluster.local, example.org"]}))
    )
    assert not wrong, "\n".join(wrong)


@daily.WEEKLY
def test_a_corefile_that_does_not_parse_is_given_coredns_own_words(corefile_kept: str, course: Course) -> None:
    """One new Pod crashes on it, the old ones go on: nothing of it is in force, and the words say why."""
    block = "wrong.internal:53 {\n    forwrd . 192.0.2.1\n}\n"
    change = {"data": {"Corefile": corefile_kept + block}}
    kubectl.output("-n", "kube-system", "patch", "cm", "coredns", "-p", json.dumps(change))
    kubectl.output("-n", "kube-system", "rollout", "restart", "deployment/coredns")
    until(coredns.complaint, seconds=180, what="CoreDNS complaining")
    done = course("ask", "db.wrong.internal")
    assert done.returncode == 1 and "forwrd" in done.stdout and "Error during parsing" in done.stdout, done.stdout
    assert course("ask", "kubernetes").returncode == 0


@daily.WEEKLY
def test_a_corefile_without_an_end_is_no_traceback(corefile_kept: str, course: Course) -> None:
    change = {"data": {"Corefile": corefile_kept + "wrong.internal:53 {\n"}}
    kubectl.output("-n", "kube-system", "patch", "cm", "coredns", "-p", json.dumps(change))
    done = course("ask", "no-such-name")
    assert done.returncode == 1 and "no Service no-such-name" in done.stdout, done.stdout + done.stderr
