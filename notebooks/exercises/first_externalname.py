"""What lesson first_externalname asks of the learner, and how it is judged."""

from course.exercise import Check, Exercise, Pod, Prediction, Reply, Wrong, leads_to, reads_ada, why_empty

client = Pod("production", "client")
PROVIDER = "prod-db.us-east-1.rds.amazonaws.com"
CACHE = "my-cache.abc123.ng.0001.use1.cache.amazonaws.com"


def why_no_alias(reply: Reply) -> str:
    if reply.rcode == "NXDOMAIN":
        return (
            "CoreDNS knows no such name in production: no Service of that name, or a target that reads as an address."
        )
    if reply.aliases and not reply.addresses:
        return "The alias is there, and the name it leads to has no address: compare that name letter by letter. Is it whole? A target is taken as it is written."
    if reply.aliases:
        return "It leads to another database than the one in the ticket, whatever the rows look like today."
    if reply.addresses:
        return "It is an address without a name behind it: nobody follows when the provider moves the database."
    return why_empty(reply)


def why_no_cache(reply: Reply) -> str:
    if reply.rcode == "NXDOMAIN":
        return "The API took the text in externalName. CoreDNS leaves a Service out whose target reads as an address."
    if reply.aliases:
        return "The alias leads to another name than the provider's: read it letter by letter, no port, no scheme."
    if reply.addresses:
        return "An address of its own answers here. The provider gave a name, and moves what is behind it."
    return why_empty(reply)


ALIAS = """cat <<'YAML' | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: production}}
spec: {{type: ExternalName, externalName: {target}}}
YAML"""

