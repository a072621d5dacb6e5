"""Which names of the cluster a short or garbled name was meant to be.

What is proposed is asked first: only names that resolve are handed on.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from course.dns import cluster_names
from course.dns.cluster_names import in_cluster, plain
from course.dns.evidence import Evidence, Service
from course.dns.question import ZONE

NEAR = 0.75  # of difflib: one letter wrong, lost or doubled in a word of four or more
SUFFIX_WORDS = ("svc", "pod", "cluster", "local", "clusterlocal")
COMPLETE = f".svc.{ZONE}"


@dataclass(frozen=True)
class Meant:
    """A Service that was meant, or a name below it. lost: labels that stood before it and lead nowhere."""

    service: Service
    below: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def full(self) -> str:
        """The name in full, without the final dot."""
        return ".".join((*self.below, self.service.full))

    @property
    def short(self) -> str:
        """As an app in any namespace may write it."""
        return self.full.removesuffix(COMPLETE)


def words_of(name: str, evidence: Evidence) -> list[str]:
    """The labels of a name that was meant for the cluster, without what only says so.

    Left out are svc, cluster and local, also misspelt, unless a namespace has that name.
    """
    first, *others = plain(name).split(".")
    namespaces = evidence.namespaces()
    return [first, *(label for label in others if label in namespaces or not like_suffix(label))]


def like_suffix(label: str) -> bool:
    """Whether a label is a part of svc.cluster.local, or looks like one: scv too."""
    turned = sorted(label) in [sorted(word) for word in SUFFIX_WORDS]
    return turned or bool(difflib.get_close_matches(label, SUFFIX_WORDS, n=1, cutoff=0.8))


def names_for(name: str, evidence: Evidence, namespace: str = "") -> list[Meant]:
    """The names that a short or garbled one was meant to be, those of `namespace` first.

    `auth` is every Service auth; `auth.team-a` with whatever follows, or both turned round, is the one of team-a.
    `web-0.web`, `web-0.team-a` and `web-0` are an endpoint without all of its name.
    """
    labels = words_of(name, evidence)
    services = evidence.services()
    if len(labels) == 1:
        found = [Meant(one) for one in services if one.name == labels[0]] or endpoints(labels[0], evidence)
    else:
        *below, service, space = labels
        found = [Meant(one, tuple(below)) for one in services if (one.name, one.namespace) == (service, space)]
        if len(labels) == 2:
            found += [Meant(one) for one in services if [one.namespace, one.name] == labels]
            found = found or endpoints(labels[0], evidence, namespace=labels[1])
        found = found or endpoints(labels[0], evidence, service=labels[1])
    return sorted(found, key=lambda one: one.service.namespace != namespace)


def endpoints(label: str, evidence: Evidence, *, service: str = "", namespace: str = "") -> list[Meant]:
    """The ready endpoints with this label, of Services of that name or in that namespace, where one is given."""
    return [
        Meant(one, (label,))
        for one in evidence.services()
        if one.name == (service or one.name)
        and one.namespace == (namespace or one.namespace)
        and any(endpoint.ready and label in endpoint.labels for endpoint in evidence.endpoints(one))
    ]


def near_names(name: str, namespace: str, evidence: Evidence) -> list[Meant]:
    """The Services whose name looks most like this one, near by first."""
    services = evidence.services()
    here = [one.name for one in services if one.namespace == namespace]
    best = near(name, here) or near(name, [one.name for one in services])
    return [Meant(one) for one in sorted(services, key=lambda one: one.namespace != namespace) if one.name == best]


def near_namespace(namespace: str, evidence: Evidence) -> str:
    """The namespace whose name looks most like this one, or begins as it does; "" where none does."""
    names = evidence.namespaces()
    begins = [one for one in names if len(namespace) > 2 and (one.startswith(namespace) or namespace.startswith(one))]
    return near(namespace, names) or (begins[0] if len(begins) == 1 else "")


def near(word: str, words: Iterable[str]) -> str:
    """The other word that looks most like this one; "" where none does."""
    return next(iter(difflib.get_close_matches(word, sorted(set(words) - {word}), n=1, cutoff=NEAR)), "")


def resolving(names: Sequence[str], kind: str, evidence: Evidence) -> list[str]:
    """Those of the full names for which CoreDNS has an answer of this type now."""
    responses = evidence.responses([(name, kind) for name in names]) if names else []
    return [name for name, response in zip(names, responses, strict=True) if response.wanted]


def good(found: Sequence[Meant], alias: Service | None, kind: str, evidence: Evidence) -> list[Meant]:
    """Of these the ones that an alias could point at: another one than itself, and one that resolves.

    Where a name below a Service does not, the Service stands for it.
    """
    others = [one for one in found if one.service != alias]
    fine = resolving([name for one in others for name in (one.full, one.service.full)], kind, evidence)
    spelled = [one if one.full in fine else replace(one, below=(), lost=one.below) for one in others]
    return [one for one in dict.fromkeys(spelled) if one.full in fine]


def complete_within(name: str, kind: str, evidence: Evidence) -> str:
    """The complete name to which a suffix of the cluster was added by mistake, if it resolves; "" else.

    `auth.team-a.svc.cluster.local.team-b.svc.cluster.local` and `db.example.com.team-b.svc.cluster.local` hold one.
    """
    head, twice, _ = name.partition(f"{COMPLETE}.")
    if twice:
        return next(iter(resolving([head + COMPLETE], kind, evidence)), "")
    parts = cluster_names.read(name)
    suffix = f".{ZONE}" if parts.kind != cluster_names.SVC else COMPLETE
    suffix = f".{parts.namespace}{COMPLETE}" if parts.namespace in evidence.namespaces() else suffix
    bare = name.removesuffix(suffix)
    outside = "." in bare and not in_cluster(bare)
    return next(iter(resolving([bare], kind, evidence)), "") if outside else ""
