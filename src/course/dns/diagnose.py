"""Why a name did not resolve: the name that was meant, the chain behind it, and the first hop of it that does not hold.

Loaded only for a name that did not resolve: one that does costs nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address

from course.dns import causes, causes_corefile, causes_outside, dig, meant, question, readings, server_blocks
from course.dns.chain import follow, is_address
from course.dns.cluster_names import plain
from course.dns.diagnosis import Case, Diagnosis, ask, command
from course.dns.evidence import Evidence
from course.dns.proposed import answering, complete_within, proposed
from course.dns.question import ZONE

API = f"kubernetes.default.svc.{ZONE}"  # a name of every cluster: CoreDNS answers for it, or for nothing


# The causes that a complete name may have to which a suffix of the cluster was added.
SUFFIXED = ("service-missing", "namespace-missing", "not-svc-nor-pod", "too-many-labels", "outside-missing")


def diagnose(name: str, namespace: str, asked: Sequence[dig.Response], evidence: Evidence) -> Diagnosis:
    """The cause, in a word and in words, and what to type next."""
    if is_address(name):
        return _address(name, evidence)
    if asked[-1].astray:
        return causes_corefile.astray(asked[-1], evidence)
    failed = [one for one in asked if one.lone_alias or one.status not in ("NOERROR", "NXDOMAIN")]
    if any(one.status == "TIMEOUT" for one in failed) and _is_down(evidence):
        return _coredns_down(evidence)
    full = failed[-1].question if failed else readings.most_telling(name, namespace, asked, evidence)
    case = Case(name, namespace, asked[-1].kind, follow(full, asked[-1].kind, evidence), evidence)
    if not failed and "." not in name and namespace not in evidence.namespaces():
        return _namespace_of_the_pod(case)
    if _by_corefile(case) and evidence.complaint():
        return _corefile_refused(case)
    if refused := causes_corefile.by_acl(case):
        return refused
    diagnosis = causes_corefile.after_rewrite(case, _of_chain(case))
    return replace(diagnosis, meaning=diagnosis.meaning + causes_corefile.by_stub(case) + causes_corefile.by_view(case))


def _is_down(evidence: Evidence) -> bool:
    """Whether CoreDNS answers not even for the API's own name, which its kubernetes plugin holds."""
    held = [plugin.name for plugin in server_blocks.route(API, "A", evidence.blocks()).plugins]
    return held[:1] == ["kubernetes"] and evidence.response(API, "A").status == "TIMEOUT"


def _by_corefile(case: Case) -> bool:
    """Whether what was followed depends on more of the Corefile than every cluster has, or is not as it says."""
    hops = case.chain.hops
    return not hops[-1].broken or any(
        hop.rewrite
        or (hop.block and not (hop.block.root and hop.plugin and hop.plugin.name == "forward"))
        or hop.cause == "no-server-block"
        for hop in hops
    )


def _corefile_refused(case: Case) -> Diagnosis:
    meaning = (
        "CoreDNS does not take the Corefile that the cluster holds, and goes on with the one it had, if it still runs. "
        f"Its own words: {case.evidence.complaint()}"
    )
    return Diagnosis("corefile-refused", meaning, causes_corefile.COMMANDS, case.chain)


def _of_chain(case: Case) -> Diagnosis:
    if not case.hop.broken:
        return _unexplained(case)
    cause = case.hop.cause
    if cause in SUFFIXED and (complete := complete_within(case)):
        address = "target-is-address" if case.chain.to_mend else "address-as-name"
        kind = address if is_address(complete) else "suffix-added"
        return Diagnosis(kind, *causes.suffix_added(case, complete), case.chain)
    if cause == "outside-missing":
        cause, words = causes_outside.missing(case)
        return Diagnosis(cause, *words, case.chain)
    if cause == "outside-failure":
        cause = causes_outside.failure_kind(case)
    return Diagnosis(cause, *causes.words(case), case.chain)


def _address(name: str, evidence: Evidence) -> Diagnosis:
    """An address was given as a name; what has that address is asked by its reverse name."""
    meaning = f"{name} is an address, not a name: nothing is looked up for it, a program connects straight to it."
    try:
        reverse = ip_address(name.rstrip(".")).reverse_pointer
    except ValueError:
        whole = plain(name).count(".") == 3
        form = (
            "Each of its four numbers is 0 to 255, without zeros before it."
            if whole
            else "Write all four numbers of it."
        )
        return Diagnosis("address-as-name", f"{meaning} {form}", ())
    if not evidence.response(reverse, "PTR").wanted:
        return Diagnosis("address-as-name", f"{meaning} No name belongs to it: {reverse} has no PTR record.", ())
    meaning = f"{meaning} To find the name that belongs to it, ask for its reverse name."
    return Diagnosis("address-as-name", meaning, (command(reverse, kind="PTR"),))


def _coredns_down(evidence: Evidence) -> Diagnosis:
    meaning = "No answer came, and none for the API's own name either: CoreDNS is down, or the way to it is blocked."
    look = "kubectl -n kube-system get pods -l k8s-app=kube-dns"
    if words := evidence.complaint():
        commands = (*causes_corefile.COMMANDS, look)
        return Diagnosis("corefile-refused", f"{meaning} It does not take its Corefile: {words}", commands)
    return Diagnosis("coredns-down", meaning, (look,))


def _namespace_of_the_pod(case: Case) -> Diagnosis:
    """The name says no namespace, and the one to ask from is not there."""
    near = meant.near_namespace(case.namespace, case.evidence)
    meaning = f"There is no namespace {case.namespace}, so no Pod asks from it."
    kinds = answering(question.candidates(case.name, near), case.kind, case.evidence) if near else {}
    if kinds:
        meaning = f"{meaning} Perhaps you mean namespace {near}."
        return Diagnosis("from-namespace-missing", meaning, (command(case.name, near, next(iter(kinds.values()))),))
    hint, commands = proposed(case, meant.names_for(case.name, case.evidence))
    return Diagnosis("from-namespace-missing", f"{meaning}{hint}", commands or ("kubectl get namespaces",))


def _unexplained(case: Case) -> Diagnosis:
    """All of it holds by what the API says, and yet the answer was none: too early, or the Corefile says otherwise."""
    if words := causes_corefile.left_out(case):
        return Diagnosis("left-out-of-dns", *words, case.chain)
    subject = case.chain.last.service or case.asked_name
    return Diagnosis(
        "not-known-yet",
        f"{subject} is there, but CoreDNS did not answer for it. It hears of a change a moment later; if it stays so, "
        "its Corefile says otherwise.",
        (ask(case, f"{case.asked_name}.", kind=case.kind), "kubectl -n kube-system get configmap coredns -o yaml"),
        case.chain,
    )
