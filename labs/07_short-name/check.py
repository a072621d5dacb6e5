"""short-name: an alias of an in-cluster Service needs the whole name, down to the cluster's domain."""

from course.practice.checks import Check
from course.practice.probe import Pod, Said

probe = Pod("lab-short-name")
name = probe.ask("orders")
WHOLE = "orders.lab-short-name-orders.svc.cluster.local"


def why_no_address(said: Said) -> str:
    if said.aliases:
        return (
            f"The DNS server looked for {said.aliases[-1]} exactly as it is written, from the root: "
            "a Pod's search list is for the names the Pod asks for, never for the name an alias leads to."
        )
    return "There is no alias of that name here, or its target is something the DNS server cannot use, such as an address."


def why_not_followed(said: Said) -> str:
    if said.addresses and WHOLE not in said.aliases:
        return "The address is right today, but it is fixed: when the orders team recreates its Service, you keep the old one."
    return "Only the Service's own name follows when the orders team recreates it."


CHECKS = [
    Check(
        "name-answers",
        name,
        lambda said: bool(said.addresses),
        "an address for orders",
        why_no_address,
        "kubectl -n lab-short-name get svc orders -o yaml: is the target a whole name?",
    ),
    Check(
        "orders-answer",
        probe.http("http://orders:8080/"),
        lambda said: "lab-short-name-orders" in said.body and said.code == 200,
        "HTTP 200 with the orders of lab-short-name-orders",
        "The shop needs the orders, not only a name that looks right.",
        "the name first (check name-answers), then: kubectl -n lab-short-name-orders get svc,pods",
    ),
    Check(
        "follows-the-service",
        name,
        lambda said: WHOLE in said.aliases and bool(said.addresses),
        "an alias of the orders team's Service, with its address of today",
        why_not_followed,
        "dig +search orders in the Pod probe: is there a CNAME line, and what is on its right?",
    ),
]
