"""A Corefile read as CoreDNS reads it: which server block a name belongs to, and which of its plugins answers. Pure.

The rules are CoreDNS's own: server.go (the longest zone that matches), plugin.cfg (the order of the plugins), and
rewrite/name.go, template.go, hosts.go, forward.go, acl.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from course.dns.cluster_names import plain

Line = tuple[str, ...]
# Those that answer, as plugin.cfg orders them: the order of the lines in a block says nothing.
ANSWERING = (
    "template", "hosts", "route53", "azure", "clouddns", "k8s_external", "kubernetes", "file", "auto", "secondary",
    "etcd", "forward", "grpc", "erratic", "whoami", "nomad",
)  # fmt: skip
DNS_PORT = "53"
# What an `acl` does with a question, by the status that comes of it: NOERROR is an empty answer, TIMEOUT is none.
ACL = {"REFUSED": "block", "NOERROR": "filter", "TIMEOUT": "drop"}
WORD = re.compile(r'"(?:\\.|[^"\\])*"|\S+')


@dataclass(frozen=True)
class Plugin:
    """One line of a server block: the plugin's name, its words, and the lines within its braces."""

    name: str
    words: Line = ()
    lines: tuple[Line, ...] = ()

    def __str__(self) -> str:
        """Its first line, as it is written."""
        return " ".join((self.name, *self.words))

    def options(self, name: str) -> list[Line]:
        """The words of each line within the braces that begins with `name`."""
        return [line[1:] for line in self.lines if line[0] == name]

    def falls_through(self, name: str) -> bool:
        """Whether a name that it does not know goes on to the next plugin."""
        return any(not zones or _matching(name, zones) for zones in self.options("fallthrough"))


@dataclass(frozen=True)
class ServerBlock:
    """One server block: its first line, its zones without the final dot ("" is the root), its plugins."""

    key: str
    zones: tuple[str, ...]
    plugins: tuple[Plugin, ...]

    @property
    def root(self) -> bool:
        """Whether it is for every name that no other block is for."""
        return "" in self.zones


@dataclass(frozen=True)
class Rewritten:
    """What one `rewrite` rule made of a question."""

    rule: str
    name: str
    kind: str


@dataclass(frozen=True)
class Route:
    """How CoreDNS comes from a question to the plugins that may answer it; a later one only if the one before passes.

    block is None where no server block is for the name. rewritten: each rule that changed the question, in turn.
    """

    block: ServerBlock | None
    rewritten: tuple[Rewritten, ...] = ()
    plugins: tuple[Plugin, ...] = field(default=())


def read(text: str) -> list[ServerBlock]:
    """The server blocks for plain DNS; ValueError where a brace is not closed."""
    blocks, snippets = [], {}
    for keys, directives in _blocks(text):
        if len(keys) == 1 and re.fullmatch(r"\(\S+\)", keys[0]):
            snippets[keys[0][1:-1]] = directives
            continue
        plugins = [each for one in directives for each in (snippets.get(one.words[0], []) if _imports(one) else [one])]
        zones = tuple(zone for key in keys for zone in _zones(key))
        if zones:
            blocks.append(ServerBlock(" ".join(keys), zones, tuple(plugins)))
    return blocks


def _imports(directive: Plugin) -> bool:
    return directive.name == "import" and len(directive.words) == 1


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    """Each word with the number of its line; a word that begins with # ends its line."""
    for number, line in enumerate(text.splitlines()):
        for match in WORD.finditer(line):
            if match[0].startswith("#"):
                break
            yield number, match[0].strip('"') if match[0].startswith('"') else match[0]


def _blocks(text: str) -> Iterator[tuple[list[str], list[Plugin]]]:
    keys: list[str] = []
    body: list[tuple[int, str]] = []
    depth = 0
    for number, word in _tokens(text):
        depth += (word == "{") - (word == "}")
        if depth < 0:
            raise ValueError(f"line {number + 1}: a brace closes what was not opened")
        if depth == 0 and word == "}":
            yield keys, _directives(body)
            keys, body = [], []
        elif depth == 0:
            keys += [key for key in word.split(",") if key]
        elif (depth, word) != (1, "{"):
            body.append((number, word))
    if depth or keys:
        raise ValueError("a server block has no end")


