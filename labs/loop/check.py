"""loop: a ring of aliases has no end, and the DNS server answers with nothing rather than with an error."""

from dataclasses import replace

from course.lab import Check, Pod, Probe, Reply, leads_to, reads_ada

probe = Pod("lab-loop")
PROVIDER = "prod-db.us-east-1.rds.amazonaws.com"
LOOK = "kubectl -n lab-loop get svc: follow the EXTERNAL-IP column from name to name, with a pencil"


def ask(name: str) -> Probe:
    """The name's address, and the alias itself: a ring has no answer to the first question."""
    asked = probe.dig(name)
    return replace(asked, title=f"{asked.title} A {name} CNAME", command=f"{asked.command} {name} CNAME")


def why(reply: Reply) -> str:
    if reply.rcode == "NXDOMAIN":
        return "There is no Service of this name, or its target is an address, and then DNS leaves it out: an app that uses it is lost."
    if reply.aliases and not reply.addresses and not reply.aliases[-1].endswith(".cluster.local"):
        return "The chain leaves the cluster at a name that has no address: read it letter by letter."
    if reply.rcode == "NOERROR" and not reply.addresses:
        return (
            "The answer has no address and is no error: inside the cluster the chain of aliases never ends at an address. "
            "It comes back to a name it has passed, or it leads to a Service that does not exist, or that DNS leaves out."
        )
    if reply.addresses:
        return (
            "It has an address, but not by the provider's name: it stays behind when the provider moves the database."
        )
    return "The chain ends at a name that has no address."


def name_check(name: str) -> Check:
    expected = f"an alias that ends at {PROVIDER}, with an address"
    asked, there = ask(name), probe.service(name)
    return Check(f"{name}-leads-to-the-provider", asked, leads_to(PROVIDER), expected, why, LOOK, beside=there)


CHECKS = [
    *(name_check(name) for name in ("db", "db-primary", "db-current")),
    reads_ada(probe, "db", "The apps need the database behind the name.", "the checks of the names first"),
]
