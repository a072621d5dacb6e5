"""no-members: SRV records and names of single Pods come from a headless Service; below an alias there are none."""

import json

from course.lab import Check, Pod, Reply

probe = Pod("lab-no-members")
MEMBERS = ("broker-0", "broker-1")
LABELS = {"app": "broker", "lab-wait": "yes"}  # what each member is made with
ASK = "dig +search +time=3 +tries=2"

records = probe.run(
    "dig +search _broker._tcp.broker SRV",
    f"{ASK} +noall +comments +answer _broker._tcp.broker SRV | "
    """awk '/status:/ {sub(",", "", $6); print $6} $4 == "SRV" {print "port " $7 " of " $8}'""",
)
found = probe.run(
    "as the library does: each host and port of the SRV records, and who answers there",
    f"{ASK} +short _broker._tcp.broker SRV | while read -r _ _ port host; do "
    'echo "$host port $port: $(curl -sS -m 4 "http://$host:$port/" 2>&1)"; done',
)
named = probe.run(
    "curl http://broker-0.broker:9000/ and http://broker-1.broker:9000/",
    f"for member in {' '.join(MEMBERS)}; do "
    'echo "$member.broker: $(curl -sS -m 4 "http://$member.broker:9000/" 2>&1)"; done',
)
services = probe.kubectl(
    "get svc broker broker-pods --ignore-not-found --no-headers "
    "-o custom-columns=NAME:.metadata.name,TYPE:.spec.type,IP:.spec.clusterIP,PORT:.spec.ports[*].name"
)


def answers(reply: Reply) -> list[str]:
    """Who answered, line by line: what stands behind the last colon."""
    return sorted(line.rpartition(": ")[2] for line in reply.text.splitlines())


def why_no_record(reply: Reply) -> str:
    if "NXDOMAIN" in reply.out:
        return (
            "No such name. An SRV name lies below the Service's own: below an alias there is nothing, whatever ports it "
            "declares, and a port without a name has no SRV record."
        )
    return "The library learns hosts and ports from SRV records only."


def why_not_each(reply: Reply) -> str:
    if not reply.text:
        return "Without an SRV record the library knows nobody to talk to."
    if "curl: (7)" in reply.out:
        return (
            "The record names a port on which no member listens. Without a virtual IP nobody maps port to targetPort: "
            "the client dials what the record says. Made this moment? Ask again in some seconds."
        )
    return "One record is one host: behind a virtual IP a client meets some member, and never knows which."


def selects_the_pods(reply: Reply) -> bool:
    """By labels that a member has when it is made, and the Pod `probe` has not."""
    kind, _, selector = reply.text.partition(", selector ")
    labels = json.loads(selector or "{}")
    return kind != "ExternalName" and "app" in labels and labels.items() <= LABELS.items()


def why_not_by_hand(reply: Reply) -> str:
    if not reply.text:
        return "There is no Service broker."
    if reply.text.startswith("ClusterIP") and "{" in reply.text:
        return "It selects by something else than the label app=broker, which a member has when it is made: one that is made anew is not found."
    if reply.text.startswith("ClusterIP"):
        return "Nothing tells this Service which Pods are its own: addresses written by hand stay when a Pod gets another one."
    return "An alias has no members: it is a name for another name."


CHECKS = [
    Check(
        "records-are-there",
        records,
        lambda reply: "port " in reply.text,
        "an SRV record: a port and a host",
        why_no_record,
        "kubectl -n lab-no-members get svc broker -o yaml: its type, and the name of its port",
        beside=services,
    ),
    Check(
        "each-member-answers",
        found,
        lambda reply: answers(reply) == list(MEMBERS),
        "two records, and an answer from broker-0 and from broker-1",
        why_not_each,
        "dig +short +search _broker._tcp.broker SRV in the Pod probe: how many hosts, which port?",
    ),
    Check(
        "members-have-names",
        named,
        lambda reply: answers(reply) == list(MEMBERS),
        "broker-0 and broker-1, each under its own name",
        "A Pod with the hostname broker-0 and the subdomain broker has that name in DNS only if the Service broker has this "
        "Pod among its endpoints. An alias has no endpoints.",
        "kubectl -n lab-no-members get pods -o yaml: hostname and subdomain; then the endpoints of the Service broker",
    ),
    Check(
        "follows-the-pods",
        probe.kubectl("get svc broker -o jsonpath='{.spec.type}, selector {.spec.selector}'"),
        selects_the_pods,
        "a Service that selects the broker's Pods by their label",
        why_not_by_hand,
        "kubectl -n lab-no-members get pods --show-labels, and the selector of the Service broker",
    ),
]
