"""What lesson across_namespaces asks of the learner, and how it is judged."""

from course.exercise import Check, Exercise, Pod, Prediction, Reply, Wrong, leads_to, why_empty

client = Pod("team-b", "client")
WHOLE = "auth-service.team-a.svc.cluster.local"
AS_AGREED = '-H "Host: auth-service"'  # curl's option
ALIAS = "kubectl create service externalname login -n team-b --external-name {}"


def welcomed(reply: Reply) -> bool:
    return "welcome to auth-service" in reply.body


def why_no_address(reply: Reply) -> str:
    if reply.rcode == "NXDOMAIN":
        return (
            "CoreDNS knows no such name in team-b: there is no Service called login, or its target reads as an address."
        )
    if reply.aliases and not reply.addresses:
        return "The alias leads to a name that does not exist. A target is taken as it is written: no search list completes it."
    if reply.aliases:
        return "It leads to an address, and not by the name of team A's Service."
    if reply.addresses:
        return "It has an address of its own: when team A makes its Service anew, the address is another one."
    return why_empty(reply)


def why_old_name(reply: Reply) -> str:
    if reply.aliases:
        return (
            "It leads to a name that does not exist. A target is taken as it is written, in the owner's namespace, too."
        )
    if reply.rcode == "NXDOMAIN":
        return "In team-a there is no Service of that name any more, and team B's alias leads to it."
    return why_empty(reply)


