"""short-name: an alias of an in-cluster Service needs the whole name, down to the cluster's domain."""

from course.lab import Check, Pod, Reply, leads_to

probe = Pod("lab-short-name")
name = probe.dig("orders")
WHOLE = "orders.lab-short-name-orders.svc.cluster.local"


def why_no_address(reply: Reply) -> str:
    if reply.aliases:
        return f"The alias is there, and leads to {reply.aliases[-1]}: for that name the DNS server has no address."
    return (
        "There is no alias of that name here, or its target is something the DNS server cannot use, such as an address."
    )


def why_not_followed(reply: Reply) -> str:
    if reply.addresses and WHOLE not in reply.aliases:
        return "Orders come today, but by an address that somebody fixed by hand here: what the orders team changes does not reach it."
    return "Only the Service's own name follows when the orders team recreates it."


CHECKS = [
    Check(
        "name-answers",
        name,
        lambda reply: bool(reply.addresses),
        "an address for orders",
        why_no_address,
        "kubectl -n lab-short-name get svc orders -o yaml, then ask for the target itself: dig TARGET in the Pod probe",
    ),
    Check(
        "orders-answer",
        probe.http("http://orders:8080/"),
        lambda reply: "lab-short-name-orders" in reply.body and reply.code == 200,
        "HTTP 200 with the orders of lab-short-name-orders",
        "The shop needs the orders, not only a name that looks right.",
        "the name first (check name-answers), then: kubectl -n lab-short-name-orders get svc,pods",
    ),
    Check(
        "follows-the-service",
        name,
        leads_to(WHOLE),
        "an alias of the orders team's Service, with its address of today",
        why_not_followed,
        "dig +search orders in the Pod probe: is there a CNAME line, and what is on its right?",
    ),
]
