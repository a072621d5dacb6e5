"""What lesson ports_and_health asks of the learner, and how it is judged."""

import re
import shlex

from course.exercise import Check, Exercise, Pod, Prediction, Reply, Wrong

client = Pod("production", "client")
PROVIDER = "prod-db.us-east-1.rds.amazonaws.com"


def text_of(given: object) -> str:
    """What was handed in, as a word of a shell."""
    return shlex.quote("" if given is None else str(given).strip())


def ledger(given: object) -> list[Check]:
    return [
        Check(
            "postgres-answers",
            client.run(
                "the port that was handed in, on ledger",
                f"""port={text_of(given)}
case $port in '') echo no port was handed in;; *[!0-9]*) echo "$port is no port";;
*) if pg_isready -q -t 3 -h ledger -p $port; then echo "port $port: PostgreSQL answers"
   elif nc -z -w 3 ledger $port; then echo "port $port: something else listens"
   else echo "port $port: nobody listens"; fi;; esac""",
            ),
            lambda reply: reply.text.endswith("PostgreSQL answers"),
            "a port on which PostgreSQL answers",
            why_not_that_port,
            "kubectl exec -n production client -- pg_isready -h ledger -p PORT",
        )
    ]


def why_not_that_port(reply: Reply) -> str:
    if "nobody listens" in reply.text:
        return "What a Service of this type declares is not looked at when a client connects: the provider's server decides."
    if "something else" in reply.text:
        return "A connection alone is not enough: another server of the provider listens there."
    return "Jo needs one number."


def report(given: object) -> list[Check]:
    words = text_of(given)
    return [
        Check(
            "gives-up-in-time",
            client.run(
                "psql with this connection string, on the host that hangs",
                f"""string={words}; [ -n "$string" ] || {{ echo nothing was handed in; exit; }}
case $string in *hanging*) ;; *) echo the host is not hanging; exit;; esac
began=$(date +%s); timeout 9 psql "$string" -c 'SELECT 1' >/dev/null 2>/tmp/said; code=$?
if [ $code = 0 ]; then echo another host answered; exit; fi
waited=$(($(date +%s) - began))
if [ $code = 124 ]; then echo it still waits; elif [ $waited -gt 6 ]; then echo "it waits too long: $waited seconds"
elif grep -q 'timeout expired' /tmp/said; then echo gives up in time
else head -1 /tmp/said; fi; rm -f /tmp/said""",
            ),
            lambda reply: reply.text == "gives up in time",
            "gives up in time",
            why_it_waits,
            "kubectl exec -n production client -- psql with your string: how long does it take?",
        ),
        Check(
            "connects-when-all-is-well",
            client.run(
                "psql with the same string, and database for the host",
                f"""string=$(printf %s {words} | sed s/hanging/database/)
[ -n "$string" ] || {{ echo nothing was handed in; exit; }}
timeout 15 psql "$string" -Atc "SELECT 'connected'" 2>&1 | head -1""",
            ),
            lambda reply: reply.text == "connected",
            "connected",
            "On good days the report must get through as before.",
            "kubectl exec -n production client -- psql with your string, and database in the place of hanging",
        ),
    ]


def why_it_waits(reply: Reply) -> str:
    if "still waits" in reply.text:
        return (
            "The connection was accepted, and then nothing came: nothing in your string sets a limit for *this* wait."
        )
    if "too long" in reply.text:
        return "There is a limit, and it is more than five seconds."
    if "another host" in reply.text:
        return "The report got its rows from elsewhere: Kim wants to hear of it when this server hangs."
    if "nothing was" in reply.text:
        return "Kim needs a connection string: put it into answer, as text."
    return "Kim needs the whole connection string of the report, with the same host."


READY = "get pods -l app={} -o jsonpath={{.items[*].status.containerStatuses[*].ready}}"


def said_no(reply: Reply) -> bool:
    """The Pod is not ready, and a probe said so: a Pod that has just begun is not ready, either."""
    return bool(re.search(r"(?s)Ready: +False.*Readiness probe (failed|errored)", reply.text))


def why_drill_is_ready(reply: Reply) -> str:
    if not reply.text:
        return "There is no Pod of orders-drill that could be looked at."
    if re.search(r"Ready: +False", reply.text):
        return "It is not ready because it has just begun, or waits: no probe has asked and heard a no. Check again in some seconds."
    return "It says Ready with a database that never answers. A name, or a port that takes connections, is not yet a server that speaks."


