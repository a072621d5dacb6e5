"""on-call: four broken aliases, four different faults. Each name leads where the wiki says, and each app gets its answer."""

from collections.abc import Callable
from dataclasses import replace

from course.lab import Check, Pod, Probe, Reply, leads_to, reads_ada

apps = Pod("lab-on-call", "deploy/apps")
PROVIDER = "us-east-1.rds.amazonaws.com"


def ask(name: str) -> Probe:
    """The name's address, and the alias itself: a ring has no answer to the first question."""
    asked = apps.dig(name)
    return replace(asked, title=f"{asked.title} A {name} CNAME", command=f"{asked.command} {name} CNAME")


def why_not_there(target: str, by: str) -> Callable[[Reply], str]:
    """The cause, read from the answer."""

    def why(reply: Reply) -> str:
        if reply.addresses and target in reply.aliases:
            return f"It ends at the right name, and not by way of {by}, as the wiki says: what is changed there is not seen here."
        if reply.addresses and reply.aliases:
            return f"It leads to an address, by another name than {target}: to something else, today or as soon as one of the two moves."
        if reply.addresses:
            return "It has an address and no name behind it: right until whoever is at that address moves."
        if reply.rcode == "NXDOMAIN":
            return "DNS knows no such name: there is no Service of that name here, or what it leads to is an address and no name."
        if target.endswith(".svc.cluster.local") and target.startswith(reply.aliases[-1] if reply.aliases else "-"):
            return f"It leads to {reply.aliases[-1]}, and nobody completes that: the name in an alias is taken as it is written."
        return (
            "The alias is there, and there is no address at its end: a name that does not exist, or one that comes back to a "
            "name that was passed already."
        )

    return why


def leads(ticket: str, name: str, target: str, by: str = "") -> Check:
    """by: the alias through which it leads there, where the wiki names one."""
    ends_there = leads_to(target)
    return Check(
        f"{ticket}-leads-there",
        ask(name),
        lambda reply: ends_there(reply) and by in ("", *reply.aliases),
        f"an alias that ends at {target}, with an address{f', by way of {by}' if by else ''}",
        why_not_there(target, by),
        f"kubectl -n lab-on-call get svc {name}, then ask for what it leads to: dig TARGET in the apps' Pod",
        beside=apps.service(name),
    )


CHECKS = [
    leads("orders", "orders-db", f"prod-db.{PROVIDER}"),
    reads_ada(
        apps,
        "orders-db",
        "The ticket is closed when orders reads its rows.",
        "the check orders-leads-there, then the error message",
        name="orders-reads-a-row",
    ),
    leads("login", "sessions", "store.lab-on-call-platform.svc.cluster.local"),
    Check(
        "login-gets-its-answer",
        apps.http("http://sessions:8080/"),
        lambda reply: reply.code == 200 and reply.body == "sessions of lab-on-call-platform",
        "HTTP 200 from the store of lab-on-call-platform",
        "The ticket is closed when login gets its sessions from the platform team's store.",
        "the check login-leads-there, then: kubectl -n lab-on-call-platform get svc,pods",
    ),
    leads("billing", "billing-db", f"users.cxyz123.{PROVIDER}", by="ledger-db.lab-on-call.svc.cluster.local"),
    leads("ledger", "ledger-db", f"users.cxyz123.{PROVIDER}"),
    reads_ada(
        apps,
        "billing-db",
        "The ticket is closed when billing reads its rows.",
        "the checks billing-leads-there and ledger-leads-there, then the error message",
        name="billing-reads-a-row",
    ),
    leads("purchasing", "partner", "api.example.com"),
    Check(
        "purchasing-gets-its-answer",
        apps.http("http://partner/", "-H 'Host: api.example.com'"),
        lambda reply: reply.code == 200 and '"server":"api.example.com"' in reply.body,
        'HTTP 200 from "server":"api.example.com"',
        "The ticket is closed when the partner's own server answers.",
        "the check purchasing-leads-there, then curl -v the same URL in the apps' Pod",
    ),
]
