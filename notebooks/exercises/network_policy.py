"""What lesson network_policy asks of the learner, and how it is judged."""

from course.exercise import Check, Exercise, Pod, Prediction, Reply, Wrong, each_address_is_one, stays_closed

client, sessions, fenced = (Pod("production", name) for name in ("client", "sessions", "fenced"))
batch, invoices, orders = (Pod("production", name) for name in ("batch", "invoices", "orders"))
DATABASE = "prod-db.us-east-1.rds.amazonaws.com"
INSTANCE = "prod-db-{}.cxyz123.us-east-1.rds.amazonaws.com"
POLICY = """cat <<YAML | kubectl apply -n production -f -
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}}}
spec:
  podSelector: {{matchLabels: {{app: {app}}}}}
  policyTypes: [Egress]
  egress: {egress}
YAML
"""
TO_CLUSTER_DNS = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}"
UDP, TCP = "{port: 53, protocol: UDP}", "{port: 53, protocol: TCP}"
ASKING = POLICY.format(name="orders-dns", app="orders", egress=f"[{{to: [{TO_CLUSTER_DNS}], ports: [{UDP}, {TCP}]}}]")


def own_pod(name: str) -> str:
    """A script: a Pod of its own that knows two addresses, and no policy about it from an earlier try.

    One is outside. The other is that of `stranger`, a Pod of the namespace that listens where DNS and PostgreSQL do.
    """
    return f"""kubectl get pod stranger -n production >/dev/null 2>&1 ||
  kubectl run stranger -n production --image=localhost/externalname-lab:1 --image-pull-policy=Never -- sh -c 'nc -l -k -p 53 & exec nc -l -k -p 5432'
kubectl wait -n production --for=condition=Ready pod/stranger --timeout=180s
stranger=$(kubectl get pod stranger -n production -o jsonpath={{.status.podIP}})
outside=$(kubectl exec -n course-tools toolbox -- dig +short {INSTANCE.format(1)})
kubectl get pod {name} -n production >/dev/null 2>&1 ||
  kubectl run {name} -n production --image=localhost/externalname-lab:1 --image-pull-policy=Never --env OUTSIDE="$outside" --env STRANGER="$stranger" -- sleep infinity
kubectl label pod {name} -n production --overwrite app={name}
kubectl get networkpolicies -n production -o jsonpath='{{range .items[*]}}{{.metadata.name}} {{.spec.podSelector.matchLabels.app}}{{"\\n"}}{{end}}' |
  awk '$2 == "" || $2 ~ /^{name}/ {{print $1}}' | xargs -r kubectl delete networkpolicy -n production
kubectl wait -n production --for=condition=Ready pod/{name} --timeout=180s
"""


def instance(number: int) -> Check:
    """orders comes through to the database where it is this one."""
    where = f"prod-db-{number}"
    return Check(
        f"reaches-{where}",
        orders.connect(INSTANCE.format(number), 5432),
        lambda reply: reply.text == "connected",
        f"a connection to {where}",
        f"When the database is {where}, orders has none: the policy holds addresses, and this one is not among them.",
        "kubectl describe networkpolicies -n production, beside the address: kubectl exec -n production orders -- dig +short "
        + INSTANCE.format(number),
    )


def error(reply: Reply) -> str:
    """Which of the three errors psql printed."""
    known = {
        "Temporary failure": "temporary",
        "not known": "unknown",
        "refused": "refused",
        "timeout": "refused",
    }
    return next((word for words, word in known.items() if words in reply.err), "connected")


def why_batch_is_open(reply: Reply) -> str:
    return f"The API stores a policy that selects no Pod, or no egress of it, and says nothing. {reply.text[:1].upper() + reply.text[1:]}."


def why_no_answer(reply: Reply) -> str:
    if not reply.rcode:
        return "The question does not get out of the Pod: DNS is egress, to the Pods of CoreDNS, on port 53."
    return "An answer comes, and no address is in it."


def why_not_only_questions(reply: Reply) -> str:
    if "udp" in reply.text or "tcp" in reply.text:
        return (
            "A rule with ports and without `to` is open to all the world on these ports: data can leave in questions."
        )
    if "stranger" in reply.text:
        return "The rule lets it ask each Pod of the cluster, and any Pod may run a DNS server that hands on what it is asked."
    return "The rule has no ports: the Pods of CoreDNS are open to invoices, and not only for questions."


def why_more(reply: Reply) -> str:
    if "stranger" in reply.text:
        return "The rule opens port 5432 of any machine: a way for data to leave to a database of somebody else's."
    return "Those machines offer more than a database. What is not needed is a way for data to leave."