def _directives(body: Iterable[tuple[int, str]]) -> list[Plugin]:
    """The lines of a block; what stands in braces behind one belongs to it."""
    directives: list[tuple[list[str], list[list[str]]]] = []
    depth, before = 0, -1
    for number, word in body:
        if word == "{":
            depth += 1
        elif word == "}":
            depth -= 1
        elif depth == 0 and (number != before or not directives):
            directives.append(([word], []))
        elif depth == 0:
            directives[-1][0].append(word)
        elif number != before or not directives[-1][1]:
            directives[-1][1].append([word])
        else:
            directives[-1][1][-1].append(word)
        before = number
    return [Plugin(words[0], tuple(words[1:]), tuple(tuple(line) for line in lines)) for words, lines in directives]


def _zones(key: str) -> list[str]:
    """The zones of one word before the brace; none where it is for another port or another way than plain DNS."""
    scheme, _, rest = key.rpartition("://")
    host, _, port = rest.rpartition(":") if re.search(r":\d+$", rest) else (rest, "", DNS_PORT)
    return zones_of([host]) if scheme in ("", "dns") and port == DNS_PORT else []


def zones_of(words: Sequence[str]) -> list[str]:
    """Zones without their final dot; a network such as 10.0.0.0/8 is the reverse zone of its addresses."""
    zones = []
    for word in words:
        try:
            network = ip_network(word, strict=False) if "/" in word else None
        except ValueError:
            network = None
        if network is None:
            zones.append(plain(word))
            continue
        step = 8 if network.version == 4 else 4
        labels = -(-network.prefixlen // step)  # whole labels: 10.0.0.0/9 is 128 zones
        for one in network.subnets(new_prefix=labels * step):
            every = one.network_address.reverse_pointer.split(".")
            zones.append(".".join(every[-labels - 2 :]))
    return zones


def _matching(name: str, zones: Iterable[str]) -> bool:
    return any(_within(name, zone) for zone in zones_of(list(zones)))


def _within(name: str, zone: str) -> bool:
    return zone in ("", name) or name.endswith(f".{zone}")


def block_of(name: str, blocks: Sequence[ServerBlock]) -> ServerBlock | None:
    """The server block that CoreDNS hands a name to: the one with the longest zone that the name is in."""
    fitting = [(len(zone), -number) for number, one in enumerate(blocks) for zone in one.zones if _within(name, zone)]
    return blocks[-max(fitting)[1]] if fitting else None


def viewed(name: str, blocks: Sequence[ServerBlock]) -> int:
    """How many server blocks are for the zone that fits a name best; more than one, and `view` chooses among them."""
    best = max((len(zone) for one in blocks for zone in one.zones if _within(name, zone)), default=0)
    return sum(any(len(zone) == best and _within(name, zone) for zone in one.zones) for one in blocks)


def acl_rule(name: str, kind: str, status: str, source: str, block: ServerBlock | None) -> str:
    """The `acl` rule of a block that makes this status of a question from `source`; "" where none does.

    Of each acl the first rule counts that fits the type and the asker; what none of them fits is allowed.
    """
    for plugin in block.plugins if block else ():
        if plugin.name == "acl" and block and _matching(name, plugin.words or block.zones):
            rule = next((line for line in plugin.lines if _acl_fits(line[1:], kind, source)), ("allow",))
            if rule[0] == ACL.get(status):
                return " ".join(rule)
    return ""


def _acl_fits(words: Line, kind: str, source: str) -> bool:
    given: dict[str, list[str]] = {"type": [], "net": []}
    section = "net"
    for word in words:
        section = word if word in given else section
        given[section] += [word] if word not in given else []
    try:
        near = any(word == "*" or ip_address(source) in ip_network(word, strict=False) for word in given["net"])
    except ValueError:
        near = False
    types = [word.upper() for word in given["type"]]
    return (near or not given["net"]) and (not types or kind in types or "*" in types or "ANY" in types)


def route(name: str, kind: str, blocks: Sequence[ServerBlock]) -> Route:
    """The way of a full name, without its final dot, through the Corefile."""
    block = block_of(name, blocks)
    if block is None:
        return Route(None)
    rewritten = tuple(_rewritten(name, kind, block))
    if rewritten:
        name, kind = rewritten[-1].name, rewritten[-1].kind
    ordered = sorted((one for one in block.plugins if one.name in ANSWERING), key=lambda one: ANSWERING.index(one.name))
    takers: list[Plugin] = []
    for plugin in ordered:
        if _takes(plugin, name, kind, block):
            takers.append(plugin)
            if not plugin.falls_through(name):
                break
    return Route(block, rewritten, tuple(takers))


def _takes(plugin: Plugin, name: str, kind: str, block: ServerBlock) -> bool:
    """Whether a plugin answers for a name, or refuses it, rather than hand it on untouched."""
    if plugin.name == "template":
        return _template_takes(plugin, name, kind, block)
    if plugin.name == "hosts":
        known = [line for line in plugin.lines if name in [plain(word) for word in line[1:]]]
        own = _matching(name, plugin.words[1:] or block.zones)
        return own and kind != "PTR" and (bool(known) or not plugin.falls_through(name))
    if plugin.name in ("forward", "grpc"):
        excepted = [zone for words in plugin.options("except") for zone in words]
        return _matching(name, plugin.words[:1]) and (
            not _matching(name, excepted) or name in zones_of(plugin.words[:1])
        )
    if plugin.name in ("whoami", "erratic", "auto"):
        return _matching(name, plugin.words or block.zones)
    return _matching(name, plugin.words[1:] if plugin.name == "file" else plugin.words or block.zones)


def _template_takes(plugin: Plugin, name: str, kind: str, block: ServerBlock) -> bool:
    """A template takes its types in its zones, whether its `match` fits or, with SERVFAIL, not."""
    if len(plugin.words) < 2 or plugin.words[1] not in (kind, "ANY"):
        return False
    if not _matching(name, plugin.words[2:] or block.zones):
        return False
    patterns = [pattern for words in plugin.options("match") for pattern in words] or [".*"]
    return any(_search(pattern, f"{name}.") for pattern in patterns) or not plugin.falls_through(name)


def _search(pattern: str, text: str) -> re.Match[str] | None:
    """Go's regular expressions are nearly Python's; one that Python does not know fits nothing."""
    try:
        return re.search(pattern, text)
    except re.error:
        return None


def _rewritten(name: str, kind: str, block: ServerBlock) -> Iterator[Rewritten]:
    """What the block's `rewrite` rules make of a question, one after the other, up to the first that fits and stops."""
    for plugin in block.plugins:
        if plugin.name != "rewrite":
            continue
        words = [*plugin.words, *(plugin.lines[0] if plugin.lines else ())]
        goes_on = words[:1] == ["continue"]
        field_, *rest = words[1:] if words[:1] in (["continue"], ["stop"]) else words or [""]
        new = (_new_name(rest, name), kind) if field_ == "name" else (name, _new_kind(field_, rest, kind))
        if new[0] is None or new == (name, kind):
            continue
        name, kind = new[0], new[1]
        yield Rewritten(str(plugin) if plugin.words else f"rewrite {' '.join(words)}", name, kind)
        if not goes_on:
            return


def _new_kind(field_: str, words: Sequence[str], kind: str) -> str:
    return words[1] if field_ == "type" and len(words) == 2 and words[0].upper() == kind else kind


def _new_name(words: Sequence[str], name: str) -> str | None:
    """The name that a `rewrite name` rule makes of this one; None where it does not fit."""
    if len(words) == 2:
        words = ("exact", *words)
    how, old, new = (words[0].lower(), *words[1:3]) if len(words) >= 3 else ("", "", "")
    full, new = f"{name}.", _full(new)
    if how == "regex":
        match = _search(old, full)
        groups = [match[0], *match.groups("")] if match else []
        return plain(re.sub(r"\{(\d+)\}", lambda each: groups[int(each[1])], new)) if match else None
    old = _full(old)
    made = {
        "exact": new if full == old else None,
        "prefix": new + full.removeprefix(old) if full.startswith(old) else None,
        "suffix": full.removesuffix(old) + new if full.endswith(old) else None,
        "substring": full.replace(old, new) if old in full else None,
    }.get(how)
    return None if made is None else plain(made)


def _full(name: str) -> str:
    return f"{name.lower().rstrip('.')}."
