"""What lesson elsewhere asks of the learner, and how it is judged."""

from course.exercise import Check, Exercise, Pod, Prediction, Reply, Wrong, each_address_is_one, stays_closed

client, invoices = Pod("elsewhere", "client"), Pod("elsewhere", "invoices")
ZONE = "elsewhere.svc.cluster.local"
CACHE = "169.254.20.10"
POLICY = """cat <<YAML | kubectl apply -n elsewhere -f -
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}}}
spec:
  podSelector: {{matchLabels: {{app: invoices}}}}
  policyTypes: [Egress]
  egress: {egress}
YAML
"""
TO_CLUSTER_DNS = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}"
UDP, TCP = "{port: 53, protocol: UDP}", "{port: 53, protocol: TCP}"
INVOICES_ALONE = '{"matchLabels":{"app":"invoices"}}'
INVOICES = f"""outside=$(kubectl exec -n course-tools toolbox -- dig +short api.example.com)
cat <<YAML | kubectl apply -n elsewhere -f -
apiVersion: v1
kind: Pod
metadata: {{name: invoices, labels: {{app: invoices}}}}
spec:
  terminationGracePeriodSeconds: 0
  dnsPolicy: None
  dnsConfig: {{nameservers: [{CACHE}], searches: [{ZONE}, svc.cluster.local, cluster.local], options: [{{name: ndots, value: "5"}}]}}
  containers:
    - name: invoices
      image: localhost/externalname-lab:1
      imagePullPolicy: Never
      command: [sleep, infinity]
      env: [{{name: OUTSIDE, value: $outside}}]
YAML
kubectl get networkpolicies -n elsewhere -o name | grep -v deny-all-egress | xargs -r kubectl delete -n elsewhere
kubectl wait -n elsewhere --for=condition=Ready pod/invoices --timeout=180s
"""
COREDNS = "kube-dns-upstream.kube-system.svc.cluster.local"
NAMES = """names() { for n in $(seq 20); do echo q$(date +%s%N)$n.$1; done; }
"""
# As a client of a Redis Cluster does it: it goes where a member sends it.
KEYS = "n=0; for key in a b c d e f g h i j k l; do timeout 2 redis-cli -c -h sessions -p 7001 set $key 1 2> /dev/null | grep -q OK && n=$((n + 1)); done; echo $n of 12"
# Two forwarders that are not equals, unless it is so already: a Corefile takes some seconds to be in force.
UNEQUAL = """python - <<'PY'
import re
from course.kube import corefile, kubectl
from course.provision import engine, outside

text = corefile.read()
service = ("get", "service", "head-office", "-n", "elsewhere", "-o", "jsonpath={.spec.clusterIP}")
provider, head_office = outside.addresses(engine.chosen()).primary, kubectl.output(*service)
if f"forward . {provider} {head_office} {{\\n       max" not in text or "corp.example" in text:
    corefile.write(corefile.with_forward_to(f"{provider} {head_office}"))
PY
"""


def why_not_all(reply: Reply) -> str:
    """None, or some: the servers are tried in order, or by chance."""
    if reply.text.startswith("0 "):
        return "None: the server that is asked first does not know the zone, and its NXDOMAIN is an answer. Nobody asks on."
    return "They resolve by chance: CoreDNS takes one of its servers for each question, and one of them does not know the zone."


def why_not_every_key(reply: Reply) -> str:
    """A client of the cluster goes where it is sent."""
    if reply.text.startswith("0 "):
        return "Nothing is reached, not even the first member: the alias or the Service behind it is not what it was."
    return "The first member is reached, and sends the client to a place that this Pod cannot reach, or cannot resolve."


