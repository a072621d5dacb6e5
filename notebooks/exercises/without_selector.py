"""What lesson without_selector asks of the learner, and how it is judged."""

from dataclasses import replace

from course.exercise import Check, Exercise, Pod, Prediction, Probe, Reply, Wrong

client = Pod("legacy", "client")
KNOWS_THE_PARTNER = "--cacert /tmp/ca.crt"
MAPS = "the slice's label kubernetes.io/service-name, and the ports' names on both sides: kubectl get service,endpointslices -n legacy -o yaml"


def tie(title: str, words: str) -> Probe:
    """What ties slices to a Service: the label's value, the port's name, its number. words: which slices."""
    columns = r"SERVICE:.metadata.labels.kubernetes\.io/service-name,PORT:.ports[*].name,NUMBER:.ports[*].port"
    asked = client.kubectl(f"get {words} --no-headers -o 'custom-columns={columns}'")
    return replace(asked, title=f"label, port's name and number of {title}")


def twenty(url: str) -> str:
    """A line such as `answered: 11 of 20`, asked of one URL; curl gives up after 5 s."""
    one = f"curl -s -o /dev/null -m 5 {KNOWS_THE_PARTNER} {url} && echo"
    return f'for n in $(seq 20); do {one}; done | wc -l | sed "s/.*/answered: & of 20/"'


def kinds(reply: Reply) -> str:
    """The kinds of record in a DNS answer, or its code where there is none."""
    return " ".join(dict.fromkeys(kind for kind, _ in reply.records)) or reply.rcode


def why_no_partner(reply: Reply) -> str:
    if reply.status == 6:
        return "There is no Service called invoices any more, so the name does not resolve."
    if reply.status == 7:
        return "The Service has no endpoint for its port, so kube-proxy refuses. A slice of nearly the same name means nothing to it."
    if reply.status == 60:
        return "Somebody answers who cannot prove to be the partner: another server, or another port of it."
    return "The call comes to no answer of the partner's API."


def why_no_ledger(reply: Reply) -> str:
    if "could not translate" in reply.err:
        return "There is no name ledger-db in legacy that leads to an address."
    if "refused" in reply.err:
        return "Nothing is behind port 6432 of this name: no endpoint is tied to it, or it holds a port on which nothing listens."
    if "timeout" in reply.err or "timed out" in reply.err:
        return "Nobody answers on port 6432: the name leads to an address, and no port of the Service is called 6432."
    return "The program has a host and a port, and reaches no database that lets it in."


def why_another_machine(reply: Reply) -> str:
    if "not the address" in reply.err:
        return "A database answers, and it is not the one in the mail: the report would show last week's numbers."
    if "more than the address" in reply.err:
        return "Each connection goes to one of these machines, by chance, and one of them has last week's numbers."
    return "No database answers that could say where it runs."


def why_calls_fail(reply: Reply) -> str:
    answered = reply.text.removeprefix("answered: ").split(" ")[0]
    if answered == "0":
        return "Now no call is answered: the machine that is well is out of use."
    return "kube-proxy still chooses the dead machine for some calls: it cannot know that nobody is there."


# The machine that is switched off is the node: it refuses port 8443, as a machine does that runs without the program.
SWITCHED_OFF = '{.items[?(@.kind=="Node")].status.addresses[?(@.type=="InternalIP")].address}'
IN_THE_SLICES = r'{.items[?(@.metadata.labels.kubernetes\.io/service-name=="rates")].endpoints[*].addresses[*]}'
LEDGER = """cat <<YAML | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {{name: ledger-db, namespace: legacy}}
spec:
  ports: [{{name: sql, port: 6432}}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: ledger-db-1, namespace: legacy, labels: {{kubernetes.io/service-name: ledger-db}}}}
addressType: IPv4
endpoints: [{{addresses: ["{address}"]}}]
ports: [{{name: sql, port: {port}}}]
YAML"""
IN_THE_MAIL = "$(kubectl get configmap mail -n legacy -o jsonpath='{.data.address}')"
OF_COPIES = "$(kubectl exec -n legacy client -- dig +short prod-db-2.cxyz123.us-east-1.rds.amazonaws.com)"

