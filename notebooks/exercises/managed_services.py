"""What lesson managed_services asks of the learner, and how it is judged."""

import json

from course.exercise import Check, Exercise, Pod, Prediction, Reply, Wrong, leads_to, why_empty

app_in_dev, app_in_staging, app = (Pod(stage, "deploy/app") for stage in ("dev", "staging", "prod"))
customer = Pod("prod", "customer")
PROVIDERS = "us-east-1.rds.amazonaws.com"
PROD, DEV, INSTANCES = f"prod-db.{PROVIDERS}", f"dev-db.{PROVIDERS}", f"cxyz123.{PROVIDERS}"
ALIAS = """cat <<'YAML' | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{type: ExternalName, externalName: {target}}}
YAML
"""
TO_THE_SECOND = f"course outside record {PROD} CNAME prod-db-2.{INSTANCES}.\n"


def each_coredns(pod: str, instance: str) -> str:
    """Shell: until each CoreDNS Pod gives this instance of the provider."""
    return f"""for server in $(kubectl get pods -n kube-system -l k8s-app=kube-dns -o jsonpath='{{.items[*].status.podIP}}'); do
  kubectl exec -n prod {pod} -- timeout 180 sh -c "until dig +short @$server {PROD} | grep -q ^{instance}; do :; done"
done
"""


def why_not_dev(reply: Reply) -> str:
    if PROD in reply.aliases:
        return "The name database still leads to prod from here: each job that uses it reads prod's users."
    if not reply.addresses:
        return "Now nobody in dev reads prod, and nobody reads anything: the name leads nowhere."
    return "It leads to another database than dev's."


def why_no_move(reply: Reply) -> str:
    if any(name.startswith("prod-db-") for name in reply.aliases) and reply.addresses:
        return "It names the instance of today. The provider moves its alias, and at the next move Ben is called again."
    if reply.aliases:
        return "The name at its end does not exist any more. Which name does the provider keep, whatever it replaces?"
    if reply.addresses:
        return "An address of its own follows nobody: the provider gave a name, and moves what is behind it."
    return why_empty(reply)


SHOP_PROGRAM = """
import os, psycopg
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
kept = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        body = kept.execute("SELECT host(inet_server_addr())").fetchone()[0].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words): pass
ThreadingHTTPServer(("", 8080), Shop).serve_forever()
"""
# The Pods stop five seconds after they are told to, and answer till then: kube-proxy needs a moment to leave them out.
SHOP = (
    """course outside reset >/dev/null
kubectl delete deployment shop -n prod --ignore-not-found --cascade=foreground >/dev/null
cat <<'YAML' | kubectl apply -f - >/dev/null
apiVersion: v1
kind: Pod
metadata: {name: customer, namespace: prod}
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: customer
      image: localhost/externalname-lab:1
      imagePullPolicy: Never
      command: [sh, -c, "while :; do curl -sf -m 10 -o /dev/null http://shop/ && echo served >> /tmp/seen || echo failed >> /tmp/seen; sleep 0.2; done"]
YAML
"""
    + ALIAS.format(name="database", namespace="prod", target=PROD)
    + "kubectl wait -n prod --for=condition=Ready pod/customer --timeout=180s\n"
    + each_coredns("customer", "prod-db-1")
    + """cat <<'YAML' | kubectl apply -f - >/dev/null
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: prod}
spec: {selector: {app: open-shop}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: prod}
spec:
  replicas: 2
  strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}
  selector: {matchLabels: {app: open-shop}}
  template:
    metadata: {labels: {app: open-shop}}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
        - name: shop
          image: localhost/externalname-lab:1
          imagePullPolicy: Never
          command: [python3, -c, PROGRAM]
          env: [{name: DATABASE_URL, value: "postgresql://app:app@database:5432/users"}]
          readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1, timeoutSeconds: 5}
YAML
kubectl rollout status deployment shop -n prod --timeout=120s
# From the first answer on the customer counts.
kubectl exec -n prod customer -- timeout 180 sh -c 'until curl -sf -m 3 -o /dev/null http://shop/; do :; done; : > /tmp/seen'
""".replace("PROGRAM", json.dumps(SHOP_PROGRAM))
    + TO_THE_SECOND
)


def why_not_moved(reply: Reply) -> str:
    if not reply.text:
        return "No answer came from http://shop/ at all: look at its Pods."
    return "An open connection stays where it is: no record, no CoreDNS and no Service moves it. And a new one goes where DNS leads at that moment."


