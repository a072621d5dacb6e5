"""What a Pod's resolver asks for a name, and the dig that asks it.

It imports little: `course ask` puts its question first, and loads what reads the answer while it waits.
"""

import re
import subprocess

from course.base.errors import CourseError
from course.kube import kubectl

ZONE = "cluster.local"
TYPES = ("A", "AAAA", "CNAME", "SRV", "MX", "TXT", "NS", "PTR", "SOA", "CAA", "HTTPS", "ANY")
ORDINARY_NAME = re.compile(r"(?=.{1,253}\.?$)[\w*-]{1,63}(\.[\w*-]{1,63})*\.?", re.ASCII)

NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def check_name(name: str) -> str:
    """The name as it was given, if it can be asked at all; CourseError says what is wrong with it."""
    if ORDINARY_NAME.fullmatch(name):
        return name  # nearly always; importing dnspython costs as much as a tenth of the question
    advice = "Give a name only, for example: course ask external-database --from production"
    if re.search(r"[/:@?\s]", name) or not name.strip("."):
        raise CourseError(f"{name!r} is no DNS name.", "A name has no scheme, port, path or space.", advice)
    import dns.exception
    import dns.name

    try:
        dns.name.from_text(name)
    except dns.exception.DNSException as error:
        why = f"{str(error).rstrip('.')}. A name has at most 255 octets, each label between two dots 1 to 63."
        raise CourseError(f"{name!r} is no DNS name.", why, advice) from error
    return name


def check_namespace(namespace: str) -> str:
    """The namespace, if it can be one; CourseError says what is wrong with it."""
    if not NAMESPACE.fullmatch(namespace):
        why = "A namespace has at most 63 small letters, digits and hyphens, and begins and ends with a letter or a digit."
        raise CourseError(f"{namespace!r} is no namespace.", why, "kubectl get namespaces")
    return namespace


def candidates(name: str, namespace: str, ndots: int = 5) -> list[str]:
    """The full names a Pod's resolver tries in turn, with kubelet's search list and ndots:5; CourseError for what is no name."""
    check_name(name)
    check_namespace(namespace)
    if name.endswith("."):
        return [name]
    searched = [f"{name}.{suffix}." for suffix in (f"{namespace}.svc.{ZONE}", f"svc.{ZONE}", ZONE)]
    fits = [tried for tried in searched if len(tried) <= 254]
    return [f"{name}.", *fits] if name.count(".") >= ndots else [*fits, f"{name}."]


def check_kind(kind: str) -> str:
    """The record type in capitals; CourseError for one that nobody knows."""
    if kind.upper() not in TYPES:
        raise CourseError(f"{kind} is no record type that can be asked here.", "", f"One of: {', '.join(TYPES)}")
    return kind.upper()


def send(names: list[str], kind: str) -> subprocess.CompletedProcess[str]:
    """One dig in the toolbox Pod for all names: one `kubectl exec`, however many questions. Never raises."""
    return kubectl.in_toolbox("dig", *(word for name in names for word in (name, kind, "+tries=1", "+time=3", "+nocookie")))