def commands(reply: Reply) -> list[str]:
    """The commands of the probes, of each Deployment that has one."""
    return [command.strip("[]") for command in reply.text.split("] [") if command]


def why_not_one_probe(reply: Reply) -> str:
    if len(commands(reply)) < 2:
        return "Both Deployments need it: orders, which customers use, and the drill, which shows that the same probe can say no."
    return "The drill has another probe than orders, so it says nothing about that of orders. The host is in the variable DATABASE_HOST."


ORDERS = """kubectl delete deployment orders orders-drill -n production --ignore-not-found --cascade=foreground >/dev/null
cat <<'YAML' | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {name: database-drill, namespace: production}
spec: {type: ExternalName, externalName: silent.production.svc.cluster.local}
YAML
for pair in orders=database orders-drill=database-drill; do
sed "s/NAME/${pair%%=*}/g; s/WHERE/${pair#*=}/g" <<'YAML' | kubectl apply -f -
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, namespace: production}
spec:
  strategy: {type: Recreate}
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: app
          image: localhost/externalname-lab:1
          imagePullPolicy: Never
          command: [sleep, infinity]
          env: [{name: DATABASE_HOST, value: WHERE}]
YAML
done
for name in orders orders-drill; do kubectl rollout status deployment $name -n production --timeout=120s; done"""


def probes(readiness: str, more: str = "", names: str = "orders orders-drill", delay: int = 0) -> str:
    """Shell: these Deployments get this readiness probe, which begins after `delay` seconds."""
    times = f'"periodSeconds": 1, "timeoutSeconds": 10, "initialDelaySeconds": {delay}'
    probe = f'{{"exec": {{"command": ["sh", "-c", "{readiness}"]}}, {times}}}'
    container = f'{{"name": "app", "readinessProbe": {probe}{more}}}'
    patch = f'{{"spec": {{"template": {{"spec": {{"containers": [{container}]}}}}}}}}'
    return f"for name in {names}; do kubectl patch deployment $name -n production -p '{patch}'; done"


