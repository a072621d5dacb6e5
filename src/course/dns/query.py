"""What a Pod gets for a name, and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from course.base import advice
from course.base.shell import Completed
from course.dns import dig, question

if TYPE_CHECKING:
    from course.dns.chain import Chain
    from course.dns.diagnosis import Diagnosis
    from course.dns.evidence import Evidence
    from course.dns.resolver import PodDns
    from course.dns.server_blocks import ServerBlock

RESOLVED = "resolved"  # the cause of an answer that came


class Answer(NamedTuple):
    """The questions a Pod's resolver puts for one name, in turn, and what came back.

    `asked` ends with the response that settled it. `meaning` is one or two sentences, `next` what to look at or type,
    one command a line. `cause` is a stable word, `chain` what was followed for a name that did not resolve.
    `maker` is who made the records that seem to come from outside, where the Corefile says otherwise.
    """

    name: str
    namespace: str
    asked: tuple[dig.Response, ...]
    meaning: str
    next: str
    cause: str = ""
    chain: Chain | None = None
    note: str = ""
    maker: str = ""

    @property
    def last(self) -> dig.Response:
        """The response that settled it."""
        return self.asked[-1]

    @property
    def resolved(self) -> bool:
        """Whether a program would get what it asked for: a record of that type."""
        return self.last.status == "NOERROR" and bool(self.last.wanted)

    def _made_by(self, record: dig.Record) -> str:
        return self.maker or record.made_by

    def as_dict(self) -> dict[str, object]:
        """For --json: the fields, with each record's maker, and the chain's hops."""
        asked = [
            response._asdict()
            | {"answer": [record._asdict() | {"made_by": self._made_by(record)} for record in response.answer]}
            | {"authority": [record._asdict() for record in response.authority]}
            for response in self.asked
        ]
        hops = self.chain.hops if self.chain else ()
        chain = [
            {"name": hop.name, "held_by": hop.holder, "leads_to": hop.leads_to, "cause": hop.cause} for hop in hops
        ]
        return {
            "name": self.name,
            "namespace": self.namespace,
            "resolved": self.resolved,
            "cause": self.cause,
            "asked": asked,
            "chain": chain,
            "note": self.note,
            "meaning": self.meaning,
            "next": advice.for_here(self.next),
        }

    def text(self) -> str:
        """Readable lines: each question, each record with TTL and maker, the chain where it broke, the sentence."""
        lines = [f"A Pod in {self.namespace} asks for {self.name}", *([f"Note: {self.note}"] if self.note else [])]
        for response in self.asked:
            lines.append(
                f"  {response.question} {response.kind} -> {response.status or 'no answer'} from {response.server}"
            )
            for record in response.answer:
                lines.append(
                    f"    {record.name} {record.ttl} {record.kind} {record.value} (from {self._made_by(record)})"
                )
        commands = advice.for_here(self.next).splitlines()
        following = [f"{'Next' if number == 0 else '  or'}: {command}" for number, command in enumerate(commands)]
        return "\n".join([*lines, *self._followed(), f"Meaning: {self.meaning}", *following])

    def _followed(self) -> list[str]:
        hops = self.chain.hops if self.chain else ()
        if len(hops) < 2:
            return []
        ends = [hop.leads_to if not hop.cause else f"ends here ({hop.cause})" for hop in hops]
        return ["Followed:", *(f"  {hop.name} [{hop.holder}] -> {end}" for hop, end in zip(hops, ends, strict=True))]


def ask(name: str, namespace: str = "default", kind: str = "A", dns: PodDns | None = None) -> Answer:
    """Ask as a Pod in `namespace` would; CourseError for what is no DNS name, a type nobody knows, or no cluster.

    `dns` is the Pod's own resolv.conf and resolver, where it is not kubelet's and glibc's.
    """
    pairs = question.pairs(name, namespace, kind, dns)
    return interpret(name, namespace, pairs, question.send(pairs, pod=dns.pod if dns else question.TOOLBOX), dns)


def interpret(
    name: str, namespace: str, pairs: Sequence[tuple[str, str]], result: Completed, dns: PodDns | None = None
) -> Answer:
    """What dig said to these (full name, type), settled as a resolver does, and explained."""
    return settle(name, namespace, dig.read(pairs, result), dns)


def settle(
    name: str,
    namespace: str,
    responses: Sequence[dig.Response],
    dns: PodDns | None = None,
    evidence: Evidence | None = None,
) -> Answer:
    """The responses to question.pairs, settled as a resolver does, and explained."""
    *tried, own_namespace = responses
    asked = _until_settled(tried, dns.resolver if dns else "glibc")
    gone = _may_be_gone(own_namespace, dns) and namespace not in (evidence or _cluster()).namespaces()
    note = f"There is no namespace {namespace}: no Pod can ask from there." if gone else ""
    if asked[-1].wanted and asked[-1].status == "NOERROR":
        from course.dns import meanings

        meaning, maker = meanings.meaning(asked[-1], lambda: _blocks(evidence))
        return Answer(name, namespace, asked, meaning, "", RESOLVED, None, note, maker)
    diagnosis = explain(name, namespace, asked, evidence, dns)
    return Answer(
        name, namespace, asked, diagnosis.meaning, "\n".join(diagnosis.next), diagnosis.cause, diagnosis.chain, note
    )


def _cluster(known: Sequence[dig.Response] = ()) -> Evidence:
    from course.dns.evidence import Cluster  # not for a name of the cluster that resolves

    return Cluster(known)


def _blocks(evidence: Evidence | None) -> Sequence[ServerBlock]:
    return (evidence or _cluster()).blocks()


def _may_be_gone(own: dig.Response, dns: PodDns | None) -> bool:
    """The namespace's own name was asked too: it is there, and empty, or it does not exist.

    A Corefile may leave it out, and a node's DNS server knows none: then the API says whether it is there.
    """
    return own.status == "NXDOMAIN" or (dns is not None and dns.policy == "Default")


def _until_settled(responses: Sequence[dig.Response], resolver: str) -> tuple[dig.Response, ...]:
    """The responses up to the one at which a resolver stops."""
    for number, response in enumerate(responses, 1):
        if not goes_on(resolver, response):
            return tuple(responses[:number])
    return tuple(responses)


def goes_on(resolver: str, response: dig.Response) -> bool:
    """Whether a resolver tries its next full name after this answer.

    glibc: __res_context_search in resolv/res_query.c. musl: name_from_dns_search in src/network/lookup_name.c. Go:
    goLookupIPCNAMEOrder in net/dnsclient_unix.go.
    """
    if response.status == "NXDOMAIN":
        return True
    if resolver == "musl":
        return False
    if resolver == "go":
        return not response.wanted
    return response.status == "SERVFAIL" or (response.status == "NOERROR" and not response.answer)


def explain(
    name: str,
    namespace: str,
    asked: Sequence[dig.Response],
    evidence: Evidence | None = None,
    dns: PodDns | None = None,
) -> Diagnosis:
    """Why a name did not resolve, by the questions and answers of it; `evidence` is fetched only now."""
    from course.dns import diagnose

    own_server = dns is not None and dns.policy == "Default"  # what another server said is nothing that CoreDNS said
    evidence = evidence or _cluster(() if own_server else asked)
    if dns:
        from course.dns import resolver

        if own := resolver.explain(name, namespace, asked, dns, evidence):
            return own
    if own_server:
        kind = asked[-1].kind
        ordinary = evidence.responses([(full, kind) for full in question.candidates(name, namespace)])
        found = diagnose.diagnose(name, namespace, _until_settled(ordinary, "glibc"), evidence)
        from dataclasses import replace  # not for an answer that came

        begin = "A Pod with dnsPolicy Default asks the DNS server of its node, and CoreDNS has no answer either"
        return replace(found, meaning=f"{begin}. {found.meaning}")
    return diagnose.diagnose(name, namespace, asked, evidence)
