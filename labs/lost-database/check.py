"""lost-database: the shop's name for its database leads to the provider's name."""

from course.lab import Check, Pod, Reply, reads_ada

probe = Pod("lab-lost-database")
name = probe.dig("external-database")
PROVIDER = "prod-db.us-east-1.rds.amazonaws.com"
LOOK = "kubectl -n lab-lost-database get svc, then the lesson 02_first_externalname"


def why_no_address(reply: Reply) -> str:
    if reply.rcode == "NXDOMAIN":
        return (
            "The cluster's DNS knows no such name in this namespace: there is no Service of that name, or its target looks "
            "like an IP address, and then the DNS server leaves it out."
        )
    if reply.aliases:
        return "The alias is there, but the name it leads to has no address: read that name letter by letter."
    return "A name without an address is no place to connect to."


def why_not_the_provider(reply: Reply) -> str:
    if reply.aliases and reply.addresses:
        return "It leads to another name than the provider's: to another database, today or as soon as one of the two moves."
    if reply.addresses:
        return (
            "It has an address of its own and no name behind it. An address that is written down stays behind when the provider "
            "moves the database; a proxy may follow, and is one more thing to run, between the shop and its data."
        )
    return "Only a name that leads to the provider's name follows when the provider moves the database."


CHECKS = [
    Check(
        "name-answers",
        name,
        lambda reply: bool(reply.addresses),
        "an address for external-database",
        why_no_address,
        LOOK,
        beside=probe.service("external-database"),
    ),
    Check(
        "follows-the-provider",
        name,
        lambda reply: PROVIDER in reply.aliases,
        f"an alias of {PROVIDER}",
        why_not_the_provider,
        f"what is in the answer: dig +search external-database; it should name {PROVIDER}",
    ),
    reads_ada(
        probe,
        "external-database",
        "The shop reads its users through this name; a name that answers is not yet a database that does.",
        "the name first (check name-answers), then the error message above",
    ),
    Check(
        "shop-serves",
        probe.http("http://shop/"),
        lambda reply: reply.code == 200,
        "HTTP 200 from the shop",
        "The shop's Service sends customers only to ready Pods, and the shop gets ready only with its database.",
        "kubectl -n lab-lost-database get pods, and the log: kubectl -n lab-lost-database logs deploy/shop --tail 3",
    ),
]
