"""What a Pod's resolver asks for a name, and the dig that asks it.

It imports little: `course ask` puts its question first, and loads what reads the answer while it waits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from course.base.errors import CourseError
from course.base.shell import Completed
from course.kube import kubectl

TYPE_CHECKING = False  # as typing's, whose import the question would wait for
if TYPE_CHECKING:
    from course.dns.resolver import PodDns

TOOLBOX = kubectl.TOOLBOX[1]
ZONE = "cluster.local"
TYPES = ("A", "AAAA", "CNAME", "SRV", "MX", "TXT", "NS", "PTR", "SOA", "CAA", "HTTPS", "ANY")
ORDINARY_NAME = re.compile(r"(?=.{1,253}\.?$)(?!-)[\w*-]{1,63}(\.[\w*-]{1,63})*\.?", re.ASCII)
# The name in a URL, or before a port or a path.
WITHIN = re.compile(r"(?:[a-z][\w+.-]*://)?(?:[^/@\s]*@)?(\w[\w.-]*)(?::\d+)?(?:[/?].*)?", re.ASCII)
NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
NDOTS = 5  # what kubelet writes into a Pod's resolv.conf


def check_name(name: str) -> str:
    """The name as it can be asked, an international one in its ASCII form; CourseError says what is wrong with it."""
    if ORDINARY_NAME.fullmatch(name):
        return name  # nearly always; importing dnspython costs as much as a tenth of the question
    advice = "Give a name only, for example: course ask external-database --from production"
    if name.count(":") > 1 and (reverse := _reverse_of_ipv6(name)):
        why = "An IPv6 address needs no look-up. The name that belongs to it stands under its reverse name."
        raise CourseError(f"{name!r} is an address, not a name.", why, f"course ask {reverse} --type PTR")
    if re.search(r"[/:@?\s\\]", name):
        within = WITHIN.fullmatch(name.strip())
        advice = f"Give the name alone: {within[1]}" if within else advice
        raise CourseError(f"{name!r} is no DNS name.", "A name has no scheme, port, path or space.", advice)
    import dns.exception
    import dns.name

    try:
        ascii_form = dns.name.from_text(name, origin=None).to_text()
    except (dns.exception.DNSException, UnicodeError) as error:
        why = f"{str(error).rstrip('.')}. A name has at most 255 octets, each label between two dots 1 to 63."
        raise CourseError(f"{name!r} is no DNS name.", why, advice) from error
    if not ORDINARY_NAME.fullmatch(ascii_form):
        why = "A name has letters, digits, hyphens (none first) and underscores, and dots between its labels."
        raise CourseError(f"{name!r} is no DNS name that can be asked here.", why, advice)
    return ascii_form


def _reverse_of_ipv6(text: str) -> str:
    """The reverse name of an IPv6 address; "" for what is none."""
    from ipaddress import AddressValueError, IPv6Address

    try:
        return IPv6Address(text.strip("[]").partition("%")[0]).reverse_pointer
    except AddressValueError:
        return ""


def check_namespace(namespace: str) -> str:
    """The namespace, if it can be one; CourseError says what is wrong with it."""
    if not NAMESPACE.fullmatch(namespace):
        why = (
            "A namespace has at most 63 small letters, digits and hyphens, "
            "and begins and ends with a letter or a digit."
        )
        raise CourseError(f"{namespace!r} is no namespace.", why, "kubectl get namespaces")
    return namespace


def suffixes(namespace: str) -> list[str]:
    """The search list that kubelet writes into the resolv.conf of a Pod of this namespace."""
    return [f"{check_namespace(namespace)}.svc.{ZONE}", f"svc.{ZONE}", ZONE]


def candidates(name: str, namespace: str, ndots: int = NDOTS) -> list[str]:
    """The full names a Pod's resolver tries in turn, with kubelet's search list and ndots:5.

    CourseError for what is no name.
    """
    return tried(check_name(name), suffixes(namespace), ndots)


def tried(name: str, search: Sequence[str], ndots: int, resolver: str = "glibc") -> list[str]:
    """The full names that a resolver tries in turn, by the search list and ndots of its resolv.conf.

    A name with fewer dots than ndots is tried with each suffix first and as it is last. One with as many dots is tried
    as it is first: glibc (res_query.c) and Go (dnsclient_unix.go) then go on to the suffixes, musl (lookup_name.c) does
    not.
    """
    if name.endswith("."):
        return [name]
    searched = [full for suffix in search if len(full := f"{name}.{suffix}.") <= 254]
    if name.count(".") < ndots:
        return [*searched, f"{name}."]
    return [f"{name}."] if resolver == "musl" else [f"{name}.", *searched]


def pairs(name: str, namespace: str, kind: str, dns: PodDns | None = None) -> list[tuple[str, str]]:
    """Each full name to ask, with the type; the last one is the namespace's own, which tells whether that is there."""
    checked, kind = check_name(name), check_kind(kind)
    search = suffixes(namespace)
    names = tried(checked, dns.search, dns.ndots, dns.resolver) if dns else tried(checked, search, NDOTS)
    return [*((full, kind) for full in names), (f"{search[0]}.", "A")]


def check_kind(kind: str) -> str:
    """The record type in capitals; CourseError for one that nobody knows."""
    if kind.upper() not in TYPES:
        raise CourseError(f"{kind} is no record type that can be asked here.", "", f"One of: {', '.join(TYPES)}")
    return kind.upper()


def send(pairs: Sequence[tuple[str, str]], *, server: str = "", pod: str = TOOLBOX) -> Completed:
    """One dig for all (full name, type), from a Pod of the course.

    It is one `kubectl exec`, however many questions. `server` is `address` or `address:port`. Raises as `begin`.
    """
    return begin(pairs, server=server, pod=pod)()


def begin(pairs: Sequence[tuple[str, str]], *, server: str = "", pod: str = TOOLBOX) -> Callable[[], Completed]:
    """The same, begun now, beside what follows; calling what comes back waits for its end.

    CourseError where it would be asked of the second cluster.
    """
    kubectl.refuse_neighbour()
    options = (*(_at(server) if server else []), "+tries=1", "+time=3", "+nocookie")
    words = [word for name, kind in pairs for word in (name, kind, *options)]
    return kubectl.begin("exec", "-n", kubectl.TOOLBOX[0], pod, "--", "dig", *words, timeout=30 + 4 * len(pairs))


def _at(server: str) -> list[str]:
    """The words by which dig asks a server: its address, and its port where it has one of its own."""
    match = re.fullmatch(r"\[?([^\[\]]+?)\]?:(\d+)", server) if server.count(":") == 1 or "]:" in server else None
    return [f"@{match[1]}", "-p", match[2]] if match else [f"@{server}"]
