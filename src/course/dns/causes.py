"""From the first hop that does not hold to words: what it means and what to type next.

Here, the hops inside the cluster. A cause is a stable word for programs, the key of WORDS here and in causes_outside;
people get the sentence.
"""

from __future__ import annotations

from collections.abc import Callable

from course.dns import causes_corefile, causes_outside, chain, cluster_names, meant, readings
from course.dns.chain import ALIASES, LABEL
from course.dns.cluster_names import in_cluster, plain
from course.dns.diagnosis import Case, Words, ask, look_at, patch, services_of
from course.dns.evidence import Service
from course.dns.meant import Meant
from course.dns.proposed import answering, good, lead_to, near_outside, no_better, proposed
from course.dns.question import ZONE

ADDRESS = "Make a Service without a selector and an EndpointSlice: lesson without_selector."


def words(case: Case) -> Words:
    """What the broken hop of a case means, and what to type next."""
    return {**WORDS, **causes_outside.WORDS, **causes_corefile.WORDS}[case.hop.cause](case)


def _subject(case: Case) -> str:
    """How the sentence begins: with the alias to mend, where it is one, and how the chain came there."""
    alias = case.chain.to_mend
    if alias is None:
        return ""
    return f"{case.way}{alias} is an alias of {alias.target}, and "


def _listing(namespace: str) -> str:
    return f"kubectl get services -n {namespace}"


def _meant(case: Case) -> list[Meant]:
    """The names of the cluster that the name of the hop was meant to be."""
    alias = case.chain.to_mend
    return meant.names_for(case.hop.name, case.evidence, alias.namespace if alias else case.namespace)


def _star(case: Case) -> str:
    """The sentence on a star in a name of the cluster."""
    return " A star stands for no other names in the cluster." if "*" in case.hop.name else ""


def _service_missing(case: Case) -> Words:
    parts, intended = cluster_names.read(case.hop.name), _meant(case)
    lacking = f"there is no Service {parts.service} in namespace {parts.namespace}"
    elsewhere = [one.service for one in intended if one.service.name == parts.service]
    hint, commands = proposed(case, intended)
    if case.chain.to_mend:
        return f"{_subject(case)}{lacking}.{hint}", commands or (_listing(parts.namespace),)
    if elsewhere:
        where = " and ".join(sorted(one.namespace for one in elsewhere))
        one = f"There is one in namespace {where}" if len(elsewhere) == 1 else f"There are some, in namespaces {where}"
        broken = "" if commands else ", and it does not resolve either"
        meaning = f"{case.begin}{lacking}. {one}: from another namespace, name it too{broken}."
        return meaning, commands or (ask(case, Meant(elsewhere[0]).short),)
    return f"{case.begin}{lacking}, or in any other.{_star(case)}{hint}", commands or (_listing(parts.namespace),)


def _namespace_missing(case: Case) -> Words:
    parts = cluster_names.read(case.hop.name)
    near = meant.near_namespace(parts.namespace, case.evidence)
    hint, commands = proposed(case, _meant(case))
    if near and not commands:
        hint = f" Perhaps you mean namespace {near}."
    begin = _subject(case) or case.begin
    return f"{begin}there is no namespace {parts.namespace}.{hint}", commands or ("kubectl get namespaces",)


def _namespace_not_service(case: Case) -> Words:
    namespace = cluster_names.read(case.hop.name).namespace
    services = [one for one in case.evidence.services() if one.name == namespace]
    same = [one for one in services if one.namespace == namespace]
    begin = _subject(case) or f"{case.hop.name} exists, and has no records: "
    kind = f"{begin}{namespace} is a namespace, not a Service."
    if not services:
        return f"{kind} {services_of(namespace, case.evidence)}", (_listing(namespace),)
    hint, commands = proposed(case, [Meant(one) for one in sorted(services, key=lambda one: one not in same)])
    there = f" A Service {namespace} is in it." if same else ""
    return f"{kind}{there}{hint}", commands or (look_at((same or services)[0]),)


def _not_svc_nor_pod(case: Case) -> Words:
    intended = _meant(case)
    hint, commands = proposed(case, intended)
    begin = _subject(case) or f"{case.hop.name} does not exist ({case.status}): "
    labels = case.hop.name.split(".")
    if not intended or len(labels) < 4:
        meaning = f"{begin}below {ZONE} a name has the form SERVICE.NAMESPACE.svc.{ZONE}."
        return f"{meaning}{hint}", commands or ("kubectl get services -A",)
    one, kind = (good(intended, case) or intended)[0].service, cluster_names.read(case.hop.name).kind
    lacks = "lacks `svc`" + (f", and has `{kind}` in its place" if meant.like_suffix(kind) else "")
    wrong = "has `svc` in another place than before the domain" if "svc" in labels else lacks
    meaning = (
        f"{begin}that name {wrong}: the Service {one.name} is in namespace {one.namespace}, and its name is {one.full}."
    )
    if commands:
        return (f"{meaning}{hint}" if intended[0].below else meaning), commands
    hint, commands = no_better(case, one)
    return f"{meaning}{hint}", commands


