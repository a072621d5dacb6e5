"""nobody-noticed: an alias maps no port and watches no target; a readiness probe that asks through it does the second."""

import re
from datetime import UTC, datetime

from course.lab import Check, Pod, Reply, leads_to

probe, south = Pod("lab-nobody-noticed"), Pod("lab-nobody-noticed-south")
HANGING = "silent.lab-nobody-noticed-south.svc.cluster.local"
PROVIDER = "prod-db.us-east-1.rds.amazonaws.com"
LOOK = "kubectl -n {} get deploy shop -o yaml: env and readinessProbe"
TIMES = ("initialDelaySeconds", "periodSeconds", "failureThreshold", "timeoutSeconds")  # the keys of a probe
OLD_ENOUGH = 10  # seconds after its start, a Pod has been asked by its readiness probe at least twice

asked_for_readiness = "get deploy shop -o jsonpath='{.spec.template.spec.containers[0].readinessProbe}'"
both = probe.kubectl(
    "get deployments -A -l app=nobody-noticed -o jsonpath='{range .items[*]}{.metadata.namespace}: "
    "{.spec.template.spec.containers[0].env[*].value} {.spec.template.spec.hostAliases} "
    '{.spec.template.spec.containers[0].readinessProbe}{"\\n"}{end}\''
)
south_pods = south.kubectl(
    "get pods -l app=nobody-noticed -o jsonpath='{range .items[*]}{.status.phase}, "
    'ready {.status.conditions[?(@.type=="Ready")].status}, '
    'running since {.status.containerStatuses[0].state.running.startedAt}{"\\n"}{end}\''
)


def age(reply: Reply) -> float:
    """Seconds since the youngest container started; 0 where none runs."""
    starts = re.findall(r"since (\S+)Z", reply.text)
    if not starts:
        return 0.0
    return (datetime.now(UTC) - datetime.fromisoformat(f"{max(starts)}+00:00")).total_seconds()


def tries(reply: Reply) -> int:
    """Seconds until a liveness or startup probe that fails has ended its container; 0 where there is none."""
    given = {key: [int(value) for value in re.findall(rf'"{key}":(\d+)', reply.text)] for key in TIMES}
    return sum(given["initialDelaySeconds"]) + sum(given["failureThreshold"]) * (
        max(given["periodSeconds"], default=0) + max(given["timeoutSeconds"], default=0)
    )


def restarts(reply: Reply) -> set[str]:
    return set(re.findall(r" (\d+) restarts", reply.text))


def why_restarted(reply: Reply) -> str:
    if restarts(reply) - {"0"}:
        return (
            "A restart of the shop repairs no database. Which kind of probe ends a container, and which only says that it "
            "is not ready?"
        )
    return (
        f"Not yet to be seen: a probe is there that ends a container, and its tries take {tries(reply)} s. If it asks the "
        "database, the south is restarted then, and a restart repairs no database. Check again in a while, or take it out."
    )


def waits(reply: Reply) -> bool:
    """Each Pod runs, was asked for its readiness, and is not ready."""
    pods = reply.text.splitlines()
    return bool(pods) and all("Running, ready False" in pod for pod in pods) and age(reply) >= OLD_ENOUGH


def why_no_page(reply: Reply) -> str:
    if "refused" in reply.body:
        return (
            "The shop runs, and nobody listens on the port that it dials. The port beside an alias in kubectl get svc "
            "is a note: the client dials what it was told, at the machine itself."
        )
    if reply.status == 7:
        return (
            "No Pod of the north is ready. Its database answers, so either the Pod is just starting (ask again in some "
            "seconds), or what asks for its readiness cannot reach the database from where it asks, or on that port."
        )
    return "Customers of the north want a page with data."


def why_customers_wait(reply: Reply) -> str:
    if reply.status == 28:
        return (
            "The Pod is Ready, so customers are sent to it, and wait with it for a database that says nothing. Neither DNS "
            "nor the alias knows that. The front door can only go elsewhere where it is refused."
        )
    return "A customer must be refused at once, at the Service shop of the south."


