"""What lesson names_and_records asks of the learner, and how it is judged."""

import shlex

from course.exercise import Check, Exercise, Pod, Prediction, Reply, Wrong

client = Pod("shop", "client")
DATABASE = "database.shop.svc.cluster.local"
# One look-up as programs do it; prints how many packets the Pod's kernel sent by UDP meanwhile: each is a question.
LOOK_UP = """sent() {{ awk '/^Udp: [0-9]/ {{print $5}}' /proc/net/snmp; }}
before=$(sent); getent ahosts {name} >/dev/null && found=found; after=$(sent)
"""


def firewall(given: object) -> list[Check]:
    address = shlex.quote("" if given is None else str(given).strip())
    looked_at = client.run(
        "what was handed in, held against the answer for database",
        f"""given={address}
if [ -z "$given" ]; then echo nothing was handed in
elif ! echo "$given" | grep -qxE '[0-9]+([.][0-9]+){{3}}'; then echo "$given is no address"
elif dig +short {DATABASE} | grep -qxF "$given"; then echo "$given ends the answer for database"
elif grep -qx "nameserver $given" /etc/resolv.conf; then echo "$given is the DNS server that answers"
else echo "$given is not in the answer for database"; fi""",
    )
    return [
        Check(
            "where-connections-go",
            looked_at,
            lambda reply: "ends the answer" in reply.text,
            "the address at the end of the answer for database",
            why_no_address,
            "kubectl exec -n shop client -- dig +short database.shop.svc.cluster.local",
        )
    ]


def why_no_address(reply: Reply) -> str:
    if "nothing was" in reply.text:
        return "The firewall needs an address: put it into `answer`, then run both cells."
    if "no address" in reply.text:
        return "A firewall that knows addresses only can do nothing with a name. The name leads to an address: read on to the end of the answer."
    if "DNS server" in reply.text:
        return "That is whom the Pod asks, under SERVER. Whom it connects to afterwards is in the answer itself."
    return "The Pod connects to what the answer for database ends with, and this is something else."


def why_not_the_pods(reply: Reply) -> str:
    if not reply.text:
        return "No answer came by way of the addresses of peers: there is no such Service, or it has a virtual IP, where nothing listens on the Pods' port."
    return "Jo's client needs the address of each Pod of web: two of them are ready."


def srv_ports(reply: Reply) -> list[str]:
    """The port of each SRV record, as dig +short prints them: priority, weight, port, host."""
    return [line.split()[2] for line in reply.out.splitlines() if len(line.split()) == 4]


def why_no_srv(reply: Reply) -> str:
    ports = sorted(set(srv_ports(reply)))
    if not ports:
        return "There is no SRV record of that name. It is made of a port's name and the Service's own endpoints or virtual IP."
    return f"The record names port {' and '.join(ports)}. The Pods listen on 8080, and nobody maps a port for a client that goes to them."


def cost(given: object) -> list[Check]:
    number = shlex.quote("" if given is None else str(given).strip())
    return [
        Check(
            "questions-counted",
            client.run(
                "one look-up of web.shop.svc, its questions counted",
                LOOK_UP.format(name="web.shop.svc")
                + f"""asked=$((after - before)); given={number}
case $given in '') echo no number was handed in;; *[!0-9]*) echo "$given is no number";;
*) if [ $given -lt $asked ]; then echo $given: more were asked; elif [ $given -gt $asked ]; then echo $given: fewer were asked
   else echo $given questions; fi;; esac""",
            ),
            lambda reply: reply.text.endswith("questions"),
            "the number of questions that a look-up puts",
            why_not_counted,
            'count("web.shop.svc") before and after: kubectl exec -n shop client -- getent ahosts web.shop.svc',
        )
    ]


def why_not_counted(reply: Reply) -> str:
    if "more were asked" in reply.text:
        return "The name has two dots, so the search list comes first, and each suffix in vain costs two questions."
    if "fewer were asked" in reply.text:
        return "The resolver stops at the first name that exists. Which suffix makes this one whole?"
    return "Kim needs one number, for one look-up."


batch = Pod("shop", "deploy/batch")
looked_up = batch.run(
    "one look-up of api.example.com and one of database, in a Pod of batch",
    LOOK_UP.format(name="api.example.com")
    + """echo "$((after - before)) questions for api.example.com, which is ${found:-not found}"
getent ahosts database >/dev/null && [ $(sent) -gt $after ] && echo "database: found" || echo "database: not found by asking\"""",
)


