"""What lesson edge asks of the learner, and how it is judged."""

import json

from course.exercise import Check, Exercise, Pod, Prediction, Probe, Reply, Wrong

client = Pod("team-b", "client")
team_a, team_b = Pod("team-a"), Pod("team-b")
GRANTS = team_a.kubectl(
    "get referencegrants -A -o jsonpath='grants:{range .items[*]} {.metadata.namespace} for {.spec.from[*].kind}{end}'"
)
CONTOUR = "kubectl logs -n edge deployment/edge -c {} | tail"
ALIAS = """apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: team-b}}
spec: {{type: ExternalName, externalName: {target}, ports: [{ports}]}}
"""
REPORTS = """apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: reports, namespace: team-b}
spec:
  virtualhost: {fqdn: reports.example.org}
  routes:
"""


def applied(*manifests: str) -> str:
    """A script that applies these."""
    return "cat <<'YAML' | kubectl apply -f -\n" + "---\n".join(manifests) + "YAML\n"


def through(site: str, path: str = "/") -> Probe:
    """What a customer gets for this site."""
    return client.http(f"http://edge.edge{path}", f"-H 'Host: {site}'")


def seen(reply: Reply) -> dict[str, str]:
    """What the server says it saw; empty where no server of the course answered."""
    try:
        return dict(json.loads(reply.body.splitlines()[0]))
    except (IndexError, ValueError):
        return {}


def is_the_partner(reply: Reply) -> bool:
    """The partner's own site answered, and TLS named it."""
    return seen(reply) == {"server": "api.example.com", "host": "api.example.com", "sni": "api.example.com"}


def why_no_reports(reply: Reply) -> str:
    """By the code, and by what the server saw."""
    what = seen(reply)
    if what.get("server") == "api.example.com":
        return "The partner's site answers, and the edge speaks to it in clear: SNI is empty."
    if what:
        return (
            "The partner's server answers and has no site of the name in the Host header: that name is the customer's."
        )
    if "HTTPS port" in reply.body:
        return "A plain request came to a port where TLS is spoken."
    if "connection failure" in reply.body:
        return "The edge called somebody and broke off. Envoy's log says why: does the certificate hold the name in subjectName?"
    return "Nobody at the partner's answered. The status of the route and Envoy's log say where it ended."


def why_no_legacy(reply: Reply) -> str:
    """No backend, or another server."""
    if seen(reply):
        return "A server answers, and it is not the legacy API: the edge dials another port of the same machine."
    if reply.code == 400:
        return "A plain request came to a port where TLS is spoken."
    if reply.code == 503:
        return "The edge made no backend of the alias, or nobody listens where it dials. It takes the port from the Service that the route names."
    return "The edge does not answer with the legacy API's page."


def why_not_closed(reply: Reply) -> str:
    """The page came, or the question did not come so far."""
    if reply.code == 404:
        return (
            "The edge knows no such route. It is team-b's route and stays: what it may not reach is for team-a to say."
        )
    if "salaries" in reply.body:
        return "The grant takes in every Service of team-a, so team-b's other route reaches the admin page, with the edge's address."
    return "The route `salaries` is not as it was: begin afresh."


def grant(
    namespace: str = "team-a",
    kind: str = "HTTPRoute",
    group: str = "gateway.networking.k8s.io",
    name: str = ", name: prices",
) -> str:
    """A wrong answer: a ReferenceGrant with one thing changed."""
    return f"""cat <<'YAML' | kubectl apply -f -
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {{name: routes-of-team-b, namespace: {namespace}}}
spec:
  from: [{{group: {group}, kind: {kind}, namespace: team-b}}]
  to: [{{group: "", kind: Service{name}}}]
YAML
"""


