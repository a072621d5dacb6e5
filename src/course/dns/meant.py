"""Which names of the cluster a short, garbled or misspelt name was meant to be. Nothing is asked here: see proposed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from course.dns.cluster_names import in_cluster, plain
from course.dns.evidence import Evidence, Service
from course.dns.question import ZONE

NEAR = 0.75  # of difflib: one letter wrong, lost or doubled in a word of four or more
SUFFIX_WORDS = ("svc", "service", "services", "pod", "cluster", "local", "clusterlocal")
COMPLETE = f".svc.{ZONE}"
# The usual ends of names outside, for where no server outside answers for them; a country's has two letters.
DOMAINS = ("com", "net", "org", "info", "biz", "edu", "gov", "dev", "app", "cloud", "tech", "online", "site", "xyz")


@dataclass(frozen=True)
class Meant:
    """A Service that was meant, or a name below it.

    sure: it was spelt so. lost: labels that stood before it and lead nowhere. kind: the type of record that it was seen
    to have. end: where an alias must point instead, because one more alias before this one would be too many.
    """

    service: Service
    below: tuple[str, ...] = ()
    sure: bool = True
    lost: tuple[str, ...] = ()
    kind: str = "A"
    end: str = ""

    @property
    def full(self) -> str:
        """The name in full, without the final dot."""
        return ".".join((*self.below, self.service.full))

    @property
    def short(self) -> str:
        """As an app in any namespace may write it."""
        return self.full.removesuffix(COMPLETE)


@dataclass(frozen=True)
class Wording:
    """The labels of a name that say what was meant: [*BELOW, SERVICE, NAMESPACE], or fewer.

    ports: `_http`, `_tcp` before them. inside: the name says that it is one of the cluster's.
    """

    words: tuple[str, ...]
    ports: tuple[str, ...]
    inside: bool


def wording(name: str, evidence: Evidence) -> Wording:
    """A name without what only says that it is the cluster's, wherever that stands and however it is spelt.

    That is svc, cluster and local, unless a namespace has that name; what follows it behind two words says no more.
    """
    labels, namespaces = plain(name).split("."), evidence.namespaces()
    ports = tuple(takewhile(lambda label: label.startswith("_"), labels))
    words: list[str] = []
    inside = in_cluster(name)
    for label in labels[len(ports) :]:
        if words and like_suffix(label) and label not in namespaces:
            inside = True
            if len(words) > 1:
                break
        else:
            words.append(label)
    return Wording(tuple(words), ports, inside)


def like_suffix(label: str) -> bool:
    """Whether a label is a part of svc.cluster.local, or looks like one: scv too."""
    turned = sorted(label) in [sorted(word) for word in SUFFIX_WORDS]
    return turned or bool(difflib.get_close_matches(label, SUFFIX_WORDS, n=1, cutoff=0.8))


def names_for(name: str, evidence: Evidence, namespace: str = "") -> list[Meant]:
    """The names that this one was meant to be, those of `namespace` first; as they are spelt, else as they look.

    `auth` is every Service auth; `auth.team-a` with whatever follows, or both turned round, is the one of team-a.
    `web-0.web`, `web-0.team-a` and `web-0` are an endpoint without all of its name.
    """
    parsed = wording(name, evidence)
    if not parsed.words or below_alias_of_domain(name, evidence):
        return []
    intended = _spelt(parsed.words, evidence) or [
        replace(one, sure=False) for one in _misspelt(parsed, namespace, evidence)
    ]  # fmt: skip
    whole = [replace(one, below=(*parsed.ports, *one.below)) for one in intended]
    return sorted(whole, key=lambda one: one.service.namespace != namespace)


def _spelt(words: Sequence[str], evidence: Evidence) -> list[Meant]:
    services = evidence.services()
    if len(words) == 1:
        return [Meant(one) for one in services if one.name == words[0]] or endpoints(words[0], evidence)
    *below, service, space = words
    intended = [Meant(one, tuple(below)) for one in services if (one.name, one.namespace) == (service, space)]
    if below:
        return intended
    intended += [Meant(one) for one in services if (one.namespace, one.name) == (service, space)]
    intended = intended or endpoints(service, evidence, namespace=space)
    return intended or endpoints(service, evidence, service=space)


def _misspelt(parsed: Wording, namespace: str, evidence: Evidence) -> list[Meant]:
    """The same Service or endpoint in another namespace, the likeliest one first; else the Service that looks like it.

    A name that does not say that it is the cluster's, and ends as one outside does, is none of its.
    """
    *below, service, space = parsed.words if len(parsed.words) > 1 else (*parsed.words, namespace)
    there = space if space in evidence.namespaces() else near_namespace(space, evidence)
    services = evidence.services()
    named = [Meant(one, tuple(below)) for one in services if service in (one.name, f"{one.name}-{one.namespace}")]
    if in_namespace := [one for one in named if one.service.namespace == there]:
        return in_namespace
    if not (parsed.inside or there) and is_domain(space, evidence):
        return []
    if not (parsed.inside or there) and below:
        return endpoints(below[0], evidence, service=service) if len(below) == 1 else []
    named = named or endpoints(service, evidence, namespace=space) or endpoints(service, evidence)
    below_one = [Meant(one, (*below, service)) for one in services if one.name == space]
    return named or (near_names(service, there, below, evidence) if there else below_one)


def below_alias_of_domain(name: str, evidence: Evidence) -> bool:
    """Whether a name outside looks like one below an alias, for a namespace has the name of a domain.

    `www.example.com`, where a namespace com has an alias example: no name is below an alias. The outside must have
    that domain: in a namespace dev or qa, `v1.api.dev` is far more often meant for the alias api.
    """
    labels = plain(name).split(".")
    held = [one for one in evidence.services() if [one.name, one.namespace] == labels[-2:]]
    looks = len(labels) > 2 and any(one.alias for one in held)
    return looks and evidence.response(".".join(labels[-2:]), "NS").status == "NOERROR"


def is_domain(label: str, evidence: Evidence) -> bool:
    """Whether names outside end in this label."""
    return len(label) == 2 or label in DOMAINS or evidence.response(label, "NS").status == "NOERROR"


def endpoints(label: str, evidence: Evidence, *, service: str = "", namespace: str = "") -> list[Meant]:
    """The ready endpoints with this label, of Services of that name or in that namespace, where one is given."""
    return [
        Meant(one, (label,))
        for one in evidence.services()
        if one.name == (service or one.name)
        and one.namespace == (namespace or one.namespace)
        and any(endpoint.ready and label in endpoint.labels for endpoint in evidence.endpoints(one))
    ]


def near_names(name: str, namespace: str, below: Sequence[str], evidence: Evidence) -> list[Meant]:
    """The Services whose name looks most like this one, near by first, with what stood before it."""
    services = evidence.services()
    here = [one.name for one in services if one.namespace == namespace]
    best = near(name, here) or near(name, [one.name for one in services])
    near_by = sorted(services, key=lambda one: one.namespace != namespace)
    return [Meant(one, tuple(below)) for one in near_by if one.name == best]


def near_namespace(namespace: str, evidence: Evidence) -> str:
    """The namespace whose name looks most like this one, or begins as it does; "" where none does."""
    names = evidence.namespaces()
    begins = [one for one in names if len(namespace) > 2 and (one.startswith(namespace) or namespace.startswith(one))]
    return near(namespace, names) or (begins[0] if len(begins) == 1 else "")


def near(word: str, words: Iterable[str]) -> str:
    """The other word that looks most like this one; "" where none does."""
    return next(iter(difflib.get_close_matches(word, sorted(set(words) - {word}), n=1, cutoff=NEAR)), "")
