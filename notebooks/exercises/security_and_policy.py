"""What lesson security_and_policy asks of the learner, and how it is judged."""

import json
from collections.abc import Callable

from course.exercise import Check, Exercise, Pod, Prediction, Reply, Wrong

client = Pod("team-b", "client")
team_a, team_b, edge = (Pod(name) for name in ("team-a", "team-b", "edge"))
DRY = "--dry-run=server -o name"
EVERY = ("no-aliases", "partners", "own-names")
# kubectl create refuses such a name by itself; the API does not.
TO_A_NAME_WITH_A_DOT = json.dumps(
    {"spec": {"type": "ExternalName", "externalName": "legacy.example.net.", "clusterIP": None, "clusterIPs": None}}
)
LOOK = "kubectl get validatingadmissionpolicy {} -o yaml (changed this moment? It takes a second or two to be in force)"


def policy(name: str, namespaces: str, expression: str, operations: str = "CREATE, UPDATE") -> str:
    """A script: this policy alone of the three, bound to these namespaces."""
    return f"""kubectl delete validatingadmissionpolicybindings,validatingadmissionpolicies {" ".join(EVERY)} --ignore-not-found
cat <<'YAML' | kubectl apply -f -
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: {name}, labels: {{externalname-course/lesson: security_and_policy}}}}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
      - {{apiGroups: [""], apiVersions: [v1], operations: [{operations}], resources: [services]}}
  validations:
    - expression: "{expression}"
      message: the policy {name} refuses it
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: {name}, labels: {{externalname-course/lesson: security_and_policy}}}}
spec:
  policyName: {name}
  validationActions: [Deny]
  matchResources:
    namespaceSelector:
      matchExpressions: [{{key: kubernetes.io/metadata.name, operator: In, values: [{namespaces}]}}]
YAML
"""


def written(expression: str) -> str:
    """A wrong answer: this expression, between the marks."""
    return f'expression="{expression}"'


def own_names(expression: str, *, on_change: bool = True) -> str:
    """A wrong answer: this expression in the policy own-names; on_change: for changes, too, as for new Services."""
    operations = """{"op": "replace", "path": "/spec/matchConstraints/resourceRules/0/operations", "value": ["CREATE", "UPDATE"]},
"""
    quoted = expression.replace("'", r"\u0027")  # the shell's own quotes stand around it
    return f"""kubectl patch validatingadmissionpolicy own-names --type json -p '[{operations if on_change else ""}{{"op": "replace", "path": "/spec/validations/0/expression",
"value": "{quoted}"}}]'"""


def refused(of: str) -> Callable[[Reply], bool]:
    """Refused by a policy, and not by one of an earlier task: those are gone, but may be in force for a moment yet.

    of: the task's own policy; one that the learner made beside it counts as well.
    """
    gone = [f"ValidatingAdmissionPolicy '{name}'" for name in EVERY if name != of]
    return lambda reply: (
        reply.status != 0
        and "ValidatingAdmissionPolicy" in reply.err
        and not any(policy in reply.err for policy in gone)
    )


def alias(name: str, pod: Pod, target: str, *, allowed: bool, why: str, of: str) -> Check:
    """One alias offered to the API as a dry run. of: the policy to look at."""
    return Check(
        name,
        pod.kubectl(f"create service externalname trial --external-name {target} {DRY}"),
        (lambda reply: reply.text == "service/trial") if allowed else refused(of),
        f"{target} {'allowed' if allowed else 'refused'}",
        why,
        LOOK.format(of),
    )


def ordinary(of: str) -> Check:
    """A Service of another type passes."""
    return Check(
        "other-services-pass",
        team_a.kubectl(f"create service nodeport trial --tcp=80 {DRY}"),
        lambda reply: reply.text == "service/trial",
        "a Service of type NodePort allowed",
        "The policy is about aliases: no team can work without other Services. They have no externalName at all.",
        LOOK.format(of),
    )


def may_create(reply: Reply) -> str:
    """Which of the three kinds the list of rights lets somebody create."""
    kinds = ("services", "endpoints", "endpointslices.discovery.k8s.io")
    rights = [line.split() for line in reply.out.splitlines() if line.split()]
    return " ".join(kind for kind in kinds if any(words[0] == kind and "create" in " ".join(words) for words in rights))


def host_seen(reply: Reply) -> str:
    """Which name the outside server saw."""
    try:
        name = json.loads(reply.body)["host"]
    except ValueError:
        return ""
    return {"site.team-b.svc.cluster.local": "the Service's", "www.example.com": "the target's"}.get(name, "another")


