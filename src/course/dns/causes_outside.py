"""From the first hop that does not hold to words: the hops outside the cluster."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from course.dns import causes_corefile, meant, proposed, readings
from course.dns.chain import Hop
from course.dns.cluster_names import POD
from course.dns.diagnosis import Case, Words, ask, look_at, services_of
from course.dns.meant import Meant
from course.dns.question import ZONE

RECORDS = "course outside records"
REVERSE = ("in-addr", "arpa")
HOSTS = ("localhost", "localhost.localdomain", "host.docker.internal", "host.containers.internal")


def _subject(case: Case) -> str:
    """How the sentence begins: with the alias, where one leads there, and with the provider's own behind it."""
    alias, first = case.chain.to_mend, next((hop.name for hop in _provider(case)), case.hop.name)
    if first != case.hop.name:
        begin = f"{case.way}The alias is there, and its target" if alias else "The name"
        return f"{begin} {first} is an alias of the provider's own, but its end"
    return f"{case.way}The alias is there, but its target" if alias else "The name"


def _provider(case: Case) -> list[Hop]:
    """The hops of the provider; the first one is the name that the alias, the question or a rewrite names."""
    return [hop for hop in case.chain.hops if hop.plugin]


def missing(case: Case) -> tuple[str, Words]:
    """(cause, words) of a name that does not exist outside: what was meant, in the cluster or outside."""
    alias, name = case.chain.to_mend, case.hop.name
    intended = meant.names_for(name, case.evidence, alias.namespace if alias else case.namespace)
    sure = bool(intended) and intended[0].sure
    near = ("", ()) if sure else proposed.near_outside(case, name)
    if intended and not near[0] and (inside := _inside(case, intended)):
        return inside
    if alias and (space := _namespace(case)):
        return space
    begin = f"{_subject(case)} {name}. does not exist (NXDOMAIN)." if alias else _nowhere(name)
    begin += _form(name)
    if near[0]:
        return _cause(case), (begin + near[0], near[1])
    if alias:
        why = "" if _form(name) else " A misspelt externalName, or the provider removed the name."
        return _cause(case), (begin + why, (look_at(alias),))
    if name.endswith(".arpa"):
        turned = ".".join((*name.split(".")[-3::-1], *REVERSE))
        if case.evidence.response(turned, "PTR").wanted:
            meaning = f"{begin} A reverse name has the numbers of the address turned round: {turned}."
            return _cause(case), (meaning, (ask(case, turned, kind="PTR"),))
        meaning = f"{begin} Nothing with that address has a name: no Service, no endpoint of one, nothing outside."
        return _cause(case), (meaning, ("kubectl get services,endpointslices -A",))
    return _cause(case), (begin, ("Compare it letter by letter with what the provider's console shows.",))


def _cause(case: Case) -> str:
    return "target-missing-outside" if case.chain.to_mend else "outside-missing"


def _nowhere(name: str) -> str:
    return f"No such name (NXDOMAIN), neither in the cluster nor outside: {name}. does not exist."


def _form(name: str) -> str:
    """What the form of a name says: an address that is none, or one of a machine alone; "" for any other."""
    labels = name.split(".")
    numbers = labels[: -len(REVERSE)] if tuple(labels[-len(REVERSE) :]) == REVERSE else labels
    if "".join(numbers).isdigit() and len(numbers) != 4:
        return f" It has {len(numbers)} number{'' if len(numbers) == 1 else 's'}, and an IPv4 address has four."
    if re.fullmatch(r"\d+(-\d+){3}", name):
        return " An address with hyphens is no name by itself."
    return " A machine knows that name by its own hosts file, and DNS does not." if name in HOSTS else ""


def _inside(case: Case, intended: Sequence[Meant]) -> tuple[str, Words] | None:
    """The name was meant for the cluster, and was not written so that it is found there."""
    alias = case.chain.to_mend
    hint, commands = proposed.proposed(case, intended, ", and that must be written in full" if alias else "")
    if not commands and not intended[0].sure:
        return None
    others = [one.service for one in intended if one.service != alias]
    if not commands:
        hint, commands = proposed.no_better(case, (others or [intended[0].service])[0])
    if alias:
        meaning = f"{case.way}The alias is there, but its target {case.hop.name}. is taken as a full name: no search "
        cause = "target-short" if others else "target-missing-outside"
        return cause, (f"{meaning}list is applied to it.{hint}", commands)
    cause, why = _slip(case, intended[0])
    return cause, (f"No such name (NXDOMAIN): {why}{hint}", commands)


def _slip(case: Case, intended: Meant) -> tuple[str, str]:
    """(cause, sentence): how a name that was typed missed a Service of the cluster."""
    name, service = case.hop.name, intended.service
    words = list(meant.wording(name, case.evidence).words)
    if intended.below and words == [intended.below[-1], service.name]:
        return "namespace-missing", (
            f"there is no namespace {service.name}; it is a Service of namespace {service.namespace}, "
            f"and {words[0]} {'an' if intended.sure else 'no'} endpoint of it."
        )
    if words == [service.namespace, service.name] != words[::-1]:
        return "swapped", f"the Service comes first, then its namespace; {name} has them turned round."
    if len(words) > 1 and words[-1] not in case.evidence.namespaces():
        where = f" A Service {service.name} is in namespace {service.namespace}." if words[-2] == service.name else ""
        return "namespace-missing", f"there is no namespace {words[-1]}.{where}"
    if case.name.endswith("."):
        return "final-dot", "a dot at the end says that the name is complete, so no search list is applied."
    return "zone-wrong", f"a Service's full name ends in svc.{ZONE}, and this one does not."