def why_not_waiting(reply: Reply) -> str:
    if not reply.text:
        return "No Pod of the shop is there: when the database comes back, a person has to remember the south."
    if "ready False" not in reply.text:
        return (
            "This Pod takes customers, and its database does not answer: what was asked for readiness is true without it. "
            "An open port is no answer."
        )
    if age(reply) < OLD_ENOUGH:
        return f"It started less than {OLD_ENOUGH} s ago: too early to tell. Ask again in some seconds."
    return "The Pod must run, and wait for its database."


def one_manifest(reply: Reply) -> bool:
    """Two lines that differ in the namespace only."""
    specs = [line.partition(": ")[2] for line in reply.text.splitlines()]
    return len(specs) == 2 and len(set(specs)) == 1


CHECKS = [
    Check(
        "north-serves",
        probe.http("http://shop/"),
        lambda reply: reply.code == 200 and reply.body == "Welcome back, Ada.",
        "HTTP 200, and a page with a row of the database",
        why_no_page,
        LOOK.format(probe.namespace),
        beside=probe.kubectl(asked_for_readiness),
    ),
    Check(
        "north-follows-the-provider",
        probe.dig("database"),
        leads_to(PROVIDER),
        f"an alias of {PROVIDER}",
        "A Service that carries to an address maps the port, and stays behind when the provider moves the database.",
        "kubectl -n lab-nobody-noticed get svc database: its type, and EXTERNAL-IP",
    ),
    Check(
        "south-keeps-its-alias",
        probe.dig("database.lab-nobody-noticed-south.svc.cluster.local."),
        leads_to(HANGING),
        f"an alias of {HANGING}",
        "The south waits for something else than its own database, and is not ready when that comes back.",
        f"kubectl -n {south.namespace} get svc database: its type, and EXTERNAL-IP",
    ),
    Check(
        "the-machine-still-hangs",
        probe.connect(HANGING, 5432),
        lambda reply: reply.text == "connected",
        "connected",
        "A machine that is gone refuses at once, and then nothing of the shop is proven: the south's database is to hang.",
        f"kubectl -n {south.namespace} get pods,svc silent; gone? A fresh try puts it back",
    ),
    Check(
        "south-refuses-at-once",
        probe.http("http://shop.lab-nobody-noticed-south/", "-m 4"),
        lambda reply: reply.status == 7,
        "connection refused, because no Pod behind the Service is ready",
        why_customers_wait,
        LOOK.format(south.namespace),
    ),
    Check(
        "south-waits-for-its-database",
        south_pods,
        waits,
        f"Running, ready False, for {OLD_ENOUGH} s or more",
        why_not_waiting,
        "kubectl -n lab-nobody-noticed-south describe pod -l app=nobody-noticed: the line Readiness, and the events",
        beside=south.kubectl(asked_for_readiness),
    ),
    Check(
        "nobody-restarted",
        probe.kubectl(
            "get pods -A -l app=nobody-noticed -o jsonpath='{range .items[*]}{.metadata.namespace}: "
            "{.status.containerStatuses[0].restartCount} restarts, since {.status.containerStatuses[0].state.running.startedAt}, "
            'ended by {.spec.containers[0].livenessProbe} {.spec.containers[0].startupProbe}{"\\n"}{end}\''
        ),
        lambda reply: reply.status == 0 and restarts(reply) <= {"0"} and age(reply) >= tries(reply),
        "0 restarts of each Pod of the shop, also after all tries of a probe that ends containers",
        why_restarted,
        "kubectl get deployments -A -l app=nobody-noticed -o yaml: which probes are there?",
    ),
    Check(
        "one-manifest",
        both,
        one_manifest,
        "the same environment and the same readiness probe in north and south",
        "Who writes the south's state into the manifest must remember to take it out again. The same question to both "
        "databases gets the right answer from each.",
        "kubectl get deployments -A -l app=nobody-noticed -o yaml: readinessProbe and env of both",
    ),
]
