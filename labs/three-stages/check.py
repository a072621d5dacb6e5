"""three-stages: one name in three namespaces, three databases, and production's follows the provider."""

from course.lab import Check, Pod, Probe, Reply, leads_to

PROD, DEV, STAGING = (Pod(f"lab-three-stages{stage}", "deploy/app") for stage in ("", "-dev", "-staging"))
INSTANCE = "prod-db-"  # what the provider's own names of its machines begin with


def at_provider(database: str) -> str:
    """The provider's whole name of a database."""
    return f"{database}.us-east-1.rds.amazonaws.com"


def machine(pod: Pod, database: str) -> Probe:
    """The machine that the app's connection reaches, beside the one that the provider's name leads to now."""
    return pod.run(
        f"a connection of the app, for the address of its machine, and dig {at_provider(database)}",
        'machine=$(psql "$DATABASE_URL" -AtXqc "SELECT host(inet_server_addr())") || exit 1; '
        f"right=$(dig +short {at_provider(database)} | tail -n 1); "
        f'if [ "$machine" = "$right" ]; then echo "$machine, the machine of {database}"; '
        f'else echo "$machine, and the machine of {database} is ${{right:-nowhere}}" >&2; exit 1; fi',
    )


def why_not_own(reply: Reply) -> str:
    if reply.aliases and reply.addresses:
        return "This stage has the database of another one: what a test run deletes here is missed there."
    if reply.addresses:
        return "It has an address, and no name behind it."
    return "The name leads to no address in this stage."


def why_not_followed(reply: Reply) -> str:
    if any(name.startswith(INSTANCE) for name in reply.aliases):
        return (
            "This is one machine's own name. It stays with that machine, in good days and bad. The provider moves the other "
            "name, the one it gave to its customers."
        )
    if reply.addresses and not reply.aliases:
        return "An address that is written down stays where it is when the provider fails over."
    return "Only the name that the provider gave to its customers leads to the machine of the day."


def why_not_its_machine(reply: Reply) -> str:
    if "the machine of" in reply.err:
        return "The app's rows come from another machine than those of its stage. Changed a moment ago? Ask again in some seconds."
    return "The app gets no connection at all: first the name."


def leads(stage: str, pod: Pod, database: str, why: str | None = None) -> Check:
    """The name `database` of a stage is an alias of its own database."""
    return Check(
        f"{stage}-leads-to-{database}",
        pod.dig("database"),
        leads_to(at_provider(database)),
        f"an alias of {at_provider(database)}",
        why or (why_not_followed if stage == "prod" else why_not_own),
        f"kubectl -n {pod.namespace} get svc database: EXTERNAL-IP",
    )


def reads(stage: str, pod: Pod, database: str) -> Check:
    """A new connection of the app reaches the machine of its own database."""
    return Check(
        f"{stage}-reads-{database}",
        machine(pod, database),
        lambda reply: reply.status == 0,
        f"the machine of {database}",
        why_not_its_machine,
        f"the check {stage}-leads-to-{database}, then DATABASE_URL in the Deployment app of {pod.namespace}",
    )


def one_manifest(reply: Reply) -> bool:
    """Three lines that differ in the namespace only, and know the database by its short name."""
    specs = [line.partition(": ")[2].strip() for line in reply.text.splitlines()]
    return len(specs) == 3 and len(set(specs)) == 1 and "//database:5432/" in specs[0]


CHECKS = [
    leads("dev", DEV, "dev-db"),
    reads("dev", DEV, "dev-db"),
    leads("staging", STAGING, "staging-db", "Staging was right, and nobody asked for a change there."),
    leads("prod", PROD, "prod-db"),
    reads("prod", PROD, "prod-db"),
    Check(
        "the-app-is-one",
        PROD.kubectl(
            "get deployments -A -l app=three-stages -o jsonpath='{range .items[*]}{.metadata.namespace}: "
            '{.spec.template.spec.containers[0].env[*].value} {.spec.template.spec.hostAliases}{"\\n"}{end}\''
        ),
        one_manifest,
        "three Deployments that know one name, database, and differ in nothing",
        "An app that knows its stage needs a manifest for each, and the next mistake is made in there.",
        "kubectl get deployments -A -l app=three-stages -o yaml: env and hostAliases",
    ),
]
