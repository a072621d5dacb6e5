"""slow-cutover: a DNS cache that keeps the cluster's own names shows the past."""

from dataclasses import replace

from course.lab import Check, Pod, Reply

client = Pod("lab-slow-cutover", "client")
LIMIT = 3  # seconds; the clock itself ticks once a second
PATIENCE = 45.0  # seconds: a restarted DNS server is waited for, and the clock of a busy machine is late
inside = client.dig("kubernetes.default.svc.cluster.local")
# Each try from a port of its own: what a try to the server that is gone left behind in the node does not catch the next.
patient = f"for try in 1 2 3 4 5 6; do {inside.command.replace('+time=3 +tries=2', '+time=2 +tries=1')} && break; done"


def number(reply: Reply, word: int) -> float:
    try:
        return float(reply.text.split()[word])
    except (ValueError, IndexError):
        return 99.0


def why_behind(reply: Reply) -> str:
    if not reply.text:
        return "The DNS server gave no answer for the clock at all."
    return (
        "The DNS server keeps answers about Services. CoreDNS itself learns of a change at once, through its watch; "
        "an answer in its cache is served until its time is up, and a restart empties the cache for a moment only."
    )


def why_not_kept(reply: Reply) -> str:
    if not reply.text:
        return "The DNS server gave no answer for a name outside."
    return (
        "Each question of each Pod goes out to the provider's DNS server now. The cache is wanted for names outside the cluster, "
        "and one that forgets after a second hardly helps."
    )


CHECKS = [
    Check(
        "dns-answers",
        replace(inside, command=patient),
        lambda reply: bool(reply.addresses),
        "an address",
        "A DNS server that does not start with its new Corefile answers nobody.",
        "kubectl -n lab-slow-cutover get pods, and the log: kubectl -n lab-slow-cutover logs deploy/dns",
    ),
    Check(
        "changes-are-seen",
        client.run("watch the clock for eight seconds", "python3 /programs/age.py", PATIENCE),
        lambda reply: number(reply, 0) <= LIMIT,
        f"at most {LIMIT} s behind",
        why_behind,
        "dig +search clock in the Pod client, twice: a TTL that counts down comes from a cache. "
        "Which plugin keeps answers, and for which names?",
    ),
    Check(
        "outside-names-are-kept",
        client.run("ask for api.example.com for up to ten seconds", "python3 /programs/kept.py", PATIENCE),
        lambda reply: bool(reply.text) and number(reply, 2) - number(reply, 4) >= 3,
        "a TTL that counts down by 3 or more",
        why_not_kept,
        "the Corefile: is there still a cache for what is not cluster.local?",
    ),
]
