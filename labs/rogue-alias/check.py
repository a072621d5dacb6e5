"""rogue-alias: a policy that allows what is on a list, tied at both ends, for new and for changed Services."""

from collections.abc import Callable

from course.lab import Check, Pod, Probe, Reply

tenant = Pod("lab-rogue-alias")
NEIGHBOUR, SECOND, PLAIN = "lab-rogue-alias-neighbour", "lab-rogue-alias-second", "lab-rogue-alias-plain"
GOOD = (
    "rds.amazonaws.com",
    "rds.amazonaws.com.",
    "api.example.com.",
    "api.example.com",
    "prod-db.us-east-1.rds.amazonaws.com",
    "users.cxyz123.us-east-1.rds.amazonaws.com.",
)
ORDINARY = ("ClusterIP", "NodePort", "LoadBalancer")
INSIDE = ("localhost", "localhost.", "127.0.0.1", "169.254.169.254", "kubernetes.default.svc.cluster.local")
ALIKE = (
    "prod-db.us-east-1.rds.amazonaws.com.evil.example",
    "evilrds.amazonaws.com",
    "prod-db.rds-amazonaws.com",
    "api.example.com.evil.example",
    "myapi.example.com",
    "internal.api.example.com",
    "apixexample.com",
    "api.examplexcom",
    "prod-db.rds.amazonawsxcom",
    "evilrds.amazonaws.com.",
    "myapi.example.com.",
    "internal.api.example.com.",
)
FOR_WHOM = ("matchConstraints", "matchConditions", "variables", "validations[*].expression", "matchResources")
NAMED = (
    "get validatingadmissionpolicy/lab-rogue-alias validatingadmissionpolicybinding/lab-rogue-alias "
    f"-o jsonpath='{' '.join(f'{{.items[*].spec.{part}}}' for part in FOR_WHOM)}'"
)
LOOK = (
    "the expression, against each of these targets: kubectl get validatingadmissionpolicy lab-rogue-alias -o yaml "
    "(changed this moment? It takes a second or two to be in force)"
)


def attempt(how: str, namespace: str, *targets: str) -> Probe:
    title = {
        "create": "make an alias of",
        "change": "change the Service shop into an alias of",
        "repoint": "make the alias database lead to",
        "ordinary": "make a Service of type",
        "delete": "delete the Service shop, of type",
    }[how]
    command = f"python3 /programs/try.py {how} {namespace} {' '.join(targets)}"
    return tenant.run(f"as the tenant, in {namespace}: {title} {', '.join(targets) or 'ClusterIP'}", command)


def verdicts(reply: Reply) -> list[str]:
    return [part.rsplit(" ", 1)[-1] for part in reply.text.split("; ")]


def all_are(word: str, count: int) -> Callable[[Reply], bool]:
    return lambda reply: verdicts(reply) == [word] * count


CHECKS = [
    Check(
        "good-targets-pass",
        attempt("create", "lab-rogue-alias", *GOOD),
        all_are("allowed", len(GOOD)),
        "allowed, each of them",
        "Tenants need their databases. A name may end with a dot: it is the same name.",
        LOOK,
    ),
    Check(
        "inside-is-refused",
        attempt("create", "lab-rogue-alias", *INSIDE),
        all_are("refused", len(INSIDE)),
        "refused, each of them",
        "An alias of these leads whoever follows it, an ingress for instance, to its own machine or into the cluster.",
        LOOK,
    ),
    Check(
        "look-alikes-are-refused",
        attempt("create", "lab-rogue-alias", *ALIKE),
        all_are("refused", len(ALIKE)),
        "refused, each of them",
        "None of these is on the list, and most of them anybody can register and lead wherever they like. What is not tied to the beginning and the end of the "
        "name, and a dot that stands for any character, let it pass; a list of forbidden names never ends.",
        LOOK,
    ),
    Check(
        "a-change-is-judged-too",
        attempt("change", "lab-rogue-alias", "localhost", "api.example.com"),
        lambda reply: verdicts(reply) == ["refused", "allowed"],
        "localhost refused, api.example.com allowed",
        "A tenant who may not make such an alias can make an ordinary Service and change it. A change into a good one is fine.",
        "the same by hand, and which requests the policy is for: try.py change lab-rogue-alias localhost",
    ),
    Check(
        "an-alias-is-judged-again",
        attempt("repoint", "lab-rogue-alias", "localhost", "api.example.com"),
        lambda reply: verdicts(reply) == ["refused", "allowed"],
        "localhost refused, api.example.com allowed",
        "A good alias can be made to lead elsewhere later: what it was before says nothing about where it leads now.",
        "the same by hand, and what the expression looks at: try.py repoint lab-rogue-alias localhost",
    ),
    Check(
        "each-tenant-is-judged",
        attempt("create", SECOND, "localhost"),
        all_are("refused", 1),
        "refused",
        "The next tenant gets a namespace with the same label, and nobody will think of this policy then.",
        "which namespaces the binding takes in: kubectl get namespaces --show-labels",
    ),
    Check(
        "tomorrows-tenant-is-judged",
        tenant.kubectl(NAMED),
        lambda reply: bool(reply.text) and "lab-rogue-alias" not in reply.text,
        "two objects that name no namespace",
        "A list of namespaces, or of users, is right until the next tenant comes. The label says who is one.",
        "the binding's namespaceSelector: kubectl get validatingadmissionpolicybinding lab-rogue-alias -o yaml",
    ),
    Check(
        "ordinary-services-pass",
        attempt("ordinary", "lab-rogue-alias", *ORDINARY),
        all_are("allowed", len(ORDINARY)),
        "allowed, each of them",
        "The policy is about aliases; without other Services nobody can work.",
        "the first half of the expression: for which type does it hold?",
    ),
    Check(
        "deleting-passes",
        attempt("delete", "lab-rogue-alias"),
        all_are("allowed", 1),
        "allowed",
        "On DELETE there is no object: an expression that reads it fails, and then nobody can delete a Service.",
        "the operations that the policy is for: kubectl get validatingadmissionpolicy lab-rogue-alias -o yaml",
    ),
    Check(
        "unlabelled-are-left-alone",
        attempt("create", PLAIN, "kubernetes.default.svc.cluster.local"),
        all_are("allowed", 1),
        "allowed",
        "The policy is for tenants. Most namespaces, the cluster's own among them, say nothing of a team.",
        "which namespaces the binding takes in: kubectl get namespaces --show-labels",
    ),
    Check(
        "neighbour-is-left-alone",
        attempt("create", NEIGHBOUR, "kubernetes.default.svc.cluster.local"),
        all_are("allowed", 1),
        "allowed",
        "A policy without limits stops teams that have nothing to do with it, in the worst case the cluster's own parts.",
        "which namespaces the binding takes in: kubectl get namespaces --show-labels",
    ),
]
