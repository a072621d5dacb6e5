"""lost-database: the shop's name for its database leads to the provider's name."""

from course.lab import Check, Pod, Reply

probe = Pod("lab-lost-database")
name = probe.dig("external-database")
PROVIDER = "prod-db.us-east-1.rds.amazonaws.com"
LOOK = "kubectl -n lab-lost-database get svc, then the lesson 02_first_externalname"


def why_no_address(said: Reply) -> str:
    if said.rcode == "NXDOMAIN":
        return (
            "The cluster's DNS knows no such name in this namespace: there is no Service of that name, or its target looks "
            "like an IP address, and then the DNS server leaves it out."
        )
    if said.aliases:
        return "The alias is there, but the name it leads to has no address: read that name letter by letter."
    return "A name without an address is no place to connect to."


def why_not_the_provider(said: Reply) -> str:
    if said.addresses and PROVIDER not in said.aliases:
        return "It leads somewhere today, but not by the provider's name: when the provider moves the database, the shop stays behind."
    return "Only a name that leads to the provider's name follows when the provider moves the database."


CHECKS = [
    Check(
        "name-answers",
        name,
        lambda said: bool(said.addresses),
        "an address for external-database",
        why_no_address,
        LOOK,
    ),
    Check(
        "follows-the-provider",
        name,
        lambda said: PROVIDER in said.aliases,
        f"an alias of {PROVIDER}",
        why_not_the_provider,
        f"what is in the answer: dig +search external-database; it should name {PROVIDER}",
    ),
    Check(
        "row-read",
        probe.sql("external-database", "SELECT name FROM users WHERE id = 1"),
        lambda said: said.text == "Ada",
        "the row of Ada",
        "The shop reads its users through this name; a name that answers is not yet a database that does.",
        "the name first (check name-answers), then the error message above",
    ),
    Check(
        "shop-serves",
        probe.http("http://shop/"),
        lambda said: said.code == 200,
        "HTTP 200 from the shop",
        "The shop's Service sends customers only to ready Pods, and the shop gets ready only with its database.",
        "kubectl -n lab-lost-database get pods, and the log: kubectl -n lab-lost-database logs deploy/shop --tail 3",
    ),
]
