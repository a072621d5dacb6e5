"""Why a name did not resolve: the name that was meant, the chain behind it, and the first hop of it that does not hold.

Loaded only for a name that did not resolve: one that does costs nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address

from course.dns import causes, causes_corefile, causes_outside, dig, meant, readings, server_blocks
from course.dns.chain import follow, is_address
from course.dns.cluster_names import in_cluster, plain
from course.dns.diagnosis import Case, Diagnosis, ask
from course.dns.evidence import Evidence
from course.dns.meant import Meant
from course.dns.question import ZONE

API = f"kubernetes.default.svc.{ZONE}"  # a name of every cluster: CoreDNS answers for it, or for nothing


# The causes that a complete name may have to which a suffix of the cluster was added.
SUFFIXED = ("service-missing", "namespace-missing", "not-svc-nor-pod", "too-many-labels")


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
    if refused := causes_corefile.by_acl(case):
        return refused
    found = causes_corefile.after_rewrite(case, _of_chain(case))
    return replace(found, meaning=found.meaning + causes_corefile.by_stub(case) + causes_corefile.by_view(case))


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
    cause = case.hop.cause
    if cause in SUFFIXED and (complete := meant.complete_within(case.hop.name, case.kind, case.evidence)):
        return Diagnosis("suffix-added", *causes.suffix_added(case, complete), case.chain)
    if cause == "outside-missing" and not case.chain.to_mend and (inside := _meant_inside(case)):
        return inside
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
        whole = name.count(".") == 3
        form = (
            "Each of its four numbers is 0 to 255, without zeros before it."
            if whole
            else "Write all four numbers of it."
        )
        return Diagnosis("address-as-name", f"{said} {form}", ())
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
    near = meant.near_namespace(namespace, evidence)
    has = f" Perhaps you mean namespace {near}." if near else ""
    there = f" --from {near}" if near != "default" else ""
    commands = (f"course ask {name}{there}",) if near else ("kubectl get namespaces",)
    return Diagnosis(
        "from-namespace-missing", f"There is no namespace {namespace}, so no Pod asks from it.{has}", commands
    )


def _meant_inside(case: Case) -> Diagnosis | None:
    """A name that does not exist outside, and was meant for the cluster."""
    labels = meant.words_of(case.name, case.evidence)
    if in_cluster(case.name) or (len(labels) == 1 and not case.name.endswith(".")):
        return None
    found = meant.names_for(case.name, case.evidence, case.namespace)
    if not found and len(labels) == 2:
        return _meant_elsewhere(case, labels)
    fine = meant.good(found, None, case.kind, case.evidence)[:3]
    if not fine:
        return None
    cause, why = _slip(case.name, labels, fine[0])
    said = f"No such name (NXDOMAIN): {why} You mean {' or '.join(one.full for one in fine)}."
    commands = tuple(ask(case, one.full if cause == "zone-wrong" else one.short) for one in fine)
    return Diagnosis(cause, said, commands, case.chain)


def _slip(name: str, labels: Sequence[str], found: Meant) -> tuple[str, str]:
    """(cause, sentence): how a name missed a Service that is there."""
    service = found.service
    if len(labels) == 2 and [*found.below, service.name] == list(labels):
        return "namespace-missing", (
            f"there is no namespace {service.name}; it is a Service of namespace {service.namespace}, "
            f"and {labels[0]} an endpoint of it."
        )
    if len(labels) == 2 and labels[0] != service.name and not found.below:
        return "swapped", f"the Service comes first, then its namespace; {plain(name)} has them turned round."
    if name.endswith("."):
        return "final-dot", "a dot at the end says that the name is complete, so no search list is applied."
    return "zone-wrong", f"a Service's full name ends in svc.{ZONE}, and this one does not."


def _meant_elsewhere(case: Case, labels: Sequence[str]) -> Diagnosis | None:
    """SERVICE.NAMESPACE with a namespace that is not there, unless its last label is a domain outside."""
    name, namespace = labels
    if plain(case.name) != f"{name}.{namespace}":
        return None
    near = meant.near_namespace(namespace, case.evidence)
    services = [Meant(one) for one in case.evidence.services() if one.name == name]
    services = [one for one in services if one.service.namespace == near] or services
    outside = case.evidence.response(namespace, "NS").status == "NOERROR"
    fine = meant.good(services, None, case.kind, case.evidence)
    if not fine or (outside and not near):
        return None
    where = " and ".join(f"namespace {one.service.namespace}" for one in fine)
    said = f"No such name (NXDOMAIN): there is no namespace {namespace}. A Service {name} is in {where}."
    commands = tuple(ask(case, one.short) for one in fine)
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
