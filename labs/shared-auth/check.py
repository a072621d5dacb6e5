"""shared-auth: two teams, one Service in a third namespace, the same short name."""

from course.lab import Check, Pod, Reply

SHARED = "auth.lab-shared-auth.svc.cluster.local"


def why_no_answer(said: Reply) -> str:
    if said.code:
        return "Another login service answers: two of them know different users, and the company agreed on one."
    if said.status == 6:
        return "The name does not get an address: either nothing is called auth here, or its alias leads to a name that does not exist."
    return "The name has an address of this namespace's own Service, and that Service has no Pod behind it."


def why_no_alias(said: Reply) -> str:
    if said.addresses:
        return "This name belongs to a Service of the team's own. The shared one is never asked."
    return "When the login team recreates its Service, only its name stays the same."


def team(name: str) -> list[Check]:
    pod = Pod(f"lab-shared-auth-{name}")
    look = f"kubectl -n {pod.namespace} get svc auth -o yaml: its type, and the name it leads to"
    return [
        Check(
            f"{name}-logs-in",
            pod.http("http://auth/"),
            lambda said: said.code == 200 and said.body == "login service of lab-shared-auth",
            "HTTP 200 from the login service of lab-shared-auth",
            why_no_answer,
            look,
        ),
        Check(
            f"{name}-follows-the-service",
            pod.dig("auth"),
            lambda said: SHARED in said.aliases and bool(said.addresses),
            f"an alias that leads to {SHARED}",
            why_no_alias,
            look,
        ),
    ]


CHECKS = [*team("cart"), *team("search")]