def suffix_added(case: Case, complete: str) -> Words:
    """A complete name, of the cluster or outside, with a suffix of the cluster behind it."""
    alias = case.chain.to_mend
    begin, typed = (_subject(case), case.hop.name) if alias else (case.begin, plain(case.name))
    typed = typed if typed.startswith(complete) else case.hop.name
    added = f"{begin}that is {complete} with {typed.removeprefix(complete)} added to it"
    if chain.is_address(complete):
        return f"{added}. An address is no name, and nothing makes one of it.", (ADDRESS,) if alias else ()
    meaning = f"{added}, and it was complete already."
    if commands := lead_to(case, complete):
        return meaning, commands
    hint, commands = near_outside(case, complete)
    return f"{meaning} It has no address either.{hint}", commands or ((look_at(alias),) if alias else ())


def _below_alias(case: Case) -> Words:
    service, alias = _held(case), case.chain.to_mend
    meaning = f"{_subject(case)}{service} is there, but an alias has no SRV records and no names below it."
    beside = f"{case.hop.name.removesuffix(f'.{service.full}')}.{plain(service.target)}"
    if there := lead_to(case, beside):
        return f"{meaning} {beside} has an answer.", (*there, look_at(service))
    hint, commands = proposed(case, [Meant(service, sure=False)])
    if alias:
        return f"{meaning}{hint}", commands or (look_at(alias),)
    return f"{meaning}{hint}", (*commands, look_at(service))


def _endpoint_missing(case: Case) -> Words:
    service = _held(case)
    label = cluster_names.read(case.hop.name).below[0]
    same = [one for one in case.hop.endpoints if label in one.by_address]
    if named := [one.hostname for one in same if one.hostname]:
        hint, commands = proposed(case, [Meant(service, (named[0],))])
        why = f"the endpoint of {service} with that address has a host name, {named[0]}, and answers to that alone"
        return f"{_subject(case) or case.begin}{why}.{hint}", commands or (look_at(service),)
    labels = [name for endpoint in case.hop.endpoints if endpoint.ready for name in endpoint.labels]
    pods = {pod.name: pod for pod in case.evidence.pods(service.namespace)}
    has = (
        f"{service} has {len(labels)} endpoint{'' if len(labels) == 1 else 's'} "
        f"with {'a name' if len(labels) == 1 else 'names'}"
    )
    listed = f"{has}: {', '.join(sorted(labels)[:5])}" if labels else f"{service} has no ready endpoint"
    published = any(endpoint.ready and endpoint.pod == label for endpoint in case.hop.endpoints)
    if same:
        why = f"the endpoint of {service} with that address is not ready, and DNS leaves it out"
    elif label in pods and not pods[label].ready and not published:
        why = f"the Pod {label} is there and not ready, and DNS leaves it out"
    elif label in pods:
        why = (
            f"the Pod {label} has no name of its own in DNS: only a Pod whose spec has hostname and subdomain "
            f"{service.name} has, as a StatefulSet gives them whose serviceName is the Service"
        )
    else:
        why = f"there is no Pod {label}{_ordinals(case, service, label)}"
    look = f"kubectl get pods,endpointslices -n {service.namespace}"
    return f"{_subject(case) or case.begin}{why}. {listed}.{_star(case)}", (look,)


def _ordinals(case: Case, service: Service, label: str) -> str:
    stateful_set, _, ordinal = label.rpartition("-")
    wanted = case.evidence.ordinals(service.namespace, stateful_set) if ordinal.isdigit() else None
    if wanted is None:
        return ""
    return f": the StatefulSet {stateful_set} has {len(wanted)}, counted from {stateful_set}-{wanted.start}"


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
    names = [(f"_{port.name}", f"_{port.protocol}") for port in service.ports if port.name]
    named = ", ".join(".".join(one) for one in names) or "none"
    lacking = f"has no port {parts.port} with protocol {parts.protocol}"
    if len(parts.below) == 1:
        lacking = f"has no name {parts.below[0]} below it: a port is named with its protocol"
    only = [Meant(service, names[0], sure=False)] if len(names) == 1 else []
    hint, commands = proposed(case, [] if case.chain.to_mend else only)  # an externalName takes no underscore
    return f"{_subject(case)}{service} {lacking}. Its ports with names: {named}.{hint}", (*commands, look_at(service))


