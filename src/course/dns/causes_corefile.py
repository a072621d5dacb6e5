"""From the first hop that does not hold to words: where the Corefile sends a name, and who answers there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from course.dns import cluster_names, dig, server_blocks
from course.dns.chain import Hop
from course.dns.cluster_names import in_cluster, plain
from course.dns.diagnosis import Case, Diagnosis, Words
from course.dns.evidence import Evidence
from course.dns.question import ZONE

SHOW = "kubectl -n kube-system get configmap coredns -o yaml"
PUT_BACK = "course up  # puts the course's own Corefile back"
COMMANDS = (SHOW, PUT_BACK)
ACL_DOES = {"block": "is refused (REFUSED)", "filter": "gets an empty answer", "drop": "gets no answer"}


def _subject(case: Case) -> str:
    """How the sentence begins: with the alias, where one leads there."""
    alias = case.chain.to_mend
    return f"{case.way}{alias} is an alias of {alias.target}, and the name" if alias else "The name"


def hides(case: Case) -> str:
    """What an alias makes of a failure behind it: CoreDNS answers with the alias alone, and no error."""
    return " The alias is right, and the status NOERROR hides the outage." if case.chain.to_mend else ""


def _block(case: Case) -> str:
    return case.hop.block.key if case.hop.block else ""


def _no_server_block(case: Case) -> Words:
    zones = [zone for block in case.evidence.blocks() for zone in block.zones]
    meaning = (
        f"{_subject(case)} {case.hop.name} belongs to no server block of the Corefile, so CoreDNS refuses it "
        f"(REFUSED). The blocks are for: {', '.join(sorted(zones)) or 'nothing'}. A block for `.` takes all others."
    )
    return meaning, COMMANDS


def _no_plugin(case: Case) -> Words:
    block = case.hop.block
    has = ", ".join(str(plugin) for plugin in block.plugins) if block else ""
    return (
        f"{_subject(case)} {case.hop.name} belongs to the Corefile's server block {_block(case)}, whose zone fits it "
        f"best, and no plugin of that block answers for it (SERVFAIL).{hides(case)} Its lines: {has or 'none'}.",
        COMMANDS,
    )


def _no_forward(case: Case) -> Words:
    return (
        f"{_subject(case)} {case.hop.name} cannot be looked up: the Corefile has no `forward .` that takes it, so "
        f"CoreDNS asks nobody outside.{hides(case)}",
        COMMANDS,
    )


def _zone_taken(case: Case) -> Words:
    plugin = case.hop.plugin
    does = f"has `{plugin}`" if plugin else "has no plugin that answers for it"
    others = [one for one in case.hop.block.plugins if one.name == "kubernetes"] if case.hop.block else []
    knows = f" Its `{others[0]}` is for other names." if others else ""
    return (
        f"{_subject(case)} {case.hop.name} is one of the cluster's, and the Corefile's server block {_block(case)} "
        f"takes it: that zone fits best, whichever block has the kubernetes plugin. The block {does}, and knows "
        f"no Services of that name.{knows} A block whose zone is {ZONE}, above it or below it needs a kubernetes "
        "plugin of its own.",
        COMMANDS,
    )


def _plugin_has_none(case: Case) -> Words:
    plugin, response = case.hop.plugin, case.hop.response
    name = plugin.name if plugin else ""
    status = response.status if response else "no answer"
    why = {
        "hosts": "It knows other names only, and has no `fallthrough`: what it does not know goes no further.",
        "template": "It answers for each name that it fits itself, and no other plugin is asked.",
    }.get(name, "No other plugin is asked.")
    kind = f"{case.kind} record" if status == "NOERROR" else "answer"
    cluster = " The name is one of the cluster's." if in_cluster(case.hop.name) else ""
    return (
        f"{_subject(case)} {case.hop.name} is answered by the line `{plugin}` in the Corefile's server block "
        f"{_block(case)}: no {kind} ({status}).{cluster} {why}",
        COMMANDS,
    )


def forwarder_down(case: Case, servers: list[str]) -> Words:
    """A stub domain's own servers, none of which answers; other names are not concerned."""
    status = case.hop.response.status if case.hop.response else "no answer"
    return (
        f"{_subject(case)} {case.hop.name} cannot be looked up: {status}. It belongs to the Corefile's server block "
        f"{_block(case)}, which forwards to {' and '.join(servers)}, and no DNS server answers there.{hides(case)} "
        "Names of other blocks are not concerned.",
        COMMANDS,
    )


def by_acl(case: Case) -> Diagnosis | None:
    """What an `acl` of the Corefile does with the name that was asked, or with the target of an alias."""
    first = ("The name", case.asked_name, case.evidence.response(case.asked_name, case.kind))
    for subject, name, response in (first, (_subject(case), case.hop.name, case.hop.response)):
        block = server_blocks.block_of(name, case.evidence.blocks())
        if block is None or response is None or response.answer or not any(one.name == "acl" for one in block.plugins):
            continue
        if rule := server_blocks.acl_rule(name, case.kind, response.status, case.evidence.asker(), block):
            meaning = (
                f"{subject} {name} {ACL_DOES[rule.split()[0]]} by the rule `{rule}` of the acl in the Corefile's "
                f"server block {block.key}. That says who may ask, not what there is.{hides(case)}"
            )
            return Diagnosis("acl-refuses", meaning, COMMANDS, case.chain)
    return None


