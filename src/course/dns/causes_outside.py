"""From the first hop that does not hold to words: the hops outside the cluster."""

from __future__ import annotations

from collections.abc import Callable

from course.dns import causes_corefile, meant, readings
from course.dns.chain import Hop
from course.dns.cluster_names import POD
from course.dns.diagnosis import Case, Words, ask, look_at, patch
from course.dns.question import ZONE

RECORDS = "course outside records"


def _subject(case: Case) -> str:
    """How the sentence begins: with the alias, where one leads there."""
    return f"{case.way}The alias is there, but its target" if case.chain.to_mend else "The name"


def _provider(case: Case) -> list[Hop]:
    """The hops of the provider; the first one is the name that the alias, the question or a rewrite names."""
    return [hop for hop in case.chain.hops if hop.plugin]


def _missing(case: Case) -> Words:
    name, alias = case.hop.name, case.chain.to_mend
    if alias:
        return _target_missing(case, name)
    near = readings.near_outside(name, case.evidence, case.kind)
    said = f"No such name (NXDOMAIN), neither in the cluster nor outside: {name}. does not exist.{_numbers(name)}"
    if name.endswith(".arpa"):
        return f"{said} Nothing with that address has a name: no Service, no endpoint of one, nothing outside.", (
            "kubectl get services,endpointslices -A",
        )
    if near:
        return f"{said} Perhaps you mean {near}, which an alias of this cluster uses.", (ask(case, near),)
    return said, ("Compare it letter by letter with what the provider's console shows.",)


def _numbers(name: str) -> str:
    """What is wrong with a name of numbers alone, which is no address; "" for any other."""
    labels = name.split(".")
    return f" It has {len(labels)} numbers, and an IPv4 address has four." if "".join(labels).isdigit() else ""


def _target_missing(case: Case, name: str) -> Words:
    alias = case.chain.to_mend
    assert alias is not None
    if short := _short_target(case, name):
        return short
    begin = f"{_subject(case)} {name}. does not exist (NXDOMAIN).{_numbers(name)}"
    if alias in [one.service for one in meant.names_for(name, case.evidence, alias.namespace)]:
        said = "It is taken as a full name, and the only Service that it could mean is this alias itself."
        return f"{begin} {said} It needs the name of something else.", (look_at(alias),)
    near = readings.near_outside(name, case.evidence, case.kind)
    if near:
        return f"{begin} Perhaps you mean {near}, which another alias of this cluster uses.", (patch(alias, near),)
    return f"{begin} A misspelt externalName, or the provider removed the name.", (look_at(alias),)


def _short_target(case: Case, name: str) -> Words | None:
    """The target was meant for the cluster, and was not written in full."""
    alias = case.chain.to_mend
    if alias is None:
        return None
    found = meant.names_for(name, case.evidence, alias.namespace)
    fine = meant.good(found, alias, case.kind, case.evidence)[:3]
    full = [one.full for one in fine]
    if not fine and name.endswith(f".{POD}"):
        full = meant.resolving([f"{name}.{ZONE}"], case.kind, case.evidence)
    if not full:
        return None
    names = " or ".join(full)
    lost = f" No {'.'.join(fine[0].lost)} is below it now." if len(fine) == 1 and fine[0].lost else ""
    said = (
        f"{case.way}The alias is there, but its target {name}. is taken as a full name: no search list is applied to "
        f"it. You mean {names}, and that must be written in full.{lost}"
    )
    return said, tuple(patch(alias, one) for one in full)


def short_target(case: Case) -> bool:
    """Whether a target outside that does not exist was meant for the cluster."""
    return (
        case.hop.cause == "outside-missing"
        and bool(case.chain.to_mend)
        and _short_target(case, case.hop.name) is not None
    )


def _dangling(case: Case) -> Words:
    first = _provider(case)[0].name
    records = [hop for hop in _provider(case) if hop.leads_to]
    owner = records[-1].name if records else first
    right = f"The externalName {first} is right: the" if case.chain.to_mend else "The"
    return (
        f"{case.way}{right} provider's record {owner}. is an alias of {case.hop.name}., and that does not exist "
        "(NXDOMAIN). The provider must mend it, or name another name.",
        (f"{RECORDS} | grep {owner}",),
    )


def _ring(case: Case) -> Words:
    owners = [hop.name for hop in _provider(case)]
    path = " -> ".join(dict.fromkeys(owners)) + f" -> {case.hop.name}"
    return f"{case.way}The provider's records form a ring: {path}. No address stands at its end.", (
        f"{RECORDS} | grep CNAME",
    )


