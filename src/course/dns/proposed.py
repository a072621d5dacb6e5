"""What is proposed is asked first: names that have an answer, also behind the alias that is to point at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from course.dns import chain, readings
from course.dns.cluster_names import in_cluster
from course.dns.diagnosis import Case, Words, ask, look_at, patch
from course.dns.evidence import Evidence, Service
from course.dns.meant import COMPLETE, SUFFIX_WORDS, Meant


def answering(names: Sequence[str], kind: str, evidence: Evidence) -> dict[str, str]:
    """Those of the full names for which CoreDNS has an answer now, each with the type of it.

    That is the type that was asked for, else an address: who asks for AAAA is helped by a name that has A. An alias has
    a CNAME whatever it leads to, so that type says nothing.
    """
    kinds = [one for one in dict.fromkeys((kind, "A", "AAAA")) if one not in ("CNAME", "ANY")]
    pairs = [(name, one) for name in names if chain.fits(name) for one in kinds]
    responses = evidence.responses(pairs) if pairs else []
    types: dict[str, str] = {}
    for (name, one), response in zip(pairs, responses, strict=True):
        if response.wanted:
            types.setdefault(name, one)
    return types


def good(intended: Sequence[Meant], case: Case) -> list[Meant]:
    """Of these the ones that have an answer, and that the alias to mend can point at: never at itself.

    Where a name below a Service has none, the Service stands for it.
    """
    alias = case.chain.to_mend
    others = [one for one in intended if one.service != alias]
    names = [name for one in others for name in (one.full, one.service.full)]
    kinds = answering(names, "A" if alias else case.kind, case.evidence)
    spelled = [one if one.full in kinds else replace(one, below=(), lost=one.below) for one in others]
    fine = [replace(one, kind=kinds[one.full]) for one in dict.fromkeys(spelled) if one.full in kinds]
    return [replace(one, end=_end(one.full, one.kind, case)) for one in fine] if alias else fine


def _end(name: str, kind: str, case: Case) -> str:
    """The end of the aliases behind a name, where those before and behind are more than CoreDNS follows; "" else."""
    behind = chain.follow(name, kind, case.evidence).aliases
    return behind[-1].target if len(case.chain.aliases) + len(behind) > chain.ALIASES else ""


def proposed(case: Case, intended: Sequence[Meant], then: str = "") -> Words:
    """(a sentence, commands) with those of these names that are good, three at most; ("", ()) where none is.

    then: how the sentence goes on behind the names.
    """
    fine = good(intended, case)[:3]
    if not fine:
        return "", ()
    begin = "You mean" if all(one.sure for one in fine) else "Perhaps you mean"
    alias = case.chain.to_mend
    commands = [
        patch(alias, one.end or one.full) if alias else ask(case, one.short, kind=one.kind) for one in fine
    ]  # fmt: skip
    return f" {begin} {' or '.join(one.full for one in fine)}{then}.{_lost(fine)}{_too_far(fine)}", tuple(commands)


def no_better(case: Case, service: Service) -> Words:
    """(a sentence, commands) where the only Service that may be meant is the alias itself, or has no answer either."""
    if service == case.chain.to_mend:
        return " That is this alias itself: it needs the name of something else.", (look_at(service),)
    return f" {service} does not resolve either: ask why.", (ask(case, Meant(service).short),)


def _lost(fine: Sequence[Meant]) -> str:
    return f" No {'.'.join(fine[0].lost)} is below it now." if len(fine) == 1 and fine[0].lost else ""


def _too_far(fine: Sequence[Meant]) -> str:
    far = [one for one in fine if one.end]
    if not far:
        return ""
    return f" So many aliases follow {far[0].full} that one more is too many: point this at their end, {far[0].end}."


def lead_to(case: Case, name: str) -> tuple[str, ...]:
    """The command that points the alias at this full name, or asks for it; () where it has no answer."""
    alias = case.chain.to_mend
    kind = answering([name], "A" if alias else case.kind, case.evidence).get(name)
    if kind is None:
        return ()
    return (patch(alias, _end(name, kind, case) or name) if alias else ask(case, f"{name}.", kind=kind),)


def near_outside(case: Case, name: str) -> Words:
    """(a sentence, commands) with the name outside that another alias uses and that looks like this one."""
    near = readings.near_outside(name, case.evidence)[:3]
    alias = case.chain.to_mend
    kinds = answering(near, "A" if alias else case.kind, case.evidence)
    best = next((one for one in near if one in kinds), "")
    if not best:
        return "", ()
    sentence = f" Perhaps you mean {best}, which {'another' if alias else 'an'} alias of this cluster uses."
    return sentence, (patch(alias, best) if alias else ask(case, best, kind=kinds[best]),)


def complete_within(case: Case) -> str:
    """The complete name to which a suffix of the cluster was added by mistake; "" where there is none.

    `auth.team-a.svc.cluster.local.team-b.svc.cluster.local` and `db.example.com.team-b` hold one. A name outside is
    taken for one if it has an answer, or else if the domain above it is there; an address with dots, always.
    """
    name = case.hop.name
    head, twice, _ = name.partition(f"{COMPLETE}.")
    if twice:
        return head + COMPLETE if answering([head + COMPLETE], case.kind, case.evidence) else ""
    labels = name.split(".")
    while labels and (labels[-1] in SUFFIX_WORDS or labels[-1] in case.evidence.namespaces()):
        labels.pop()
    bare, domain = ".".join(labels), ".".join(labels[1:])
    if bare == name or "." not in bare or in_cluster(bare):
        return ""
    if chain.is_address(bare):
        return bare
    known = "." in domain and case.evidence.response(domain, "NS").status == "NOERROR"
    return bare if known or answering([bare], case.kind, case.evidence) else ""
