"""members-unreachable: each member of a Redis Cluster tells its clients a name that they can reach."""

from course.lab import Check, Pod, Reply

probe, team = Pod("lab-members-unreachable"), Pod("lab-members-unreachable")
TARGET = "members.lab-members-unreachable.svc.cluster.local"
PORTS = "7001 7002 7003"
# As a client of a Redis Cluster does it: it goes where a member sends it.
KEYS = (
    f"for port in {PORTS}; do {{ n=0; "
    "for key in a b c d e f g h i j k l; do timeout 3 redis-cli -c -h carts -p $port set $key 1 2> /dev/null | grep -q OK && n=$((n + 1)); done; "
    "echo $port: $n of 12; } & done | sort | paste -s -d ' '"
)
TOLD = (
    f"for port in {PORTS}; do for key in a b c d e f; do redis-cli -h carts -p $port get $key; done; done "
    "| awk '/MOVED/ {print $3}' | sort -u | paste -s -d, "
)
SET = (
    f"for port in {PORTS}; do echo $port: $(for one in announce-hostname preferred-endpoint-type; do "
    "redis-cli -h carts -p $port config get cluster-$one | tail -1; done); done | paste -s -d ' '"
)
SLOTS = "kubectl -n lab-members-unreachable exec probe -- redis-cli -h carts -p 7001 cluster slots, and the same on 7002 and 7003"


def why_not_every_key(reply: Reply) -> str:
    """Nobody, or not all."""
    if ": 0 of 12" in reply.out:
        return "A member is not reached by its port at all: the alias, or the Service behind it, is not what it was."
    return "A member sends the client to a place that this Pod cannot reach, or cannot resolve. Each member tells by its own settings."


def why_told(reply: Reply) -> str:
    """What they are told instead."""
    if "192.0.2." in reply.out:
        return "Clients are still told addresses of the members' own network: it is a setting of each member whether names are told."
    if "?:" in reply.out:
        return "Clients are told that there is a name, and none is known: `?` in the place of a name."
    if "carts" in reply.out and "carts.internal" not in reply.out:
        return "Clients are told an alias in your namespace: it is yours, and the owners' other clients have aliases of their own."
    return "Clients are told something else than the name at which the members can be reached."


CHECKS = [
    Check(
        "every-key-is-reached",
        probe.run("set 12 keys, beginning at each of the three members", KEYS),
        lambda reply: reply.text == " ".join(f"{port}: 12 of 12" for port in PORTS.split()),
        "12 of 12 for each of 7001, 7002 and 7003",
        why_not_every_key,
        SLOTS,
    ),
    Check(
        "clients-are-told-a-name",
        probe.run("where the members send a client", TOLD),
        lambda reply: reply.text.replace(".:", ":") == ",".join(f"{TARGET}:{port}" for port in PORTS.split()),
        f"{TARGET}, with each of the three ports",
        why_told,
        SLOTS,
        beside=probe.run("set on each member: its name, and what is told", SET),
    ),
    Check(
        "members-keep-their-addresses",
        probe.run(
            "the addresses that the members use among themselves",
            "redis-cli -h members -p 7001 cluster nodes | grep -o '192[.]0[.]2[.]1[123]' | sort -u | paste -s -d ' '",
        ),
        lambda reply: reply.text == "192.0.2.11 192.0.2.12 192.0.2.13",
        "192.0.2.11 192.0.2.12 192.0.2.13",
        "The members know each other by these addresses, and your Pods' network is no business of theirs.",
        "kubectl -n lab-members-unreachable exec probe -- redis-cli -h members -p 7001 config get 'cluster-announce-*'",
    ),
    Check(
        "carts-is-an-alias",
        team.kubectl("get service carts -o jsonpath='{.spec.type} {.spec.externalName}'"),
        lambda reply: reply.text.rstrip(".") == f"ExternalName {TARGET}",
        f"an alias of {TARGET}",
        "The alias was right: it leads to the first contact, and what comes after it is not its matter.",
        "kubectl -n lab-members-unreachable get service carts -o yaml",
    ),
]