def _not_followed(case: Case) -> Words:
    return (
        f"{case.way}The provider's record leads to {case.hop.name}., which exists, but its DNS server answers with "
        "the alias alone, and CoreDNS does not ask further.",
        (patch(case.chain.to_mend, case.hop.name) if case.chain.to_mend else ask(case, f"{case.hop.name}."),),
    )


def _back_to_cluster(case: Case) -> Words:
    return (
        f"{case.way}The provider's record leads back into the cluster, to {case.hop.name}. CoreDNS does not follow an "
        "alias that came from outside.",
        (patch(case.chain.to_mend, case.hop.name) if case.chain.to_mend else ask(case, case.hop.name),),
    )


def _alias_of_address(case: Case) -> Words:
    return (
        f"{case.way}The provider's record is an alias of {case.hop.name}, an address. A CNAME takes names only: the "
        "provider must make an A record.",
        (f"{RECORDS} | grep {case.hop.name}",),
    )


def no_record_of_type(case: Case) -> Words:
    """The name is there outside, with records of other types or none."""
    name = case.hop.name
    others = readings.types_of(name, case.kind, case.evidence)
    begin = f"{_subject(case)} {name}. has no {case.kind} record."
    if not others:
        return f"{begin} It exists only as a part of longer names, and has no record itself.", (
            f"{RECORDS} | grep {name}",
        )
    if case.kind == "A" and others[0] == "AAAA":
        said = f"{begin} It has an IPv6 address (AAAA) only."
    else:
        said = f"{begin} It exists, but with records of other types only: {', '.join(others)}."
    followed = case.chain.to_mend is not None and others[0] in ("A", "AAAA")
    return said, (ask(case, case.asked_name if followed else name, kind=others[0]),)


def _failure(case: Case) -> Words:
    """No answer from outside: the provider's zone, its server, or CoreDNS's forward. The server is asked itself."""
    name = case.hop.name
    hides = causes_corefile.hides(case)
    said = case.hop.response.status if case.hop.response else "no answer"
    begin = f"{_subject(case)} {name}. cannot be looked up: {said}"
    servers = _servers(case)
    if _silent(case) == servers and servers:
        if case.hop.block and not case.hop.block.root:
            return causes_corefile.forwarder_down(case, servers)
        return (
            f"{begin}. CoreDNS forwards to {' and '.join(servers)}, and no DNS server answers there: it is stopped, or "
            f"the address in the Corefile is wrong.{hides}",
            ("course outside status", causes_corefile.SHOW),
        )
    if _over(case) and _silent(case):
        return (
            f"{begin}. CoreDNS forwards to {' and '.join(servers)}, one of them at a time, and "
            f"{' and '.join(_silent(case))} does not answer: some questions get no answer, or a late one.{hides}",
            causes_corefile.COMMANDS,
        )
    if _over(case):
        return f"{begin} a moment ago. The server outside answers again.", (ask(case, case.asked_name),)
    silent = f" Of its servers {' and '.join(_silent(case))} does not answer." if _silent(case) else ""
    return (
        f"{begin} from its DNS server.{hides}{silent} Other names outside can be looked up: only this "
        "name's zone fails.",
        ("course ask db.example.com  # fails too: all DNS outside; answers: only this name's",),
    )


def _servers(case: Case) -> list[str]:
    return list(case.evidence.servers(case.hop.plugin)) if case.hop.plugin else []


def _silent(case: Case) -> list[str]:
    """Those of the servers that CoreDNS forwards to that do not answer when they are asked themselves."""
    return [one for one in _servers(case) if case.evidence.outside(".", "SOA", one).status == "TIMEOUT"]


def _over(case: Case) -> bool:
    """Whether one of them answers for the name now."""
    answers = (case.evidence.outside(case.hop.name, case.kind, one).status for one in _servers(case))
    return any(status in ("NOERROR", "NXDOMAIN") for status in answers)


def failure_kind(case: Case) -> str:
    """Of a failure outside, which: no server there, one of several, this zone alone, or over already."""
    if _servers(case) and _silent(case) == _servers(case):
        return "outside-down" if case.hop.block is None or case.hop.block.root else "forwarder-down"
    if _over(case):
        return "forwarder-down-in-part" if _silent(case) else "outside-recovered"
    return "outside-servfail"


WORDS: dict[str, Callable[[Case], Words]] = {
    "outside-alias-of-address": _alias_of_address,
    "outside-back-to-cluster": _back_to_cluster,
    "outside-dangling": _dangling,
    "outside-failure": _failure,
    "outside-missing": _missing,
    "outside-not-followed": _not_followed,
    "outside-ring": _ring,
}
