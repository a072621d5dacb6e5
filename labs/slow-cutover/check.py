"""slow-cutover: a DNS cache that keeps the cluster's own names shows the past."""

from dataclasses import replace

from course.lab import Check, Pod, Reply

client = Pod("lab-slow-cutover", "client")
LIMIT = 3  # seconds; the clock itself ticks once a second
KEPT = 5  # seconds, the provider's TTL
PATIENCE = 45.0  # seconds: a restarted DNS server is waited for, and the clock of a busy machine is late
inside = client.dig("kubernetes.default.svc.cluster.local")
# Each try from a port of its own: what a try to the server that is gone left behind in the node does not catch the next.
patient = f"for try in 1 2 3 4 5 6; do {inside.command.replace('+time=3 +tries=2', '+time=2 +tries=1')} && break; done"

# A name that nobody asked for yet, and that no Service has.
denied = (
    "name=n$(date +%s%N).lab-slow-cutover.svc.cluster.local.; end=$(($(date +%s) + 7)); "
    "while [ $(date +%s) -lt $end ]; do dig +time=2 +tries=1 +noall +authority $name; sleep 0.3; done | "
    """awk '$4 == "SOA" {if (!n++) low = high = $2; if ($2 < low) low = $2; if ($2 > high) high = $2} """
    """END {if (n) print "TTL between " high " and " low}'"""
)


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


def why_denied(reply: Reply) -> str:
    if not reply.text:
        return "The DNS server gave no answer for a Service that is not there."
    return "That there is no such name is kept as well: whoever asks too early is told so, long after the cutover has made the Service."


def why_not_kept(reply: Reply) -> str:
    if not reply.text:
        return "The DNS server gave no answer for a name outside."
    if number(reply, 2) < KEPT:
        return (
            f"The cache forgets after fewer seconds than the {KEPT} for which the provider lets it keep this answer: the provider's "
            "DNS server is asked more often than it must be."
        )
    return "Each question of each Pod goes out to the provider's DNS server now. The cache is wanted for names outside the cluster."


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
        "new-names-are-seen",
        client.run("ask for a Service that is not there for seven seconds", denied, PATIENCE),
        lambda reply: bool(reply.text) and number(reply, 2) - number(reply, 4) <= LIMIT,
        f"a TTL that counts down by {LIMIT} at most",
        why_denied,
        "the Corefile: for which answers about cluster.local is there no cache?",
    ),
    Check(
        "outside-names-are-kept",
        client.run("ask for two names outside for up to ten seconds", "python3 /programs/kept.py", PATIENCE),
        lambda reply: bool(reply.text) and number(reply, 2) - number(reply, 4) >= 3,
        "for each of them a TTL that counts down by 3 or more",
        why_not_kept,
        "the Corefile: is there still a cache for what is not cluster.local?",
    ),
]
