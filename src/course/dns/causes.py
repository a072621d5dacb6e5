"""From the first hop that does not hold to words: what it means and what to type next.

Here, the hops inside the cluster. A cause is a stable word for programs, the key of WORDS here and in causes_outside;
people get the sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from course.dns import causes_corefile, causes_outside, chain, cluster_names, meant, readings
from course.dns.chain import ALIASES, LABEL
from course.dns.cluster_names import ClusterName, plain
from course.dns.diagnosis import Case, Words, ask, look_at, patch
from course.dns.evidence import Service
from course.dns.meant import Meant
from course.dns.question import ZONE


def words(case: Case) -> Words:
    """What the broken hop of a case means, and what to type next."""
    return {**WORDS, **causes_outside.WORDS, **causes_corefile.WORDS}[case.hop.cause](case)


def _subject(case: Case) -> str:
    """How the sentence begins: with the alias to mend, where it is one, and how the chain came there."""
    alias = case.chain.to_mend
    if alias is None:
        return ""
    return f"{case.way}{alias} is an alias of {alias.target}, and "


def _proposed(case: Case, names: Sequence[Meant], *, exact: bool) -> Words:
    """(a sentence, commands) with the names that were meant, those that resolve only."""
    fine = meant.good(names, case.chain.to_mend, case.kind, case.evidence)[:3]
    if not fine:
        return "", ()
    listed = " or ".join(one.full for one in fine)
    lost = f" No {'.'.join(fine[0].lost)} is below it now." if len(fine) == 1 and fine[0].lost else ""
    sentence = f" {'You mean' if exact and len(fine) == 1 else 'Perhaps you mean'} {listed}.{lost}"
    alias = case.chain.to_mend
    return sentence, tuple(patch(alias, one.full) if alias else ask(case, one.short) for one in fine)


def _service_missing(case: Case) -> Words:
    parts = cluster_names.read(case.hop.name)
    lacking = f"there is no Service {parts.service} in namespace {parts.namespace}"
    elsewhere = [one for one in case.evidence.services() if one.name == parts.service]
    hint, commands = _proposed(case, _instead_of(parts, elsewhere, case), exact=False)
    listing = f"kubectl get services -n {parts.namespace}"
    if case.chain.to_mend:
        return f"{_subject(case)}{lacking}.{hint}", commands or (listing,)
    if elsewhere:
        where = " and ".join(sorted(one.namespace for one in elsewhere))
        one = f"There is one in namespace {where}" if len(elsewhere) == 1 else f"There are some, in namespaces {where}"
        broken = "" if commands else ", and it does not resolve either"
        again = ask(case, Meant(elsewhere[0]).short)
        said = f"No such name (NXDOMAIN): {lacking}. {one}: from another namespace, name it too{broken}."
        return said, commands or (again,)
    return f"No such name (NXDOMAIN): {lacking}, or in any other.{hint}", commands or (listing,)


def _instead_of(parts: ClusterName, elsewhere: Sequence[Service], case: Case) -> Sequence[Meant]:
    """For a Service that is not there: the same elsewhere, an endpoint of that name, or a name that looks like it."""
    same = [Meant(one, parts.below) for one in elsewhere]
    endpoints = meant.endpoints(parts.service, case.evidence, namespace=parts.namespace)
    endpoints = endpoints or meant.endpoints(parts.service, case.evidence)
    return same or endpoints or meant.near_names(parts.service, parts.namespace, case.evidence)


def _namespace_missing(case: Case) -> Words:
    parts = cluster_names.read(case.hop.name)
    near = meant.near_namespace(parts.namespace, case.evidence)
    wanted = parts.service or parts.namespace  # SERVICE.svc: the namespace was left out
    services = [Meant(one, parts.below) for one in case.evidence.services() if one.name == wanted]
    turned = chain.find(parts.namespace, parts.service, case.evidence)
    found = [one for one in services if one.service.namespace == near] or ([Meant(turned)] if turned else services)
    found = found or meant.endpoints(parts.service, case.evidence, service=parts.namespace)
    hint, commands = _proposed(case, found, exact=False)
    if near and not commands:
        hint = f" Perhaps you mean namespace {near}."
    begin = _subject(case) or "No such name (NXDOMAIN): "
    return f"{begin}there is no namespace {parts.namespace}.{hint}", commands or ("kubectl get namespaces",)


def _namespace_not_service(case: Case) -> Words:
    namespace = cluster_names.read(case.hop.name).namespace
    services = [one for one in case.evidence.services() if one.namespace == namespace]
    same = [one for one in services if one.name == namespace]
    others = [one for one in case.evidence.services() if one.name == namespace and one not in same]
    begin = _subject(case) or f"{case.hop.name} exists, and has no records: "
    kind = f"{begin}{namespace} is a namespace, not a Service."
    if same or others:
        hint, commands = _proposed(case, [Meant(one) for one in (*same, *others)], exact=True)
        return f"{kind} A Service {namespace} is in it.{hint}" if same else f"{kind}{hint}", commands or (
            look_at((same or others)[0]),
        )
    inside = ", ".join(sorted(one.name for one in services)[:5]) or "none"
    return f"{kind} Its Services: {inside}.", (f"kubectl get services -n {namespace}",)


def _not_svc_nor_pod(case: Case) -> Words:
    found = meant.names_for(case.hop.name, case.evidence, case.namespace)
    hint, commands = _proposed(case, found, exact=True)
    begin = _subject(case) or f"{case.hop.name} does not exist (NXDOMAIN): "
    labels = case.hop.name.split(".")
    if found and len(labels) >= 4:
        one, kind = found[0].service, cluster_names.read(case.hop.name).kind
        instead = f", and has `{kind}` in its place" if meant.like_suffix(kind) else ""
        said = (
            f"{begin}that name lacks `svc`{instead}: "
            f"the Service {one.name} is in namespace {one.namespace}, and its name is {one.full}."
        )
        return (f"{said}{hint}" if found[0].below else said), commands or (look_at(one),)
    said = f"{begin}below {ZONE} a name has the form SERVICE.NAMESPACE.svc.{ZONE}."
    return f"{said}{hint}", commands or ("kubectl get services -A",)


def suffix_added(case: Case, complete: str) -> Words:
    """A complete name, of the cluster or outside, with a suffix of the cluster behind it."""
    alias = case.chain.to_mend
    begin, typed = (_subject(case), case.hop.name) if alias else ("No such name (NXDOMAIN): ", plain(case.name))
    typed = typed if typed.startswith(complete) else case.hop.name
    said = f"{begin}that is {complete} with {typed.removeprefix(complete)} added to it, and it was complete already."
    return said, (patch(alias, complete) if alias else ask(case, f"{complete}."),)


def _below_alias(case: Case) -> Words:
    service = _held(case)
    said = f"{_subject(case)}{service} is there, but an alias has no SRV records and no names below it."
    if case.chain.to_mend:
        hint, commands = _proposed(case, [Meant(service)], exact=False)
        return f"{said}{hint}", commands or (look_at(case.chain.to_mend),)
    below = case.hop.name.removesuffix(f".{service.full}")
    return said, (ask(case, f"{below}.{service.target}", with_type=True), look_at(service))


def _endpoint_missing(case: Case) -> Words:
    service = _held(case)
    label = cluster_names.read(case.hop.name).below[0]
    labels = [name for endpoint in case.hop.endpoints if endpoint.ready for name in endpoint.labels]
    pods = {pod.name: pod for pod in case.evidence.pods(service.namespace)}
    has = (
        f"{service} has {len(labels)} endpoint{'' if len(labels) == 1 else 's'} "
        f"with {'a name' if len(labels) == 1 else 'names'}"
    )
    listed = f"{has}: {', '.join(sorted(labels)[:5])}" if labels else f"{service} has no ready endpoint"
    published = any(endpoint.ready and endpoint.pod == label for endpoint in case.hop.endpoints)
    if label in pods and not pods[label].ready and not published:
        why = f"the Pod {label} is there and not ready, and DNS leaves it out"
    elif label in pods:
        why = (
            f"the Pod {label} has no name of its own in DNS: only a Pod whose spec has hostname and subdomain "
            f"{service.name} has, as a StatefulSet gives them whose serviceName is the Service"
        )
    else:
        why = f"there is no Pod {label}{_replicas(case, service, label)}"
    look = f"kubectl get pods,endpointslices -n {service.namespace}"
    return f"{_subject(case)}{why}. {listed}.", (look,)


def _replicas(case: Case, service: Service, label: str) -> str:
    stateful_set, _, ordinal = label.rpartition("-")
    wanted = case.evidence.replicas(service.namespace, stateful_set) if ordinal.isdigit() else None
    return "" if wanted is None else f": the StatefulSet {stateful_set} has {wanted}, counted from {stateful_set}-0"


def _no_ready_endpoint(case: Case) -> Words:
    service = _held(case)
    look = f"kubectl get pods,endpointslices -n {service.namespace}"
    chosen = [pod for pod in case.evidence.pods(service.namespace) if set(service.selector) <= set(pod.labels)]
    if not service.selector:
        why = (
            "It has no selector, and no EndpointSlice with an address "
            "bears its name in the label kubernetes.io/service-name"
        )
    elif chosen:
        why = f"Its selector fits {len(chosen)} Pod{'' if len(chosen) == 1 else 's'}, and none is ready"
    else:
        why = f"Its selector {', '.join('='.join(pair) for pair in service.selector)} fits no Pod"
    begin = _subject(case)
    lead = f"{begin}{service}" if begin else str(service)
    return f"{lead} is headless and has no ready endpoint, so there is no address and no name. {why}.", (look,)


def _port_missing(case: Case) -> Words:
    service, parts = _held(case), cluster_names.read(case.hop.name)
    named = ", ".join(f"_{port.name}._{port.protocol}" for port in service.ports if port.name) or "none"
    said = (
        f"{_subject(case)}{service} has no port {parts.port} with protocol {parts.protocol}. "
        f"Its ports with names: {named}."
    )
    return said, (look_at(service),)


def _too_many_labels(case: Case) -> Words:
    service = _held(case)
    return f"{_subject(case)}{service} is there, but it has no record of that name: too many labels stand before it.", (
        patch(case.chain.to_mend, service.full) if case.chain.to_mend else ask(case, service.full),
    )


def _pod_name(case: Case) -> Words:
    label = cluster_names.read(case.hop.name).service
    begin = _subject(case) or "No such name (NXDOMAIN): "
    return (
        f"{begin}a name below pod.{ZONE} is a Pod's address with hyphens, such as 10-244-0-5, and {label} is none.",
        (f"kubectl get pods -n {cluster_names.read(case.hop.name).namespace} -o wide",),
    )


def _target_is_address(case: Case) -> Words:
    alias = case.chain.to_mend or _held(case)
    said = f"{case.way}{alias} is there, but its externalName {alias.target} is an address."
    if case.hop.service is not None:
        said += " CoreDNS takes names only and answers as if the Service did not exist."
    else:
        said += " DNS takes it as a name, and no such name exists."
    return said, ("Make a Service without a selector and an EndpointSlice: lesson without_selector.",)


def _label_too_long(case: Case) -> Words:
    alias = case.chain.to_mend or _held(case)
    return (
        f"No answer came. {case.way}{alias} is an alias of a name with a label of more than {LABEL} characters: the "
        "API accepts it, but CoreDNS cannot put it into an answer.",
        (look_at(alias),),
    )


def _ring(case: Case) -> Words:
    ring = case.chain.aliases
    start = next(number for number, one in enumerate(ring) if one.full == case.hop.name)
    path = " -> ".join(one.short for one in [*ring, ring[start]])
    return f"The aliases form a ring: {path}. CoreDNS gives up and answers with nothing.", (look_at(ring[-1]),)


def _too_many_aliases(case: Case) -> Words:
    first, last = case.chain.aliases[0], case.chain.hops[-2]
    hint, commands = "", (look_at(first),)
    end = readings.end_of(case.hop.name, case.kind, case.evidence)
    if end:
        hint, commands = f" It ends at {end}: point {first.short} there.", (patch(first, end),)
    return (
        f"{first} is at the head of more than {ALIASES} aliases: CoreDNS follows {ALIASES}, up to {last.name}.{hint}",
        commands,
    )


def _type_not_followed(case: Case) -> Words:
    service = _held(case)
    return (
        f"{case.way}{service} is an alias, and CoreDNS follows an alias for A, AAAA and CNAME "
        f"only, not for {case.kind}.",
        (ask(case, service.target, with_type=True),),
    )


def _no_record_of_type(case: Case) -> Words:
    if case.hop.plugin is not None:
        return causes_outside.no_record_of_type(case)
    name = case.hop.name
    other = readings.types_of(name, case.kind, case.evidence)
    what = str(case.hop.service or name)
    has = f" It has {', '.join(other)}." if other else ""
    followed = case.chain.to_mend is None or (other and other[0] in chain.FOLLOWED)
    asked = case.asked_name if followed else name
    commands = (ask(case, asked, kind=other[0]),) if other else (f"kubectl get services -n {case.namespace}",)
    return f"{_subject(case)}{what} exists, but has no {case.kind} record.{has}", commands


def _held(case: Case) -> Service:
    if case.hop.service is None:
        raise AssertionError(f"{case.hop.cause} is said of a Service")
    return case.hop.service


WORDS: dict[str, Callable[[Case], Words]] = {
    "alias-ring": _ring,
    "below-alias": _below_alias,
    "endpoint-missing": _endpoint_missing,
    "label-too-long": _label_too_long,
    "namespace-missing": _namespace_missing,
    "namespace-not-service": _namespace_not_service,
    "no-ready-endpoint": _no_ready_endpoint,
    "no-record-of-type": _no_record_of_type,
    "not-svc-nor-pod": _not_svc_nor_pod,
    "pod-name-is-no-address": _pod_name,
    "port-missing": _port_missing,
    "service-missing": _service_missing,
    "target-is-address": _target_is_address,
    "too-many-aliases": _too_many_aliases,
    "too-many-labels": _too_many_labels,
    "type-not-followed": _type_not_followed,
}
