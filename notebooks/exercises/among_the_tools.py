"""What lesson among_the_tools asks of the learner, and how it is judged."""

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
    return f"The type is {owner}'s: the pipeline's next run would end in a conflict, or change nothing."


PIPELINE = """kind: Service
apiVersion: v1
metadata: {name: invoices, namespace: tools}
spec: {selector: {app: invoices}, ports: [{port: 80}]}
"""

TASKS = [
    Prediction(
        slug="read-and-sent-back",
        options={
            "refused": "it refuses: these fields are forbidden",
            "kept": "an alias that keeps its cluster IP",
            "wiped": "an alias, and the forbidden fields are gone",
        },
        asks=tools.kubectl("get service orders -o jsonpath='{.spec.type} {.spec.clusterIP}'"),
        reads=lambda reply: {"ClusterIP": "refused", "ExternalName": "wiped" if len(reply.text.split()) == 1 else "kept"}[
            reply.text.split()[0]
        ],
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
                lambda reply: reply.code == 0 and not reply.text,
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
]