TASKS = [
    Prediction(
        slug="ipv4-as-a-name",
        options={
            "A": "the address itself, as an A record",
            "CNAME": "an alias, and no address",
            "NXDOMAIN": "NXDOMAIN: no such name",
        },
        asks=client.dig("legacy-api.legacy.svc.cluster.local"),
        reads=kinds,
    ),
    Prediction(
        slug="answer-without-selector",
        options={
            "partner": "the partner's address",
            "virtual IP": "an address of the cluster: a virtual IP",
            "": "no address: without a selector there is no endpoint",
        },
        asks=client.run(
            "legacy-api and the partner",
            "here=$(dig +short legacy-api.legacy.svc.cluster.local); "
            '[ -z "$here" ] || { [ "$here" = "$(dig +short legacy.example.net)" ] && echo partner || echo virtual IP; }',
        ),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="port-that-is-seen",
        near=0,
        asks=client.run(
            "the port that the partner saw",
            f"curl -s -m 8 {KNOWS_THE_PARTNER} https://legacy-api/ | grep -o '\"port\":\"[0-9]*' | grep -o '[0-9]*$'",
        ),
        reads=lambda reply: float(reply.text or 0),
    ),
    Prediction(
        slug="port-without-a-name",
        options={
            "0": "an answer as before: there is only one port on each side",
            "7": "exit code 7: refused, at once",
            "28": "exit code 28: nothing comes back until curl gives up",
        },
        asks=client.http("https://legacy-api/", KNOWS_THE_PARTNER),
        reads=lambda reply: str(reply.status),
    ),
    Exercise(
        slug="tie-the-slice",
        title="A slice that belongs to nobody",
        minutes=2,
        setup="""kubectl delete service,endpointslice invoices invoices-1 -n legacy --ignore-not-found
kubectl delete endpointslices -n legacy -l kubernetes.io/service-name=invoices
address=$(kubectl exec -n legacy client -- dig +short legacy.example.net)
cat <<YAML | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {name: invoices, namespace: legacy}
spec:
  ports: [{name: https, port: 443}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: invoices-1, namespace: legacy}
addressType: IPv4
endpoints: [{addresses: ["$address"]}]
ports: [{name: https, port: 8443}]
YAML""",
        patience=20,
        judge=[
            Check(
                "invoices-answers",
                client.http("https://legacy-api/", f"--connect-to legacy-api:443:invoices:443 {KNOWS_THE_PARTNER}"),
                lambda reply: '"server":"legacy-api"' in reply.body,
                "the partner's API, on port 443 of invoices",
                why_no_partner,
                MAPS,
                beside=tie("invoices-1", "endpointslice invoices-1"),
            ),
        ],
        fresh={"invoices-answers": "connect to server (label, port's name and number of invoices-1: <none>"},
        hints=(
            "What ties a slice to a Service? Two things, and the slice's name is neither of them.",
            "Compare Ana's slice with legacy-api-1: kubectl get endpointslices -n legacy --show-labels",
            "kubectl label endpointslice invoices-1 -n legacy, and then the label: its name is kubernetes.io/service-name, its value the Service's name.",
        ),
        why="A slice belongs to the Service that its label `kubernetes.io/service-name` names. Its own name is for people.",
        wrong={
            "named-after-the-slice": Wrong(
                cell="kubectl label endpointslice invoices-1 -n legacy kubernetes.io/service-name=invoices-1",
                fails=("invoices-answers",),
                says={"invoices-answers": "invoices-1: invoices-1 https"},
            ),
            "label-and-a-port-without-a-name": Wrong(
                cell="""kubectl label endpointslice invoices-1 -n legacy kubernetes.io/service-name=invoices
kubectl patch endpointslice invoices-1 -n legacy --type merge -p '{"ports": [{"port": 8443}]}'""",
                fails=("invoices-answers",),
                says={"invoices-answers": "invoices-1: invoices 8443"},
            ),
            "an-alias-of-the-partner": Wrong(
                cell="""kubectl delete service invoices -n legacy
kubectl create service externalname invoices -n legacy --external-name legacy.example.net""",
                fails=("invoices-answers",),
                says={"invoices-answers": "another server, or another port of it"},
            ),
        },
    ),
    Prediction(
        slug="endpoints-today",
        options={
            "200": "it still works: calls arrive at the partner",
            "0": "it is stored, and no call arrives any more",
            "NotFound": "the API does not know this kind any more",
        },
        asks=client.http("https://legacy-api-old/", "-k --retry 30 --retry-all-errors --retry-delay 1"),
        reads=lambda reply: str(reply.code),
    ),
    Prediction(slug="addresses-accepted", near=0, reads=float),
    Exercise(
        slug="another-port",
        title="A database at an address, on another port",
        minutes=5,
        setup="""kubectl delete service ledger-db -n legacy --ignore-not-found
kubectl delete endpointslices -n legacy -l kubernetes.io/service-name=ledger-db
kubectl delete endpointslice ledger-db-1 -n legacy --ignore-not-found
address=$(kubectl exec -n legacy client -- dig +short prod-db-1.cxyz123.us-east-1.rds.amazonaws.com)
kubectl create configmap mail -n legacy --from-literal=address="$address" --from-literal=port=5432 --dry-run=client -o yaml | kubectl apply -f -
kubectl exec -n legacy client -- sh -c "echo $address > /tmp/mail\"""",
        patience=20,
        judge=[
            Check(
                "port-6432-leads-to-a-database",
                client.run(
                    "psql on ledger-db, port 6432: SELECT 1",
                    'psql "host=ledger-db port=6432 dbname=users user=app password=app connect_timeout=5" -AtXqc "SELECT 1"',
                ),
                lambda reply: reply.text == "1",
                "1, from a database",
                why_no_ledger,
                MAPS,
                beside=tie("its slices", "endpointslices -l kubernetes.io/service-name=ledger-db"),
            ),
            Check(
                "the-machine-in-the-mail",
                # Twelve times: of two endpoints, each connection gets one by chance.
                client.run(
                    "ask ledger-db, port 6432, for the address of its machine, twelve times",
                    'ask() { psql "host=ledger-db port=6432 dbname=users user=app password=app connect_timeout=5" '
                    '-AtXqc "SELECT host(inet_server_addr())"; }; '
                    "machines=$(for try in $(seq 12); do ask || exit 1; done) || exit 1; "
                    'machines=$(echo "$machines" | sort -u | paste -s -d " "); '
                    'case $machines in "$(cat /tmp/mail)") echo "$machines, the address in the mail";; '
                    '*" "*) echo "$machines, more than the address in the mail" >&2; exit 1;; '
                    '*) echo "$machines, not the address in the mail" >&2; exit 1;; esac',
                ),
                lambda reply: reply.status == 0,
                "the machine whose address is in the mail",
                why_another_machine,
                "first the port (check port-6432-leads-to-a-database), then the address in your slice, beside the one in the ConfigMap mail",
                beside=client.service("ledger-db"),
            ),
        ],
        fresh={
            "port-6432-leads-to-a-database": "no name ledger-db",
            "the-machine-in-the-mail": "NotFound",
        },
        hints=(
            "An address and another port: which kind of Service takes both? You made one at the beginning of the lesson.",
            "Take the manifest of legacy-api. Which of the two port numbers is the one that clients use, and which one is the partner's?",
            "The Service's port is 6432, the slice's port is 5432, and both have the same name. The address stands in the ConfigMap mail, the Service's name in the slice's label.",
        ),
        why="The Service's port is what clients use, the slice's port is what the partner has, and the port's name pairs them. `inet_server_addr()` says which machine answered: two databases may hold the same rows.",
        wrong={
            "one-port-for-both": Wrong(
                cell=LEDGER.format(address=IN_THE_MAIL, port=6432),
                fails=("port-6432-leads-to-a-database", "the-machine-in-the-mail"),
                says={"port-6432-leads-to-a-database": "its slices: ledger-db sql 6432"},
            ),
            "the-machine-with-copies": Wrong(
                cell=LEDGER.format(address=OF_COPIES, port=5432),
                fails=("the-machine-in-the-mail",),
                says={"the-machine-in-the-mail": "not the address in the mail"},
            ),
            "one-of-two": Wrong(
                cell=LEDGER.format(address=f'{IN_THE_MAIL}"]}}, {{addresses: ["{OF_COPIES}', port=5432),
                fails=("the-machine-in-the-mail",),
                says={"the-machine-in-the-mail": "more than the address in the mail"},
            ),
            "an-alias-of-the-address": Wrong(
                cell=f'kubectl create service externalname ledger-db -n legacy --external-name "{IN_THE_MAIL}"',
                fails=("port-6432-leads-to-a-database", "the-machine-in-the-mail"),
                says={"the-machine-in-the-mail": "ExternalName"},
                in_force="kubectl get service ledger-db -n legacy",
            ),
        },
    ),
    Prediction(
        slug="ready-of-a-stopped-server",
        options={
            "false": "false: Kubernetes noticed that nobody answers there",
            "true": "true: nobody has asked yet",
            "": "nothing: the field stays empty, as you wrote it",
        },
        asks=client.kubectl("get endpointslice legacy-api-1 -o jsonpath='{.endpoints[0].conditions.ready}'"),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="one-of-two-is-dead",
        options={
            "answered": "none: after a refusal kube-proxy takes the other endpoint",
            "answered refused": "about half of them",
            "refused": "all of them: one bad endpoint stops the Service",
        },
        asks=client.run(
            "twenty requests to legacy-api",
            f"for n in $(seq 20); do curl -s -o /dev/null -m 5 {KNOWS_THE_PARTNER} https://legacy-api/ && echo answered || echo refused; done | sort -u",
        ),
        reads=lambda reply: " ".join(reply.out.split()),
    ),
    Exercise(
        slug="take-one-out",
        title="One machine is switched off",
        minutes=6,
        setup="""kubectl delete service rates -n legacy --ignore-not-found
kubectl delete endpointslices -n legacy -l kubernetes.io/service-name=rates
address=$(kubectl exec -n legacy client -- dig +short legacy.example.net)
off=$(kubectl get nodes -o jsonpath='{.items[0].status.addresses[?(@.type=="InternalIP")].address}')
cat <<YAML | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {name: rates, namespace: legacy}
spec:
  ports: [{name: https, port: 443}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: rates-1, namespace: legacy, labels: {kubernetes.io/service-name: rates}}
addressType: IPv4
endpoints: [{addresses: ["$address"]}, {addresses: ["$off"]}]
ports: [{name: https, port: 8443}]
YAML""",
        patience=20,
        judge=[
            Check(
                "each-call-is-answered",
                client.run(
                    "twenty calls of rates, as a client that verifies the partner's certificate",
                    twenty("--connect-to legacy-api:443:rates:443 https://legacy-api/"),
                ),
                lambda reply: reply.text == "answered: 20 of 20",
                "answered: 20 of 20",
                why_calls_fail,
                "which of the two addresses answers: nc -zv ADDRESS 8443 in the Pod client; then the slice: kubectl get endpointslice rates-1 -n legacy -o yaml",
            ),
            Check(
                "its-address-is-kept",
                client.kubectl(
                    f"get nodes,endpointslices -o jsonpath='{SWITCHED_OFF}{{\"; in the slices: \"}}{IN_THE_SLICES}'"
                ),
                lambda reply: reply.text.partition("; ")[0] in reply.text.partition("slices: ")[2].split(),
                "the address of the machine that is off, in the slices of rates",
                "On Monday the machine comes back. An address that was removed has to be asked for again.",
                "an endpoint has conditions: kubectl explain endpointslice.endpoints.conditions",
            ),
        ],
        fresh={"each-call-is-answered": "some calls"},
        hints=(
            "Who tells kube-proxy that an endpoint must not be used, where there is no selector? You did it a few cells above, for a whole slice.",
            "Both machines are in one slice here. First find out which one is off: nc -zv ADDRESS 8443 in the Pod client.",
            "Set conditions.ready to false for that one endpoint, and leave its address: a JSON patch adds it at /endpoints/0/conditions or /endpoints/1/conditions. kubectl edit does it too.",
        ),
        why="`ready: false` takes an endpoint out of use, and keeps what you know about it. A merge patch replaces the whole list of endpoints, so name the one you mean (a JSON patch), or write the list anew.",
        wrong={
            "removed": Wrong(
                cell="""kubectl patch endpointslice rates-1 -n legacy --type json -p '[{"op": "remove", "path": "/endpoints/1"}]'""",
                fails=("its-address-is-kept",),
                says={"its-address-is-kept": "has to be asked for again"},
            ),
            "the-wrong-one": Wrong(
                cell="""kubectl patch endpointslice rates-1 -n legacy --type json -p '[{"op": "add", "path": "/endpoints/0/conditions", "value": {"ready": false}}]'""",
                fails=("each-call-is-answered",),
                says={"each-call-is-answered": "the machine that is well is out of use"},
            ),
        },
    ),
    Prediction(
        slug="headless-answer",
        options={
            "partner": "the address that stands in the slice",
            "virtual IP": "a virtual IP, as before",
            "": "no address: there is no Pod to name",
        },
        asks=client.run(
            "legacy-direct and the partner",
            "here=$(dig +short legacy-direct.legacy.svc.cluster.local); "
            '[ -z "$here" ] || { [ "$here" = "$(dig +short legacy.example.net)" ] && echo partner || echo virtual IP; }',
        ),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="headless-port",
        options={
            "legacy-api": "yes: legacy-api answers, on port 8443",
            "no such site": "no: whoever listens on port 443 of that machine answers",
            "": "no: the connection is refused",
        },
        asks=client.run(
            "who answers for legacy-direct, port 443",
            'curl -sk -m 8 https://legacy-direct/ | grep -o \'"server":"[^"]*\' | cut -d\'"\' -f4',
        ),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="gateway-without-its-partner",
        options={
            "true 0": "nothing: the gateway itself is well",
            "false 0": "the Pod is not ready any more, and the endpoint with it",
            "restarted": "kubelet restarts the container",
        },
        asks=client.kubectl(
            "get pod gateway -o jsonpath='{.status.containerStatuses[0].ready} {.status.containerStatuses[0].restartCount}'"
        ),
        reads=lambda reply: reply.text if reply.text.endswith(" 0") else "restarted",
    ),
]