TASKS = [
    Prediction(
        slug="open-without-a-policy",
        options={
            "database,sessions": "both",
            "sessions": "the one that leads in: the outside has to be opened",
            "": "neither: what nobody allows is closed",
        },
        asks=client.which(
            "both aliases",
            "reached",
            database="nc -z -w 5 external-database 5432",
            sessions="nc -z -w 5 shared-sessions 6379",
        ),
        reads=lambda reply: reply.out.strip().removeprefix("reached:").strip(),
    ),
    Prediction(
        slug="names-in-a-policy",
        options={
            "ipBlock namespaceSelector podSelector": "none of them",
            "fqdn ipBlock namespaceSelector podSelector": "the field fqdn",
            "a name in ipBlock": "the name in the place of an address block",
            "ipBlock namespaceSelector podSelector service": "the field service",
        },
        asks=client.kubectl("explain networkpolicy.spec.egress.to"),
        reads=lambda reply: " ".join(
            line.split()[0]
            for line in reply.out.splitlines()
            if line.startswith("  ") and not line.startswith("   ") and "\t" in line
        ),
    ),
    Prediction(
        slug="time-until-it-is-enforced",
        options={
            "seconds": "some seconds at most: until the network plugin has written its rules",
            "longer": "longer: open connections keep the way open",
        },
        reads=lambda seconds: "seconds" if seconds < 30 else "longer",
    ),
    Exercise(
        slug="selects-nobody",
        right={"the-pods-label": "kubectl label pod batch -n production app=batches --overwrite"},
        title="A policy that selects nobody",
        minutes=2,
        setup=own_pod("batch") + POLICY.format(name="deny-batch", app="batches", egress="[]"),
        patience=30,
        judge=[
            Check(
                "batch-is-closed",
                batch.which(
                    "connect to the database and ask CoreDNS, in the Pod batch",
                    "reached",
                    database="nc -z -w 3 $OUTSIDE 5432",
                    dns="dig +time=2 +tries=1 kubernetes.default.svc.cluster.local",
                ),
                lambda reply: reply.status == 0 and not reply.out.strip().removeprefix("reached:"),
                "nothing is reached",
                why_batch_is_open,
                "kubectl get pods -n production --show-labels, beside: kubectl describe networkpolicy deny-batch -n production",
                beside=client.kubectl(
                    "get networkpolicy deny-batch -o jsonpath='{.spec.podSelector.matchLabels.app} {.spec.policyTypes}'"
                ),
            ),
            Check(
                "others-go-on",
                sessions.connect(DATABASE, 5432),
                lambda reply: reply.text == "connected",
                "the Pod sessions connects to the database",
                "The policy takes in Pods that need the network: an empty podSelector is every Pod of the namespace.",
                "which Pods it selects: kubectl describe networkpolicies -n production",
            ),
        ],
        fresh={"batch-is-closed": 'batches ["Egress"]'},
        hints=(
            "A policy says which Pods it is for. Is batch one of them?",
            "Compare two outputs, letter by letter: kubectl get pods -n production --show-labels, and kubectl describe networkpolicy deny-batch -n production.",
            "The Pod's label is app=batch. Change spec.podSelector.matchLabels of the policy to it: kubectl edit or kubectl patch.",
        ),
        why="The label in `podSelector` is compared letter by letter, and a policy that selects nobody is no error. So a policy is tested with a connection that must fail.",
        wrong={
            "everybody": Wrong(
                cell="""kubectl patch networkpolicy deny-batch -n production --type json -p '[{"op": "replace", "path": "/spec/podSelector", "value": {}}]'""",
                fails=("others-go-on",),
                says={"others-go-on": "every Pod of the namespace"},
            ),
            "the-other-direction": Wrong(
                cell="""kubectl patch networkpolicy deny-batch -n production --type merge -p '{"spec": {"podSelector": {"matchLabels": {"app": "batch"}}, "policyTypes": ["Ingress"], "egress": null}}'""",
                fails=("batch-is-closed",),
                says={"batch-is-closed": 'batch ["Ingress"]'},
            ),
        },
    ),
    Prediction(
        slug="error-without-egress",
        options={
            "temporary": "Temporary failure in name resolution",
            "unknown": "Name or service not known",
            "refused": "Connection refused, or a time-out of the connection",
        },
        asks=client.run(
            "psql to the alias",
            "RES_OPTIONS='timeout:1 attempts:1' psql 'host=external-database.production.svc.cluster.local. user=app dbname=users connect_timeout=3' -c 'SELECT 1'",
        ),
        reads=error,
    ),
    Exercise(
        slug="only-questions",
        title="Questions, and nothing else",
        minutes=5,
        setup=own_pod("invoices") + POLICY.format(name="deny-invoices", app="invoices", egress="[]"),
        patience=30,
        judge=[
            Check(
                "name-answers",
                invoices.dig(DATABASE),
                lambda reply: bool(reply.addresses),
                f"an address for {DATABASE}",
                why_no_answer,
                "kubectl describe networkpolicies -n production: is port 53 allowed to invoices, and to whom?",
            ),
            Check(
                "large-answers-too",
                invoices.run(f"dig +tcp {DATABASE}", f"dig +tcp +time=3 +tries=1 +short {DATABASE} | grep '^[0-9.]*$'"),
                lambda reply: bool(reply.text),
                "an address, asked for over TCP",
                "An answer too big for a UDP packet is asked for again over TCP. Short answers do not show that it is missing.",
                "the ports of your rule, and their protocol: kubectl describe networkpolicies -n production",
            ),
            Check(
                "no-other-dns",
                invoices.which(
                    "ask a DNS server outside, over UDP and TCP, and connect to another Pod's, to the metrics of CoreDNS and to the database",
                    "reached",
                    udp="dig +time=2 +tries=1 @$OUTSIDE api.example.com",
                    tcp="dig +tcp +time=2 +tries=1 @$OUTSIDE api.example.com",
                    stranger="nc -z -w 3 $STRANGER 53",
                    metrics="nc -z -w 3 $(awk '/^nameserver/ {print $2; exit}' /etc/resolv.conf) 9153",
                    database="nc -z -w 3 $OUTSIDE 5432",
                ),
                lambda reply: reply.status == 0 and not reply.out.strip().removeprefix("reached:"),
                "nothing is reached",
                why_not_only_questions,
                "the peers of your rule: kubectl describe networkpolicies -n production",
            ),
            stays_closed(client, "deny-invoices", '{"matchLabels":{"app":"invoices"}}'),
        ],
        fresh={"name-answers": "does not get out", "large-answers-too": "over TCP"},
        hints=(
            "Whom does a Pod ask? Look at the rule that the shop got above: it has a peer and two ports.",
            "The peer is the Pods of CoreDNS: one namespaceSelector and one podSelector in the same entry of the list. Two entries would be: these or those.",
            "Take the policy allow-dns, give it another name, and let its podSelector say app: invoices.",
        ),
        why="`namespaceSelector` and `podSelector` in one entry mean both at once: the Pods of CoreDNS. Port 53 over UDP is for most questions, over TCP for large answers.",
        wrong={
            "udp-alone": Wrong(
                cell=POLICY.format(
                    name="invoices-dns", app="invoices", egress=f"[{{to: [{TO_CLUSTER_DNS}], ports: [{UDP}]}}]"
                ),
                fails=("large-answers-too",),
                says={"large-answers-too": "Short answers do not show"},
            ),
            "port-53-anywhere": Wrong(
                cell=POLICY.format(name="invoices-dns", app="invoices", egress=f"[{{ports: [{UDP}, {TCP}]}}]"),
                fails=("no-other-dns",),
                says={"no-other-dns": "tcp,udp"},
            ),
            "any-pod": Wrong(
                cell=POLICY.format(
                    name="invoices-dns",
                    app="invoices",
                    egress=f"[{{to: [{{namespaceSelector: {{}}}}], ports: [{UDP}, {TCP}]}}]",
                ),
                fails=("no-other-dns",),
                says={"no-other-dns": "any Pod may run"},
            ),
            "all-ports": Wrong(
                cell=POLICY.format(name="invoices-dns", app="invoices", egress=f"[{{to: [{TO_CLUSTER_DNS}]}}]"),
                fails=("no-other-dns",),
                says={"no-other-dns": "has no ports"},
            ),
            "in-its-place": Wrong(
                cell="kubectl delete networkpolicy deny-invoices -n production\n"
                + POLICY.format(
                    name="invoices-dns",
                    app="invoices",
                    egress=f"[{{to: [{TO_CLUSTER_DNS}], ports: [{UDP}, {TCP}]}}]",
                ),
                fails=("deny-invoices-stays",),
                says={"deny-invoices-stays": "is gone"},
            ),
        },
    ),
    Prediction(
        slug="ways-to-one-address",
        near=0,
        asks=client.run(
            "four connections",
            f"address=$(dig +short {DATABASE} | tail -1); for to in 'external-database 5432' '{DATABASE} 5432' \"$address 5432\" \"$address 6379\"; "
            "do nc -z -w 3 $to && echo connected; done | wc -l",
        ),
        reads=lambda reply: float(reply.text),
    ),
    Prediction(
        slug="without-the-alias",
        options={
            "connected": "it is made, as before",
            "": "it is refused: the policy allowed the alias, and that is gone",
        },
        asks=client.run(
            "connect to the address", f"nc -z -w 3 $(dig +short {DATABASE} | tail -1) 5432 && echo connected"
        ),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="policy-after-a-failover",
        options={
            "connected": "it is made: the plugin looks the name up again",
            "": "it fails: the rule holds yesterday's address",
        },
        asks=client.connect("external-database", 5432),
        reads=lambda reply: reply.text,
    ),
    Exercise(
        slug="before-the-next-failover",
        title="Before the next failover",
        minutes=6,
        setup=own_pod("orders")
        + ASKING
        + POLICY.format(
            name="orders-out",
            app="orders",
            egress="[{to: [{ipBlock: {cidr: $outside/32}}], ports: [{port: 5432, protocol: TCP}]}]",
        ),
        patience=30,
        judge=[
            instance(1),
            instance(2),
            Check(
                "nothing-else",
                orders.which(
                    "connect to other ports of both machines, and to port 5432 of another one",
                    "reached",
                    **{
                        f"prod-db-{number}:{port}": f"nc -z -w 3 {INSTANCE.format(number)} {port}"
                        for number in (1, 2)
                        for port in (443, 6379)
                    },
                    stranger="nc -z -w 3 $STRANGER 5432",
                ),
                lambda reply: reply.status == 0 and not reply.out.strip().removeprefix("reached:"),
                "nothing is reached",
                why_more,
                "the peers and the ports of each rule: kubectl describe networkpolicies -n production",
            ),
            each_address_is_one(client, "orders"),
        ],
        fresh={"reaches-prod-db-2": "not among them"},
        hints=(
            "Policies add up: a second one, or a second entry in orders-out, allows more and takes nothing away.",
            "A rule cannot hold a name. Ask for both addresses now: dig +short in the Pod orders.",
            "An ipBlock for each address with /32, and with both of them the port 5432.",
        ),
        right={
            "a-policy-beside": f"""other=$(kubectl exec -n production orders -- dig +short {INSTANCE.format(2)})
"""
            + POLICY.format(
                name="orders-second",
                app="orders",
                egress="[{to: [{ipBlock: {cidr: $other/32}}], ports: [{port: 5432, protocol: TCP}]}]",
            )
        },
        why="Both addresses are allowed before either is needed, so a failover changes nothing for the policy. They are promised, else a block of the provider's would be safer. The port stays: an address is a whole machine.",
        wrong={
            "the-other-one": Wrong(
                cell=f"""other=$(kubectl exec -n production orders -- dig +short {INSTANCE.format(2)})
kubectl patch networkpolicy orders-out -n production --type json -p '[{{"op": "replace", "path": "/spec/egress/0/to/0/ipBlock/cidr", "value": "'$other'/32"}}]'""",
                fails=("reaches-prod-db-1",),
                says={"reaches-prod-db-1": "When the database is prod-db-1"},
            ),
            "without-a-port": Wrong(
                cell=f"""other=$(kubectl exec -n production orders -- dig +short {INSTANCE.format(2)})
"""
                + POLICY.format(name="orders-database", app="orders", egress="[{to: [{ipBlock: {cidr: $other/32}}]}]"),
                fails=("nothing-else",),
                says={"nothing-else": "prod-db-2:443"},
            ),
            "any-database": Wrong(
                cell=POLICY.format(
                    name="orders-database", app="orders", egress="[{ports: [{port: 5432, protocol: TCP}]}]"
                ),
                fails=("nothing-else",),
                says={"nothing-else": "of any machine"},
            ),
            "a-block-for-both": Wrong(
                cell=f"""other=$(kubectl exec -n production orders -- dig +short {INSTANCE.format(2)})
"""
                + POLICY.format(
                    name="orders-database",
                    app="orders",
                    egress="[{to: [{ipBlock: {cidr: ${other%.*}.0/24}}], ports: [{port: 5432, protocol: TCP}]}]",
                ),
                fails=("each-address-is-one",),
                says={"each-address-is-one": ".0/24"},
            ),
        },
    ),
    Prediction(
        slug="pods-behind-a-cluster-ip",
        options={
            "connected": "yes: the packet goes on to one of these Pods",
            "": "no: the address in the packet is none of theirs",
        },
        asks=client.connect("shared-sessions", 6379),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="with-and-without-kube-proxy",
        options={
            "": "both",
            "outside": "the one to the cluster IP",
            "inside": "the one to the outside address",
            "inside,outside": "neither",
        },
        asks=client.which(
            "both paths",
            "reached",
            inside="nc -z -w 3 sessions 6379",
            outside=f"nc -z -w 3 {DATABASE} 5432",
        ),
        reads=lambda reply: reply.out.strip().removeprefix("reached:").strip(),
    ),
    Prediction(
        slug="one-address-is-forbidden",
        options={
            "resolve": "resolve alone",
            "connect": "connect alone",
            "connect,resolve": "both",
        },
        asks=fenced.run(
            "resolve and connect",
            "{ dig +short external-database.production.svc.cluster.local | grep -q '[0-9]$' || echo resolve; "
            "nc -z -w 3 external-database 5432 || echo connect; } 2>/dev/null | sort | paste -s -d,",
        ),
        reads=lambda reply: reply.text,
    ),
]