def questions(reply: Reply) -> int:
    """How many, by what `looked_up` printed; -1 where the name was not found."""
    return int(reply.out.split()[0]) if "which is found" in reply.out else -1


def why_not_cheap(reply: Reply) -> str:
    count = questions(reply)
    if count < 0:
        return "The job needs the address of api.example.com, and its Pod does not find one."
    if count == 0:
        return "Nobody was asked: the address is fixed in the Pod's /etc/hosts, and stays when the partner moves."
    return "The name still goes through the search list first: compare the number of its dots with ndots in the Pod's /etc/resolv.conf."


BATCH = """kubectl delete deployment batch -n shop --ignore-not-found --cascade=foreground >/dev/null
cat <<'YAML' | kubectl apply -f -
apiVersion: apps/v1
kind: Deployment
metadata: {name: batch, namespace: shop}
spec:
  strategy: {type: Recreate}
  selector: {matchLabels: {app: batch}}
  template:
    metadata: {labels: {app: batch}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - {name: batch, image: "localhost/externalname-lab:1", imagePullPolicy: Never, command: [sleep, infinity]}
YAML
kubectl rollout status deployment batch -n shop --timeout=120s"""
PATCH = """kubectl patch deployment batch -n shop -p '{{"spec": {{"template": {{"spec": {}}}}}}}'
kubectl rollout status deployment batch -n shop --timeout=180s"""
PEERS = """cat <<'YAML' | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {{name: peers, namespace: shop}}
spec: {}
YAML"""

