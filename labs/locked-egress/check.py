"""locked-egress: a policy that lets out DNS questions and one address, nothing more."""

from course.lab import Check, Pod, Reply, reads_ada

probe = Pod("lab-locked-egress")
ADDRESS, STANDBY = "$(cat /etc/outside/ADDRESS)", "$(cat /etc/outside/STANDBY)"
others = probe.run(
    "connect to the database's server on port 443, to another server on port 5432, and ask a DNS server outside",
    f"{{ nc -z -w 2 {ADDRESS} 443 && echo port 443; nc -z -w 2 {STANDBY} 5432 && echo another server; "
    f"dig +time=2 +tries=1 @{ADDRESS} api.example.com > /dev/null && echo a DNS server outside; echo end; }} | paste -s -d, | sed 's/^/reached: /'",
)


def why_no_address(reply: Reply) -> str:
    if not reply.rcode:
        return "Not even the question gets out of the Pod: DNS is egress too, over UDP and TCP, to the Pods of CoreDNS."
    return "The DNS server answers, and the name leads nowhere."


CHECKS = [
    Check(
        "name-answers",
        probe.dig("external-database"),
        lambda reply: bool(reply.addresses),
        "an address for external-database",
        why_no_address,
        "kubectl -n lab-locked-egress describe networkpolicy: is port 53 allowed, and to whom?",
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
    Check(
        "nothing-else-is-reached",
        others,
        lambda reply: reply.text == "reached: end",
        "no connection",
        "The auditors accept the one way out. Each further one is a way for data to leave.",
        "kubectl -n lab-locked-egress get networkpolicy -o yaml: which addresses and ports does it allow?",
    ),
]