def by_view(case: Case) -> str:
    """The sentence that says what is not known here: which of several server blocks took the question; "" else."""
    number = server_blocks.viewed(case.hop.name, case.evidence.blocks())
    if number < 2:
        return ""
    return (
        f" The Corefile has {number} server blocks for that zone, and `view` chooses one for each question: "
        "the first of them was read here."
    )


def left_out(case: Case) -> Words | None:
    """The line within the kubernetes plugin's braces by which CoreDNS has no name for what the API holds."""
    for hop in case.chain.hops:
        block = server_blocks.block_of(hop.name, case.evidence.blocks()) if in_cluster(hop.name) else None
        plugin = next((one for one in block.plugins if one.name == "kubernetes"), None) if block else None
        if plugin and (line := _leaving_out(plugin, hop)):
            meaning = (
                f"{hop.service or hop.name} is not in DNS, though the cluster may have it: the Corefile's `{plugin}` "
                f"goes by {line}."
            )
            return meaning, COMMANDS
    return None


def _leaving_out(plugin: server_blocks.Plugin, hop: Hop) -> str:
    """The option that keeps a hop out of DNS, in words; "" where none does. Without one, `pods` is disabled."""
    if cluster_names.read(hop.name).kind == cluster_names.POD and not plugin.options("pods"):
        return "`pods disabled`, as no line says otherwise"
    return next((f"`{' '.join(line)}`" for line in plugin.lines if _leaves_out(line, hop)), "")


def _leaves_out(line: server_blocks.Line, hop: Hop) -> bool:
    """Whether an option of the kubernetes plugin keeps a name of the cluster out of DNS, or may do so by labels."""
    parts, option = cluster_names.read(hop.name), line[0]
    if option == "namespaces":
        return parts.namespace not in line[1:]
    if option == "pods":
        return parts.kind == cluster_names.POD and line[1:] != ("insecure",)
    if option == "noendpoints":
        return len(parts.below) == 1 or bool(hop.service and hop.service.headless)
    if option == "ignore":
        concerned = hop.service is not None and not (hop.service.alias or hop.service.headless)  # CoreDNS's own rule
        return concerned and not any(one.ready for one in hop.endpoints)
    return option in ("labels", "namespace_labels")


def by_stub(case: Case) -> str:
    """The sentence that says whose answer it is, where a server block of its own forwards the name; "" else."""
    block, plugin = case.hop.block, case.hop.plugin
    if block is None or block.root or plugin is None or plugin.name != "forward":
        return ""
    return f" By the Corefile's server block {block.key} CoreDNS asked {' or '.join(plugin.words[1:])} for it."


def astray(response: dig.Response, evidence: Evidence) -> Diagnosis:
    """An answer whose records are of another name than the one asked for: dig shows it, a program gets nothing."""
    way = server_blocks.route(response.names[-1], response.kind, evidence.blocks())
    rule = str(way.rewritten[-1].rule if way.rewritten else next(iter(way.plugins), "forward"))
    meaning = (
        f"CoreDNS answers for {response.names[-1]} with a record of {plain(response.astray[0].name)}, and a program "
        f"takes none of a name that it did not ask for: it gets nothing. The Corefile's `{rule}` makes that answer"
    )
    mend = ": with `answer auto` it puts the asked name into the answer, too." if way.rewritten else "."
    return Diagnosis("answer-of-another-name", meaning + mend, COMMANDS)


def after_rewrite(case: Case, diagnosis: Diagnosis) -> Diagnosis:
    """What is said of a name that nobody asked for: a rewrite of the Corefile made it."""
    hop = case.chain.rewrite
    if hop is None or hop.rewrite is None:
        return diagnosis
    aliases = [one.short for one in case.chain.aliases]
    way = f"The aliases lead {' -> '.join([*aliases, hop.name])}. " if aliases else ""
    made = hop.rewrite.name if hop.rewrite.name != hop.name else f"a question of type {hop.rewrite.kind}"
    meaning = f"{way}The Corefile's `{hop.rewrite.rule}` makes {made} of {hop.name}. {diagnosis.meaning}"
    return replace(diagnosis, cause="rewrite-leads-nowhere", meaning=meaning, next=(SHOW, *diagnosis.next))


WORDS: dict[str, Callable[[Case], Words]] = {
    "no-forward": _no_forward,
    "no-plugin-answers": _no_plugin,
    "no-server-block": _no_server_block,
    "plugin-has-none": _plugin_has_none,
    "zone-taken": _zone_taken,
}
