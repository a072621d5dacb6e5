"""What lesson troubleshooting asks of the learner: twelve broken aliases, and how each repair is judged.

The names of the exercises say who calls, and not what is broken.
"""

from collections.abc import Callable
from dataclasses import replace

from course.exercise import Check, Exercise, Pod, Prediction, Reply, Wrong, leads_to, reads_ada

client = Pod("shop", "client")
PROD = "prod-db.us-east-1.rds.amazonaws.com"
STAGING = "staging-db.us-east-1.rds.amazonaws.com"
USERS = "users.cxyz123.us-east-1.rds.amazonaws.com"
CACHE = "my-cache.abc123.ng.0001.use1.cache.amazonaws.com"
DB, API = "db.example.com", "api.example.com"
ALIAS = """apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{type: ExternalName, externalName: {target}}}
"""
PATCH = 'kubectl patch service {} -n shop --type merge -p \'{{"spec":{{"externalName":"{}"}}}}\''
HIDDEN = "An address of its own answers now. The app runs today, and nobody follows when what is behind it moves: the symptom is hidden."


def inside(service: str) -> str:
    """The full name of a Service of team A."""
    return f"{service}.team-a.svc.cluster.local"


def broken(*aliases: tuple[str, str, str]) -> str:
    """A script that makes these aliases, (namespace, name, target), whatever stands in their places."""
    made = "---\n".join(
        ALIAS.format(namespace=namespace, name=name, target=target) for namespace, name, target in aliases
    )
    return f"cat <<'YAML' | kubectl replace --force -f -\n{made}YAML"


def elsewhere(sentence: str) -> Callable[[Reply], str]:
    """What a check of an alias says of each kind of answer; the sentence is for an alias that leads elsewhere."""

    def why(reply: Reply) -> str:
        if reply.rcode == "NXDOMAIN":
            return (
                "NXDOMAIN: CoreDNS knows no such name in shop, whatever kubectl shows. Follow that branch of the tree."
            )
        if reply.aliases and not reply.addresses:
            return "The alias is there, and its target has no address. Ask for the target by itself."
        if not reply.addresses:
            return "The name is there and the answer is empty: the alias leads nowhere inside the cluster."
        return sentence if reply.aliases else HIDDEN

    return why


def leads(name: str, target: str, sentence: str, check: str = "leads-there") -> Check:
    """The app's name is an alias that goes by way of the target; what is expected does not say the answer."""
    return Check(
        check,
        client.dig(name),
        leads_to(target),
        "an alias that leads where the ticket wants it, with an address",
        elsewhere(sentence),
        f"kubectl exec -n shop client -- dig {name}.shop.svc.cluster.local, and the tree",
    )


def answers(name: str, words: str, options: str = "") -> Check:
    """The app's request, and something that only the right server says."""
    return Check(
        "app-works",
        client.http(f"http://{name}/", options),
        lambda reply: words in reply.body,
        f"an answer with {words!r} in it",
        "The app needs an answer of that server, and not only a name.",
        "first the name (check leads-there), then the message above",
    )


def reads_row(name: str) -> Check:
    """The app reads a row."""
    return reads_ada(
        client,
        name,
        "The app needs a row, and not only a name.",
        "first the name (check leads-there), then the message above",
        name="app-works",
    )


def pinned(name: str, target: str, *also: str) -> Wrong:
    """The address of today under the app's name. The app works, the symptom is gone, and nobody follows any more."""
    return Wrong(
        cell=f"""addresses=$(kubectl exec -n shop client -- dig +short {target} | grep '^[0-9.]*$' | paste -sd,)
kubectl delete service {name} -n shop --ignore-not-found
cat <<YAML | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: shop}}
spec: {{clusterIP: None}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: {name}, namespace: shop, labels: {{kubernetes.io/service-name: {name}}}}}
addressType: IPv4
endpoints: [{{addresses: [$addresses]}}]
YAML""",
        fails=("leads-there", *also),
        says={"leads-there": "the symptom is hidden"},
        in_force=f"kubectl exec -n shop client -- getent ahostsv4 {name}",
    )


