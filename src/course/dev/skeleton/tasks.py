"""What lesson $slug asks of the learner, and how it is judged. TODO: CONTRIBUTING.md says what each key is."""

from course.exercise import Check, Exercise, Pod, Prediction, Reply, Wrong, leads_to

client = Pod("$namespace", "client")
TARGET = "db.example.com"


def why_no_alias(reply: Reply) -> str:
    """TODO: what is said of each other answer."""
    if reply.rcode == "NXDOMAIN":
        return "TODO: what it means for the learner that there is no such name."
    return f"TODO: why another answer than an alias of {TARGET} is not what was asked for."


TASKS = [
    Prediction(
        slug="$namespace-first",
        options={
            "CNAME A": "TODO: alias and address",
            "CNAME": "TODO: the alias alone",
            "A": "TODO: the address alone",
        },
        asks=client.dig("db"),
        reads=lambda reply: " ".join(dict.fromkeys(kind for kind, _ in reply.records)),
    ),
    Exercise(
        slug="$namespace-turn",
        title="TODO: the goal in a few words",
        minutes=3,
        setup="kubectl delete service reports -n $namespace --ignore-not-found",
        judge=[
            Check(
                "alias-of-the-database",
                client.dig("reports"),
                leads_to(TARGET),
                f"an alias of {TARGET}, with its address",
                why_no_alias,
                "TODO: what to look at, as in: kubectl get service reports -n $namespace",
                beside=client.service("reports"),
            )
        ],
        fresh={"alias-of-the-database": "NotFound"},
        hints=("TODO: where to look", "TODO: what to think of", "TODO: almost what to type"),
        why="TODO: why the reference is right.",
        wrong={
            "another-name": Wrong(
                cell="kubectl create service externalname reports -n $namespace --external-name pool.example.com",
                fails=("alias-of-the-database",),
                says={"alias-of-the-database": "another answer than an alias"},
            ),
        },
    ),
]