TASKS = [
    Prediction(
        slug="edge-of-today",
        options={
            "200": "the partner's page",
            "404": "404: the partner does not know shop.example.org",
            "502": "502: TLS fails",
            "503": "503: the edge has no backend",
        },
        asks=through("shop.example.org"),
        reads=lambda reply: str(reply.code),
    ),
    Prediction(
        slug="who-complains",
        options={
            "Ingress": "the Ingress alone",
            "HTTPRoute": "the HTTPRoute alone",
            "Ingress HTTPRoute": "both",
        },
        asks=team_b.kubectl("get ingress,httproute shop -o json"),
        reads=lambda reply: " ".join(
            item["kind"] for item in json.loads(reply.out)["items"] if "ExternalName" in json.dumps(item["status"])
        ),
    ),
    Prediction(
        slug="switch-is-on",
        options={
            "200": "200: the partner's page",
            "400": "400: a plain request to a port of TLS",
            "404": "404: no site of that name",
            "503": "503, as before: the alias has no endpoints",
        },
        asks=through("shop.example.org"),
        reads=lambda reply: str(reply.code),
    ),
    Prediction(
        slug="tls-alone",
        options={
            "200": "yes: 200",
            "404": "no: 404, the Host is still the customer's",
            "503": "no: 503, the certificate is for another name",
        },
        asks=through("shop.example.org"),
        reads=lambda reply: str(reply.code),
    ),
    Prediction(
        slug="whose-certificate",
        options={
            "200": "the impostor's page",
            "503": "503: nobody trusts that certificate",
        },
        asks=through("shop.example.org"),
        reads=lambda reply: str(reply.code),
    ),
    Exercise(
        slug="reports-through-the-edge",
        title="A second site, and a certificate that is looked at",
        minutes=4,
        setup=applied(
            ALIAS.format(
                name="partner", target="api.example.com", ports="{name: http, port: 80}, {name: https, port: 443}"
            ),
            REPORTS + "    - services: [{name: partner, port: 443, protocol: tls}]\n",
        ),
        patience=20,
        judge=[
            Check(
                "reports-answers",
                through("reports.example.org"),
                is_the_partner,
                "the partner's site, which saw its own name in SNI and in Host",
                why_no_reports,
                f"kubectl get httpproxy reports -n team-b -o yaml; {CONTOUR.format('envoy')}",
            ),
            Check(
                "the-name-is-verified",
                team_b.kubectl(
                    "get httpproxy reports -o jsonpath='{.status.currentStatus} {.spec.routes[*].services[*].validation}'"
                ),
                lambda reply: reply.text.startswith("valid") and '"api.example.com"' in reply.text,
                "a valid route with validation, and api.example.com as the subject's name",
                lambda reply: (
                    "The route does not say whom to trust: whoever answers at the partner's address is believed."
                    if "subjectName" not in reply.out
                    else "The route verifies another name than the partner's, or Contour does not take it."
                ),
                "kubectl explain httpproxy.spec.routes.services.validation --recursive, and the route `shop`",
            ),
        ],
        fresh={"reports-answers": "that name is the customer's", "the-name-is-verified": "whoever answers"},
        hints=(
            "Two checks fail for two reasons: what the partner's server is asked for, and whom the edge believes.",
            "The route `shop` does all of it: kubectl get httpproxy shop -n team-b -o yaml.",
            "Beside services: requestHeadersPolicy with Host. In the service: validation with caSecret partner-ca and subjectName.",
        ),
        why="Host and the name that is verified are two settings, and both are the partner's real name. SNI follows Host: Contour sends in it the Host that the route sets, and the alias's `externalName` only where it sets none.",
        wrong={
            "host-alone": Wrong(
                cell=applied(
                    REPORTS
                    + "    - requestHeadersPolicy: {set: [{name: Host, value: api.example.com}]}\n"
                    + "      services: [{name: partner, port: 443, protocol: tls}]\n"
                ),
                fails=("the-name-is-verified",),
                says={"the-name-is-verified": "whoever answers"},
            ),
            "the-customers-name": Wrong(
                cell=applied(
                    REPORTS
                    + "    - requestHeadersPolicy: {set: [{name: Host, value: api.example.com}]}\n"
                    + "      services: [{name: partner, port: 443, protocol: tls, "
                    + "validation: {caSecret: partner-ca, subjectName: reports.example.org}}]\n"
                ),
                fails=("reports-answers", "the-name-is-verified"),
                says={
                    "reports-answers": "called somebody and broke off",
                    "the-name-is-verified": "another name than the partner's",
                },
            ),
            "plain-port": Wrong(
                cell=applied(
                    REPORTS
                    + "    - requestHeadersPolicy: {set: [{name: Host, value: api.example.com}]}\n"
                    + "      services: [{name: partner, port: 80}]\n"
                ),
                fails=("reports-answers", "the-name-is-verified"),
                says={"reports-answers": "in clear"},
            ),
        },
    ),
    Prediction(
        slug="port-that-is-dialled",
        options={
            "80": "80, the port",
            "443": "443, the targetPort",
        },
        asks=through("mapped.example.org"),
        reads=lambda reply: {200: "80", 400: "443"}.get(reply.code, ""),
    ),
    Exercise(
        slug="legacy-port",
        title="The legacy API's port",
        minutes=3,
        setup="kubectl delete endpointslice legacy-by-hand -n team-b --ignore-not-found\n"
        + applied(
            ALIAS.format(
                name="legacy", target="legacy.example.net", ports="{name: https, port: 443, targetPort: 8443}"
            ),
            """apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: legacy, namespace: team-b}
spec:
  virtualhost: {fqdn: legacy.example.org}
  routes: [{services: [{name: legacy, port: 8443, protocol: tls}]}]
""",
        ),
        patience=20,
        judge=[
            Check(
                "customers-get-the-legacy-api",
                through("legacy.example.org"),
                lambda reply: seen(reply).get("server") == "legacy-api",
                "an answer of legacy-api",
                why_no_legacy,
                "kubectl describe httpproxy legacy -n team-b, and the ports of the Service: kubectl get service legacy -n team-b -o yaml",
            ),
            Check(
                "pods-get-it-as-before",
                client.run("in the Pod: curl -k https://legacy:8443/", "curl -sSk -m 10 https://legacy:8443/"),
                lambda reply: "legacy-api" in reply.text,
                "an answer of legacy-api",
                "Pods of team-b use the alias: it must lead where it led.",
                "kubectl get service legacy -n team-b -o yaml",
            ),
        ],
        fresh={"customers-get-the-legacy-api": "made no backend"},
        hints=(
            "The status of the route names what Contour looked for and did not find.",
            "Contour looks for the port of the route among the ports of the Service, by its `port`. What does the Service declare?",
            'kubectl patch service legacy -n team-b --type=merge -p \'{"spec": {"ports": [...]}}\' with the port at which the legacy API listens.',
        ),
        why="A route names a `port` of the Service, and for an alias Contour dials that very number. `targetPort` is read by others (ingress-nginx), so one true number in `port` is what all of them understand.",
        wrong={
            "the-declared-port": Wrong(
                cell="""kubectl patch httpproxy legacy -n team-b --type=merge -p '{"spec": {"routes": [{"services": [{"name": "legacy", "port": 443, "protocol": "tls"}]}]}}'""",
                fails=("customers-get-the-legacy-api",),
                says={"customers-get-the-legacy-api": "not the legacy API"},
            ),
            "a-service-that-maps": Wrong(
                cell="""address=$(kubectl exec -n team-b client -- dig +short legacy.example.net | tail -1)
cat <<YAML | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {name: legacy, namespace: team-b}
spec: {type: ClusterIP, ports: [{name: https, port: 443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: legacy-by-hand
  namespace: team-b
  labels: {kubernetes.io/service-name: legacy, endpointslice.kubernetes.io/managed-by: staff}
addressType: IPv4
ports: [{name: https, port: 8443}]
endpoints: [{addresses: ["$address"]}]
---
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: legacy, namespace: team-b}
spec:
  virtualhost: {fqdn: legacy.example.org}
  routes: [{services: [{name: legacy, port: 443, protocol: tls}]}]
YAML""",
                fails=("pods-get-it-as-before",),
                says={"pods-get-it-as-before": "must lead where it led"},
            ),
            "tls-forgotten": Wrong(
                cell=applied(
                    ALIAS.format(name="legacy", target="legacy.example.net", ports="{name: https, port: 8443}"),
                    """apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: legacy, namespace: team-b}
spec:
  virtualhost: {fqdn: legacy.example.org}
  routes: [{services: [{name: legacy, port: 8443}]}]
""",
                ),
                fails=("customers-get-the-legacy-api",),
                says={"customers-get-the-legacy-api": "where TLS is spoken"},
            ),
        },
    ),
    Prediction(
        slug="who-gets-502",
        options={
            "closed": "closed: nobody listens there",
            "nowhere": "nowhere: no such name",
            "redis": "redis: the server speaks no HTTP",
            "modern": "modern: another version of HTTP than the server's",
            "stranger": "stranger: another name in the certificate",
        },
        asks=client.run(
            "the five sites",
            "for site in closed nowhere redis modern stranger; do "
            "[ $(curl -s -m 15 -o /dev/null -w '%{http_code}' -H \"Host: $site.example.org\" http://edge.edge/) = 502 ] && echo $site; done; true",
        ),
        reads=lambda reply: " ".join(reply.out.split()),
    ),
    Prediction(
        slug="what-is-followed",
        options={
            "": "none of them",
            "127.0.0.1": "127.0.0.1 alone",
            "admin.team-a.svc.cluster.local": "the name of team-a's Service alone",
            "admin.team-a.svc.cluster.local 127.0.0.1": "all but localhost",
        },
        asks=team_b.kubectl("get httpproxy salaries loopback literal -o json"),
        reads=lambda reply: " ".join(
            {"salaries": "admin.team-a.svc.cluster.local", "loopback": "localhost", "literal": "127.0.0.1"}[
                item["metadata"]["name"]
            ]
            for item in json.loads(reply.out)["items"]
            if item["status"]["currentStatus"] == "valid"
        ),
    ),
    Prediction(
        slug="route-without-grant",
        options={
            "200": "the page: an HTTPRoute may name any namespace",
            "404": "404: Contour drops the whole route",
            "500": "500: the route is there, and its backend is not permitted",
            "503": "503: the Service has no endpoints for team-b",
        },
        asks=through("neighbour.example.org"),
        reads=lambda reply: str(reply.code),
    ),
    Exercise(
        slug="prices-by-permission",
        title="Prices by permission",
        minutes=4,
        setup="""kubectl delete referencegrants --all -n team-a
kubectl delete referencegrants --all -n team-b
"""
        + applied(
            *(
                f"""apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {route}, namespace: team-b}}
spec:
  parentRefs: [{{name: edge, namespace: edge}}]
  hostnames: [{site}.example.org]
  rules:
    - backendRefs: [{{name: {backend}, namespace: team-a, port: 8080}}]
"""
                for route, site, backend in (("neighbour", "neighbour", "prices"), ("salaries", "salaries", "admin"))
            )
        ),
        patience=20,
        judge=[
            Check(
                "prices-are-there",
                through("neighbour.example.org"),
                lambda reply: "prices" in reply.body,
                "team-a's page of prices",
                "team-a has not said yes to that route: a grant counts in the namespace of what is asked for, and for the kind and namespace that it names.",
                "kubectl get httproute neighbour -n team-b -o yaml (status), kubectl get referencegrants -A -o yaml",
                beside=GRANTS,
            ),
            Check(
                "salaries-stay-closed",
                through("salaries.example.org"),
                lambda reply: "salaries" not in reply.body and reply.code == 500,
                "500: the route is there, and nobody permitted it",
                why_not_closed,
                "the `to` of the grant: kubectl get referencegrants -n team-a -o yaml",
            ),
        ],
        fresh={"prices-are-there": "grants:)"},
        hints=(
            "Who must say yes: the one who wants something, or the one whose it is?",
            "A ReferenceGrant stands in the namespace of the Service. `from` names kind and namespace of the route, `to` kind and name of the Service.",
            'In team-a: from group gateway.networking.k8s.io, kind HTTPRoute, namespace team-b; to group "", kind Service, name prices.',
        ),
        why="The owner of the Service says yes, for one kind of route, from one namespace, to one Service. An alias needed nobody's yes: that is the difference.",
        wrong={
            "in-the-askers-namespace": Wrong(
                cell=grant(namespace="team-b"),
                fails=("prices-are-there",),
                says={"prices-are-there": "grants: team-b for HTTPRoute"},
            ),
            "every-service": Wrong(
                cell=grant(name=""),
                fails=("salaries-stay-closed",),
                says={"salaries-stay-closed": "every Service of team-a"},
            ),
            "every-service-and-no-route": Wrong(
                cell=grant(name="") + "kubectl delete httproute salaries -n team-b\n",
                fails=("salaries-stay-closed",),
                says={"salaries-stay-closed": "team-b's route"},
            ),
            "another-kind": Wrong(
                cell=grant(kind="HTTPProxy", group="projectcontour.io"),
                fails=("prices-are-there",),
                says={"prices-are-there": "grants: team-a for HTTPProxy"},
            ),
        },
    ),
    Prediction(
        slug="edge-after-the-change",
        options={
            "200": "200 all the time",
            "200 503": "503 for a moment",
            "200 404": "404 until the edge is restarted",
        },
        reads=str,
    ),
]
