"""What an answer means that came: who made it, and from what."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from course.dns import cluster_names, dig, server_blocks
from course.dns.cluster_names import in_cluster, plain
from course.dns.question import ZONE
from course.dns.server_blocks import Plugin, Route, ServerBlock

OUTSIDE = "The name is outside the cluster: CoreDNS forwarded the question and passed the answer on."


def meaning(settled: dig.Response, blocks: Callable[[], Sequence[ServerBlock]]) -> tuple[str, str]:
    """(one or two sentences on the response that settled a question, who made its records if not DNS outside).

    `blocks` are the Corefile's, read for names only that are not the cluster's.
    """
    if in_cluster(settled.question) or (settled.kind == "PTR" and settled.answer[0].made_by == "CoreDNS"):
        return _by_kubernetes(settled), ""
    return _by_corefile(server_blocks.route(plain(settled.question), settled.kind, blocks()))


def _by_corefile(way: Route) -> tuple[str, str]:
    plugin = next((one for one in way.plugins if one.name != "kubernetes" or way.rewritten), None)
    if plugin is None or way.block is None:
        return OUTSIDE, ""
    made = ", and then ".join(f"`{one.rule}` makes {one.name} {one.kind} of it" for one in way.rewritten)
    begin = f"By the Corefile {made}. " if made else ""
    sentence, maker = _of_plugin(plugin, way.block, made=bool(made))
    return begin + sentence, maker


def _of_plugin(plugin: Plugin, block: ServerBlock, *, made: bool) -> tuple[str, str]:
    if plugin.name == "kubernetes":
        return "CoreDNS answered with what the cluster holds under that name.", "CoreDNS"
    if plugin.name != "forward":
        sentence = f"CoreDNS answered itself, by the line `{plugin}` of the Corefile's server block {block.key}."
        return f"{sentence} Nobody outside was asked.", "CoreDNS"
    if not block.root:
        servers = " or ".join(plugin.words[1:])
        return (
            f"The Corefile's server block {block.key} is for that name: CoreDNS forwarded the question to {servers}.",
            "",
        )
    return "CoreDNS forwarded that question outside and passed the answer on." if made else OUTSIDE, ""


def _by_kubernetes(settled: dig.Response) -> str:
    first = settled.answer[0]
    if first.kind == "CNAME" and in_cluster(first.name):
        return _alias(first, settled)
    if settled.kind == "PTR" and first.made_by == "CoreDNS":
        return f"An address of the cluster: CoreDNS makes the name from what has this address, {first.value}"
    return _in_cluster(settled, cluster_names.read(settled.question))


def _alias(alias: dig.Record, settled: dig.Response) -> str:
    if settled.kind == "CNAME":
        return f"An ExternalName Service: an alias of {alias.value} Asking for CNAME shows the alias alone."
    hops = f" (after {len(settled.aliases)} aliases)" if len(settled.aliases) > 1 else ""
    return (
        f"An ExternalName Service: an alias of {alias.value} CoreDNS resolved the target itself{hops}, so alias and "
        f"address came in one answer. The Pod connects straight to {', '.join(settled.addresses)}."
    )


def _in_cluster(settled: dig.Response, parts: cluster_names.ClusterName) -> str:
    if settled.kind in ("SOA", "NS"):
        return f"A record of the domain {ZONE} itself: CoreDNS is its server, and makes it."
    if settled.kind == "TXT":
        return "The version of the DNS specification of Kubernetes that CoreDNS keeps to; it makes this record itself."
    if parts.kind not in (cluster_names.SVC, cluster_names.POD):
        return "CoreDNS's own name: the address of the cluster's DNS Service."
    if parts.kind == cluster_names.POD:
        return (
            "A Pod's name: CoreDNS makes the address from the name itself, "
            "and does not look whether there is such a Pod."
        )
    if settled.kind == "SRV":
        return (
            "A Service in the cluster: CoreDNS makes SRV records from its ports, "
            "one for each, and each endpoint if headless."
        )
    if len(parts.below) == 1:
        return "One endpoint of a Service: CoreDNS makes the name from its host name or its address."
    if len(settled.addresses) > 1:
        return "A headless Service: the addresses are its Pods, with no virtual IP before them."
    return f"A Service with a virtual IP (or headless with one Pod): no alias, an {settled.kind} record of its own."