TASKS = [
    Prediction(
        slug="addresses-of-a-clusterip",
        near=0,
        asks=client.dig("web.shop.svc.cluster.local"),
        reads=lambda reply: len(reply.addresses),
    ),
    Prediction(
        slug="addresses-of-a-headless-service",
        near=0,
        asks=client.dig("web-pods.shop.svc.cluster.local"),
        reads=lambda reply: len(reply.addresses),
    ),
    Prediction(
        slug="port-of-a-headless-service",
        options={
            "200": "yes: port 80 becomes 8080 on the way",
            "0": "no: nobody listens on port 80, and nobody maps it",
        },
        asks=client.http("http://web-pods:80/"),
        reads=lambda reply: str(reply.code),
    ),
    Prediction(
        slug="records-of-an-alias",
        options={
            "CNAME": "CNAME alone",
            "A": "A alone",
            "CNAME A": "CNAME and A",
        },
        asks=client.dig(DATABASE),
        reads=lambda reply: " ".join(dict.fromkeys(kind for kind, _ in reply.records)),
    ),
    Exercise(
        slug="firewall-address",
        title="An address for the firewall",
        minutes=1,
        judge=firewall,
        fresh={"where-connections-go": "put it into `answer`"},
        hints=(
            "A program connects to what stands at the end of the DNS answer for the name. You asked for that name a few cells above.",
            "dig +short database.shop.svc.cluster.local, asked in the Pod client, prints two names and one address.",
            "Copy the last line of that output into the cell, in quotes: answer = ...",
        ),
        why="The names in between are there so that the provider can move the database. The connection goes to the A record at the end. That is also why a rule for this one address breaks on the day of the move.",
        wrong={
            "the-name": Wrong(
                cell='answer = "prod-db.us-east-1.rds.amazonaws.com"',
                fails=("where-connections-go",),
                says={"where-connections-go": "can do nothing with a name"},
            ),
            "the-dns-server": Wrong(
                cell='answer = kubectl("get", "service", "kube-dns", "-n", "kube-system", "-o", "jsonpath={.spec.clusterIP}")',
                fails=("where-connections-go",),
                says={"where-connections-go": "That is whom the Pod asks"},
            ),
        },
    ),
    Prediction(
        slug="ports-in-srv",
        options={
            "80 80": "yes: 80 in both",
            "8080 8080": "yes: 8080 in both",
            "80 8080": "no: 80 for web, 8080 for web-pods",
        },
        asks=client.run(
            "the ports in both answers",
            "for name in web web-pods; do dig +short _http._tcp.$name.shop.svc.cluster.local SRV | cut -d' ' -f3 | sort -u; done",
        ),
        reads=lambda reply: " ".join(reply.out.split()),
    ),
    Prediction(
        slug="srv-of-the-database",
        options={
            "SRV": "the port of the Service, 5432",
            "NOERROR": "NODATA: the name is there, with no such record",
            "NXDOMAIN": "NXDOMAIN: no such name",
        },
        asks=client.dig(f"_postgres._tcp.{DATABASE}", "SRV"),
        reads=lambda reply: "SRV" if "SRV" in dict(reply.records) else reply.rcode,
    ),
    Exercise(
        slug="peers-by-dns",
        title="Pods that are found with their port",
        minutes=4,
        setup="kubectl delete service peers -n shop --ignore-not-found",
        judge=[
            Check(
                "each-pod",
                client.run(
                    "the addresses of peers, and who answers there on port 8080",
                    "for address in $(dig +search +short peers | grep -E '^[0-9.]+$'); do curl -s -m 3 http://$address:8080/; done | sort -u",
                ),
                lambda reply: len(reply.text.split()) == 2 and all(x.startswith("web-") for x in reply.text.split()),
                "the host names of the two Pods of web",
                why_not_the_pods,
                "kubectl get service peers -n shop, and in the Pod client: dig +search peers",
            ),
            Check(
                "port-by-srv",
                client.run("dig +search +short _http._tcp.peers SRV", "dig +search +short _http._tcp.peers SRV"),
                lambda reply: srv_ports(reply) == ["8080", "8080"],
                "two SRV records, each with port 8080",
                why_no_srv,
                "first the addresses (check each-pod), then the name and the number of the port",
                beside=client.kubectl("get service peers -o jsonpath={.spec.type}/{.spec.clusterIP}/{.spec.ports}"),
            ),
        ],
        fresh={"each-pod": "there is no such Service", "port-by-srv": "NotFound"},
        hints=(
            "You made three Services in this lesson. For which of them did DNS name each Pod, and the port 8080?",
            "It is the headless one, web-pods. The SRV name is made of three parts: the name of the port, the protocol, the name of the Service.",
            "Take the manifest of web-pods from the top of the lesson: clusterIP: None, the selector, a port that is called http. Only metadata.name changes.",
        ),
        why="`clusterIP: None` makes DNS answer with the Pods themselves, and the port's name `http` makes the SRV record. Nobody maps a port here, so the record says where the Pods listen.",
        wrong={
            "virtual-ip": Wrong(
                cell=PEERS.format("{selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}"),
                fails=("each-pod", "port-by-srv"),
                says={"port-by-srv": "The record names port 80."},
                in_force="kubectl exec -n shop client -- dig +search +short peers | grep .",
            ),
            "alias": Wrong(
                cell=PEERS.format("{type: ExternalName, externalName: web-pods.shop.svc.cluster.local}"),
                fails=("port-by-srv",),
                says={"port-by-srv": "ExternalName"},
                in_force="kubectl exec -n shop client -- dig +search +short peers | grep .",
            ),
            "port-without-a-name": Wrong(
                cell=PEERS.format("{clusterIP: None, selector: {app: web}, ports: [{port: 8080}]}"),
                fails=("port-by-srv",),
                says={"port-by-srv": "ClusterIP/None"},
                in_force="kubectl exec -n shop client -- dig +search +short peers | grep .",
            ),
        },
    ),
    Prediction(slug="cost-of-an-alias", near=0, reads=float),
    Prediction(slug="cost-of-an-outside-name", near=0, reads=float),
    Prediction(slug="cost-of-a-final-dot", near=0, reads=float),
    Prediction(
        slug="target-in-the-log",
        options={"yes": "yes", "no": "no: no Pod asked for it"},
        reads=lambda lines: "yes" if lines else "no",
    ),
    Exercise(
        slug="cost-of-a-service-name",
        title="What this name costs",
        minutes=3,
        judge=cost,
        fresh={"questions-counted": "one number"},
        hints=(
            "How many dots has the name? Fewer than five: with which suffix is it tried first, and does that name exist?",
            "Write the three full names on paper, in the order of the search list, and stop at the one that exists. Each one is asked for A and for AAAA.",
            'Count before, ask, count after: n = count("web.shop.svc"), then kubectl("exec", "-n", "shop", "client", "--", "getent", "ahosts", "web.shop.svc"), then answer = count("web.shop.svc") - n.',
        ),
        why="`web.shop.svc` has two dots, so it goes through the search list: `web.shop.svc.shop.svc.cluster.local` and `web.shop.svc.svc.cluster.local` do not exist, `web.shop.svc.cluster.local` does. Three names, two questions each. The short name `web` costs two, and so does the whole name with a dot at its end.",
        wrong={
            "as-the-short-name": Wrong(
                cell="answer = 2",
                fails=("questions-counted",),
                says={"questions-counted": "each suffix in vain"},
            ),
            "as-an-outside-name": Wrong(
                cell="answer = 8",
                fails=("questions-counted",),
                says={"questions-counted": "stops at the first name that exists"},
            ),
        },
    ),
    Prediction(slug="cost-with-ndots-two", near=0, reads=float),
    Prediction(
        slug="short-name-with-ndots-two",
        options={"found": "yes: the search list is still there", "": "no: the search list is switched off"},
        asks=Pod("shop", "client-ndots2").run("database", "getent ahosts database >/dev/null && echo found"),
        reads=lambda reply: reply.text,
    ),
    Exercise(
        slug="cheaper-batch",
        title="A job that asks too much",
        minutes=5,
        setup=BATCH,
        patience=10,
        judge=[
            Check(
                "two-questions",
                looked_up,
                lambda reply: questions(reply) == 2,
                "two questions for api.example.com, an address found",
                why_not_cheap,
                "kubectl exec -n shop deploy/batch -- cat /etc/resolv.conf",
                beside=batch.run("its resolver's options", "grep options /etc/resolv.conf || echo none"),
            ),
            Check(
                "short-name-works",
                looked_up,
                lambda reply: "database: found" in reply.out,
                "an address for database",
                "The job reads the database by its short name. That takes the cluster's DNS server and the search list.",
                "kubectl exec -n shop deploy/batch -- getent ahosts database, and look at search and nameserver in its /etc/resolv.conf",
            ),
        ],
        fresh={
            "two-questions": "8 questions for api.example.com, which is found / database: found (its resolver's options: options ndots:5"
        },
        hints=(
            "What made pool.example.com cheap in the Pod client-ndots2? The rule is an option of the resolver, not of the name.",
            "api.example.com has two dots. For which values of ndots is it tried as it stands first, and for which does database (no dot) still go through the search list?",
            'Write dnsConfig: {options: [{name: ndots, value: "2"}]} into spec.template.spec of the Deployment, with kubectl edit or kubectl patch, and wait for the new Pod.',
        ),
        why="With `ndots:2` or `ndots:1` a name with two dots is tried as it stands first, and a name without a dot still goes through the search list. The code stays as it is, and the address is still asked for each time.",
        wrong={
            "ndots-three": Wrong(
                cell=PATCH.format('{"dnsConfig": {"options": [{"name": "ndots", "value": "3"}]}}'),
                fails=("two-questions",),
                says={"two-questions": "ndots:3"},
                in_force="kubectl exec -n shop deploy/batch -- grep -q ndots:3 /etc/resolv.conf",
            ),
            "no-search-list": Wrong(
                cell=PATCH.format('{"dnsPolicy": "None", "dnsConfig": {"nameservers": ["10.96.0.10"]}}'),
                fails=("short-name-works",),
                says={"short-name-works": "database: not found by asking"},
                in_force="! kubectl exec -n shop deploy/batch -- grep -q ^search /etc/resolv.conf",
            ),
            "fixed-address": Wrong(
                cell="""address=$(kubectl exec -n shop client -- dig +short api.example.com)
kubectl patch deployment batch -n shop -p "{\\"spec\\": {\\"template\\": {\\"spec\\": {\\"hostAliases\\": [{\\"ip\\": \\"$address\\", \\"hostnames\\": [\\"api.example.com\\"]}]}}}}"
kubectl rollout status deployment batch -n shop --timeout=180s""",
                fails=("two-questions",),
                says={"two-questions": "Nobody was asked"},
                in_force="kubectl exec -n shop deploy/batch -- grep -q api.example.com /etc/hosts",
            ),
        },
    ),
]