def fetched(reply: Reply) -> str:
    """Whose page came back through the edge."""
    if "my own admin page" in reply.body:
        return "the edge's"
    return "the site's" if "server" in reply.body else "none"


TASKS = [
    Prediction(
        slug="direct-call",
        options={
            "200": "the page, with all salaries",
            "403": "403: only the edge may come in",
            "0": "no answer: team-b cannot resolve names of team-a",
        },
        asks=client.http("http://admin.team-a:8080/"),
        reads=lambda reply: str(reply.code),
    ),
    Prediction(
        slug="rights-of-edit",
        options={
            "services": "a Service alone",
            "services endpoints": "a Service and an Endpoints object",
            "services endpoints endpointslices.discovery.k8s.io": "all three",
        },
        asks=team_b.kubectl("auth can-i --list --as=system:serviceaccount:team-b:dev"),
        reads=may_create,
    ),
    Prediction(
        slug="alias-of-a-foreign-name",
        options={
            "service/shop": "yes: it is a Service in team-b",
            "": "no: the name is in team-a",
        },
        asks=team_b.kubectl("get service shop --ignore-not-found -o name"),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="through-the-edge",
        options={
            "200": "team A's page, with all salaries",
            "403": "403, as before: the page sees who asks",
            "502": "an error of the edge: it forwards to team-b alone",
        },
        asks=client.http("http://edge.edge/shop/8080"),
        reads=lambda reply: str(reply.code),
    ),
    Prediction(
        slug="host-behind-the-edge",
        options={
            "the target's": "www.example.com",
            "the Service's": "site.team-b.svc.cluster.local",
            "another": "edge.edge, the name that the client wrote",
        },
        asks=client.http("http://edge.edge/site/80"),
        reads=host_seen,
    ),
    Prediction(
        slug="after-the-record-changed",
        options={
            "the site's": "the page of the site, at its old address: the edge resolved the name before",
            "none": "nothing: 127.0.0.1 is refused as a target",
            "the edge's": "its own admin page, which is closed to the world",
        },
        asks=client.http("http://edge.edge/site/9901"),
        reads=fetched,
    ),
    Prediction(slug="names-admitted", near=0, reads=float),
    Exercise(
        slug="no-aliases-here",
        title="No aliases here",
        minutes=2,
        setup=policy("no-aliases", "team-a", "true"),
        patience=20,
        judge=[
            alias(
                "an-alias-of-localhost",
                team_a,
                "localhost",
                allowed=False,
                why="An alias passes: for it, too, the expression is true.",
                of="no-aliases",
            ),
            alias(
                "an-alias-of-any-name",
                team_a,
                "db.example.com",
                allowed=False,
                why="This name may be harmless today. Team A needs none, so the type decides, not the name.",
                of="no-aliases",
            ),
            ordinary("no-aliases"),
        ],
        fresh={"an-alias-of-localhost": "for it, too", "an-alias-of-any-name": "harmless"},
        hints=(
            "Which field tells an alias from all other Services? kubectl explain service.spec shows it.",
            "The object that is to be stored is called object. Its type stands in object.spec.type, and text is compared with == and !=.",
            "It must be true for what may be stored: a Service whose type is not 'ExternalName'.",
        ),
        why="The expression says what may be stored. `object.spec.type != 'ExternalName'` is true for every other Service and false for every alias, whatever its name.",
        wrong={
            "the-wrong-way-round": Wrong(
                cell=written("object.spec.type == 'ExternalName'"),
                fails=("an-alias-of-localhost", "an-alias-of-any-name", "other-services-pass"),
                says={"other-services-pass": "no team can work"},
            ),
            "one-name": Wrong(
                cell=written("object.spec.type != 'ExternalName' || object.spec.externalName != 'localhost'"),
                fails=("an-alias-of-any-name",),
                says={"an-alias-of-any-name": "not the name"},
            ),
        },
    ),
    Exercise(
        slug="partners-names",
        title="The partner's names, and no others",
        minutes=6,
        setup=policy("partners", "team-a", "object.spec.type != 'ExternalName'"),
        patience=20,
        judge=[
            alias(
                "the-name-itself",
                team_a,
                "example.net",
                allowed=True,
                why="The name itself is the partner's, too, and nothing stands in front of it.",
                of="partners",
            ),
            alias(
                "a-name-below",
                team_a,
                "eu-1.legacy.example.net",
                allowed=True,
                why="Every name below it is allowed, however many labels stand in front.",
                of="partners",
            ),
            Check(
                "a-dot-at-the-end",
                team_a.kubectl(f"patch service admin --type merge -p '{TO_A_NAME_WITH_A_DOT}' {DRY}"),
                lambda reply: reply.text == "service/admin",
                "the Service admin, turned into an alias of legacy.example.net. (with its dot), allowed",
                "A dot at the end makes it no other name, and the API takes it.",
                LOOK.format("partners"),
            ),
            alias(
                "a-longer-end",
                team_a,
                "legacy.example.net.evil.example",
                allowed=False,
                why="This name ends in somebody else's domain. A pattern is found anywhere in the text, unless its end is tied.",
                of="partners",
            ),
            alias(
                "a-longer-label",
                team_a,
                "evil-example.net",
                allowed=False,
                why="Anybody can register this name. Before the partner's name there is a dot, or nothing at all.",
                of="partners",
            ),
            alias(
                "a-letter-for-a-dot",
                team_a,
                "legacy.examplexnet",
                allowed=False,
                why="In a pattern a bare dot stands for any character.",
                of="partners",
            ),
            alias(
                "a-name-inside",
                team_a,
                "kubernetes.default.svc.cluster.local",
                allowed=False,
                why="It is not on the list. Whoever follows the alias is led into the cluster.",
                of="partners",
            ),
            ordinary("partners"),
        ],
        fresh={
            "the-name-itself": "the partner's, too",
            "a-name-below": "Every name below",
            "a-dot-at-the-end": "no other name",
        },
        hints=(
            "Two cases joined by ||: it is no alias, or its name is on the list. The lesson's own policy has this form.",
            "matches() looks anywhere in the text: ^ ties the beginning, $ the end, [.] is a dot and no other character, and ? after something makes it optional.",
            "In front of example[.]net stands nothing, or something that ends with a dot: ^(.+[.])? is how a pattern says it. At the end: [.]?$",
        ),
        why="`^(.+[.])?` lets nothing stand in front, or something that ends with a dot. `[.]?$` ends the name, with or without its last dot. Text functions such as `endsWith` can say it too, in more words.",
        wrong={
            "the-end-is-open": Wrong(
                cell=written(
                    "object.spec.type != 'ExternalName' || object.spec.externalName.matches('^(.+[.])?example[.]net')"
                ),
                fails=("a-longer-end",),
                says={"a-longer-end": "unless its end is tied"},
            ),
            "the-beginning-is-open": Wrong(
                cell=written(
                    "object.spec.type != 'ExternalName' || object.spec.externalName.matches('example[.]net[.]?$')"
                ),
                fails=("a-longer-label",),
                says={"a-longer-label": "Anybody can register"},
            ),
            "bare-dots": Wrong(
                cell=written(
                    "object.spec.type != 'ExternalName' || object.spec.externalName.matches('^(.+[.])?example.net[.]?$')"
                ),
                fails=("a-letter-for-a-dot",),
                says={"a-letter-for-a-dot": "any character"},
            ),
            "the-type-is-forgotten": Wrong(
                cell=written("object.spec.externalName.matches('^(.+[.])?example[.]net[.]?$')"),
                fails=("other-services-pass",),
                says={"other-services-pass": "no such key"},
            ),
            "letters-alone": Wrong(
                cell=written(
                    "object.spec.type != 'ExternalName' || object.spec.externalName.matches('^([a-z]+[.])*example[.]net[.]?$')"
                ),
                fails=("a-name-below",),
                says={"a-name-below": "Every name below"},
            ),
            "a-list-of-forbidden-names": Wrong(
                cell=written("object.spec.type != 'ExternalName' || !object.spec.externalName.contains('localhost')"),
                fails=("a-longer-end", "a-longer-label", "a-letter-for-a-dot", "a-name-inside"),
                says={"a-name-inside": "led into the cluster"},
            ),
        },
    ),
    Prediction(
        slug="turned-into-an-alias",
        options={
            "ExternalName": "ExternalName: the policy looks at new Services alone",
            "ClusterIP": "ClusterIP: the change is refused",
        },
        asks=team_b.kubectl("get service plain -o jsonpath={.spec.type}"),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="older-than-the-policy",
        options={
            "200": "team A's page, as before",
            "502": "nothing: the policy took the alias away",
            "403": "403: the page refuses it now",
        },
        asks=client.http("http://edge.edge/shop/8080"),
        reads=lambda reply: str(reply.code),
    ),
    Exercise(
        slug="own-names",
        title="Each team its own names",
        minutes=8,
        setup=policy(
            "own-names",
            "team-a, edge",
            "object.spec.type != 'ExternalName' || object.spec.externalName.contains('.svc.cluster.local')",
            "CREATE",
        )
        + "kubectl create service externalname page -n edge --external-name edge.edge.svc.cluster.local --dry-run=client -o yaml | kubectl apply -f -",
        patience=20,
        judge=[
            alias(
                "a-name-of-its-own",
                edge,
                "edge.edge.svc.cluster.local",
                allowed=True,
                why="The edge's people may name the edge's Services. The policy holds for more namespaces than one.",
                of="own-names",
            ),
            alias(
                "a-foreign-name",
                team_a,
                "edge.edge.svc.cluster.local",
                allowed=False,
                why="Team A names a Service of the edge: the namespace in the name is not the one that the alias is in.",
                of="own-names",
            ),
            alias(
                "a-name-that-goes-on",
                team_a,
                "admin.team-a.svc.cluster.local.example.com",
                allowed=False,
                why="It begins like a name of team A's own, and its end belongs to somebody outside.",
                of="own-names",
            ),
            alias(
                "a-longer-namespace",
                team_a,
                "admin.not-team-a.svc.cluster.local",
                allowed=False,
                why="The namespace not-team-a is another team's: before a namespace's name there is a dot.",
                of="own-names",
            ),
            Check(
                "a-change",
                edge.kubectl(
                    'patch service page --type merge -p \'{"spec": {"externalName": "admin.team-a.svc.cluster.local"}}\' '
                    + DRY
                ),
                refused("own-names"),
                "the alias page, turned to admin.team-a.svc.cluster.local, refused",
                "The alias page of the edge was fine when it was made, and can be turned to team A's page afterwards.",
                LOOK.format("own-names") + ": the operations in resourceRules",
            ),
            ordinary("own-names"),
        ],
        fresh={
            "a-foreign-name": "not the one that the alias is in",
            "a-name-that-goes-on": "somebody outside",
            "a-longer-namespace": "another team's",
            "a-change": "turned to team A's page",
        },
        hints=(
            "The expression knows where the object is to be stored: object.metadata.namespace. And a policy looks only at the operations that it names.",
            "Text is joined with +. Which text must the name end with, in any namespace?",
            "endsWith('.' + object.metadata.namespace + '.svc.cluster.local'), in the place of contains(...), and UPDATE beside CREATE in resourceRules. kubectl edit is the easiest way.",
        ),
        why="The namespace comes from the object itself, so one policy does for all teams, those of tomorrow too. And `UPDATE` belongs into each policy: else the way is to make something harmless and change it.",
        wrong={
            "new-ones-alone": Wrong(
                cell=own_names(
                    "object.spec.type != 'ExternalName' || object.spec.externalName.endsWith('.' + object.metadata.namespace + '.svc.cluster.local')",
                    on_change=False,
                ),
                fails=("a-change",),
                says={"a-change": "service/page"},
            ),
            "the-second-label": Wrong(
                cell=own_names(
                    "object.spec.type != 'ExternalName' || object.spec.externalName.split('.')[1] == object.metadata.namespace"
                ),
                fails=("a-name-that-goes-on",),
                says={"a-name-that-goes-on": "begins like a name"},
            ),
            "without-the-dot": Wrong(
                cell=own_names(
                    "object.spec.type != 'ExternalName' || object.spec.externalName.endsWith(object.metadata.namespace + '.svc.cluster.local')"
                ),
                fails=("a-longer-namespace",),
                says={"a-longer-namespace": "before a namespace's name"},
            ),
            "the-type-is-forgotten": Wrong(
                cell=own_names(
                    "object.spec.externalName.endsWith('.' + object.metadata.namespace + '.svc.cluster.local')"
                ),
                fails=("other-services-pass",),
                says={"other-services-pass": "no such key"},
            ),
            "one-team-alone": Wrong(
                cell=own_names(
                    "object.spec.type != 'ExternalName' || object.spec.externalName.endsWith('.team-a.svc.cluster.local')"
                ),
                fails=("a-name-of-its-own", "a-change"),
                says={"a-name-of-its-own": "more namespaces than one"},
            ),
        },
    ),
]
