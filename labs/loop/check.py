"""loop: a ring of aliases has no end, and the DNS server answers with nothing rather than with an error."""

from course.lab import Check, Pod, Reply

probe = Pod("lab-loop")
PROVIDER = "prod-db.us-east-1.rds.amazonaws.com"
LOOK = "kubectl -n lab-loop get svc: follow the EXTERNAL-IP column from name to name, with a pencil"


def leads_to_the_provider(said: Reply) -> bool:
    return PROVIDER in said.aliases and bool(said.addresses)


def why(said: Reply) -> str:
    if said.rcode == "NXDOMAIN":
        return "There is no Service of this name: an app that uses it is lost."
    if said.rcode == "NOERROR" and not said.records:
        return (
            "The answer is empty and not an error: inside the cluster the chain of aliases never ends at an address. "
            "It comes back to a name it has passed, or it leads to a Service that does not exist."
        )
    if said.addresses:
        return "It has an address, but not by the provider's name: it stays behind when the provider moves the database."
    return "The chain ends at a name that has no address."


def name_check(name: str) -> Check:
    expected = f"an alias that ends at {PROVIDER}, with an address"
    return Check(f"{name}-leads-to-the-provider", probe.dig(name), leads_to_the_provider, expected, why, LOOK)


CHECKS = [
    *(name_check(name) for name in ("db", "db-primary", "db-current")),
    Check(
        "row-read",
        probe.sql("db", "SELECT name FROM users WHERE id = 1"),
        lambda said: said.text == "Ada",
        "the row of Ada",
        "The apps need the database behind the name.",
        "the checks of the names first",
    ),
]
