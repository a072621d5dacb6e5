"""locked-egress: a policy that lets out DNS questions and one address, nothing more."""

from course.lab import Check, Pod, Reply

probe = Pod("lab-locked-egress")
ADDRESS, STANDBY = "$(cat /etc/outside/ADDRESS)", "$(cat /etc/outside/STANDBY)"
others = probe.run(
    "connect to the database's server on port 443, to another server on port 5432, and ask a DNS server outside",
    f"for way in '{ADDRESS} 443' '{STANDBY} 5432'; do eval nc -z -w 2 $way && eval echo open: $way; done; "
    f"dig +time=2 +tries=1 @{ADDRESS} api.example.com > /dev/null && echo open: {ADDRESS} 53; echo tried",
)


def why_no_address(said: Reply) -> str:
    if not said.rcode:
        return "Not even the question gets out of the Pod: DNS is egress too, over UDP and TCP, to the Pods of CoreDNS."
    return "The DNS server answers, and the name leads nowhere."


CHECKS = [
    Check(
        "name-answers",
        probe.dig("external-database"),
        lambda said: bool(said.addresses),
        "an address for external-database",
        why_no_address,
        "kubectl -n lab-locked-egress describe networkpolicy: is port 53 allowed, and to whom?",
    ),
    Check(
        "row-read",
        probe.sql("external-database", "SELECT name FROM users WHERE id = 1"),
        lambda said: said.text == "Ada",
        "the row of Ada",
        "The report needs the database; a policy can name it only by its address.",
        "the check above, then the ipBlock in your policy: it must hold the address that dig shows",
    ),
    Check(
        "nothing-else-is-reached",
        others,
        lambda said: said.text == "tried",
        "no connection",
        "The auditors accept the one way out. Each further one is a way for data to leave.",
        "kubectl -n lab-locked-egress get networkpolicy -o yaml: which addresses and ports does it allow?",
    ),
]