NEXT_DOOR = """kubectl delete service next-door door -n elsewhere --ignore-not-found
kubectl delete endpointslice next-door door -n elsewhere --ignore-not-found
course outside record prices.example.com none
kubectl --context neighbour delete service prices door -n elsewhere --ignore-not-found
kubectl --context neighbour delete endpointslice door -n elsewhere --ignore-not-found
kubectl --context neighbour expose pod prices -n elsewhere --port 80 --target-port 8080
"""
THEIR_NODE = """node=$(kubectl --context neighbour get nodes -o jsonpath='{.items[0].status.addresses[0].address}')
"""
TO_NODE_PORT = """kubectl --context neighbour patch service prices -n elsewhere -p '{"spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]}}'
"""
TO_NAME = "kubectl create service externalname next-door -n elsewhere --external-name "


def to_that_node(name: str, options: str = "") -> str:
    """A Service without a selector, and the address of their node as its only endpoint. options: kubectl's."""
    return f"""cat <<YAML | kubectl {options}apply -n elsewhere -f -
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec: {{clusterIP: None}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: {name}, labels: {{kubernetes.io/service-name: {name}}}}}
addressType: IPv4
ports: []
endpoints: [{{addresses: [$node]}}]
YAML
"""


def whose(curls: tuple[str, str]) -> str:
    """Whose prices came, before and after the cluster had some of its own."""
    return ",".join(next((who for who in ("neighbour", "own") if f" {who}" in said), "nobody") for said in curls)


def is_named(reply: Reply) -> bool:
    """An alias, of a name that no manifest of one's own makes out of an address."""
    return bool(reply.aliases) and not any(
        ".pod." in name or name.endswith(".svc.cluster.local") for name in reply.aliases
    )


def why_not_there(reply: Reply) -> str:
    """No alias, a name that is another one here, or an address that is nobody's here."""
    if reply.rcode == "NXDOMAIN":
        return "There is no Service `next-door`, or its target is a name that nobody knows."
    if any(".pod." in name for name in reply.aliases):
        return "The name itself is made of an address: when they move, it is another name."
    if any(name.endswith(".svc.cluster.local") for name in reply.aliases):
        return (
            "It leads to a Service of your own cluster, and what stands behind that one stands in a manifest of yours."
        )
    if reply.aliases and reply.addresses:
        return "That is an address for the Pods of the neighbour. No packet of yours finds it."
    if reply.aliases:
        return "The name that it leads to has no address: is the record written?"
    if reply.addresses:
        return "An address stands in a manifest of yours: when they move, Ben has to find it."
    return "Your own cluster has to answer for what `next-door` leads to, and has nobody behind it."


def seconds(value: float) -> str:
    """Soon, or after half a minute."""
    return "soon" if value < 25 else "half a minute"


def why_no_answer(reply: Reply) -> str:
    """Nothing comes back, or a name that is not there."""
    if not reply.rcode:
        return f"Questions of invoices go to {CACHE}, and no rule allows that: it is an address of the node, and not a Pod."
    return "The cache answers, and not with an address: the alias `database` is gone, or its target is."


