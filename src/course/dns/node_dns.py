"""A Pod with dnsPolicy Default: it has its node's resolv.conf. It is made once, when it is first asked for."""

from __future__ import annotations

from course.base import clone, paths
from course.base.errors import CourseError
from course.dns.resolver import PodDns
from course.kube import kubectl

POD = "toolbox-default"


def of_the_node(namespace: str, ndots: int | None, resolver: str) -> PodDns:
    """The resolver of a Pod with dnsPolicy Default, as the resolv.conf of a real one says."""
    search, written = _read(_resolv_conf())
    return PodDns(namespace, "Default", written if ndots is None else ndots, resolver, search, POD)


def servers() -> list[str]:
    """The DNS servers of the node: what `forward . /etc/resolv.conf` means, for CoreDNS has dnsPolicy Default."""
    lines = [line.split() for line in _resolv_conf().splitlines()]
    return [words[1] for words in lines if words[:1] == ["nameserver"] and len(words) > 1]


def _resolv_conf() -> str:
    cat = ("exec", "-n", kubectl.TOOLBOX[0], POD, "--", "cat", "/etc/resolv.conf")
    printed = kubectl.run(*cat)
    if printed.returncode == 0:
        return printed.stdout
    kubectl.apply(_manifest())
    ready = ("wait", "-n", kubectl.TOOLBOX[0], "--for=condition=Ready", f"pod/{POD}", "--timeout=60s")
    kubectl.output(*ready, timeout=70, doing="Making a Pod with dnsPolicy Default")
    return kubectl.output(*cat)


def _manifest() -> str:
    """The toolbox Pod's own manifest, under another name and with another dnsPolicy."""
    text = clone.text(paths.CLUSTER_FOLDER / "toolbox.yaml")
    changed = text.replace("  name: toolbox\n", f"  name: {POD}\n", 1).replace(
        "spec:\n", "spec:\n  dnsPolicy: Default\n", 1
    )
    if POD not in changed:
        raise CourseError("cluster/toolbox.yaml has another form than expected.", "", "./course doctor")
    return changed


def _read(resolv_conf: str) -> tuple[tuple[str, ...], int]:
    """(search list, ndots); ndots is 1 where the file does not say, resolv.conf(5)."""
    search: tuple[str, ...] = ()
    ndots = 1
    for line in resolv_conf.splitlines():
        words = line.split()
        if words[:1] in (["search"], ["domain"]):
            search = tuple(words[1:])
        for option in words[1:] if words[:1] == ["options"] else []:
            ndots = int(option.removeprefix("ndots:")) if option.startswith("ndots:") else ndots
    return tuple(suffix for suffix in search if suffix != "."), ndots
