"""The verb `ask`: parse, call, print.

By argparse, not typer: it is typed like dig, again and again, and typer's start would take longer than the rest of it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

TYPE_CHECKING = False  # as typing's, whose import the question would wait for
if TYPE_CHECKING:
    from course.dns.query import Answer
    from course.dns.resolver import PodDns

SUMMARY = "What a Pod gets for a name: each question, each record, who it came from, and what it means."
CODES = "Exit codes: 0 there is an answer, 1 there is none, 2 the call or the machine is wrong, 130 stopped by Ctrl-C."


def parser() -> argparse.ArgumentParser:
    """The words that `ask` takes."""
    made = argparse.ArgumentParser("course ask", description=SUMMARY, epilog=CODES)
    made.add_argument("name", help="A name as an app would write it: external-database, or a full name.")
    made.add_argument("--from", dest="namespace", default="default", help="The namespace of the Pod that asks.")
    made.add_argument("--type", dest="kind", default="A", help="A, AAAA, CNAME, SRV, MX, TXT, NS, PTR, ANY...")
    made.add_argument("--json", action="store_true", help="Print JSON for programs.")
    made.add_argument(
        "--watch", action="store_true", help="Ask again each second, say when the answer changes; Ctrl-C ends it."
    )
    policies = ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")
    made.add_argument("--dns-policy", default="ClusterFirst", choices=policies, help="The Pod's dnsPolicy.")
    made.add_argument(
        "--ndots", type=int, choices=range(16), metavar="N", help="The Pod's ndots, 0 to 15 (kubelet's is 5)."
    )
    made.add_argument(
        "--resolver", default="glibc", choices=("glibc", "musl", "go"), help="Whose resolver the app uses."
    )
    return made


def main(words: Sequence[str]) -> int:
    """Ask, print, and return the exit code."""
    given = parser().parse_args(words)
    dns = _pod_dns(given)
    if given.watch:
        from course.cli import watch

        return watch.main(lambda: _answer(given, dns), as_json=given.json)
    answer = _answer(given, dns)
    if given.json:
        import json

        print(json.dumps(answer.as_dict()))
    else:
        print(answer.text())
    return 0 if answer.resolved else 1


def _pod_dns(given: argparse.Namespace) -> PodDns | None:
    """The resolver of another Pod than an ordinary one, where one was asked for."""
    if (given.dns_policy, given.ndots, given.resolver) == ("ClusterFirst", None, "glibc"):
        return None  # without loading what knows of others
    from course.dns import question, resolver

    question.check_name(given.name)
    question.check_namespace(given.namespace)
    return resolver.pod_dns(given.namespace, given.dns_policy, given.ndots, given.resolver)


def _answer(given: argparse.Namespace, dns: PodDns | None) -> Answer:
    from course.dns import question

    pairs = question.pairs(given.name, given.namespace, given.kind, dns)
    ending = question.begin(pairs, pod=dns.pod if dns else question.TOOLBOX)
    from course.dns import query  # a sixth of the time of a question, and dig does not wait for it

    return query.interpret(given.name, given.namespace, pairs, ending(), dns)
