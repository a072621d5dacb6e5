"""policy-behind-cache: a policy that lets questions go to the cache on the node, and to the cluster's DNS as before."""

from dataclasses import replace

from course.lab import Check, Pod, Reply, each_address_is_one, reads_ada, stays_closed

probe, canary = Pod("lab-policy-behind-cache"), Pod("lab-policy-behind-cache", "canary")
RULES = probe.kubectl("get networkpolicies -o jsonpath='{.items[*].spec.egress[*].to[*]}'")
CACHE, ADDRESS = "169.254.20.11", "$(cat /etc/outside/ADDRESS)"
LOOK = "kubectl -n lab-policy-behind-cache describe networkpolicy, beside the nameserver in the Pod's /etc/resolv.conf"
by_tcp = replace(probe.dig("external-database", "A +tcp"), title="dig +search +tcp external-database")
cluster_dns = replace(
    probe.dig("external-database", "A @10.96.0.10"), title="dig +search external-database, at 10.96.0.10"
)
OTHER_WAYS = {
    "another port of the cache": f"nc -z -w 2 {CACHE} 8081",
    "a DNS server outside": f"dig +time=2 +tries=1 @{ADDRESS} api.example.com > /dev/null",
    "the same DNS server by TCP": f"dig +tcp +time=2 +tries=1 @{ADDRESS} api.example.com > /dev/null",
    "HTTPS outside": f"nc -z -w 2 {ADDRESS} 443",
    "yet another Pod's DNS server": "RES_OPTIONS='timeout:1 attempts:1' nc -z -w 2 canary.lab-policy-behind-cache.svc.cluster.local. 53",
}
others = probe.which(
    "connect to another port of the cache and of the database's server, and ask a DNS server outside, and another Pod",
    "reached",
    **OTHER_WAYS,
)


def why_no_address(reply: Reply) -> str:
    if not reply.rcode:
        return f"The Pod asks {CACHE}, and nothing lets it: that is an address of the node, and your rule means Pods."
    return "The cache answers, and the name leads nowhere."


CHECKS = [
    Check(
        "cache-answers",
        probe.dig("external-database"),
        lambda reply: bool(reply.addresses),
        "an address for external-database",
        why_no_address,
        LOOK,
        beside=RULES,
    ),
    Check(
        "long-answers-arrive",
        by_tcp,
        lambda reply: bool(reply.addresses),
        "an address for external-database, asked for by TCP",
        "An answer that is too long for one packet is cut, and the Pod asks the cache again by TCP: that is a protocol of its own in a rule.",
        LOOK,
    ),
    Check(
        "without-the-cache",
        cluster_dns,
        lambda reply: bool(reply.addresses),
        "an address for external-database from the cluster's own DNS",
        "On a node without the cache the same Pods ask the cluster's DNS, and your policies do not let them any more.",
        "kubectl -n lab-policy-behind-cache get networkpolicy allow-dns -o yaml: begin afresh if it is gone",
    ),
    reads_ada(
        probe,
        "external-database",
        "The report needs its row: first a name, then a connection.",
        "the checks above, then the policy allow-database",
    ),
    each_address_is_one(probe),
    stays_closed(probe, "deny-all"),
    Check(
        "nothing-else-is-reached",
        others,
        lambda reply: reply.text.strip() == "reached:",
        "no connection",
        "The rule is wider than questions to the cache: each further way is one for data to leave, or to look around on the node.",
        LOOK,
    ),
    Check(
        "others-stay-shut",
        canary.which(
            "ask the cache, from the Pod canary",
            "reached",
            cache=f"dig +time=2 +tries=1 @{CACHE} api.example.com > /dev/null",
        ),
        lambda reply: reply.text.strip() == "reached:",
        "no answer",
        "The cache is open to Pods that had no way out: the report's alone may ask it. An empty podSelector means every Pod.",
        "kubectl -n lab-policy-behind-cache get networkpolicy -o yaml: the podSelector of your policy",
    ),
]
