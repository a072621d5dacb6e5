"""What a name that led nowhere was meant to be: which of the search list's names, which Service, which name outside.

What is proposed is asked first: only names that resolve are handed on.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from course.dns import chain, cluster_names, dig
from course.dns.cluster_names import in_cluster, plain
from course.dns.evidence import Evidence, Service
from course.dns.question import ZONE

NEAR = 0.75  # of difflib: one letter wrong, lost or doubled in a word of four or more
SUFFIX_WORDS = ("svc", "pod", "cluster", "local")


def most_telling(name: str, namespace: str, asked: Sequence[dig.Response], evidence: Evidence) -> str:
    """Of the full names that were asked and did not resolve, the one that was meant; the first of equals."""
    names = [plain(response.question) for response in asked]
    return max(names, key=lambda full: _weight(full, plain(name), namespace, evidence))


def _weight(full: str, name: str, namespace: str, evidence: Evidence) -> int:
    """How much speaks for it: a Service that is there most, then a namespace that is, then the form of the name."""
    as_typed = full == name
    if not in_cluster(full):
        return 40 if "." in name else 0
    if as_typed:
        return 90
    hop = chain.cluster_hop(full, "A", evidence)
    if hop.service:
        return 100 - len(cluster_names.read(full).below)
    if name.endswith((".svc", ".pod")) and full == f"{name}.{ZONE}":
        return 85
    if hop.cause == "service-missing" and full != f"{name}.{namespace}.svc.{ZONE}":
        return 80
    if hop.cause == "namespace-not-service":
        return 70
    if hop.cause == "pod-name-is-no-address":
        return 65
    return 50 if "." not in name and full == f"{name}.{namespace}.svc.{ZONE}" else 10


def words_of(name: str) -> list[str]:
    """The labels of a name that was meant for the cluster, without what only says so.

    Left out are svc, cluster and local, also misspelt.
    """
    labels = plain(name).split(".")
    head, tail = labels[:1], labels[1:]
    return head + [label for label in tail if not difflib.get_close_matches(label, SUFFIX_WORDS, n=1, cutoff=0.8)]


def meant_services(name: str, evidence: Evidence, namespace: str = "") -> list[Service]:
    """The Services that a short or garbled name was meant to name, those of `namespace` first.

    `auth` is every Service auth; `auth.team-a` with whatever follows, or both turned round, is the one of team-a.
    """
    labels = words_of(name)
    services = evidence.services()
    if len(labels) == 1:
        found = [one for one in services if one.name == labels[0]]
    else:
        ends = [(labels[-2], labels[-1]), *([(labels[1], labels[0])] if len(labels) == 2 else [])]
        found = [one for one in services if (one.name, one.namespace) in ends]
    return sorted(found, key=lambda one: one.namespace != namespace)


def near_services(name: str, namespace: str, evidence: Evidence) -> list[Service]:
    """The Services whose name looks most like this one, near by first."""
    services = evidence.services()
    here = [one.name for one in services if one.namespace == namespace]
    near = _near(name, here) or _near(name, [one.name for one in services])
    return sorted((one for one in services if one.name == near), key=lambda one: one.namespace != namespace)


def near_namespace(namespace: str, evidence: Evidence) -> str:
    """The namespace whose name looks most like this one, or begins as it does; "" where none does."""
    names = evidence.namespaces()
    begins = [one for one in names if len(namespace) > 2 and (one.startswith(namespace) or namespace.startswith(one))]
    return _near(namespace, names) or (begins[0] if len(begins) == 1 else "")


def outside_targets(evidence: Evidence) -> list[str]:
    """The names outside that the cluster's aliases use."""
    targets = (one.target.lower() for one in evidence.services() if one.alias)
    return sorted({one for one in targets if "." in one and not in_cluster(one) and not chain.is_address(one)})


def near_outside(name: str, evidence: Evidence, kind: str) -> str:
    """The name of the cluster's aliases that looks like this one label by label and resolves.

    It is "" where none does.
    """
    able = [one for one in outside_targets(evidence) if all(len(label) <= chain.LABEL for label in one.split("."))]
    near = [one for one in able if one != plain(name) and _alike(plain(name), one)]
    near.sort(key=lambda one: difflib.SequenceMatcher(None, plain(name), one).ratio(), reverse=True)
    return next(iter(resolving(near[:3], kind, evidence)), "")


def _alike(name: str, other: str) -> bool:
    """Whether each label of one looks like that of the other, or a whole label is one too many."""
    labels, others = name.split("."), other.split(".")
    if len(labels) != len(others):
        return labels[1:] == others or others[1:] == labels
    return all(_alike_label(*pair) for pair in zip(labels, others, strict=True))


def _alike_label(label: str, other: str) -> bool:
    """One letter of a short label may differ too: com and con."""
    near = 0.65 if max(len(label), len(other)) <= 3 else NEAR
    return difflib.SequenceMatcher(None, label, other).ratio() >= near


def _near(word: str, words: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(word, sorted(set(words) - {word}), n=1, cutoff=NEAR)), "")


def resolving(names: Sequence[str], kind: str, evidence: Evidence) -> list[str]:
    """Those of the full names for which CoreDNS has an answer of this type now."""
    responses = evidence.responses([(name, kind) for name in names]) if names else []
    return [name for name, response in zip(names, responses, strict=True) if response.wanted]


def good_targets(services: Sequence[Service], alias: Service | None, kind: str, evidence: Evidence) -> list[Service]:
    """Of these Services the ones that an alias could point at: another one than itself, and one that resolves."""
    others = [one for one in services if one != alias]
    fine = resolving([one.full for one in others], kind, evidence)
    return [one for one in others if one.full in fine]


def full_name(name: str, service: Service, kind: str, evidence: Evidence) -> str:
    """The full name of a Service that a garbled name meant, with the labels that stood before it, if that resolves.

    So `web-0.web.team-a.svc` is the Pod's name, not the Service's.
    """
    below = words_of(name)[:-2]
    longer = ".".join([*below, service.full])
    return longer if below and resolving([longer], kind, evidence) else service.full


def types_of(name: str, besides: str, evidence: Evidence) -> list[str]:
    """The types of record that a full name has, but for one."""
    wanted = [kind for kind in ("A", "AAAA", "CNAME", "MX", "TXT", "SRV", "NS", "SOA", "CAA") if kind != besides]
    responses = evidence.responses([(name, kind) for kind in wanted])
    return [kind for kind, response in zip(wanted, responses, strict=True) if response.wanted]


def end_of(name: str, kind: str, evidence: Evidence) -> str:
    """The name at the end of a chain that is too long to be followed from its head, if it resolves; "" else."""
    hops = chain.follow(name, kind, evidence).hops
    return next(iter(resolving([hops[-1].name], kind, evidence)), "") if not hops[-1].broken else ""
