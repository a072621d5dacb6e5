"""locked-egress: a policy that lets out DNS questions and one port of one address, nothing more."""

from dataclasses import replace

from course.lab import Check, Pod, Reply, each_address_is_one, reads_ada, stays_closed

probe = Pod("lab-locked-egress")
ADDRESS, STANDBY = "$(cat /etc/outside/ADDRESS)", "$(cat /etc/outside/STANDBY)"
by_tcp = replace(probe.dig("external-database", "A +tcp"), title="dig +search +tcp external-database")
# Each of these answers where nothing stops the question. All at once: a plugin that drops packets has each of them wait.
OTHER_WAYS = {
    **{f"port {port} of the database's server": f"nc -z -w 2 {ADDRESS} {port}" for port in (80, 443, 6379, 8443)},
    "another server": f"nc -z -w 2 {STANDBY} 5432",
    "a DNS server outside": f"dig +time=2 +tries=1 @{ADDRESS} api.example.com > /dev/null",
    "the same DNS server by TCP": f"dig +tcp +time=2 +tries=1 @{ADDRESS} api.example.com > /dev/null",
    "yet another Pod's DNS server": "RES_OPTIONS='timeout:1 attempts:1' nc -z -w 2 canary.lab-locked-egress.svc.cluster.local. 53",
}
others = probe.which(
    "connect to four other ports of the database's server, to port 5432 of another, and ask a DNS server outside, and another Pod",
    "reached",
    **OTHER_WAYS,
)


def why_no_address(reply: Reply) -> str:
    if not reply.rcode:
        return "Not even the question gets out of the Pod: DNS is egress too, over UDP and TCP, to the Pods of CoreDNS."
    return "The DNS server answers, and the name leads nowhere."


def names_what_stays(reply: Reply) -> bool:
    """Single addresses are the database's, or that of the Service of DNS, which some plugins look at; wider blocks are for another check."""
    database, _, allowed = reply.text.partition(" is the database; allowed: ")
    single = {block for block in allowed.split() if block.endswith("/32")}
    return bool(database) and single <= {f"{database}/32", "10.96.0.10/32"}


CHECKS = [
    Check(
        "name-answers",
        probe.dig("external-database"),
        lambda reply: bool(reply.addresses),
        "an address for external-database",
        why_no_address,
        "kubectl -n lab-locked-egress describe networkpolicy: is port 53 allowed, and to whom?",
    ),
    Check(
        "long-answers-arrive",
        by_tcp,
        lambda reply: bool(reply.addresses),
        "an address for external-database, asked for by TCP",
        "An answer that is too long for one packet is cut, and the Pod asks again by TCP: names with many addresses would be dead.",
        "kubectl -n lab-locked-egress describe networkpolicy: with which protocols is port 53 allowed?",
    ),
    reads_ada(
        probe,
        "external-database",
        "The report needs the database; a policy can name it only by its address.",
        "the check above, then the ipBlock in your policy: it must hold the address that dig shows",
        beside=probe.run(
            "the database by its address", f"nc -z -w 3 {ADDRESS} 5432 && echo connected || echo no connection"
        ),
    ),
    each_address_is_one(probe),
    Check(
        "addresses-that-stay",
        probe.kubectl(
            "get configmaps,networkpolicies -o jsonpath='{.items[*].data.ADDRESS} is the database; allowed: {.items[*].spec.egress[*].to[*].ipBlock.cidr}'"
        ),
        names_what_stays,
        "no single address but the database's",
        "A Pod has another address when it is made anew, and CoreDNS is Pods: then the report is dead again. Pods are meant by their labels.",
        "kubectl -n lab-locked-egress get networkpolicy -o yaml: whose is each address in an ipBlock?",
    ),
    stays_closed(probe, "deny-all"),
    Check(
        "nothing-else-is-reached",
        others,
        lambda reply: reply.text.strip() == "reached:",
        "no connection",
        "The auditors accept the one way out. Each further one is a way for data to leave.",
        "kubectl -n lab-locked-egress get networkpolicy -o yaml: which addresses and ports does it allow?",
    ),
]