TASKS = [
    Prediction(
        slug="own-namespace-first",
        options={
            "auth-service auth-service.team-a": "both",
            "auth-service.team-a": "auth-service.team-a alone",
            "": "neither: another namespace needs the whole name, or an alias",
        },
        asks=client.run(
            "both names",
            "for name in auth-service auth-service.team-a; do getent hosts $name >/dev/null && echo $name; done; true",
        ),
        reads=lambda reply: " ".join(reply.out.split()),
    ),
    Prediction(
        slug="short-target",
        options={"CNAME A": "yes, as in the Pod", "CNAME": "no: the answer is an alias without an address"},
        asks=client.dig("shared-auth"),
        reads=lambda reply: " ".join(dict.fromkeys(kind for kind, _ in reply.records)),
    ),
    Exercise(
        slug="whole-name",
        title="The right length of the name",
        minutes=4,
        setup="kubectl delete service login -n team-b --ignore-not-found",
        judge=[
            Check(
                "leads-to-team-a",
                client.dig("login"),
                leads_to(WHOLE),
                "an alias of team A's Service, with its address",
                why_no_address,
                "kubectl get service login -n team-b, and in the Pod: cat /etc/resolv.conf",
            ),
            Check(
                "welcomed",
                client.http("http://login/", AS_AGREED),
                welcomed,
                "the welcome of team A's server",
                "The frontend of team B calls this name for every login.",
                "first the name (check leads-to-team-a), then the message above",
            ),
        ],
        fresh={"leads-to-team-a": "no Service called login", "welcomed": "for every login"},
        hints=(
            "Which name did CoreDNS look up for shared-auth just now, and why is there none?",
            "In the Pod the search list completed auth-service.team-a. Look at it: kubectl exec -n team-b client -- cat /etc/resolv.conf. Nobody does that for a target.",
            "A target inside the cluster is SERVICE.NAMESPACE.svc. and the cluster's domain, which is the last word of the search list.",
        ),
        why="Nobody completes a target, so it holds all four parts: Service, namespace, `svc`, and the cluster's domain.",
        wrong={
            "as-in-the-pod": Wrong(
                cell=ALIAS.format("auth-service.team-a"),
                fails=("leads-to-team-a", "welcomed"),
                says={"leads-to-team-a": "taken as it is written"},
            ),
            "the-address": Wrong(
                cell="""address=$(kubectl get service auth-service -n team-a -o jsonpath='{.spec.clusterIP}')
kubectl create service clusterip login -n team-b --clusterip None
kubectl patch service login -n team-b --type json -p '[{"op": "remove", "path": "/spec/selector"}]'
cat <<YAML | kubectl apply -f -
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: login, namespace: team-b, labels: {kubernetes.io/service-name: login}}
addressType: IPv4
endpoints: [{addresses: ["$address"]}]
YAML""",
                fails=("leads-to-team-a",),
                says={"leads-to-team-a": "an address of its own"},
            ),
        },
    ),
    Prediction(
        slug="whose-address",
        options={"cluster IP": "the cluster IP of auth-service", "Pod": "the address of one of its Pods"},
        asks=client.run(
            "the two names",
            "[ $(dig +short +search shared-auth | tail -1) = $(dig +short auth-service.team-a.svc.cluster.local) ] && echo cluster IP || echo Pod",
        ),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="host-header",
        options={"200": "the same welcome", "404": "404: it has no site of that name"},
        asks=client.http("http://shared-auth/"),
        reads=lambda reply: str(reply.code),
    ),
    Prediction(
        slug="certificate-of-another",
        options={
            "200": "yes: it is the right server, and its certificate is trusted",
            "0": "no: the certificate holds another name than the client was given",
        },
        asks=client.http("https://shared-auth/", "--cacert /tmp/tls.crt -H 'Host: auth-service'"),
        reads=lambda reply: str(reply.code),
    ),
    Prediction(
        slug="srv-below-an-alias",
        options={
            "SRV": "the same record: the alias is followed",
            "NOERROR": "NODATA: the name is there, the record is not",
            "NXDOMAIN": "NXDOMAIN: no such name",
        },
        asks=client.dig("_http._tcp.shared-auth.team-b.svc.cluster.local", "SRV"),
        reads=lambda reply: "SRV" if "SRV" in dict(reply.records) else reply.rcode,
    ),
    Prediction(
        slug="who-tells",
        options={
            "an event": "the API: an event at the alias",
            "refused": "the API: the Service cannot be deleted while an alias leads to it",
            "nobody": "nobody",
        },
        asks=client.kubectl("get events --field-selector involvedObject.kind=Service -o name"),
        reads=lambda reply: "an event" if reply.text else "nobody",
    ),
    Exercise(
        slug="old-name-stays",
        title="The old name stays",
        minutes=3,
        setup=f"""kubectl get service auth-v2 -n team-a -o jsonpath={{.spec.type}} | grep ClusterIP || kubectl delete service auth-v2 -n team-a --ignore-not-found
kubectl get service auth-v2 -n team-a -o name || kubectl expose deployment auth -n team-a --name auth-v2 --port 80
kubectl delete service auth-service -n team-a --ignore-not-found
kubectl patch service shared-auth -n team-b --type merge -p '{{"spec": {{"externalName": "{WHOLE}"}}}}'""",
        judge=[
            Check(
                "old-name-leads-somewhere",
                client.dig(WHOLE),
                lambda reply: bool(reply.addresses),
                "an address",
                why_old_name,
                "kubectl get services -n team-a: where does each lead?",
            ),
            Check(
                "team-b-logs-in",
                client.http("http://shared-auth/", AS_AGREED),
                welcomed,
                "the welcome of team A's server",
                "Rana's frontend calls this name for every login.",
                "first the name (check old-name-leads-somewhere), then the message above",
            ),
            Check(
                "team-b-as-it-was",
                client.kubectl("get service shared-auth -n team-b -o jsonpath={.spec.externalName}"),
                lambda reply: reply.text == WHOLE,
                WHOLE,
                "Rana may not change anything in team-b before Thursday.",
                'lesson.start("old-name-stays") puts it back',
            ),
            Check(
                "new-name-as-it-was",
                client.http("http://auth-v2.team-a/", AS_AGREED),
                welcomed,
                "the same welcome",
                "Others use auth-v2 already.",
                "kubectl get service auth-v2 -n team-a",
            ),
            Check(
                "new-name-is-no-alias",
                client.kubectl("get service auth-v2 -n team-a -o jsonpath={.spec.type}"),
                lambda reply: reply.text == "ClusterIP",
                "ClusterIP, as before",
                "auth-v2 is not as it was: an alias has no address of its own, no ports and no SRV record, and others use them.",
                "kubectl get services -n team-a: which of the two selects the Pods?",
            ),
        ],
        fresh={"old-name-leads-somewhere": "no Service of that name any more", "team-b-logs-in": "for every login"},
        hints=(
            "Which name does the alias in team-b lead to? Whose namespace is that name in?",
            "A name of team-a may itself be an alias: CoreDNS follows one after the other.",
            "kubectl create service externalname, in team-a, under the old name. Its target is the whole name of auth-v2.",
        ),
        right={"a-second-service": "kubectl expose deployment auth -n team-a --name auth-service --port 80"},
        why="The old name is in the owner's namespace, so the owner can keep it: as an alias of the new one.",
        wrong={
            "alias-of-team-b": Wrong(
                cell="""kubectl patch service shared-auth -n team-b --type merge -p '{"spec": {"externalName": "auth-v2.team-a.svc.cluster.local"}}'""",
                fails=("old-name-leads-somewhere", "team-b-as-it-was"),
                says={"team-b-as-it-was": "auth-v2.team-a"},
            ),
            "renamed-back": Wrong(
                cell="""kubectl delete service auth-v2 -n team-a
kubectl expose deployment auth -n team-a --name auth-service --port 80""",
                fails=("new-name-as-it-was", "new-name-is-no-alias"),
                says={"new-name-as-it-was": "Others use auth-v2 already"},
            ),
            "names-swapped": Wrong(
                cell="""kubectl delete service auth-v2 -n team-a
kubectl expose deployment auth -n team-a --name auth-service --port 80
kubectl create service externalname auth-v2 -n team-a --external-name auth-service.team-a.svc.cluster.local""",
                fails=("new-name-is-no-alias",),
                says={"new-name-is-no-alias": "no SRV record"},
            ),
            "short-target": Wrong(
                cell="kubectl create service externalname auth-service -n team-a --external-name auth-v2",
                fails=("old-name-leads-somewhere", "team-b-logs-in"),
                says={"old-name-leads-somewhere": "A target is taken as it is written"},
            ),
        },
    ),
    Prediction(
        slug="borrowed-alias",
        options={"service/borrowed": "yes: it may write Services in team-b", "": "no: it may not see the target"},
        asks=client.kubectl("get service borrowed --ignore-not-found -o name"),
        reads=lambda reply: reply.text,
    ),
]