TASKS = [
    Prediction(
        slug="mapping-in-the-api",
        options={"6432": "yes, it stores the port", "": "no: an alias has no ports"},
        asks=client.kubectl("get service database -o jsonpath={.spec.ports[*].port}"),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="connection-to-a-mapped-port",
        options={"connected": "it reaches the database", "": "it is refused"},
        asks=client.connect("database", 6432),
        reads=lambda reply: reply.text,
    ),
    Prediction(slug="refused-ports", near=0, reads=float),
    Exercise(
        slug="port-for-the-ledger",
        title="The port to write",
        minutes=1,
        setup=f"""cat <<'YAML' | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {{name: ledger, namespace: production}}
spec:
  type: ExternalName
  externalName: {PROVIDER}
  ports: [{{name: postgres, port: 9432, targetPort: 5432}}]
YAML""",
        judge=ledger,
        fresh={"postgres-answers": "Jo needs one number"},
        hints=(
            "Who decides on which port a server listens: the Service, or the server?",
            "It is a PostgreSQL server, and the provider did not say that it uses another port than the usual one.",
            "Try the usual port of PostgreSQL: kubectl exec -n production client -- pg_isready -h ledger -p 5432, and put that number into `answer`.",
        ),
        why="The client connects to the address that DNS gave, on the port that it chose itself. 9432 stands in the Service and nowhere else. Jo should take it out there, too: it misleads the next reader.",
        wrong={
            "the-declared-one": Wrong(
                cell="answer = 9432",
                fails=("postgres-answers",),
                says={"postgres-answers": "is not looked at when a client connects"},
            ),
            "any-open-port": Wrong(
                cell="answer = 6379",
                fails=("postgres-answers",),
                says={"postgres-answers": "another server of the provider"},
            ),
        },
    ),
    Prediction(
        slug="events-of-an-outage",
        near=0,
        asks=client.kubectl("get events --field-selector involvedObject.kind=Service -o name"),
        reads=lambda reply: len(reply.out.split()),
    ),
    Prediction(
        slug="dns-in-an-outage",
        options={"same": "the same address as before", "other": "no address, or another one"},
        reads=lambda addresses: "same" if len(addresses) == 1 else "other",
    ),
    Prediction(
        slug="new-connection-in-an-outage",
        options={"refused": "it is refused at once", "silent": "nothing: it waits until a time-out"},
        asks=client.connect("database", 5432),
        reads=lambda reply: "refused" if "refused" in reply.err else "silent",
    ),
    Prediction(
        slug="open-connection-in-an-outage",
        options={"yes": "yes: the server said goodbye", "no": "no: not before it is used"},
        reads=lambda code: "no" if code is None else "yes",
    ),
    Prediction(
        slug="connection-after-an-outage",
        options={"connected": "it gets through", "": "something must be put back first"},
        asks=client.sql("database", "SELECT 'connected'"),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="words-about-a-silent-server",
        options={"refused": "Connection refused", "timeout": "timeout expired", "name": "Name or service not known"},
        reads=lambda said: next(
            key
            for key, words in (("refused", "refused"), ("timeout", "timeout expired"), ("name", "not known"))
            if words in said
        ),
    ),
    Exercise(
        slug="report-that-hangs",
        title="A report that waits for ever",
        minutes=2,
        judge=report,
        fresh={"gives-up-in-time": "nothing was handed in", "connects-when-all-is-well": "nothing was handed in"},
        hints=(
            "Which word ended the wait of psql a few cells above? It was in the connection string.",
            "A limit for statements or for the network does not help: the server took the connection and never said that it is ready. There is a limit for the time until it does.",
            "Add connect_timeout to the string, with a number of seconds: 3 or 4 leaves room, because libpq counts whole seconds.",
        ),
        right={"as-an-address": 'answer = "postgresql://app:app@hanging/users?connect_timeout=4"'},
        why="`connect_timeout` limits the time until the server has let the client in. Everything else in the string is about the time after that, or about a network that does not deliver packets; here each packet was delivered.",
        wrong={
            "limit-for-statements": Wrong(
                cell="answer = \"host=hanging user=app password=app dbname=users options='-c statement_timeout=5000'\"",
                fails=("gives-up-in-time",),
                says={"gives-up-in-time": "nothing in your string sets a limit"},
            ),
            "a-minute": Wrong(
                cell='answer = "host=hanging user=app password=app dbname=users connect_timeout=7"',
                fails=("gives-up-in-time",),
                says={"gives-up-in-time": "more than five seconds"},
            ),
            "second-host": Wrong(
                cell='answer = "host=hanging,database user=app password=app dbname=users connect_timeout=3"',
                fails=("gives-up-in-time",),
                says={"gives-up-in-time": "from elsewhere"},
            ),
            "another-database": Wrong(
                cell='answer = "host=hanging user=app password=app dbname=reports connect_timeout=4"',
                fails=("connects-when-all-is-well",),
                says={"connects-when-all-is-well": "does not exist"},
            ),
        },
    ),
    Prediction(
        slug="who-is-taken-out",
        options={
            "database": "the target, from `database`",
            "shop": "the app's Pod, from `shop`",
            "nobody": "nothing, from neither",
        },
        asks=client.kubectl(
            "get endpointslices -l kubernetes.io/service-name=shop -o jsonpath={.items[*].endpoints[*].conditions.ready}"
        ),
        reads=lambda reply: "shop" if reply.text == "false" else "nobody",
    ),
    Exercise(
        slug="write-the-probe",
        title="Write the probe",
        minutes=6,
        setup=ORDERS,
        patience=20,
        judge=[
            Check(
                "orders-ready",
                client.kubectl(READY.format("orders")),
                lambda reply: reply.text == "true",
                "true: the Pod of orders is ready",
                "Its database answers, so customers must reach it.",
                "kubectl describe pod -n production -l app=orders: what does the probe say?",
            ),
            Check(
                "drill-not-ready",
                client.kubectl("describe pods -l app=orders-drill"),
                said_no,
                "the Pod of orders-drill is not ready, and its readiness probe has failed",
                why_drill_is_ready,
                "kubectl exec -n production deploy/orders-drill -- sh, and type there what your probe asks",
                beside=client.kubectl(
                    "get deployment orders-drill -o jsonpath={.spec.template.spec.containers[0].readinessProbe.exec.command}"
                ),
            ),
            Check(
                "one-probe",
                client.kubectl(
                    "get deployments orders orders-drill -o jsonpath={.items[*].spec.template.spec.containers[0].readinessProbe.exec.command}"
                ),
                lambda reply: len(both := commands(reply)) == 2 and both[0] == both[1],
                "the same command in both",
                why_not_one_probe,
                "kubectl get deployment -n production orders orders-drill -o yaml: what does each probe ask?",
            ),
            Check(
                "nobody-restarted",
                client.kubectl(
                    "get pods -l 'app in (orders, orders-drill)' -o jsonpath={.items[*].status.containerStatuses[*].restartCount}"
                ),
                lambda reply: set(reply.text.split()) == {"0"},
                "0 restarts of each",
                "A restart of the app repairs no database. Which kind of probe ends a container, and which only says that it is not ready?",
                "kubectl get deployment -n production orders -o yaml: which probes are there?",
            ),
        ],
        fresh={"drill-not-ready": ": nothing came back)", "one-probe": "Both Deployments need it"},
        hints=(
            "The Pod app of this lesson has such a probe. What does it ask, and how does it know the host?",
            "A probe of kind exec runs a program in the container, without a shell: a variable needs sh -c. The program must wait for an answer of PostgreSQL, not only for a connection.",
            'readinessProbe: exec: command: [sh, -c, "pg_isready -q -h $DATABASE_HOST -t 3"], with timeoutSeconds greater than 3, in both Deployments. kubectl edit or kubectl patch.',
        ),
        right={"a-question": probes("PGCONNECT_TIMEOUT=3 PGPASSWORD=app psql -l -h $DATABASE_HOST -U app users")},
        why="`pg_isready` waits for the server's first words, so a port that only takes connections does not pass. A readiness probe takes the Pod out of its Service and leaves the container alone; a liveness probe would start it again and again while the database is down.",
        wrong={
            "port-of-the-past": Wrong(
                cell=probes("pg_isready -q -h $DATABASE_HOST -p 6432 -t 3"),
                fails=("orders-ready",),
                says={"orders-ready": "customers must reach it"},
                in_force="kubectl get pods -n production -l app=orders -o jsonpath='{.items[*].status.phase} {.items[*].spec.containers[*].readinessProbe.exec.command}' | grep 'Running .*-p 6432'",
            ),
            "port-only": Wrong(
                cell=probes("nc -z -w 3 $DATABASE_HOST 5432"),
                fails=("drill-not-ready",),
                says={"drill-not-ready": "nc -z"},
                in_force="kubectl wait -n production --for=condition=Available deployment/orders-drill --timeout=1s",
            ),
            "one-host-for-both": Wrong(
                cell=probes("pg_isready -q -h database -t 3"),
                fails=("drill-not-ready",),
                says={"drill-not-ready": "-h database"},
                in_force="kubectl wait -n production --for=condition=Available deployment/orders-drill --timeout=1s",
            ),
            "not-asked-yet": Wrong(
                cell=probes("nc -z -w 3 $DATABASE_HOST 5432", delay=300),
                fails=("orders-ready", "drill-not-ready"),
                says={"drill-not-ready": "no probe has asked"},
                in_force="kubectl wait -n production --for=jsonpath='{.status.phase}'=Running pod -l app=orders-drill --timeout=60s",
            ),
            "in-the-drill-alone": Wrong(
                cell=probes("pg_isready -q -h $DATABASE_HOST -t 3", names="orders-drill"),
                fails=("one-probe",),
                says={"one-probe": "Both Deployments need it"},
            ),
            "a-probe-for-the-drill": Wrong(
                cell=probes("pg_isready -q -h database -t 3", names="orders")
                + "\n"
                + probes("false", names="orders-drill"),
                fails=("one-probe",),
                says={"one-probe": "another probe than orders"},
            ),
            "liveness-as-well": Wrong(
                cell=probes(
                    "pg_isready -q -h $DATABASE_HOST -t 3",
                    ', "livenessProbe": {"exec": {"command": ["sh", "-c", "pg_isready -q -h $DATABASE_HOST -t 3"]}, "periodSeconds": 1, "timeoutSeconds": 10, "failureThreshold": 1}',
                ),
                fails=("nobody-restarted",),
                says={"nobody-restarted": "repairs no database"},
                in_force="kubectl get pods -n production -l app=orders-drill -o jsonpath='{.items[*].status.containerStatuses[*].restartCount}' | grep -q '[1-9]'",
            ),
        },
    ),
]
