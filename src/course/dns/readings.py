"""What a name that led nowhere was meant to be: which of the search list's names, which name outside, which type."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from course.dns import chain, cluster_names, dig, meant
from course.dns.cluster_names import in_cluster, plain
from course.dns.evidence import Evidence
from course.dns.meant import NEAR
from course.dns.question import ZONE


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
    if hop.service and not meant.below_alias_of_domain(name, evidence):
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


def outside_targets(evidence: Evidence) -> list[str]:
    """The names outside that the cluster's aliases use."""
    targets = (one.target.lower() for one in evidence.services() if one.alias)
    return sorted({one for one in targets if "." in one and not in_cluster(one) and not chain.is_address(one)})


def near_outside(name: str, evidence: Evidence) -> list[str]:
    """The names of the cluster's aliases that look like this one label by label, the likest first."""
    near = [one for one in outside_targets(evidence) if one != plain(name) and _alike(plain(name), one)]
    return sorted(near, key=lambda one: difflib.SequenceMatcher(None, plain(name), one).ratio(), reverse=True)


def _alike(name: str, other: str) -> bool:
    """Whether each label of one looks like that of the other, or a label at an end or a dot is one too many."""
    labels, others = name.split("."), other.split(".")
    if len(labels) != len(others):
        longer, shorter = (labels, others) if len(labels) > len(others) else (others, labels)
        return shorter in (longer[1:], longer[:-1]) or "".join(labels) == "".join(others)
    return all(_alike_label(*pair) for pair in zip(labels, others, strict=True))


def _alike_label(label: str, other: str) -> bool:
    """One letter of a short label may differ too: com and con."""
    near = 0.65 if max(len(label), len(other)) <= 3 else NEAR
    return difflib.SequenceMatcher(None, label, other).ratio() >= near


def types_of(name: str, besides: str, evidence: Evidence) -> list[str]:
    """The types of record that a full name has, but for one."""
    wanted = [kind for kind in ("A", "AAAA", "CNAME", "MX", "TXT", "SRV", "NS", "SOA", "CAA", "PTR") if kind != besides]
    responses = evidence.responses([(name, kind) for kind in wanted])
    return [kind for kind, response in zip(wanted, responses, strict=True) if response.wanted]
