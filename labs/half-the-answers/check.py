"""half-the-answers: a private zone has a server block of its own, and nobody else's names go there."""

import re

from course.lab import Check, Pod, Reply

probe, team = Pod("lab-half-the-answers"), Pod("lab-half-the-answers")
# Names that nobody asked for yet: no cache has an answer.
NAMES = "names() { for n in $(seq ${2:-20}); do echo q$(date +%s%N)$n.$1; done; }; "
ZONES = "kubectl -n lab-half-the-answers get configmap dns -o yaml: who is asked for corp.example? (A changed file is not read at once: restart the Deployment dns.)"


COUNT = (
    "count() { curl -s http://10.96.0.55:9153/metrics | "
    "awk '/^coredns_dns_requests_total/ && /zone=\"'$1'\"/ && /type=\"A\"/ {n += $NF} END {print n + 0}'; }; "
)


def why_not_all(reply: Reply) -> str:
    """None, or some: the servers are tried in order, or by chance."""
    if reply.text.startswith("0 "):
        return "None: whoever is asked does not know the zone, and its NXDOMAIN is an answer: nobody asks on. Or nobody answers at all."
    return "They resolve by chance: CoreDNS takes one of its servers for each question, and one of them does not know the zone."


def keys_with_an_answer(reply: Reply) -> list[str]:
    """The keys of the ConfigMap in which the ledger is named, in what is no comment."""
    keys = re.split(r"^(?=[\w.-]+: )", re.sub("#.*", "", reply.text), flags=re.MULTILINE)
    return [key.partition(":")[0] for key in keys if "ledger" in key]


def why_written_down(reply: Reply) -> str:
    """The key that holds the answer, and what comes of it."""
    for key in keys_with_an_answer(reply):
        return f"The ledger's address stands in the key {key} now. The head office moves its machines, and who asks is not told."
    return "The ConfigMap is gone, and with it the server's settings."


CHECKS = [
    Check(
        "the-zone-resolves",
        probe.run(
            "20 names of corp.example that nobody asked for yet",
            NAMES + "echo $(dig +short +time=2 +tries=2 $(names corp.example) | grep -c '^[0-9]') of 20",
        ),
        lambda reply: reply.text == "20 of 20",
        "20 of 20",
        why_not_all,
        ZONES,
    ),
    Check(
        "head-office-is-spared",
        probe.run(
            "questions of apps that come to the head office for 10 names of example.com and 10 of partner.example",
            NAMES
            + COUNT
            + "before=$(count [.]); dig +short +time=2 +tries=2 $(names example.com 10) $(names partner.example 10) > /dev/null; echo for 20 names: $(($(count [.]) - before))",
        ),
        lambda reply: reply.text == "for 20 names: 0",
        "for 20 names: 0",
        "The head office's server is asked for names that are not its own. Its line is slow, and every app waits for it.",
        "the forward line of the block .:53: kubectl -n lab-half-the-answers get configmap dns -o yaml",
    ),
    Check(
        "head-office-is-asked",
        probe.run(
            "whether questions of apps for 10 names of corp.example come to the head office",
            NAMES
            + COUNT
            + "before=$(count corp.example.); dig +short +time=2 +tries=2 $(names corp.example 10) > /dev/null; "
            "[ $(($(count corp.example.) - before)) -ge 1 ] && echo they come || echo they do not come",
        ),
        lambda reply: reply.text == "they come",
        "they come",
        "The head office is not asked for its own names: somebody else answers, or nobody does. And nobody else knows where its machines are today.",
        ZONES,
    ),
    Check(
        "other-names-resolve",
        probe.dig("api.example.com"),
        lambda reply: bool(reply.addresses),
        "an address for api.example.com",
        "A name of the world outside is not found any more, or no DNS server answers.",
        "kubectl -n lab-half-the-answers logs deploy/dns, and the block .:53 of the ConfigMap dns",
    ),
    Check(
        "cluster-names-resolve",
        probe.dig("head-office"),
        lambda reply: bool(reply.addresses),
        "an address for the Service head-office",
        "Nobody answers for the cluster's own names any more, and the app's name, ledger, is one of them.",
        "the plugin kubernetes in the block .:53: kubectl -n lab-half-the-answers get configmap dns -o yaml",
    ),
    Check(
        "no-address-written-down",
        team.kubectl(
            "get configmap dns -o go-template='{{range $key, $text := .data}}{{$key}}: {{$text}}{{\"\\n\"}}{{end}}'"
        ),
        lambda reply: bool(reply.text) and not keys_with_an_answer(reply),
        "a ConfigMap without a record of the ledger",
        why_written_down,
        "kubectl -n lab-half-the-answers get configmap dns -o yaml: which line holds an answer, and not a server?",
    ),
    Check(
        "ledger-is-an-alias",
        team.kubectl("get service ledger -o jsonpath='{.spec.type} {.spec.externalName}'"),
        lambda reply: reply.text.rstrip(".") == "ExternalName ledger.corp.example",
        "an alias of ledger.corp.example",
        "The head office moves its machines: the Service must follow a name, and leads to an address or to nothing.",
        "kubectl -n lab-half-the-answers get service ledger -o yaml",
    ),
]
