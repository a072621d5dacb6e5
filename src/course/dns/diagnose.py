"""Why a name did not resolve: the name that was meant, the chain behind it, and the first hop of it that does not hold.

Loaded only for a name that did not resolve: one that does costs nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address

from course.dns import causes, causes_corefile, causes_outside, dig, readings, server_blocks
from course.dns.chain import follow, is_address
from course.dns.cluster_names import in_cluster, plain
from course.dns.diagnosis import Case, Diagnosis, ask
from course.dns.evidence import Evidence, Service
from course.dns.question import ZONE

API = f"kubernetes.default.svc.{ZONE}"  # a name of every cluster: CoreDNS answers for it, or for nothing


def diagnose(name: str, namespace: str, asked: Sequence[dig.Response], evidence: Evidence) -> Diagnosis:
    """The cause, in a word and in words, and what to type next."""
    if is_address(name):
        return _address(name)
    failed = [one for one in asked if one.lone_alias or one.status not in ("NOERROR", "NXDOMAIN")]
    if any(one.status == "TIMEOUT" for one in failed) and _is_down(evidence):
        return _coredns_down(evidence)
    if not failed and "." not in name and namespace not in evidence.namespaces():
        return _namespace_of_the_pod(name, namespace, evidence)
    full = failed[-1].question if failed else readings.most_telling(name, namespace, asked, evidence)
    case = Case(name, namespace, asked[-1].kind, follow(full, asked[-1].kind, evidence), evidence)
    if _by_corefile(case) and evidence.complaint():
        return _corefile_refused(case)
    found = causes_corefile.after_rewrite(case, _of_chain(case))
    return replace(found, meaning=found.meaning + causes_corefile.by_stub(case))


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
    said = (
        "CoreDNS does not take the Corefile that the cluster holds, and goes on with the one it had, if it still runs. "
        f"Its own words: {case.evidence.complaint()}"
    )
    return Diagnosis("corefile-refused", said, causes_corefile.COMMANDS, case.chain)


def _of_chain(case: Case) -> Diagnosis:
    if not case.hop.broken:
        return _unexplained(case)
    if case.hop.cause == "outside-missing" and not case.chain.to_mend and (meant := _meant_inside(case)):
        return meant
    cause = case.hop.cause
    if cause == "outside-failure":
        cause = causes_outside.failure_kind(case)
    elif cause == "outside-missing" and case.chain.to_mend:
        cause = "target-short" if causes_outside.short_target(case) else "target-missing-outside"
    return Diagnosis(cause, *causes.words(case), case.chain)


def _address(name: str) -> Diagnosis:
    """An address was given as a name; what has that address is asked by its reverse name."""
    said = f"{name} is an address, not a name: nothing is looked up for it, a program connects straight to it."
    try:
        command = f"course ask {ip_address(name.rstrip('.')).reverse_pointer} --type PTR"
    except ValueError:
        return Diagnosis("address-as-name", f"{said} Write all four numbers of it.", ())
    return Diagnosis(
        "address-as-name", f"{said} To find the name that belongs to it, ask for its reverse name.", (command,)
    )


def _coredns_down(evidence: Evidence) -> Diagnosis:
    said = "No answer came, and none for the API's own name either: CoreDNS is down, or the way to it is blocked."
    look = "kubectl -n kube-system get pods -l k8s-app=kube-dns"
    if words := evidence.complaint():
        commands = (*causes_corefile.COMMANDS, look)
        return Diagnosis("corefile-refused", f"{said} It does not take its Corefile: {words}", commands)
    return Diagnosis("coredns-down", said, (look,))


def _namespace_of_the_pod(name: str, namespace: str, evidence: Evidence) -> Diagnosis:
    near = readings.near_namespace(namespace, evidence)
    has = f" Perhaps you mean namespace {near}." if near else ""
    there = f" --from {near}" if near != "default" else ""
    commands = (f"course ask {name}{there}",) if near else ("kubectl get namespaces",)
    return Diagnosis(
        "from-namespace-missing", f"There is no namespace {namespace}, so no Pod asks from it.{has}", commands
    )


def _meant_inside(case: Case) -> Diagnosis | None:
    """A name that does not exist outside, and was meant for the cluster."""
    labels = readings.words_of(case.name)
    if in_cluster(case.name) or (len(labels) == 1 and not case.name.endswith(".")):
        return None
    meant = readings.meant_services(case.name, case.evidence, case.namespace)
    if not meant and len(labels) == 2:
        return _meant_elsewhere(case, labels)
    fine = readings.good_targets(meant, None, case.kind, case.evidence)
    if not fine:
        return None
    cause, why = _slip(case.name, labels, fine[0])
    full = fine[0].full if cause == "zone-wrong" else f"{fine[0].name}.{fine[0].namespace}"
    said = f"No such name (NXDOMAIN): {why} You mean {fine[0].full}."
    return Diagnosis(
        cause, said, tuple(ask(case, full if one == fine[0] else one.full) for one in fine[:3]), case.chain
    )


def _slip(name: str, labels: Sequence[str], meant: Service) -> tuple[str, str]:
    """(cause, sentence): how a name missed a Service that is there."""
    if len(labels) == 2 and labels[0] != meant.name:
        return "swapped", f"the Service comes first, then its namespace; {plain(name)} has them turned round."
    if name.endswith("."):
        return "final-dot", "a dot at the end says that the name is complete, so no search list is applied."
    return "zone-wrong", f"a Service's full name ends in svc.{ZONE}, and this one does not."


def _meant_elsewhere(case: Case, labels: Sequence[str]) -> Diagnosis | None:
    """SERVICE.NAMESPACE with a namespace that is not there, unless its last label is a domain outside."""
    name, namespace = labels
    if plain(case.name) != f"{name}.{namespace}":
        return None
    near = readings.near_namespace(namespace, case.evidence)
    services = [one for one in case.evidence.services() if one.name == name]
    services = [one for one in services if one.namespace == near] or services
    outside = case.evidence.response(namespace, "NS").status == "NOERROR"
    fine = readings.good_targets(services, None, case.kind, case.evidence)
    if not fine or (outside and not near):
        return None
    where = " and ".join(f"namespace {one.namespace}" for one in fine)
    said = f"No such name (NXDOMAIN): there is no namespace {namespace}. A Service {name} is in {where}."
    commands = tuple(ask(case, f"{one.name}.{one.namespace}") for one in fine)
    return Diagnosis("namespace-missing", said, commands, case.chain)


def _unexplained(case: Case) -> Diagnosis:
    """All of it holds by what the API says, and yet the answer was none: too early, or the Corefile says otherwise."""
    subject = case.chain.last.service or case.asked_name
    return Diagnosis(
        "not-known-yet",
        f"{subject} is there, but CoreDNS did not answer for it. It hears of a change a moment later; if it stays so, "
        "its Corefile says otherwise.",
        (ask(case, f"{case.asked_name}.", with_type=True), "kubectl -n kube-system get configmap coredns -o yaml"),
        case.chain,
    )
