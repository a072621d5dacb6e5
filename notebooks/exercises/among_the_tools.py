"""What lesson among_the_tools asks of the learner, and how it is judged."""

import json

from course.exercise import Check, Exercise, Pod, Prediction, Reply, Wrong

tools = Pod("tools")
client = Pod("tools", "client")
OWNERS = (
    "get service {} --show-managed-fields -o jsonpath="
    "'{{range .metadata.managedFields[*]}}{{.manager}} has {{.fieldsV1.f:spec}}{{\"\\n\"}}{{end}}'"
)


def applied(*manifests: str) -> str:
    """A script that applies these."""
    return "cat <<'YAML' | kubectl apply -f -\n" + "---\n".join(manifests) + "YAML\n"


def owner_of(reply: Reply, field: str) -> str:
    """Who has this field of a Service's spec, as its managedFields say; "" for nobody, or no such Service."""
    lines = (line.partition(" has ") for line in reply.out.splitlines())
    return " ".join(sorted(manager for manager, _, fields in lines if f'"f:{field}"' in fields))


def why_not_the_pipelines(reply: Reply) -> str:
    """Nobody, or somebody else."""
    owner = owner_of(reply, "type")
    if not owner:
        return "Nobody wrote the type down: the next hand that changes it meets no conflict."
    if "pipeline" in owner.split():
        return f"The type belongs to {owner}, to each of them: force takes a field only where the value differs, and it was the same already."
    return f"The type is {owner}'s: the pipeline's next run would end in a conflict, or change nothing."


def why_not_helms(reply: Reply) -> str:
    """Somebody else has the target, or a say in the type."""
    target, kind = owner_of(reply, "externalName"), owner_of(reply, "type")
    if target != "helm":
        return f"The target is {target or 'nobody'}'s: an upgrade that changes it ends in a conflict."
    return f"The type belongs to {kind or 'nobody'}: force takes a field only where the value differs, and it was the same already."


PIPELINE = """kind: Service
apiVersion: v1
metadata: {name: invoices, namespace: tools}
spec: {selector: {app: invoices}, ports: [{port: 80}]}
"""

# A line for each revision that Helm keeps in a Secret, and one for each Service with its type.
REVISIONS = (
    '-o jsonpath=\'{range .items[*]}{.metadata.labels.version} {.metadata.labels.status}{"\\n"}'
    '{.metadata.name} {.spec.type}{"\\n"}{end}\''
)
HELM = "kubectl exec -n tools helm -- helm"
USERS = "users.cxyz123.us-east-1.rds.amazonaws.com"
TRIAL = "create configmap trial --dry-run=server -o name"
# The node's DNS server does not know the name; where it reaches no other one, Docker's says that it failed.
LOST = {"no such host": "lookup", "server misbehaving": "lookup"}
# What the API server says about a webhook, and what that means here.
WORDS = {
    "does not begin with a team": "denied",
    **LOST,
    "certificate": "certificate",
    "unsupported service type": "unsupported",
    "configmap/trial": "stored",
}
WORDS_OF_APIS = {"all checks passed": "Available", **LOST, "endpoints": "endpoints"}
NAMING_ALIAS = """apiVersion: v1
kind: Service
metadata: {name: naming, namespace: tools}
spec: {type: ExternalName, externalName: naming.partner.svc.cluster.local, ports: [{port: 443}]}
"""
WEBHOOK = """apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: tools-naming, labels: {externalname-course/lesson: among_the_tools}}
webhooks:
  - name: naming.example.com
    clientConfig: {service: {namespace: tools, name: naming}, caBundle: $ca}
    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: tools}}
    failurePolicy: Fail
    timeoutSeconds: 10
    sideEffects: None
    admissionReviewVersions: [v1]
"""


def last_release(reply: Reply) -> str:
    """The status of a release's last revision, of its REVISIONS; "" where there is none."""
    lines = [line.split() for line in reply.out.splitlines()]
    revisions = {int(words[0]): words[1] for words in lines if len(words) == 2 and words[0].isdigit()}
    return revisions[max(revisions)] if revisions else ""


def after_helm(reply: Reply) -> str:
    """What became of shop-db: that Helm failed, or its type."""
    types = [words[1] for words in map(str.split, reply.out.splitlines()) if len(words) == 2 and words[0] == "shop-db"]
    return "failed" if last_release(reply) == "failed" else " ".join(types)