def led(name: str, target: str, says: str, *also: str) -> Wrong:
    """The alias, led to another target."""
    return Wrong(cell=PATCH.format(name, target), fails=("leads-there", *also), says={"leads-there": says})


ASK_ALL = """import socket
ports = {"audit": 5432, "auth": 80, "billing-db": 5432, "catalog": 80, "docs": 80, "orders-db": 5432, "partner": 443,
         "reports-db": 5432, "search": 80, "sessions": 6379, "stock": 80, "users-db": 6432}
said = set()
for name, port in ports.items():
    try:
        socket.create_connection((name, port), timeout=5)
    except OSError as error:
        said.add(error.strerror)
print(len(said))"""

BEFORE = [
    Prediction(
        slug="described-without-namespace",
        options={
            "": "NotFound: it looks into another namespace",
            "service/wiki": "the Service, with its target",
        },
        asks=Pod("default").kubectl("get service wiki --ignore-not-found -o name"),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="noerror-of-an-alias",
        options={
            "NOERROR": "NOERROR here too: the target exists",
            "NXDOMAIN": "NXDOMAIN: the alias exists, its target does not",
            "SERVFAIL": "SERVFAIL: nobody can find out",
        },
        asks=client.dig("old.example.com."),
        reads=lambda reply: reply.rcode,
    ),
    Prediction(
        slug="how-many-messages",
        near=0,
        asks=client.run("what Python says to each of the twelve", f"python3 - <<'PY'\n{ASK_ALL}\nPY"),
        reads=lambda reply: float(reply.out),
    ),
]
TICKETS = [
    Exercise(
        slug="ticket-audit",
        title="Compliance: the audit writer has stopped since the weekend",
        minutes=5,
        setup=broken(("shop", "audit", inside("audit-sink")), ("team-a", "audit-sink", "audit.example.com")),
        judge=[
            leads(
                "audit",
                inside("audit-sink"),
                "It goes past team A's name: the shop works, and the next move of team A leaves it behind.",
            ),
            Check(
                "team-a-works",
                client.dig(inside("audit-sink")),
                leads_to(DB),
                "team A's name leads to the database of the mail",
                lambda reply: (
                    "Team A's own jobs use this name, and now they come to another server than that of the mail."
                    if reply.addresses
                    else "Team A's own jobs use this name, and they fail still."
                ),
                f"kubectl exec -n shop client -- dig {inside('audit-sink')}",
            ),
            reads_row("audit"),
        ],
        fresh={
            "leads-there": "its target has no address",
            "team-a-works": "they fail still",
            "app-works": "needs a row",
        },
        hints=(
            "dig shows every name of the way. How many aliases are there, and at which of them does it end?",
            "An alias of an alias: the first one is right. Ask for each target by itself, until one is NXDOMAIN.",
            "The Service audit-sink in team-a leads to a name that the provider has removed. Lead that one to the name in team A's mail.",
        ),
        why="An alias of an alias, and the end is missing: the answer holds both CNAMEs, and the last of them is the name that does not exist. So fix the *last* alias, in team A's namespace. Who leads the shop's alias past it fixes one app of two, and ties the shop to a name that team A will change again.",
        wrong={
            "pinned": pinned("audit", DB, "team-a-works"),
            "another-server": Wrong(
                cell=PATCH.format("audit-sink", "api.example.com").replace("-n shop", "-n team-a"),
                fails=("team-a-works",),
                says={"team-a-works": "another server than"},
            ),
            "past-team-a": led("audit", DB, "goes past team A's name", "team-a-works"),
        },
    ),
    Exercise(
        slug="ticket-billing",
        title="Billing: no invoice goes out, billing-db is not known",
        minutes=3,
        setup=broken(("shop", "billing-db", "prod-bd.us-east-1.rds.amazonaws.com")),
        judge=[
            leads(
                "billing-db", PROD, "It leads to another database than production, whatever the rows look like today."
            ),
            reads_row("billing-db"),
        ],
        fresh={"leads-there": "its target has no address", "app-works": "needs a row"},
        hints=(
            "Ask for the full name with dig. Is the answer empty, or is there a CNAME in it?",
            "NOERROR is said of the alias. What does dig say to the target by itself?",
            "Read the target letter by letter beside the target of team A's alias orders-db.",
        ),
        why="A lone CNAME. For an alias, CoreDNS says NOERROR because *the alias* exists; asked for by itself, the target is NXDOMAIN: `bd` for `db`.",
        wrong={
            "pinned": pinned("billing-db", PROD),
            "staging": led("billing-db", STAGING, "another database than production"),
        },
    ),
    Exercise(
        slug="ticket-catalog",
        title="Web shop: the catalogue page is empty",
        minutes=4,
        setup=broken(("shop", "catalog", "catalog.team-a.cluster.local")),
        judge=[
            leads("catalog", inside("catalog"), "It leads to an address, and not by the name of team A's Service."),
            answers("catalog", "catalog of team A"),
        ],
        fresh={"leads-there": "leads nowhere inside", "app-works": "not only a name"},
        hints=(
            "The answer is empty, so the target lies inside the cluster. What is its name, and which Services has team A?",
            "The Service is there. Then it is the name: how many parts has the full name of a Service?",
            "SERVICE.NAMESPACE.svc.cluster.local: one of these parts is missing in the target.",
        ),
        why="The target ends in `cluster.local`, so CoreDNS looks for it among its own names and finds none: without `svc` it is not the name of a Service. The answer is as empty as for a Service that is missing. The app's short name works because its search list holds `svc.cluster.local`; a target is completed by nobody.",
        wrong={
            "pinned": pinned("catalog", inside("catalog")),
            "short": led("catalog", "catalog.team-a", "Ask for the target by itself", "app-works"),
        },
    ),
    Exercise(
        slug="ticket-docs",
        title="Docs: the pages have never been reached",
        minutes=4,
        setup=broken(("shop", "docs", f"www.{inside('site')}"), ("team-a", "site", "www.example.com")),
        judge=[
            leads(
                "docs", inside("site"), "It goes past team A's name: when team A moves its site, the docs stay behind."
            ),
            answers("docs", '"server":"api.example.com"', f"-H 'Host: {API}'"),
        ],
        fresh={"leads-there": "leads nowhere inside", "app-works": "not only a name"},
        hints=(
            "Empty, so inside: follow the target. Which Service of team A does it name, and is that one healthy?",
            "site.team-a.svc.cluster.local works. What is the difference to the target of docs?",
            "There are no names below a Service but those of its Pods: leave out the first part of the target.",
        ),
        why="An alias stands for one name, and not for a tree of names: below `site.team-a.svc.cluster.local` there is nothing, even if the target outside has a `www`. (Only a Service with Pods has names below it: one for each Pod that has a hostname, and one for each named port.)",
        wrong={
            "pinned": pinned("docs", inside("site")),
            "past-team-a": led("docs", "www.example.com", "goes past team A's name"),
        },
    ),
    Exercise(
        slug="ticket-login",
        title="Login: nobody can log in",
        minutes=3,
        setup=broken(("shop", "auth", "auth.team-a")),
        judge=[
            leads("auth", inside("auth"), "It leads to an address, and not by the name of team A's Service."),
            answers("auth", "welcome to auth"),
        ],
        fresh={"leads-there": "an alias of auth.team-a, and no address", "app-works": "not only a name"},
        hints=(
            "dig the full name of the alias, and look at the end of its target.",
            "A dot at the end: the target is taken as a full name, and was asked in the world outside.",
            "Write all four parts into the target: Service, namespace, svc and the cluster's domain.",
        ),
        why="The search list is the Pod's. It is applied to the question, never to the target of an alias. The dot at the end of `auth.team-a.` says it: a full name, asked in the world outside. So the target is written in full.",
        wrong={
            "pinned": pinned("auth", inside("auth")),
            "without-domain": led(
                "auth", "auth.team-a.svc", "an alias of auth.team-a.svc, and no address", "app-works"
            ),
        },
    ),
    Exercise(
        slug="ticket-orders",
        title="Orders: a Service that was made and is not found",
        minutes=3,
        setup="kubectl delete service orders-db -n shop --ignore-not-found\n" + broken(("team-a", "orders-db", PROD)),
        judge=[
            leads("orders-db", PROD, "It leads to another database than the one that was made for it."),
            Check(
                "team-a-keeps-it",
                client.dig(inside("orders-db")),
                leads_to(PROD),
                "team A's alias as it was",
                "Team A uses the alias in its own namespace, and has lost it.",
                "kubectl get service orders-db -n team-a",
            ),
            reads_row("orders-db"),
        ],
        fresh={"leads-there": "knows no such name in shop", "app-works": "needs a row"},
        hints=(
            "NXDOMAIN: is there such a Service in the app's namespace? Say the namespace in the command.",
            "Look at all namespaces: kubectl get services -A --field-selector metadata.name=orders-db",
            "A short name is looked up in the Pod's own namespace. Make the alias in shop, too, and leave team A's alone.",
        ),
        why="It was made in team-a. A short name is looked up in the Pod's own namespace, so the alias is needed in `shop`. Team A uses its own: moving it would only move the call.",
        wrong={
            "pinned": pinned("orders-db", PROD),
            "moved": Wrong(
                cell=f"kubectl delete service orders-db -n team-a\n"
                f"kubectl create service externalname orders-db -n shop --external-name {PROD}",
                fails=("team-a-keeps-it",),
                says={"team-a-keeps-it": "has lost it"},
            ),
        },
    ),
    Exercise(
        slug="ticket-partner",
        title="Partner desk: payments stop, and nobody changed anything",
        minutes=4,
        setup=broken(("shop", "partner", "api.broken.example.org")),
        judge=[
            leads("partner", API, "It leads to another server than the partner's second entrance."),
            answers("partner", '"server":"api.example.com"', f"-H 'Host: {API}'"),
        ],
        fresh={"leads-there": "its target has no address", "app-works": "not only a name"},
        hints=(
            "A lone CNAME. Ask for the target by itself: which status?",
            "SERVFAIL is not NXDOMAIN: nobody could find out. Does another outside name resolve? Then whose server is it?",
            "Your alias is right, and the partner's DNS server fails. Until they have fixed it, lead the alias to their second entrance.",
        ),
        why="SERVFAIL: nobody could find out. Other outside names resolve, so CoreDNS's `forward` works, and it is the partner's DNS server that fails. *The alias was right.* Call the partner. Here the alias helps: you change one object and no app, and change it back afterwards.",
        wrong={
            "pinned": pinned("partner", API),
            "other-server": led("partner", "legacy.example.net", "another server than the partner's"),
        },
    ),
    Exercise(
        slug="ticket-reports",
        title="Reports: the Service is there, and the name is not known",
        minutes=3,
        setup=broken(("shop", "reports-db", "203.0.113.50")),
        judge=[
            leads("reports-db", STAGING, "It leads to another database than the one for reports."),
            reads_row("reports-db"),
        ],
        fresh={"leads-there": "knows no such name in shop", "app-works": "needs a row"},
        hints=(
            "NXDOMAIN, and the Service is there: what stands under EXTERNAL-IP?",
            "externalName takes a name. CoreDNS leaves out a Service whose target is an address.",
            "The name that the provider gives for this database stands in the ticket: put it into externalName.",
        ),
        why="Its externalName was an address, and CoreDNS answers as if the Service did not exist. The repair is a name where there is one; where there is none, a Service without a selector (lesson 10). Here there is one, and the provider moves what is behind it.",
        wrong={
            "pinned": pinned("reports-db", STAGING),
            "production": led("reports-db", PROD, "another database than the one for reports"),
        },
    ),
    Exercise(
        slug="ticket-search",
        title="Search: two names, and neither has an address",
        minutes=4,
        setup=broken(
            ("shop", "search", "search-v2.shop.svc.cluster.local"),
            ("shop", "search-v2", "search.shop.svc.cluster.local"),
        ),
        judge=[
            leads("search", API, "It leads to another server than the provider's."),
            leads("search-v2", API, "It leads to another server than the provider's.", "leads-there-too"),
            answers("search", '"server":"api.example.com"', f"-H 'Host: {API}'"),
        ],
        fresh={
            "leads-there": "leads nowhere inside",
            "leads-there-too": "leads nowhere inside",
            "app-works": "not only a name",
        },
        hints=(
            "Empty, so inside. Follow the targets by hand: where do you end?",
            "Two aliases that lead to each other are a ring. One of them must lead to something real.",
            "Lead search-v2 to api.example.com, and leave search as it is.",
        ),
        why="A ring. CoreDNS notices it and answers with nothing. Break it at one place: one of the two leads to the provider, the other may go on leading to it.",
        wrong={
            "pinned": pinned("search", API, "leads-there-too"),
            "one-removed": Wrong(
                cell=f"kubectl delete service search-v2 -n shop\n{PATCH.format('search', API)}",
                fails=("leads-there-too",),
                says={"leads-there-too": "knows no such name in shop"},
            ),
        },
    ),
    Exercise(
        slug="ticket-sessions",
        title="Checkout: carts are lost, sessions has no address",
        minutes=3,
        setup=broken(("shop", "sessions", inside("sessions-store")), ("team-a", "session-store", CACHE)),
        judge=[
            leads(
                "sessions",
                inside("session-store"),
                "It goes past team A's name: the next move of the store leaves the shop behind.",
            ),
            Check(
                "app-works",
                client.run("PING to sessions", "redis-cli -h sessions -p 6379 PING"),
                lambda reply: reply.text == "PONG",
                "PONG from the store",
                "The checkout needs its store, and not only a name.",
                "first the name (check leads-there), then the message above",
            ),
        ],
        fresh={"leads-there": "leads nowhere inside", "app-works": "not only a name"},
        hints=(
            "Empty: not even the CNAME came. So the target is inside the cluster, or should be.",
            "Compare externalName of sessions with the names of team A's Services.",
            "One letter too many in sessions-store.team-a.svc.cluster.local.",
        ),
        why="Asked for A, CoreDNS does not even show the alias when its target in the cluster is missing. (Asked for CNAME it does.) One letter too many.",
        wrong={
            "pinned": pinned("sessions", CACHE),
            "past-team-a": led("sessions", CACHE, "goes past team A's name"),
        },
    ),
    Exercise(
        slug="ticket-stock",
        title="Warehouse: no numbers since team A has fewer servers",
        minutes=4,
        setup=broken(("shop", "stock", f"stock-2.{inside('stock')}")),
        judge=[
            leads(
                "stock",
                inside("stock"),
                "It is tied to one Pod of team A: the next change of their number takes it away again.",
            ),
            answers("stock", "stock of team A"),
        ],
        fresh={"leads-there": "leads nowhere inside", "app-works": "not only a name"},
        hints=(
            "Empty, so inside. What does each part of the target stand for?",
            "The first part is a Pod. Which Pods has team A: kubectl get pods -n team-a",
            "Any of them will do: leave out the first part, and the headless Service gives the addresses of all.",
        ),
        why="The target was the name of one Pod of a StatefulSet, and that Pod went when the number went down. The Service stock has ready Pods: it is the name for *any of them*. The name of a Pod is right only for an app that needs that one.",
        wrong={
            "pinned": pinned("stock", inside("stock")),
            "another-pod": led("stock", f"stock-0.{inside('stock')}", "tied to one Pod"),
        },
    ),
    Exercise(
        slug="ticket-users",
        title="Users: the name is there, and the connection is refused",
        minutes=5,
        setup=f"""cat <<'YAML' | kubectl replace --force -f -
apiVersion: v1
kind: ConfigMap
metadata: {{name: users-app, namespace: shop}}
data: {{host: users-db, port: "6432"}}
---
apiVersion: v1
kind: Service
metadata: {{name: users-db, namespace: shop}}
spec: {{type: ExternalName, externalName: {USERS}, ports: [{{name: postgres, port: 6432}}]}}
YAML""",
        judge=[
            leads("users-db", USERS, "It leads to another database than the one for users."),
            Check(
                "app-settings",
                client.kubectl("get configmap users-app -o jsonpath={.data.port}"),
                lambda reply: reply.text == "5432",
                "the port on which the database listens",
                "The app asks for the port of its settings, and the database does not have it.",
                "kubectl get configmap users-app -n shop -o yaml",
            ),
            Check(
                "service-is-honest",
                client.service("users-db"),
                lambda reply: reply.out.split()[2:3] in (["<none>"], ["5432"]),
                "nothing that is not so",
                "The Service says something that is not so, and the next team believes it.",
                "kubectl get service users-db -n shop -o yaml",
            ),
        ],
        fresh={"app-settings": "the database does not have it", "service-is-honest": "the next team believes it"},
        hints=(
            "There is an address, so DNS has done its work. What does nc say to this port, and to PostgreSQL's own?",
            "The port that an alias declares does nothing for a Pod: a client brings its own along. Where does this app have it from?",
            "Put 5432 into the ConfigMap users-app, and remove spec.ports of the Service.",
        ),
        why="DNS has done its work. The app believed the port that the Service declares, and no Pod reads that port (lesson 07). The server runs, on its own port. So the app's setting changes, and the port that lies goes.",
        wrong={
            "mapped": Wrong(
                cell=f"""address=$(kubectl exec -n shop client -- dig +short {USERS} | tail -1)
kubectl delete service users-db -n shop
cat <<YAML | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {{name: users-db, namespace: shop}}
spec: {{ports: [{{name: postgres, port: 6432, targetPort: 5432}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: users-db, namespace: shop, labels: {{kubernetes.io/service-name: users-db}}}}
addressType: IPv4
ports: [{{name: postgres, port: 5432}}]
endpoints: [{{addresses: [$address]}}]
YAML""",
                fails=("leads-there", "app-settings", "service-is-honest"),
                says={"leads-there": "the symptom is hidden"},
                in_force='kubectl exec -n shop client -- psql "host=users-db port=6432 user=app password=app dbname=users" -c "SELECT 1"',
            ),
            "service-alone": Wrong(
                cell="kubectl patch service users-db -n shop --type json "
                '-p \'[{"op":"replace","path":"/spec/ports/0/port","value":5432}]\'',
                fails=("app-settings",),
                says={"app-settings": "the database does not have it"},
                in_force="[ $(kubectl get service users-db -n shop -o jsonpath={.spec.ports[0].port}) = 5432 ]",
            ),
        },
    ),
]
AFTER = [
    Prediction(
        slug="flat-manifest",
        options={
            "service/pasted": "it makes the Service: YAML does not mind",
            "": "it refuses it, and nothing is made",
        },
        asks=client.kubectl("get service pasted --ignore-not-found -o name"),
        reads=lambda reply: reply.text,
    ),
]
# Each ticket stands for itself: what is above the first of them is all that any of them needs.
TASKS = [*BEFORE, *(replace(ticket, stage="on-call-text") for ticket in TICKETS), *AFTER]