TASKS = [
    Prediction(
        slug="nameserver-behind-the-cache",
        options={
            "kube-dns": "the address of kube-dns, as before",
            CACHE: f"{CACHE}, an address of the cache",
        },
        asks=client.run("the file", "grep nameserver /etc/resolv.conf"),
        reads=lambda reply: CACHE if CACHE in reply.text else "kube-dns" if reply.text else "",
    ),
    Prediction(
        slug="late-behind-the-cache",
        options={
            "soon": "within some seconds",
            "half a minute": "after about half a minute",
        },
        reads=seconds,
    ),
    Prediction(
        slug="login-behind-the-cache",
        options={
            "soon": "within some seconds",
            "half a minute": "after about half a minute",
        },
        reads=seconds,
    ),
    Prediction(
        slug="deny-all-behind-the-cache",
        options={
            "": "at neither",
            "kube-dns": "at the address of kube-dns alone",
            "own": f"at {CACHE} alone",
            "kube-dns,own": "at both",
        },
        asks=client.which(
            "ask both addresses of the cache",
            "answered",
            **{
                "kube-dns": f"dig +time=1 +tries=1 login.{ZONE}",
                "own": f"dig +time=1 +tries=1 @{CACHE} login.{ZONE}",
            },
        ),
        reads=lambda reply: reply.out.strip().removeprefix("answered:").strip(),
    ),
    Exercise(
        slug="questions-to-the-cache",
        title="Questions to the cache",
        minutes=5,
        setup=INVOICES
        + POLICY.format(name="deny-invoices", egress="[]")
        + POLICY.format(name="invoices-dns", egress=f"[{{to: [{TO_CLUSTER_DNS}], ports: [{UDP}, {TCP}]}}]"),
        patience=30,
        judge=[
            Check(
                "name-answers",
                invoices.dig("database"),
                lambda reply: bool(reply.addresses),
                "an address for database",
                why_no_answer,
                "kubectl describe networkpolicies -n elsewhere, beside the nameserver in the Pod's /etc/resolv.conf",
                beside=client.kubectl(
                    "get networkpolicies -o jsonpath='{.items[*].metadata.name} let it go to {.items[*].spec.egress[*].to[*]}'"
                ),
            ),
            Check(
                "large-answers-too",
                invoices.run(
                    "dig +tcp database", "dig +search +tcp +time=3 +tries=1 +short database | grep '^[0-9.]*$'"
                ),
                lambda reply: bool(reply.text),
                "an address, asked for over TCP",
                "An answer too big for a UDP packet is asked for again over TCP, and your rule names the ports by protocol.",
                "the ports of your rule: kubectl describe networkpolicies -n elsewhere",
            ),
            Check(
                "no-other-dns",
                invoices.which(
                    "ask a DNS server outside, over UDP and TCP",
                    "answered",
                    udp="dig +time=2 +tries=1 @$OUTSIDE api.example.com",
                    tcp="dig +tcp +time=2 +tries=1 @$OUTSIDE api.example.com",
                ),
                lambda reply: reply.out.strip() in ("", "answered:"),
                "no answer",
                "The rule is wider than the cache: questions may go to a DNS server of anybody's, and data with them.",
                "the peers of your rule: kubectl describe networkpolicies -n elsewhere",
            ),
            each_address_is_one(client, "invoices"),
            stays_closed(client, "deny-invoices", INVOICES_ALONE),
        ],
        fresh={"name-answers": "deny-invoices invoices-dns", "large-answers-too": "by protocol"},
        hints=(
            "Whom does this Pod ask? Compare the nameserver in its /etc/resolv.conf with the peer in the handbook's rule.",
            "The cache has no Pod address that a selector could mean: it is on the node's own network. What is left is an ipBlock.",
            f"A policy for app: invoices with egress to ipBlock {CACHE}/32, port 53, UDP and TCP.",
        ),
        why="A selector means the addresses of Pods, and this one is the node's. An `ipBlock` of one address says just that. The handbook's rule stays: without a cache, on another cluster, it is the one that counts.",
        wrong={
            "kube-dns-address": Wrong(
                cell=POLICY.format(
                    name="invoices-cache",
                    egress=f"[{{to: [{{ipBlock: {{cidr: 10.96.0.10/32}}}}], ports: [{UDP}, {TCP}]}}]",
                ),
                fails=("name-answers", "large-answers-too"),
                says={"name-answers": "10.96.0.10/32"},
            ),
            "the-caches-pods": Wrong(
                cell=POLICY.format(
                    name="invoices-cache",
                    egress=f"[{{to: [{{podSelector: {{matchLabels: {{k8s-app: node-local-dns}}}}}}], ports: [{UDP}, {TCP}]}}]",
                ),
                fails=("name-answers", "large-answers-too"),
                says={"name-answers": "node-local-dns"},
            ),
            "udp-alone": Wrong(
                cell=POLICY.format(
                    name="invoices-cache", egress=f"[{{to: [{{ipBlock: {{cidr: {CACHE}/32}}}}], ports: [{UDP}]}}]"
                ),
                fails=("large-answers-too",),
                says={"large-answers-too": "names the ports by protocol"},
            ),
            "port-53-anywhere": Wrong(
                cell=POLICY.format(name="invoices-cache", egress=f"[{{ports: [{UDP}, {TCP}]}}]"),
                fails=("no-other-dns",),
                says={"no-other-dns": "answered: tcp,udp"},
            ),
            "a-wider-block": Wrong(
                cell=POLICY.format(
                    name="invoices-cache",
                    egress=f"[{{to: [{{ipBlock: {{cidr: 169.254.0.0/16}}}}], ports: [{UDP}, {TCP}]}}]",
                ),
                fails=("each-address-is-one",),
                says={"each-address-is-one": "169.254.0.0/16"},
            ),
            "in-its-place": Wrong(
                cell="kubectl delete networkpolicy deny-invoices -n elsewhere\n"
                + POLICY.format(
                    name="invoices-cache",
                    egress=f"[{{to: [{{ipBlock: {{cidr: {CACHE}/32}}}}], ports: [{UDP}, {TCP}]}}]",
                ),
                fails=("deny-invoices-stays",),
                says={"deny-invoices-stays": "is gone"},
                in_force="! kubectl get networkpolicy deny-invoices -n elsewhere",
            ),
        },
    ),
    Prediction(
        slug="a-name-that-was-rewritten",
        options={
            "no-name": "NXDOMAIN: no Service has that name",
            "database": "records that begin with the name `database`",
            "old-db": "records that begin with the name `old-db`, as of an alias",
        },
        asks=client.run("old-db at CoreDNS", f"dig +noall +answer @{COREDNS} old-db.{ZONE}"),
        reads=lambda reply: reply.text.partition(".")[0] or "no-name",
    ),
    Prediction(
        slug="one-forwarder-of-two",
        options={
            "all": "all: where one server says no, the other is asked",
            "some": "some of them",
            "none": "none: the first server in the line decides",
        },
        reads=lambda found: {20: "all", 0: "none"}.get(found, "some"),
    ),
    Exercise(
        slug="a-zone-of-its-own",
        title="A zone of its own",
        minutes=5,
        setup=UNEQUAL,
        patience=10,
        judge=[
            Check(
                "branches-resolve",
                client.run(
                    "20 names of corp.example that nobody asked for yet, at CoreDNS",
                    f"{NAMES}echo $(dig +short +time=2 +tries=2 @{COREDNS} $(names corp.example) | grep -c '^[0-9]') of 20",
                ),
                lambda reply: reply.text == "20 of 20",
                "20 of 20",
                why_not_all,
                "lesson.solution shows one way; corefile.read() shows what is in force: who is asked for corp.example?",
            ),
            Check(
                "head-office-is-spared",
                client.run(
                    "questions of apps that come to the head office for 20 names of example.com",
                    f"""{NAMES}count() {{ curl -s http://head-office:9153/metrics | awk '/^coredns_dns_requests_total/ && /zone="[.]"/ && /type="A"/ {{n += $NF}} END {{print n + 0}}'; }}
before=$(count); dig +short +time=2 +tries=2 @{COREDNS} $(names example.com) > /dev/null; echo for 20 names: $(($(count) - before))""",
                ),
                lambda reply: reply.text == "for 20 names: 0",
                "for 20 names: 0",
                "The head office's server is asked for names that are not its own. Its line is slow, and every app waits for it.",
                "the forward line of the block `.:53`: corefile.read()",
            ),
            Check(
                "other-names-resolve",
                client.run(
                    "dig api.example.com at CoreDNS", f"dig +short @{COREDNS} api.example.com | grep '^[0-9.]*$'"
                ),
                lambda reply: bool(reply.text),
                "an address for api.example.com",
                "A name that was always found is not found any more: the block `.:53` has nobody to ask.",
                "the forward line of the block `.:53`: corefile.read()",
            ),
        ],
        fresh={"branches-resolve": "by chance", "head-office-is-spared": "not its own"},
        hints=(
            "Both wishes are about the same thing: which server is asked for which names. One line for all names cannot say that.",
            "A Corefile may have several blocks, each for a zone. The block with the longest fitting zone answers. What must the one for corp.example hold, and what must the other not hold any more?",
            "Write `original`, and behind it a block `corp.example:53 { errors ... cache 30 ... forward . HEAD-OFFICE }`, each plugin on a line of its own.",
        ),
        why="A server block of its own says who is asked for a zone: the head office for `corp.example`, the provider for the rest. Targets of aliases follow it too, because CoreDNS puts the question for the target to itself.",
        wrong={
            "one-after-the-other": Wrong(
                cell="""import re
corefile.write(re.sub(r"(?m)^(    forward [^{\\n]*)\\{", r"\\1{\\n       policy sequential", corefile.read()))""",
                fails=("branches-resolve",),
                says={"branches-resolve": "0 of 20"},
            ),
            "nobody-for-the-rest": Wrong(
                cell="""import re
corefile.write(re.sub(r"forward [.] \\S+", f"forward corp.example {head_office}", original))""",
                fails=("other-names-resolve",),
                says={"other-names-resolve": "nobody to ask"},
            ),
            "head-office-for-all": Wrong(
                cell="""import re
corefile.write(re.sub(r"forward [.] \\S+", f"forward . {head_office}", original))""",
                fails=("head-office-is-spared",),
                says={"head-office-is-spared": "for 20 names: 2"},  # a lost packet makes 21
            ),
        },
    ),
    Prediction(
        slug="alias-or-name",
        options={
            "": "neither",
            "alias": "the alias alone",
            "name": "the real name alone",
            "alias,name": "both",
        },
        asks=client.which(
            "look up both",
            "answered",
            alias="getent ahostsv4 ledger",
            name="getent ahostsv4 ledger.corp.example.",
        ),
        reads=lambda reply: reply.out.strip().removeprefix("answered:").strip(),
    ),
    Prediction(
        slug="where-the-client-is-sent",
        options={
            "sessions": "to the alias, and the port of the other member",
            "members": "to the name that the alias leads to, and the port of the other member",
            "address": "to an address that the members use among themselves",
        },
        asks=client.run("a key of another member", "redis-cli -h sessions -p 7001 get user:1"),
        reads=lambda reply: next(
            (word for word in ("sessions", "members") if word in reply.text),
            "address" if "192.0.2" in reply.text else "",
        ),
    ),
    Exercise(
        slug="members-by-name",
        title="Members by name",
        minutes=6,
        setup="""kubectl exec -n elsewhere client -- timeout 180 sh -c '
for n in 1 2 3; do
  until redis-cli -h members -p 700$n config set cluster-announce-hostname "" cluster-preferred-endpoint-type ip cluster-announce-ip 192.0.2.1$n 2>/dev/null | grep -q OK; do :; done
done
for port in 7001 7002 7003; do until [ $(redis-cli -h members -p $port cluster nodes | grep -c " 192[.]0[.]2[.]1[123]:[^,]* ") = 3 ]; do :; done; done'
kubectl patch service sessions -n elsewhere --type=merge -p '{"spec": {"externalName": "members.elsewhere.svc.cluster.local"}}'
""",
        patience=20,
        judge=[
            Check(
                "every-key-is-reached",
                client.run("set 12 keys, as a client of the cluster", KEYS),
                lambda reply: reply.text.startswith("12 of 12"),
                "12 of 12",
                why_not_every_key,
                "redis-cli -h sessions -p 7001 cluster slots, in the Pod client: what does each of the three members tell?",
                beside=client.run(
                    "sent to",
                    "for port in 7001 7002 7003; do for key in a b c d e f; do redis-cli -h sessions -p $port get $key; done; done "
                    "| awk '/MOVED/ {print $3}' | sort -u | paste -s -d, ; for port in 7001 7002 7003; do echo set on $port: $(for one in "
                    "announce-hostname preferred-endpoint-type; do redis-cli -h sessions -p $port config get cluster-$one | tail -1; done); done | paste -s -d ' '",
                ),
            ),
            Check(
                "members-keep-their-addresses",
                client.run(
                    "the addresses that the members use among themselves",
                    "redis-cli -h members -p 7001 cluster nodes | grep -o '192[.]0[.]2[.]1[123]' | sort -u | paste -s -d ' '",
                ),
                lambda reply: reply.text == "192.0.2.11 192.0.2.12 192.0.2.13",
                "192.0.2.11 192.0.2.12 192.0.2.13",
                "The members use these addresses among themselves, and theirs is not the network of your Pods.",
                "redis-cli -h members -p 7001 config get 'cluster-announce-*', on each port",
            ),
        ],
        fresh={"every-key-is-reached": "set on 7003: ip"},
        hints=(
            "What a member tells a client is in its answer: redis-cli -h sessions -p 7001 get user:1. The alias has no part in it.",
            "Redis has two settings: the name of a member that is told, and whether names or addresses are told. Both are off.",
            "On each of the three ports: config set cluster-announce-hostname members.elsewhere.svc.cluster.local cluster-preferred-endpoint-type hostname.",
        ),
        why="The members go on knowing each other by address, and tell their clients a name that the clients can resolve and reach. Each member tells by its *own* setting of the endpoint type, so all three need it; a client may have asked any of them.",
        wrong={
            "names-not-preferred": Wrong(
                cell="""for port in 7001 7002 7003; do
  kubectl exec -n elsewhere client -- redis-cli -h sessions -p $port config set cluster-announce-hostname members.elsewhere.svc.cluster.local
done""",
                fails=("every-key-is-reached",),
                says={"every-key-is-reached": "svc.cluster.local ip"},
                in_force="kubectl exec -n elsewhere client -- redis-cli -h members -p 7003 config get cluster-announce-hostname | grep svc",
            ),
            "new-addresses": Wrong(
                cell="""address=$(kubectl get pod members -n elsewhere -o jsonpath='{.status.podIP}')
for port in 7001 7002 7003; do
  kubectl exec -n elsewhere client -- redis-cli -h sessions -p $port config set cluster-announce-ip $address
done""",
                fails=("members-keep-their-addresses",),
                says={"members-keep-their-addresses": "among themselves, and theirs"},
            ),
            "preferred-without-a-name": Wrong(
                cell="""for port in 7001 7002 7003; do
  kubectl exec -n elsewhere client -- redis-cli -h sessions -p $port config set cluster-preferred-endpoint-type hostname
done""",
                fails=("every-key-is-reached",),
                says={"every-key-is-reached": "?:700"},
            ),
            "a-name-of-their-own-network": Wrong(
                cell="""for n in 1 2 3; do
  kubectl exec -n elsewhere client -- redis-cli -h sessions -p 700$n config set cluster-announce-hostname member-$n.cache.internal cluster-preferred-endpoint-type hostname
done""",
                fails=("every-key-is-reached",),
                says={"every-key-is-reached": "cache.internal"},
                # Until each member knows the others' new names, it says that they have none.
                in_force="""for port in 7001 7002 7003; do
  names=$(kubectl exec -n elsewhere client -- redis-cli -h sessions -p $port cluster nodes | grep -c cache.internal)
  [ "$names" = 3 ]
done""",
            ),
        },
    ),
    Prediction(
        slug="one-pod-not-ready",
        options={
            "store-0": "the address of store-0: a Pod's name stays with it",
            "store-1": "the address of store-1, which is ready",
            "no address": "an answer without an address",
        },
        reads=str,
    ),
    Prediction(slug="sentences-of-go", near=0, reads=float),
    Prediction(
        slug="whose-cluster-local",
        options={
            "nobody,own": "nobody's, and then those of your own cluster",
            "neighbour,neighbour": "the neighbour's, both times: the alias names its Service",
            "neighbour,own": "the neighbour's, until your cluster has some of its own",
        },
        reads=whose,
    ),
    Prediction(
        slug="prices-through-the-zone",
        options={
            "prices": "the neighbour's prices",
            "nothing": "nothing: the name has an address, and nobody answers there",
        },
        reads=lambda said: "prices" if said.startswith("prices") else "nothing",
    ),
    Exercise(
        slug="prices-next-door",
        title="Prices from next door",
        minutes=6,
        setup=NEXT_DOOR,
        patience=30,
        judge=[
            Check(
                "name-leads-there",
                client.dig("next-door"),
                lambda reply: (
                    is_named(reply)
                    and bool(reply.addresses)
                    and not any(one.startswith("10.96.") for one in reply.addresses)
                ),
                "an alias of a name whose address is of use outside of the neighbour",
                why_not_there,
                "kubectl get service next-door -n elsewhere; then dig for its target, in the Pod client",
            ),
            Check(
                "prices-come",
                client.http("http://next-door:30080"),
                lambda reply: reply.body == "prices of the neighbour",
                "prices of the neighbour",
                "Nobody answers on port 30080 of what next-door leads to, or somebody else does.",
                "kubectl --context neighbour get service prices -n elsewhere: its type, and the port that its node opens",
                beside=client.kubectl(
                    "--context neighbour get service prices "
                    "-o jsonpath='the Service is of type {.spec.type}, port {.spec.ports[0].nodePort}'"
                ),
            ),
        ],
        fresh={"name-leads-there": "no Service `next-door`", "prices-come": "not resolve host"},
        hints=(
            "What of the neighbour can be reached from a Pod of yours? Its Pods and its ClusterIPs cannot. You asked its DNS a while ago, at which address and port?",
            "Three things: a port that the neighbour's node opens, a record of example.com for that node, an alias of the record.",
            "Type NodePort with nodePort 30080 for the neighbour's prices; course outside record prices.example.com A ADDRESS-OF-ITS-NODE; an ExternalName Service next-door with prices.example.com.",
        ),
        why="The neighbour exposes a port that is reachable, a record names where, and the alias leads to the record. When they move, the record changes: no manifest has an address. A load balancer with its own record would spare the clients the odd port.",
        wrong={
            "its-own-name": Wrong(
                cell=f"{TO_NAME}prices.elsewhere.svc.cluster.local",
                fails=("name-leads-there", "prices-come"),
                says={"name-leads-there": "has nobody behind it"},
            ),
            "through-the-zone": Wrong(
                cell=f"{TO_NAME}prices.elsewhere.svc.neighbour.internal",
                fails=("name-leads-there", "prices-come"),
                says={"name-leads-there": "No packet of yours"},
            ),
            "any-port": Wrong(
                cell=THEIR_NODE
                + """kubectl --context neighbour patch service prices -n elsewhere -p '{"spec": {"type": "NodePort"}}'
course outside record prices.example.com A "$node"
"""
                + f"{TO_NAME}prices.example.com",
                fails=("prices-come",),
                says={"prices-come": "of type NodePort"},
            ),
            "address-in-the-slice": Wrong(
                cell=THEIR_NODE + TO_NODE_PORT + to_that_node("next-door"),
                fails=("name-leads-there",),
                says={"name-leads-there": "An address stands in"},
            ),
            "address-in-the-name": Wrong(
                cell=THEIR_NODE + TO_NODE_PORT + f"{TO_NAME}$(echo $node | tr . -).elsewhere.pod.cluster.local",
                fails=("name-leads-there",),
                says={"name-leads-there": "made of an address"},
            ),
            "one-door-further": Wrong(
                cell=THEIR_NODE + TO_NODE_PORT + to_that_node("door") + f"{TO_NAME}door.{ZONE}",
                fails=("name-leads-there",),
                says={"name-leads-there": "a Service of your own cluster"},
            ),
        },
        right={
            "a-door-in-the-zone": THEIR_NODE
            + TO_NODE_PORT
            + to_that_node("door", "--context neighbour ")
            + f"{TO_NAME}door.elsewhere.svc.neighbour.internal",
        },
    ),
]