TASKS = [
    Prediction(
        slug="who-answers-for-database",
        options={
            "inside": "a Pod of this cluster: a Service leads to Pods",
            "outside": "somebody outside of the cluster",
        },
        asks=app.sql("database", "SELECT host(inet_server_addr())"),
        reads=lambda reply: "inside" if reply.text.startswith(("10.244.", "10.96.")) else "outside",
    ),
    Prediction(
        slug="host-of-staging",
        options={
            f"prod-db-1.{INSTANCES}": "prod's database: that alias was made first",
            f"staging-db.{PROVIDERS}": "staging's database: the alias of its own namespace",
            "": "none: one name cannot stand for three hosts",
        },
        asks=app_in_staging.run("the host", "getent ahosts database | grep STREAM | tr -s ' ' | cut -d' ' -f3"),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="specifications-of-three-stages",
        near=0,
        asks=app.kubectl(
            """get deployments -A -o 'jsonpath={range .items[?(@.metadata.name=="app")]}{.spec.template.spec}{"\\n"}{end}'"""
        ),
        reads=lambda reply: len(set(reply.out.split("\n")) - {""}),
    ),
    Exercise(
        slug="dev-reads-prod",
        title="A test run in the wrong place",
        minutes=2,
        setup=ALIAS.format(name="database", namespace="dev", target=PROD)
        + ALIAS.format(name="database", namespace="prod", target=PROD)
        + "kubectl set env deployment/app -n dev DATABASE_URL=postgresql://app:app@database:5432/users\n"
        "kubectl rollout status deployment app -n dev --timeout=120s",
        judge=[
            Check(
                "dev-leads-to-dev",
                app_in_dev.dig("database"),
                leads_to(DEV),
                f"an alias of {DEV}, with its address",
                why_not_dev,
                "kubectl get service database -n dev, and compare with the other two namespaces",
                beside=app_in_dev.run("the app's URL", 'echo "${DATABASE_URL#*@}"'),
            ),
            Check(
                "dev-connects",
                app_in_dev.sql("database", "SELECT 'connected to ' || current_database()"),
                lambda reply: reply.text == "connected to users",
                "a connection to the database users",
                "dev's jobs need a database, only not prod's.",
                "first the name (check dev-leads-to-dev), then the message above",
            ),
            Check(
                "prod-as-before",
                app.dig("database"),
                leads_to(PROD),
                f"an alias of {PROD}, with its address",
                "Nothing may change for prod: its customers are in there.",
                "kubectl get service database -n prod",
            ),
        ],
        fresh={"dev-leads-to-dev": "the app's URL: database:5432"},
        hints=(
            "Where does the name lead in each namespace? kubectl get services -A shows the three aliases under one another.",
            "The app's manifest is right, and the same everywhere. What differs between the environments is one field of one small object.",
            "Change spec.externalName of the Service database in the namespace dev. Mind the -n dev.",
        ),
        why="The alias decides, and each namespace has its own. Prod's is another object of the same name, so it stays as it is. (Different passwords would have kept the test run out in the first place.)",
        wrong={
            "another-url": Wrong(
                cell=f"kubectl set env deployment/app -n dev DATABASE_URL=postgresql://app:app@{DEV}:5432/users\n"
                "kubectl rollout status deployment app -n dev --timeout=120s",
                fails=("dev-leads-to-dev",),
                says={"dev-leads-to-dev": f"the app's URL: {DEV}"},
            ),
            "in-prod": Wrong(
                cell=ALIAS.format(name="database", namespace="prod", target=DEV),
                fails=("dev-leads-to-dev", "prod-as-before"),
                says={"prod-as-before": "dev-db"},
            ),
            "no-alias": Wrong(
                cell="kubectl delete service database -n dev",
                fails=("dev-leads-to-dev", "dev-connects"),
                says={"dev-leads-to-dev": "nobody reads anything"},
                in_force="! kubectl get service database -n dev",
            ),
        },
    ),
    Prediction(
        slug="restart-for-a-new-target",
        options={
            "1": "no new Pods and no restart: the next connection goes to the new server",
            "2": "new Pods come by themselves: something that they use has changed",
        },
        asks=app_in_staging.kubectl("get replicasets -o name"),
        reads=lambda reply: str(len(reply.out.split())),
    ),
    Prediction(
        slug="service-in-a-failover",
        options={"1": "no: it names the provider's alias", "2": "yes: somebody must write the new name into it"},
        reads=str,
    ),
    Prediction(
        slug="new-connection-in-a-failover",
        options={
            "soon": "within half a minute, by itself",
            "late": "only after the Pod is started again",
        },
        reads=lambda seconds: "soon" if seconds < 35 else "late",
    ),
    Prediction(
        slug="open-connection-in-a-failover",
        options={"prod-db-1": "still on the first", "prod-db-2": "on the second, as all new ones"},
        reads=str,
    ),
    Prediction(
        slug="end-of-an-open-connection",
        options={
            "error": "an error in the middle of its work",
            "": "nothing: the driver connects again by itself",
        },
        reads=lambda error: "error" if error else "",
    ),
    Prediction(
        slug="connection-after-the-break",
        options={"prod-db-1": "the first, which it knows", "prod-db-2": "the second, where the name leads now"},
        reads=str,
    ),
    Exercise(
        slug="orders-missed-the-move",
        title="The one that missed the move",
        minutes=3,
        setup=f"{TO_THE_SECOND}course outside record prod-db-1.{INSTANCES} none\n"
        + "kubectl delete service orders-db -n prod --ignore-not-found\n"
        + ALIAS.format(name="orders-db", namespace="prod", target=f"prod-db-1.{INSTANCES}"),
        patience=8,
        judge=[
            Check(
                "follows-the-provider",
                app.dig("orders-db"),
                leads_to(PROD),
                f"an alias of {PROD}, with its address",
                why_no_move,
                "kubectl get services -n prod: where do the others lead?",
            ),
            Check(
                "orders-connect",
                app.sql("orders-db", "SELECT 'connected to ' || current_database()"),
                lambda reply: reply.text == "connected to users",
                "a connection to the database users",
                "The app needs a server that answers, not only a name.",
                "first the name (check follows-the-provider), then the message above",
            ),
        ],
        fresh={"follows-the-provider": "does not exist any more", "orders-connect": "not only a name"},
        hints=(
            "All other apps came back by themselves. Compare their alias with this one: kubectl get services -n prod.",
            "The provider has two kinds of names: one for each instance, and one that it moves. Only one of them is meant for you.",
            f"externalName of orders-db must be {PROD}, as it is in the Service database.",
        ),
        why="The name of an instance ends with the instance. The provider's alias is what it moves, so an alias of *that* needs no hand at the next move.",
        wrong={
            "instance-of-today": Wrong(
                cell=ALIAS.format(name="orders-db", namespace="prod", target=f"prod-db-2.{INSTANCES}"),
                fails=("follows-the-provider",),
                says={"follows-the-provider": "It names the instance of today."},
            ),
            "address-of-today": Wrong(
                cell=f"""address=$(kubectl exec -n prod deployment/app -- dig +short prod-db-2.{INSTANCES})
kubectl delete service orders-db -n prod
cat <<YAML | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {{name: orders-db, namespace: prod}}
spec: {{clusterIP: None}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: orders-db, namespace: prod, labels: {{kubernetes.io/service-name: orders-db}}}}
addressType: IPv4
endpoints: [{{addresses: ["$address"]}}]
YAML""",
                fails=("follows-the-provider",),
                says={"follows-the-provider": "An address of its own follows nobody"},
            ),
        },
    ),
    Exercise(
        slug="nobody-notices",
        title="Off the old machine, and nobody notices",
        minutes=8,
        setup=SHOP,
        patience=10,
        judge=[
            Check(
                "on-the-second-instance",
                # Two Pods behind one Service: twelve requests miss one of them once in two thousand times.
                customer.run(
                    "the instance behind http://shop/, asked twelve times",
                    f"""for turn in $(seq 12); do curl -sf -m 5 http://shop/ && echo; done | sort -u | while read address; do
  for number in 1 2; do [ "$(dig +short prod-db-$number.{INSTANCES})" = "$address" ] && echo prod-db-$number; done
done; true""",
                ),
                lambda reply: reply.text == "prod-db-2",
                "prod-db-2 alone",
                why_not_moved,
                "kubectl get pods -n prod: how old are those of shop, and where did DNS lead when they began?",
            ),
            Check(
                "no-request-failed",
                customer.run(
                    "what the customer noted since the start",
                    "grep -q served /tmp/seen && echo failed requests: $(grep -c failed /tmp/seen)",
                ),
                lambda reply: reply.text == "failed requests: 0",
                "failed requests: 0",
                "There was a moment in which no Pod of shop answered. New Pods must be ready before the old ones go.",
                'lesson.start("nobody-notices") for a fresh try, then one Pod after the other',
            ),
            Check(
                "name-as-before",
                customer.dig("database"),
                leads_to(PROD),
                f"an alias of {PROD}, with its address",
                "The provider's alias was right, and still is. Whoever writes an instance into it misses the next move.",
                "kubectl get service database -n prod",
            ),
        ],
        fresh={"on-the-second-instance": "An open connection stays where it is"},
        hints=(
            "Two things keep the old address: an open connection, and for some seconds each CoreDNS Pod. What ends each of them?",
            "A connection ends with its Pod. If a new Pod is made while a CoreDNS Pod still gives the old instance, it connects to the old one. So first look at both CoreDNS Pods (the lesson did that after its failover), then replace the Pods of shop.",
            "When dig in the Pod customer shows prod-db-2 for prod-db.us-east-1.rds.amazonaws.com at each CoreDNS Pod: kubectl rollout restart deployment shop -n prod. It makes a new Pod, waits until it is ready, then stops an old one.",
        ),
        why="New connections follow the provider's alias once the caches are through, and a rolling restart makes all connections new, one Pod at a time. The Service `database` had no part in it. The way back, when the first machine is fixed, is the same: the provider moves its alias, you wait for the caches, and restart.",
        wrong={
            "the-service": Wrong(
                cell=ALIAS.format(name="database", namespace="prod", target=f"prod-db-2.{INSTANCES}"),
                fails=("on-the-second-instance", "name-as-before"),
                says={"name-as-before": "misses the next move"},
            ),
            "all-at-once": Wrong(
                cell=each_coredns("customer", "prod-db-2")
                + "kubectl delete pods -n prod -l app=open-shop --now\n"
                + "kubectl rollout status deployment shop -n prod --timeout=120s",
                fails=("no-request-failed",),
                says={"no-request-failed": "New Pods must be ready before"},
            ),
        },
    ),
]