TASKS = [
    Prediction(
        slug="absent-name",
        options={
            "NXDOMAIN": "an error: there is no such name",
            "NOERROR": "an empty answer: the name is there, with no record",
            "": "nothing at all: the question times out",
        },
        asks=client.dig("no-such-database.production.svc.cluster.local"),
        reads=lambda reply: reply.rcode,
    ),
    Prediction(
        slug="empty-columns",
        options={
            "CLUSTER-IP": "CLUSTER-IP alone",
            "CLUSTER-IP PORT(S)": "CLUSTER-IP and PORT(S)",
            "CLUSTER-IP EXTERNAL-IP PORT(S)": "all three",
        },
        asks=client.kubectl("get service external-database --no-headers"),
        reads=lambda reply: " ".join(
            column
            for column, value in zip(("CLUSTER-IP", "EXTERNAL-IP", "PORT(S)"), reply.out.split()[2:5], strict=False)
            if value == "<none>"
        ),
    ),
    Prediction(
        slug="slices-of-an-alias",
        near=0,
        asks=client.kubectl("get endpointslices -l kubernetes.io/service-name=external-database -o name"),
        reads=lambda reply: len(reply.out.split()),
    ),
    Prediction(
        slug="one-answer-or-two",
        options={
            "CNAME": "a CNAME alone: the Pod asks a second time for the address",
            "CNAME A": "CNAME and address in one answer",
            "A": "an address alone: CoreDNS hides the alias",
        },
        asks=client.dig("external-database.production.svc.cluster.local"),
        reads=lambda reply: " ".join(dict.fromkeys(kind for kind, _ in reply.records)),
    ),
    Exercise(
        slug="alias-from-a-ticket",
        title="An alias from a ticket",
        minutes=3,
        setup="kubectl delete service orders-db -n production --ignore-not-found",
        judge=[
            Check(
                "alias-of-the-provider",
                client.dig("orders-db"),
                leads_to(PROVIDER),
                f"an alias of {PROVIDER}, with its address",
                why_no_alias,
                "kubectl get service -n production: the name, the type, and each letter under EXTERNAL-IP",
                beside=client.service("orders-db"),
            ),
            reads_ada(
                client,
                "orders-db",
                "The app connects by this name; a name that answers is not yet a database that does.",
                "first the alias (check alias-of-the-provider), then the message above",
            ),
        ],
        fresh={"alias-of-the-provider": "NotFound", "row-read": "connects by this name"},
        hints=(
            "Which type of Service is only a name for another name? You made one a few cells above.",
            "Three things are in the ticket: the name the app uses, where it runs, and the provider's name. Each has one place in the manifest.",
            "Take the manifest of external-database: change metadata.name to orders-db, and leave the rest as it is.",
        ),
        why="The name in `metadata.name` is what the app asks for, `externalName` is what the provider gave you. Nothing else is needed: no port, no selector, no address.",
        wrong={
            "address": Wrong(
                cell="""address=$(kubectl exec -n production client -- dig +short prod-db.us-east-1.rds.amazonaws.com | tail -1)
kubectl create service externalname orders-db -n production --external-name "$address\"""",
                fails=("alias-of-the-provider", "row-read"),
                says={
                    "alias-of-the-provider": "NXDOMAIN: no such name (kubectl -n production get svc orders-db: ExternalName"
                },
                in_force="kubectl get service orders-db -n production",
            ),
            "staging": Wrong(
                cell=ALIAS.format(name="orders-db", target="staging-db.us-east-1.rds.amazonaws.com"),
                fails=("alias-of-the-provider",),
                says={"alias-of-the-provider": "another database than the one in the ticket"},
            ),
            "one-letter": Wrong(
                cell=ALIAS.format(name="orders-db", target="prod-db.us-east-1.rds.amazonaws.co"),
                fails=("alias-of-the-provider", "row-read"),
                says={"alias-of-the-provider": "letter by letter"},
            ),
        },
    ),
    Prediction(
        slug="accepted-spellings",
        near=0,
        reads=float,
    ),
    Prediction(
        slug="usable-traps",
        near=0,
        asks=client.run(
            "the first three, one by one",
            "for name in trap-ip trap-long trap-short; do dig +search +noall +answer +tries=1 +time=1 $name; done | grep -cw A || true",
        ),
        reads=lambda reply: float(reply.out),
    ),
    Exercise(
        slug="mend-the-alias",
        title="An alias that the API takes and DNS does not",
        minutes=4,
        setup="kubectl delete service session-cache -n production --ignore-not-found\n"
        + ALIAS.format(name="session-cache", target="10.0.0.50"),
        judge=[
            Check(
                "leads-to-the-cache",
                client.dig("session-cache"),
                leads_to(CACHE),
                f"an alias of {CACHE}, with its address",
                why_no_cache,
                "kubectl get service session-cache -n production -o yaml",
            ),
            Check(
                "cache-answers",
                client.run("PING to session-cache", "redis-cli -h session-cache -p 6379 PING"),
                lambda reply: reply.text == "PONG",
                "PONG from the cache outside",
                "The app keeps its sessions there: it needs an answer, not only a name.",
                "first the name (check leads-to-the-cache), then the message above",
            ),
        ],
        fresh={"leads-to-the-cache": "reads as an address", "cache-answers": "needs an answer"},
        hints=(
            "Ask as the app does: kubectl exec -n production client -- dig +search session-cache. Then look at what the Service leads to.",
            "kubectl shows the target under EXTERNAL-IP, and an address is no name. What did the provider give you?",
            "Change spec.externalName of session-cache to the name in the provider's mail, without the port.",
        ),
        why="An alias needs a name to lead to. The port of the provider's mail has no place in it: the client brings it along.",
        wrong={
            "with-a-typing-error": Wrong(
                cell=ALIAS.format(name="session-cache", target="my-cache.abc123.ng.0001.use1.cache.amazon.com"),
                fails=("leads-to-the-cache", "cache-answers"),
                says={"leads-to-the-cache": "another name than the provider's"},
            ),
            "fixed-address": Wrong(
                cell="""address=$(kubectl exec -n production client -- dig +short my-cache.abc123.ng.0001.use1.cache.amazonaws.com | tail -1)
kubectl delete service session-cache -n production
kubectl create service clusterip session-cache -n production --clusterip None
kubectl patch service session-cache -n production --type json -p '[{"op": "remove", "path": "/spec/selector"}]'
cat <<YAML | kubectl apply -f -
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: session-cache, namespace: production, labels: {kubernetes.io/service-name: session-cache}}
addressType: IPv4
endpoints: [{addresses: ["$address"]}]
YAML""",
                fails=("leads-to-the-cache",),
                says={"leads-to-the-cache": "An address of its own"},
            ),
        },
    ),
    Prediction(
        slug="declared-port",
        options={
            "connected": "yes: 9999 leads to the database's port",
            "": "no: the client reaches the port that it asks for, and nothing listens on 9999",
        },
        asks=client.connect("external-database", 9999),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="variables-of-an-alias",
        near=0,
        asks=client.kubectl("logs probe"),
        reads=lambda reply: float(reply.out.split()[0]),
    ),
]
