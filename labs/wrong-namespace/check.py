"""wrong-namespace: a short name is looked up in the asker's own namespace."""

from course.lab import Check, Pod, Reply, leads_to, reads_ada

shop, reports = Pod("lab-wrong-namespace"), Pod("lab-wrong-namespace-reports")
PROVIDER = "prod-db.us-east-1.rds.amazonaws.com"
name = shop.dig("external-database")


def why_no_address(reply: Reply) -> str:
    if reply.aliases:
        return "The alias is in the shop's namespace now, but the name it leads to has no address: it is looked up as it is written."
    return "The search list of a Pod begins with its own namespace: external-database is looked for there, not where the reports team is."


def why_not_production(reply: Reply) -> str:
    if reply.rcode == "NXDOMAIN":
        return "There is no such name in the shop's own namespace: where it resolves in this Pod all the same, the Pod's settings were changed."
    return "The shop must read production data, and follow when the provider moves the database."


CHECKS = [
    Check(
        "shop-finds-the-name",
        name,
        lambda reply: bool(reply.addresses),
        "an address for external-database in the shop's namespace",
        why_no_address,
        "kubectl -n lab-wrong-namespace exec probe -- cat /etc/resolv.conf, and kubectl -n lab-wrong-namespace get svc",
    ),
    Check(
        "shop-gets-production",
        shop.dig("external-database.lab-wrong-namespace.svc.cluster.local."),
        leads_to(PROVIDER),
        f"an alias that leads to {PROVIDER}",
        why_not_production,
        "dig +search external-database in the shop's Pod probe: which names are on the right of CNAME?",
    ),
    reads_ada(
        shop,
        "external-database",
        "A name that answers is not yet a database that does.",
        "the two checks above, then the error message",
        name="shop-reads-a-row",
    ),
    Check(
        "reports-keep-production",
        reports.dig("external-database"),
        lambda reply: reply.aliases[:1] == [PROVIDER] and bool(reply.addresses),
        f"an alias of {PROVIDER}, the reports team's own",
        "The reports team uses its own alias. It must stay where it is, and lead where it led: by way of the shop's, it would move with the shop.",
        "kubectl -n lab-wrong-namespace-reports get svc",
    ),
    reads_ada(
        reports,
        "external-database",
        "The reports team reads its data through its own alias.",
        "kubectl -n lab-wrong-namespace-reports get svc, then the error message",
        name="reports-still-work",
        expected="the row of Ada, for the reports team",
    ),
]