def _too_many_labels(case: Case) -> Words:
    service, below = _held(case), cluster_names.read(case.hop.name).below
    turned = Meant(service, below[::-1])
    if len(below) == 2 and answering([turned.full], case.kind, case.evidence):
        hint, commands = proposed(case, [turned])
        why = f"a port comes before its protocol, and {'.'.join(below)} is turned round"
        return f"{_subject(case)}{service} is there; {why}.{hint}", commands
    hint, commands = proposed(case, [Meant(service, below[-1:], sure=False)])
    meaning = f"{_subject(case)}{service} is there, but it has no record of that name: too many labels stand before it."
    return f"{meaning}{hint}", commands or (look_at(service),)


def _pod_name(case: Case) -> Words:
    parts = cluster_names.read(case.hop.name)
    dotted = ".".join((*parts.below, parts.service))
    hyphens = f"{dotted.replace('.', '-')}.{parts.namespace}.pod.{ZONE}"
    hint, commands = proposed(case, _meant(case))
    if chain.is_address(dotted) and (there := lead_to(case, hyphens)):
        hint, commands = f" You mean {hyphens}.", there
    meaning = f"a name below pod.{ZONE} is a Pod's address with hyphens, such as 10-244-0-5, and {dotted} is none."
    look = f"kubectl get pods -n {parts.namespace} -o wide"
    return f"{_subject(case) or case.begin}{meaning}{hint}", commands or (look,)


def _target_is_address(case: Case) -> Words:
    alias = case.chain.to_mend or _held(case)
    meaning = f"{case.way}{alias} is there, but its externalName {alias.target} is an address."
    if case.hop.service is not None:
        meaning += " CoreDNS takes names only and answers as if the Service did not exist."
    else:
        meaning += " DNS takes it as a name, and no such name exists."
    return meaning, (ADDRESS,)


def _label_too_long(case: Case) -> Words:
    alias = case.chain.to_mend or _held(case)
    begin = "No answer came." if case.status == "TIMEOUT" else f"An empty answer came ({case.status})."
    why = "no Service can have it" if in_cluster(case.hop.name) else "CoreDNS cannot put it into an answer"
    return (
        f"{begin} {case.way}{alias} is an alias of a name with a label of more than {LABEL} characters: the API "
        f"accepts it, but {why}.",
        (look_at(alias),),
    )


def _ring(case: Case) -> Words:
    ring = case.chain.aliases
    start = next(number for number, one in enumerate(ring) if one.full == case.hop.name)
    path = " -> ".join(one.short for one in [*ring, ring[start]])
    return f"The aliases form a ring: {path}. CoreDNS gives up and answers with nothing.", (look_at(ring[-1]),)


def _too_many_aliases(case: Case) -> Words:
    first, last = case.chain.aliases[0], case.chain.hops[-2]
    behind = chain.follow(case.hop.name, case.kind, case.evidence).aliases
    end = plain(behind[-1].target) if behind else case.hop.name
    hint, commands = "", (look_at(first),)
    if answering([end], case.kind, case.evidence):
        hint, commands = f" It ends at {end}: point {first.short} there.", (patch(first, end),)
    return (
        f"{first} is at the head of more than {ALIASES} aliases: CoreDNS follows {ALIASES}, up to {last.name}.{hint}",
        commands,
    )


def _type_not_followed(case: Case) -> Words:
    service = _held(case)
    followed = "CoreDNS follows an alias for A, AAAA and CNAME only"
    meaning = f"{case.way}{service} is an alias, and {followed}, not for {case.kind}."
    if case.kind == "ANY":
        return meaning, (ask(case, case.asked_name),)
    if chain.fits(service.target) and case.evidence.response(service.target, case.kind).wanted:
        return meaning, (ask(case, f"{service.target}.", kind=case.kind),)
    return f"{meaning} Its target {service.target}. has none either.", (look_at(service),)


def _no_record_of_type(case: Case) -> Words:
    if case.hop.plugin is not None:
        return causes_outside.no_record_of_type(case)
    name = case.hop.name
    other = readings.types_of(name, case.kind, case.evidence)
    what = str(case.hop.service or name)
    has = f" It has {', '.join(other)}." if other else ""
    followed = case.chain.to_mend is None or (other and other[0] in chain.FOLLOWED)
    asked = case.asked_name if followed else name
    commands = (ask(case, asked, kind=other[0]),) if other else ("kubectl get services -A",)
    lacks = "CoreDNS answers ANY with nothing" if case.kind == "ANY" else f"has no {case.kind} record"
    return f"{_subject(case)}{what} exists, but {lacks}.{has}", commands


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