def _namespace(case: Case) -> tuple[str, Words] | None:
    """The target is a namespace, or a Pod's name without the domain."""
    name, words = case.hop.name, meant.wording(case.hop.name, case.evidence).words
    begin = f"{case.way}The alias is there, but its target {name}. is taken as a full name"
    if len(words) == 1 and words[0] in case.evidence.namespaces():
        meaning = f"{begin}, and {words[0]} is a namespace, not a Service. {services_of(words[0], case.evidence)}"
        return "target-short", (meaning, (f"kubectl get services -n {words[0]}",))
    if name.endswith(f".{POD}") and (commands := proposed.lead_to(case, f"{name}.{ZONE}")):
        meaning = f"{begin}: no search list is applied to it. You mean {name}.{ZONE}, and that must be written in full."
        return "target-short", (meaning, commands)
    return None


def _dangling(case: Case) -> Words:
    first = _provider(case)[0].name
    records = [hop for hop in _provider(case) if hop.leads_to]
    owner = records[-1].name if records else first
    right = f"The externalName {first} is right: the" if case.chain.to_mend else "The"
    inside = [one for one in meant.names_for(case.hop.name, case.evidence) if one.sure]
    hint, commands = proposed.proposed(case, inside)
    short = f" It looks like a name of the cluster, and CoreDNS follows no alias from outside back into it.{hint}"
    return (
        f"{case.way}{right} provider's record {owner}. is an alias of {case.hop.name}., and that does not exist "
        f"(NXDOMAIN). The provider must fix it, or name another name.{short if commands else ''}",
        (*commands, f"{RECORDS} | grep {case.hop.name}"),  # its owner may be a wildcard
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
        proposed.lead_to(case, case.hop.name),
    )


def _back_to_cluster(case: Case) -> Words:
    return (
        f"{case.way}The provider's record leads back into the cluster, to {case.hop.name}. CoreDNS does not follow an "
        "alias that came from outside.",
        proposed.lead_to(case, case.hop.name) or (f"{RECORDS} | grep {case.hop.name}",),
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
        meaning = f"{begin} It has an IPv6 address (AAAA) only."
    else:
        meaning = f"{begin} It exists, but with records of other types only: {', '.join(others)}."
    followed = case.chain.to_mend is not None and others[0] in ("A", "AAAA")
    return meaning, (ask(case, case.asked_name if followed else name, kind=others[0]),)


def _failure(case: Case) -> Words:
    """No answer from outside: the provider's zone, its server, or CoreDNS's forward. The server is asked itself."""
    name = case.hop.name
    hides = causes_corefile.hides(case)
    status = case.hop.response.status if case.hop.response else "no answer"
    begin = f"{_subject(case)} {name}. cannot be looked up: {status}"
    servers = _servers(case)
    if over_tls := _over_tls(case):
        return (
            f"{begin}. CoreDNS forwards to {' and '.join((*servers, *over_tls))}, and a server that it asks over TLS "
            "cannot be tried from here: it may not answer, have no certificate for the line's `tls_servername`, or "
            f"fail for this name alone.{hides}",
            causes_corefile.COMMANDS,
        )
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
    if _serves_nothing(case):
        return (
            f"{begin} from its DNS server.{hides}{silent} That server fails for the root of all names, too: it serves "
            "no zone, or does not reach the servers that it asks itself.",
            ("course outside status", "course doctor"),
        )
    return (
        f"{begin} from its DNS server.{hides}{silent} Other names outside can be looked up: only this "
        "name's zone fails.",
        ("course ask db.example.com  # fails too: all DNS outside; answers: only this name's",),
    )


def _servers(case: Case) -> list[str]:
    return list(case.evidence.servers(case.hop.plugin)) if case.hop.plugin else []


def _over_tls(case: Case) -> list[str]:
    """Those of the servers that CoreDNS asks in another way than plain DNS: none of them is tried here."""
    words = case.hop.plugin.words[1:] if case.hop.plugin else ()
    return [word for word in words if "://" in word and not word.startswith("dns://")]


def _silent(case: Case) -> list[str]:
    """Those of the servers that CoreDNS forwards to that do not answer when they are asked themselves."""
    return [one for one in _servers(case) if case.evidence.outside(".", "SOA", one).status == "TIMEOUT"]


def _serves_nothing(case: Case) -> bool:
    """Whether each of those that answer fails for the root of all names, too.

    One that refuses it has zones of its own only.
    """
    speaking = [one for one in _servers(case) if one not in _silent(case)]
    return bool(speaking) and all(case.evidence.outside(".", "SOA", one).status == "SERVFAIL" for one in speaking)


def _over(case: Case) -> bool:
    """Whether one of them answers for the name now."""
    answers = (case.evidence.outside(case.hop.name, case.kind, one).status for one in _servers(case))
    return any(status in ("NOERROR", "NXDOMAIN") for status in answers)


def failure_kind(case: Case) -> str:
    """Of a failure outside, which: no server there, one of several, no zone there, this one alone, or over already."""
    if _over_tls(case):
        return "forwarder-over-tls"
    if _servers(case) and _silent(case) == _servers(case):
        return "outside-down" if case.hop.block is None or case.hop.block.root else "forwarder-down"
    if _over(case):
        return "forwarder-down-in-part" if _silent(case) else "outside-recovered"
    return "outside-serves-nothing" if _serves_nothing(case) else "outside-servfail"


WORDS: dict[str, Callable[[Case], Words]] = {
    "outside-alias-of-address": _alias_of_address,
    "outside-back-to-cluster": _back_to_cluster,
    "outside-dangling": _dangling,
    "outside-failure": _failure,
    "outside-not-followed": _not_followed,
    "outside-ring": _ring,
}
