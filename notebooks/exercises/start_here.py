"""What lesson start_here asks of the learner, and how it is judged."""

from course.exercise import Check, Exercise, Pod, Prediction, Reply, Wrong, leads_to, reads_ada, why_empty

client = Pod("hello", "client")
TARGET = "staging-db.us-east-1.rds.amazonaws.com"
MAKE = "kubectl create service externalname my-db -n hello --external-name {}"


def why_no_alias(reply: Reply) -> str:
    if reply.rcode == "NXDOMAIN":
        return "DNS knows no name my-db in the namespace hello: no Service of that name there, or one with an address in it."
    if reply.aliases and not reply.addresses:
        return "The Service is there, and the name that it leads to does not exist: compare it letter by letter."
    if reply.addresses:
        return "It leads to another database than the one in the note."
    return why_empty(reply)


TASKS = [
    Exercise(
        slug="first-alias",
        title="Your first ExternalName Service",
        minutes=2,
        setup="kubectl delete service my-db -n hello --ignore-not-found",
        judge=[
            Check(
                "alias",
                client.dig("my-db"),
                leads_to(TARGET),
                f"an alias of {TARGET}, with its address",
                why_no_alias,
                "kubectl get service my-db -n hello",
                beside=client.service("my-db"),
            ),
            reads_ada(
                client,
                "my-db",
                "A name is worth something when a client gets through.",
                "first the alias (check alias), then the message above",
            ),
        ],
        fresh={"alias": "no Service of that name there", "row-read": "when a client gets through"},
        hints=(
            "Look at the form above the cell: three of its words are in capital letters.",
            "NAME is what the app asks for, NAMESPACE is where it runs, TARGET is the provider's name.",
            "kubectl create service externalname my-db -n hello --external-name, and then the provider's name from the note.",
        ),
        why="The Service holds no address and no Pod: only the name that stands behind its own. CoreDNS makes the answer of it.",
        wrong={
            "misspelt": Wrong(
                cell=MAKE.format("stagging-db.us-east-1.rds.amazonaws.com"),
                fails=("alias", "row-read"),
                says={"alias": "compare it letter by letter"},
            ),
            "production": Wrong(
                cell=MAKE.format("prod-db.us-east-1.rds.amazonaws.com"),
                fails=("alias",),
                says={"alias": "another database than the one in the note"},
            ),
        },
    ),
    Prediction(
        slug="where-the-rows-are",
        options={
            "inside": "in a Pod of this cluster",
            "outside": "on a server outside, about which the cluster knows nothing",
        },
        asks=client.sql("my-db", "SELECT host(inet_server_addr())"),
        reads=lambda reply: "inside" if reply.text.startswith(("10.244.", "10.96.")) else "outside",
    ),
    Prediction(
        slug="nodes-of-this-cluster",
        near=0,
        asks=Pod("default").kubectl("get nodes -o name"),
        reads=lambda reply: len(reply.out.split()),
    ),
]
