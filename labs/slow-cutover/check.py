"""slow-cutover: a DNS cache that keeps the cluster's own names shows the past."""

from course.lab import Check, Pod, Reply

client = Pod("lab-slow-cutover", "client")
LIMIT = 4.0  # seconds; the clock itself ticks once a second


def number(said: Reply, word: int) -> float:
    try:
        return float(said.text.split()[word])
    except (ValueError, IndexError):
        return 99.0


def why_behind(said: Reply) -> str:
    if not said.text:
        return "The DNS server gave no answer for the clock at all."
    return (
        "The DNS server keeps answers about Services. CoreDNS itself learns of a change at once, through its watch; "
        "an answer in its cache is served until its time is up, and a restart empties the cache for a moment only."
    )


def why_not_kept(said: Reply) -> str:
    if not said.text:
        return "The DNS server gave no answer for a name outside."
    return (
        "Each question of each Pod goes out to the provider's DNS server now. The cache is wanted for names outside the cluster, "
        "and one that forgets after a second hardly helps."
    )


CHECKS = [
    Check(
        "dns-answers",
        client.dig("kubernetes.default.svc.cluster.local"),
        lambda said: bool(said.addresses),
        "an address",
        "A DNS server that does not start with its new Corefile answers nobody.",
        "kubectl -n lab-slow-cutover get pods, and the log: kubectl -n lab-slow-cutover logs deploy/dns",
    ),
    Check(
        "changes-are-seen",
        client.run("watch the clock for six seconds", "python3 /programs/age.py", 12),
        lambda said: number(said, 0) <= LIMIT,
        f"at most {LIMIT:.0f} s behind",
        why_behind,
        "dig +search clock in the Pod client, twice: a TTL that counts down comes from a cache. "
        "Which plugin keeps answers, and for which names?",
    ),
    Check(
        "outside-names-are-kept",
        client.run("ask for api.example.com for five seconds", "python3 /programs/kept.py", 12),
        lambda said: bool(said.text) and number(said, 2) - number(said, 4) >= 3,
        "a TTL that counts down by 3 or more",
        why_not_kept,
        "the Corefile: is there still a cache for what is not cluster.local?",
    ),
]