def heard_in(said: object) -> str:
    """What the API server says about a ConfigMap, as one of WORDS' meanings; "" for none of them."""
    return next((what for words, what in WORDS.items() if words in str(said)), "")


def heard(reply: Reply) -> str:
    """The same, of a probe."""
    return heard_in(reply.out + reply.err)


def why_not_denied(reply: Reply) -> str:
    """By the API server's own words."""
    return {
        "lookup": "The API server looks the target up with the DNS server of its node, which knows no name of the cluster.",
        "certificate": "The API server called somebody whose certificate does not hold the name naming.tools.svc.",
        "stored": "Nobody was asked: the API server takes the object without the server's yes.",
    }.get(heard(reply), "The API server did not get an answer from the server.")


TASKS = [
    Prediction(
        slug="read-and-sent-back",
        options={
            "refused": "it refuses: these fields are forbidden",
            "kept": "an alias that keeps its cluster IP",
            "wiped": "an alias, and the forbidden fields are gone",
        },
        asks=tools.kubectl("get service orders -o jsonpath='{.spec.type} {.spec.clusterIP}'"),
        reads=lambda reply: {
            "ClusterIP": "refused",
            "ExternalName": "wiped" if len(reply.text.split()) == 1 else "kept",
        }[reply.text.split()[0]],
    ),
    Prediction(
        slug="what-is-left",
        options={
            "": "none of them",
            "patch": "the three patches",
            "patch replace": "the patches, and replace",
            "apply patch": "all but replace",
        },
        reads=str,
    ),
    Prediction(
        slug="after-the-night",
        options={
            "ClusterIP": "ClusterIP, as the pipeline has it",
            "ExternalName": "ExternalName, as Kim left it",
        },
        asks=tools.kubectl("get service stock -o jsonpath='{.spec.type}'"),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="after-force",
        options={
            "": "it goes: the pipeline owns the Service again",
            "api.example.com": "it stays, and does nothing",
        },
        asks=tools.kubectl("get service stock -o jsonpath='{.spec.externalName}'"),
        reads=lambda reply: reply.text,
    ),
    Exercise(
        slug="one-owner",
        title="One owner",
        minutes=4,
        setup=f"""kubectl delete service invoices -n tools --ignore-not-found
cat <<'YAML' | kubectl apply --server-side --field-manager=pipeline -f -
{PIPELINE}YAML
kubectl patch service invoices -n tools --type=merge -p '{{"spec": {{"type": "ExternalName", "externalName": "api.example.com"}}}}'
""",
        judge=[
            Check(
                "leads-to-the-pods",
                tools.kubectl("get service invoices -o jsonpath='{.spec.type} {.spec.selector.app}'"),
                lambda reply: reply.text == "ClusterIP invoices",
                "ClusterIP, with the selector app: invoices",
                "The Service does not lead to the team's Pods.",
                "kubectl get service invoices -n tools -o yaml",
            ),
            Check(
                "the-pipeline-has-the-type",
                tools.kubectl(OWNERS.format("invoices")),
                lambda reply: owner_of(reply, "type") == "pipeline",
                "spec.type among the fields of pipeline, and of nobody else",
                why_not_the_pipelines,
                "kubectl get service invoices -n tools --show-managed-fields -o yaml",
            ),
            Check(
                "nothing-of-the-night",
                tools.kubectl("get service invoices -o jsonpath='{.spec.externalName}'"),
                lambda reply: reply.status == 0 and not reply.text,
                "no externalName",
                "The target of the night is still there: whoever sets the type alone brings it back.",
                "kubectl get service invoices -n tools -o yaml",
            ),
        ],
        fresh={
            "leads-to-the-pods": "does not lead to the team's Pods",
            "the-pipeline-has-the-type": "kubectl-patch's",
            "nothing-of-the-night": "still there",
        },
        hints=(
            "Three things: the type, who has it in managedFields, and what an apply cannot take back because it never had it.",
            "The pipeline's file must name the type, and the field belongs to somebody else: the words of the conflict name the flag.",
            "kubectl apply --server-side --field-manager=pipeline --force-conflicts with type: ClusterIP; then a patch that sets externalName to null.",
        ),
        why="Force takes what you send; what another writer left is removed by name. From now on a hand that changes the type makes the pipeline's next run fail loudly.",
        wrong={
            "force-alone": Wrong(
                cell="cat <<'YAML' | kubectl apply --server-side --field-manager=pipeline --force-conflicts -f - 2>&1\n"
                + PIPELINE.replace("spec: {", "spec: {type: ClusterIP, ")
                + "YAML",
                fails=("nothing-of-the-night",),
                says={"nothing-of-the-night": "still there"},
            ),
            "patched-back": Wrong(
                cell="""kubectl patch service invoices -n tools --type=merge -p '{"spec": {"type": "ClusterIP", "externalName": null}}'""",
                fails=("the-pipeline-has-the-type",),
                says={"the-pipeline-has-the-type": "kubectl-patch's"},
            ),
            "applied-behind-the-patch": Wrong(
                cell="""kubectl patch service invoices -n tools --type=merge -p '{"spec": {"type": "ClusterIP", "externalName": null}}'
cat <<'YAML' | kubectl apply --server-side --field-manager=pipeline --force-conflicts -f -
"""
                + PIPELINE.replace("spec: {", "spec: {type: ClusterIP, ")
                + "YAML",
                fails=("the-pipeline-has-the-type",),
                says={"the-pipeline-has-the-type": "the same already"},
            ),
            "deleted-and-applied-again": Wrong(
                cell="kubectl delete service invoices -n tools\n"
                + "cat <<'YAML' | kubectl apply --server-side --field-manager=pipeline -f -\n"
                + PIPELINE
                + "YAML",
                fails=("the-pipeline-has-the-type",),
                says={"the-pipeline-has-the-type": "Nobody wrote the type down"},
            ),
        },
    ),
    Prediction(
        slug="helm-after-a-hand",
        options={
            "failed": "an error: somebody else has the type",
            "ClusterIP": "upgraded, and it is ClusterIP again",
            "ExternalName": "upgraded, and the alias stays",
        },
        asks=tools.kubectl(f"get secrets,services {REVISIONS}"),
        reads=after_helm,
    ),
    Prediction(
        slug="helm-family",
        options={"2": "both times", "1": "the first time only", "0": "not at all"},
        reads=lambda history: str(sum(one["status"] == "deployed" for one in json.loads(str(history))[-2:])),
    ),
    Exercise(
        slug="release-of-two-hands",
        title="A release of two hands",
        minutes=5,
        setup=f"""kubectl exec -n tools helm -- helm uninstall billing --ignore-not-found
kubectl delete service billing-db -n tools --ignore-not-found
{HELM} install billing /chart --set type=ClusterIP,ipFamilyPolicy=SingleStack
kubectl patch service billing-db -n tools --type=merge -p '{{"spec": {{"type": "ExternalName", "externalName": "api.example.com"}}}}'
""",
        patience=10,
        judge=[
            Check(
                "leads-to-the-database",
                tools.service("billing-db"),
                lambda reply: reply.out.split()[:2] == ["ExternalName", USERS],
                f"an alias of {USERS}",
                "The Service leads to something else.",
                "kubectl get service billing-db -n tools -o yaml",
            ),
            Check(
                "helm-has-the-target",
                tools.kubectl(OWNERS.format("billing-db")),
                lambda reply: owner_of(reply, "type") == owner_of(reply, "externalName") == "helm",
                "spec.type and spec.externalName among the fields of helm, and of nobody else",
                why_not_helms,
                "kubectl get service billing-db -n tools --show-managed-fields -o yaml",
            ),
            Check(
                "the-release-is-deployed",
                tools.kubectl(f"get secrets -l owner=helm,name=billing {REVISIONS}"),
                lambda reply: last_release(reply) == "deployed",
                "the last revision of billing: deployed",
                lambda reply: (
                    f"The last revision of the release is {last_release(reply) or 'not there'}. Helm said why when it was made."
                ),
                "kubectl exec -n tools helm -- helm history billing",
            ),
            Check(
                "and-once-more",
                tools.kubectl(
                    "get service billing-db --show-managed-fields -o jsonpath='{.spec.type} "
                    '{.metadata.managedFields[?(@.manager=="helm")].fieldsV1.f:spec}\''
                ),
                lambda reply: reply.text.startswith("ExternalName") and "ipFamilyPolicy" not in reply.out,
                "an alias for which Helm writes no ipFamilyPolicy",
                "Helm writes a field that no alias may have: the next upgrade with these values is refused.",
                "kubectl exec -n tools helm -- helm get values billing",
            ),
        ],
        fresh={
            "leads-to-the-database": "api.example.com",
            "helm-has-the-target": "kubectl-patch's",
            "and-once-more": "no alias may have",
        },
        hints=(
            "Run the upgrade as you would, and read the error: which field, and whose? Then look at the values of the release: helm get values billing.",
            "Two things are in the way: somebody else's fields, for which Helm has a flag, and a value that the release should not have any more. The flag takes a field only where the value differs: look at managedFields afterwards.",
            f"helm upgrade billing /chart --force-conflicts, twice: with --set type=ClusterIP, then with --set type=ExternalName,externalName={USERS}. Values that you do not name are the chart's own again, unless you say --reuse-values.",
        ),
        why="Force takes a field only where its value differs. The type was ExternalName on both sides, so one upgrade would share it with the hand of the night, and the next one that changes it would meet a conflict again. The way by ClusterIP makes it Helm's alone. The values that you leave out are forgotten, `ipFamilyPolicy` with them.",
        right={
            "made-anew": f"""kubectl delete service billing-db -n tools
{HELM} upgrade billing /chart --set type=ExternalName,externalName={USERS},ipFamilyPolicy="""
        },
        wrong={
            "old-values-kept": Wrong(
                cell=f"{HELM} upgrade billing /chart --force-conflicts --reuse-values --set type=ExternalName,externalName={USERS} || true",
                fails=("leads-to-the-database", "helm-has-the-target", "the-release-is-deployed", "and-once-more"),
                says={"the-release-is-deployed": "is failed"},
            ),
            "in-one-go": Wrong(
                cell=f"{HELM} upgrade billing /chart --force-conflicts --set type=ExternalName,externalName={USERS},ipFamilyPolicy=",
                fails=("helm-has-the-target",),
                says={"helm-has-the-target": "the same already"},
            ),
            "by-another-hand": Wrong(
                cell=f"""kubectl patch service billing-db -n tools --type=merge -p '{{"spec": {{"externalName": "{USERS}"}}}}'""",
                fails=("helm-has-the-target", "and-once-more"),
                says={"helm-has-the-target": "kubectl-patch's"},
            ),
            "through-another-type": Wrong(
                cell=f"""{HELM} upgrade billing /chart --force-conflicts --set type=ClusterIP,ipFamilyPolicy=SingleStack
{HELM} upgrade billing /chart --force-conflicts --set type=ExternalName,externalName={USERS},ipFamilyPolicy=SingleStack""",
                fails=("and-once-more",),
                says={"and-once-more": "no alias may have"},
            ),
        },
    ),
    Prediction(
        slug="called-through-an-alias",
        options={
            "denied": "the server says no: the name does not begin with a team",
            "stored": "it is stored: a webhook that cannot be called is left out",
            "lookup": "an error: the API server does not find the alias's target",
            "unsupported": "an error: the API server calls no aliases",
        },
        reads=heard_in,
    ),
    Prediction(
        slug="address-for-a-webhook",
        options={
            "denied": "it calls the address, and the server says no",
            "lookup": "it looks the address up, and finds no such host",
            "certificate": "it calls the address, and the certificate is for another name",
        },
        reads=heard_in,
    ),
    Exercise(
        slug="webhook-that-nobody-can-call",
        title="A webhook that nobody can call",
        minutes=5,
        setup=f"""kubectl delete endpointslices -n tools -l kubernetes.io/service-name=naming
kubectl delete service naming -n tools --ignore-not-found
ca=$(kubectl exec -n tools client -- base64 -w0 /tmp/ca/ca.crt)
cat <<YAML | kubectl apply -f -
{NAMING_ALIAS}---
{WEBHOOK}YAML
""",
        patience=10,
        judge=[
            Check(
                "without-a-team-is-refused",
                tools.kubectl(TRIAL),
                lambda reply: heard(reply) == "denied",
                "the server's no: the name does not begin with a team",
                why_not_denied,
                "kubectl create configmap trial -n tools --dry-run=server, and read the last words",
            ),
            Check(
                "with-a-team-is-taken",
                tools.kubectl("create configmap shop-trial --dry-run=server -o name"),
                lambda reply: reply.text == "configmap/shop-trial",
                "configmap/shop-trial",
                why_not_denied,
                "kubectl create configmap shop-trial -n tools --dry-run=server, and read the last words",
            ),
            Check(
                "the-vendors-chart",
                tools.kubectl(
                    "get validatingwebhookconfiguration tools-naming -o jsonpath='{.webhooks[*].failurePolicy} "
                    "{.webhooks[*].clientConfig.service.namespace}/{.webhooks[*].clientConfig.service.name}"
                    "{.webhooks[*].clientConfig.url}'"
                ),
                lambda reply: reply.text == "Fail tools/naming",
                "failurePolicy Fail, and the Service naming in tools",
                "The vendor's configuration was changed or removed: its next release would undo that, or nobody is asked any more.",
                "kubectl get validatingwebhookconfiguration tools-naming -o yaml",
            ),
            Check(
                "pods-reach-it",
                client.run("in the Pod: curl https://naming/", "curl -sSk -m 10 https://naming/"),
                lambda reply: "APIResourceList" in reply.text,
                "an answer of the server",
                "A Pod asks the same name, and gets no address or no answer: what the API server can read need not be a DNS answer.",
                "kubectl exec -n tools client -- dig naming.tools.svc.cluster.local",
            ),
        ],
        fresh={
            "without-a-team-is-refused": "looks the target up",
            "with-a-team-is-taken": "looks the target up",
        },
        hints=(
            "Read the end of the error: who looks up which name, and where? Would any other name of the server be known there?",
            "What does the API server call without DNS? A Service with a cluster IP. It may stand in another namespace than the Pod.",
            "Delete the alias. A Service naming without a selector, port 443, and an EndpointSlice with the address of the Pod in partner, port 8443.",
        ),
        why="With a cluster IP there is nothing to look up, the name in the certificate stays, and Pods find the server as well. If you may write in `partner` only, ask for a webhook that names that namespace.",
        wrong={
            "nobody-is-asked": Wrong(
                cell="kubectl delete validatingwebhookconfiguration tools-naming",
                fails=("without-a-team-is-refused", "the-vendors-chart"),
                says={"the-vendors-chart": "not found"},
            ),
            "fails-open": Wrong(
                cell="kubectl patch validatingwebhookconfiguration tools-naming --type=json "
                """-p '[{"op": "replace", "path": "/webhooks/0/failurePolicy", "value": "Ignore"}]'""",
                fails=("without-a-team-is-refused", "the-vendors-chart"),
                says={"the-vendors-chart": "Ignore"},
            ),
            "address-in-the-alias": Wrong(
                cell="vip=$(kubectl get service naming -n partner -o jsonpath='{.spec.clusterIP}')\n"
                """kubectl patch service naming -n tools --type=merge -p "{\\"spec\\": {\\"externalName\\": \\"$vip\\"}}" """,
                fails=("pods-reach-it",),
                says={"pods-reach-it": "need not be a DNS answer"},
            ),
            "short-name": Wrong(
                cell="""kubectl patch service naming -n tools --type=merge -p '{"spec": {"externalName": "naming.partner.svc"}}'""",
                fails=("without-a-team-is-refused", "with-a-team-is-taken", "pods-reach-it"),
                says={"without-a-team-is-refused": "looks the target up"},
            ),
        },
    ),
    Prediction(
        slug="api-behind-an-alias",
        options={
            "Available": "that it is available",
            "lookup": "that the alias's target is not found",
            "endpoints": "that the Service has no endpoints",
        },
        asks=tools.kubectl("get apiservice v2.stock.example.com -o jsonpath='{.status.conditions[0].message}'"),
        reads=lambda reply: next(
            (what for words, what in WORDS_OF_APIS.items() if words in reply.out),
            "",
        ),
    ),
    Prediction(
        slug="bystander",
        options={
            "gone": "it is removed: nothing in it is of that API",
            "Terminating": "it stays, on its way out",
            "Active": "the API server refuses to remove it",
        },
        asks=tools.kubectl("get namespace bystander --ignore-not-found -o jsonpath='{.status.phase}'"),
        reads=lambda reply: reply.text or "gone",
    ),
    Prediction(slug="listed-endpoints", near=0, reads=int),
    Prediction(
        slug="what-prometheus-finds",
        options={
            "by-name": "by name alone",
            "by-dns by-name": "by name, and by asking DNS",
            "by-dns by-name by-service": "all but the endpoints",
            "by-dns by-endpoints by-name by-service": "all four",
        },
        reads=str,
    ),
    Prediction(
        slug="what-is-published",
        options={
            "": "nothing: CoreDNS leaves an address out, too",
            "CNAME": "a CNAME to 192.0.2.10, as its text says",
            "A": "an A record",
        },
        reads=str,
    ),
]
