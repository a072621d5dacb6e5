"""What lesson elsewhere asks of the learner, and how it is judged."""

from course.exercise import Check, Exercise, Pod, Prediction, Probe, Reply, Wrong

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
kubectl wait -n elsewhere --for=condition=Ready pod/invoices --timeout=60s
"""
COREDNS = "kube-dns-upstream.kube-system.svc.cluster.local"
NAMES = """names() { for n in $(seq 20); do echo q$(date +%s%N)$n.$1; done; }
"""
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
        return "None: one server is asked before the others, and its NXDOMAIN is an answer. Nobody asks on."
    return "They resolve by chance: CoreDNS takes one of its servers for each question, and one of them does not know the zone."


def seconds(value: float) -> str:
    """Soon, or after half a minute."""
    return "soon" if value < 25 else "half a minute"


def asked(pod: Pod, title: str, **tries: str) -> Probe:
    """Which of these a Pod gets an answer from, side by side: `answered: tcp,udp`. tries: a word -> a command."""
    each = " ".join(f"{{ {command} > /dev/null 2>&1 && echo {word}; }} &" for word, command in tries.items())
    return pod.run(title, f"{{ {each} wait; }} | sort | paste -s -d, | sed 's/^/answered: /'")


def why_no_answer(reply: Reply) -> str:
    """Nothing comes back, or a name that is not there."""
    if not reply.rcode:
        return (
            f"Questions of invoices go to {CACHE}, and no rule allows that: it is an address of the node, and not a Pod."
        )
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
        asks=asked(
            client,
            "ask both addresses of the cache",
            **{
                "kube-dns": f"dig +time=1 +tries=1 late.{ZONE}",
                "own": f"dig +time=1 +tries=1 @{CACHE} late.{ZONE}",
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
                asked(
                    invoices,
                    "ask a DNS server outside, over UDP and TCP",
                    udp="dig +time=2 +tries=1 @$OUTSIDE api.example.com",
                    tcp="dig +tcp +time=2 +tries=1 @$OUTSIDE api.example.com",
                ),
                lambda reply: reply.out.strip() in ("", "answered:"),
                "no answer",
                "The rule is wider than the cache: questions may go to a DNS server of anybody's, and data with them.",
                "the peers of your rule: kubectl describe networkpolicies -n elsewhere",
            ),
        ],
        fresh={"name-answers": "it is an address of the node", "large-answers-too": "over TCP"},
        hints=(
            "Whom does this Pod ask? Compare the nameserver in its /etc/resolv.conf with the peer in the handbook's rule.",
            "The cache has no Pod address that a selector could mean: it is on the node's own network. What is left is an ipBlock.",
            f"A policy for app: invoices with egress to ipBlock {CACHE}/32, port 53, UDP and TCP.",
        ),
        why="A selector means the addresses of Pods, and this one is the node's. An `ipBlock` of one address says just that. The handbook's rule stays: without a cache, on another cluster, it is the one that counts.",
        wrong={
            "kube-dns-address": Wrong(
                cell=POLICY.format(
                    name="invoices-cache", egress=f"[{{to: [{{ipBlock: {{cidr: 10.96.0.10/32}}}}], ports: [{UDP}, {TCP}]}}]"
                ),
                fails=("name-answers", "large-answers-too"),
                says={"name-answers": "an address of the node"},
            ),
            "the-caches-pods": Wrong(
                cell=POLICY.format(
                    name="invoices-cache",
                    egress=f"[{{to: [{{podSelector: {{matchLabels: {{k8s-app: node-local-dns}}}}}}], ports: [{UDP}, {TCP}]}}]",
                ),
                fails=("name-answers", "large-answers-too"),
                says={"name-answers": "an address of the node"},
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
                    "questions that come to the head office for 20 names of example.com",
                    f"""{NAMES}count() {{ curl -s http://head-office:9153/metrics | awk '/^coredns_dns_requests_total/ && /zone="[.]"/ {{n += $NF}} END {{print n + 0}}'; }}
before=$(count); dig +short +time=2 +tries=2 @{COREDNS} $(names example.com) > /dev/null; echo $(($(count) - before)) of 20""",
                ),
                lambda reply: reply.text == "0 of 20",
                "0 of 20",
                "The head office's server is asked for names that are not its own. Its line is slow, and every app waits for it.",
                "the forward line of the block `.:53`: corefile.read()",
            ),
            Check(
                "other-names-resolve",
                client.run("dig api.example.com at CoreDNS", f"dig +short @{COREDNS} api.example.com | grep '^[0-9.]*$'"),
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
            "head-office-for-all": Wrong(
                cell="""import re
corefile.write(re.sub(r"forward [.] \\S+", f"forward . {head_office}", original))""",
                fails=("head-office-is-spared",),
                says={"head-office-is-spared": "20 of 20"},
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
        asks=asked(
            client,
            "look up both",
            alias="getent ahostsv4 branch-1",
            name="getent ahostsv4 b1.corp.example.",
        ),
        reads=lambda reply: reply.out.strip().removeprefix("answered:").strip(),
    ),
]
