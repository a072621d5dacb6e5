"""shared-auth: two teams, one Service in a third namespace, the same short name."""

from course.lab import Check, Pod, Reply, leads_to

SHARED = "auth.lab-shared-auth.svc.cluster.local"


def why_no_answer(reply: Reply) -> str:
    if reply.code:
        return "Another login service answers: two of them know different users, and the company agreed on one."
    if reply.status == 6:
        return "The name does not get an address: either nothing is called auth here, or its alias leads to a name that does not exist."
    return "The name has an address of this namespace's own Service, and that Service has no Pod behind it."


def why_no_alias(reply: Reply) -> str:
    if reply.addresses:
        return "This name belongs to a Service of the team's own. The shared one is never asked."
    return "When the login team recreates its Service, only its name stays the same."


def team(name: str) -> list[Check]:
    pod = Pod(f"lab-shared-auth-{name}")
    look = f"kubectl -n {pod.namespace} get svc auth -o yaml: its type, and the name it leads to"
    return [
        Check(
            f"{name}-logs-in",
            pod.http("http://auth/"),
            lambda reply: reply.code == 200 and reply.body == "login service of lab-shared-auth",
            "HTTP 200 from the login service of lab-shared-auth",
            why_no_answer,
            look,
        ),
        Check(
            f"{name}-follows-the-service",
            pod.dig("auth"),
            leads_to(SHARED),
            f"an alias that leads to {SHARED}",
            why_no_alias,
            look,
        ),
    ]


CHECKS = [*team("cart"), *team("search")]
