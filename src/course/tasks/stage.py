"""A lab's place: its namespaces filled from setup.yaml, and all of it removed again.

The outside world is imported where it is used: its certificates' library would take half of the time of a check.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from course.base import clone, shell
from course.base.errors import CourseError
from course.kube import kubectl
from course.kube import namespaces as kube_namespaces
from course.tasks.catalog import Lab
from course.tasks.task import Exercise

LABEL = Lab.label  # of each namespace that a lab made
GONE_WITHIN = 240  # seconds for namespaces of labs and lessons; about eight, where the machine has nothing else to do
READY_WITHIN = 300  # seconds for the Pods that a lab starts with; a few, where the machine has nothing else to do


BEYOND = (
    "validatingadmissionpolicybindings,validatingadmissionpolicies,validatingwebhookconfigurations,"
    "mutatingwebhookconfigurations,apiservices,services,daemonsets,configmaps"
)
CLUSTER = "cluster/"  # and the name of the second one


def beyond() -> list[str]:
    """What lessons left outside of their namespaces: what has its say in all of the API, a node's cache, a cluster.

    Each as kind/name; it is theirs by its label, whatever begins now.
    """
    from course.provision import neighbour

    clusters = [f"{CLUSTER}{neighbour.name()}"] if neighbour.is_there() else []
    objects = kubectl.output("get", BEYOND, "-n", "kube-system", "-l", Exercise.label, "-o", "name").split()
    return [*clusters, *sorted(objects)]


def remove_beyond(objects: Sequence[str]) -> None:
    """Remove these before any namespace: while an APIService cannot be reached, none of the cluster's goes."""
    if any(name.startswith(CLUSTER) for name in objects):
        from course.provision import engine, neighbour

        neighbour.delete(engine.chosen(), lambda text: None)
    if ours := [name for name in objects if not name.startswith(CLUSTER)]:
        kubectl.output(
            "delete", "-n", "kube-system", "--ignore-not-found", "--cascade=foreground", *ours, timeout=GONE_WITHIN
        )


def values(text: str) -> dict[str, str]:
    """What stands for the @NAMES@ in a lab's files: addresses and CA of the outside world, the image of CoreDNS."""
    replacements: dict[str, str] = {}
    if "@COREDNS_IMAGE@" in text:
        path = "jsonpath={.spec.template.spec.containers[0].image}"
        replacements["@COREDNS_IMAGE@"] = kubectl.output(
            "-n", "kube-system", "get", "deployment", "coredns", "-o", path
        )
    if "@CA@" in text:
        from course.provision import outside

        replacements["@CA@"] = b64encode(outside.authority().read_bytes()).decode()
    if "@ADDRESS@" in text or "@STANDBY@" in text:
        from course.provision import engine, outside

        addresses = outside.addresses(engine.chosen())
        replacements |= {"@ADDRESS@": addresses.primary, "@STANDBY@": addresses.standby}
    return replacements


def rendered(text: str) -> str:
    """The text with its @NAMES@ replaced."""
    for name, value in values(text).items():
        text = text.replace(name, value)
    return text


def namespaces(lab: Lab) -> str:
    """Manifests of the lab's namespaces; setup.yaml may add labels to them."""
    return "".join(kubectl.namespace_manifest(name, LABEL, lab.slug) for name in lab.namespaces)


def notes(lab: Lab) -> str:
    """ConfigMap `outside` for each namespace: what a provider tells a customer, its addresses and its CA."""
    from course.provision import outside

    authority = outside.authority().read_text()
    data = {"ca.crt": authority, "ADDRESS": "@ADDRESS@", "STANDBY": "@STANDBY@"}
    maps = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "outside", "namespace": name}, "data": data}
        for name in lab.namespaces
    ]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": maps})


def fill(lab: Lab) -> None:
    """Everything the lab starts with; returns when the Pods labelled `lab-wait` are ready. Idempotent."""
    _ensure(lab.parts)
    kubectl.apply(namespaces(lab))
    for name in lab.namespaces:  # a Pod is refused until its namespace's ServiceAccount is there
        kubectl.output("wait", "--for=create", "-n", name, "serviceaccount/default", "--timeout=120s", timeout=130)
    for name in lab.databases:
        make_database(name)
    setup = clone.text(lab.folder / "setup.yaml")
    text = rendered(f"{notes(lab)}\n---\n{setup}")
    kubectl.apply(text)
    for name in lab.namespaces:
        wait_for_pods(name)


def wait_for_pods(namespace: str) -> None:
    """The Pods and Deployments labelled `lab-wait` in a namespace are ready."""
    for kind, condition in (("pods", "Ready"), ("deployments", "Available")):
        if _listed(kind, "-n", namespace, "-l", "lab-wait"):
            words = (
                f"--for=condition={condition}",
                kind,
                "-n",
                namespace,
                "-l",
                "lab-wait",
                f"--timeout={READY_WITHIN}s",
            )
            kubectl.output("wait", *words, timeout=READY_WITHIN + 10, doing=f"Waiting for the {kind} of {namespace}")


def _ensure(names: Sequence[str]) -> None:
    if names:
        from course.provision import parts

        for name in names:
            parts.ensure(name)


def _listed(*words: str) -> list[str]:
    return kubectl.output("get", *words, "-o", "name").split()


def make_database(name: str) -> None:
    """A database of the lab's own on the outside PostgreSQL, owner `course`; what is in it is setup.yaml's matter."""
    drop_database(name)
    as_postgres("createdb", "-O", "course", name)


# With whatever a learner tied to it: connections, and replication slots, which are free once their sender has ended.
# The role's fence would stop the other labs and the lessons. Only where there is one: labs may be reset side by side.
DROP_DATABASE = """
SELECT pg_terminate_backend(active_pid, 60000) FROM pg_replication_slots WHERE database = :'name' AND active;
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = :'name';
DROP DATABASE IF EXISTS :"name" WITH (FORCE);
SELECT 'ALTER ROLE app LOGIN' FROM pg_roles WHERE rolname = 'app' AND NOT rolcanlogin \\gexec
SELECT 'ALTER ROLE app RESET ALL' FROM pg_roles WHERE rolname = 'app' AND rolconfig IS NOT NULL \\gexec
"""


def drop_database(name: str) -> None:
    """Drop it on the outside PostgreSQL, where it is there, and open the role `app` again where somebody closed it."""
    as_postgres("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-v", f"name={name}", "postgres", text=DROP_DATABASE)


def as_postgres(*words: str, text: str | None = None) -> str:
    """Run a program of the outside PostgreSQL as its superuser, `text` as its input; what it printed."""
    from course.provision import outside

    return outside.inside("runuser", "-u", "postgres", "--", *words, text=text)


def missing(task: Lab | Exercise) -> list[str]:
    """The task's namespaces that are not there, on their way out, or not of the course's making."""
    form = '{range .items[*]}{.metadata.name}{" "}{.status.phase}{"\\n"}{end}'
    result = kubectl.run("get", "namespaces", "-l", f"{task.label}={task.owner}", "-o", f"jsonpath={form}")
    if result.returncode:
        kubectl.require_ready()
        raise CourseError("The namespaces cannot be listed.", shell.last_words(result.stderr), "./course doctor")
    active = {line.split()[0] for line in result.stdout.splitlines() if line.endswith(" Active")}
    return [name for name in task.namespaces if name not in active]


def lesson_of(namespace: str) -> str | None:
    """The lesson that made a namespace, "" where none did; None where it is not there, or on its way out."""
    label = Exercise.label.replace(".", r"\.")
    form = f"jsonpath={{.status.phase}} {{.metadata.labels.{label}}}"
    phase, _, lesson = kubectl.run("get", "namespace", namespace, "-o", form).stdout.partition(" ")
    return lesson if phase == "Active" else None


def present(labs: Sequence[Lab]) -> list[str]:
    """The namespaces of these labs that are in the cluster, in any phase."""
    return kube_namespaces.present([name for lab in labs for name in lab.namespaces])


def clean(labs: Sequence[Lab], seconds: int = GONE_WITHIN) -> None:
    """Remove all that these labs made, in the cluster and outside.

    NotReady names what holds a namespace, CourseError one that the course did not make.
    """
    from course.provision import engine, kind_cluster

    kind_cluster.require_ours(engine.chosen())
    kube_namespaces.remove([name for lab in labs for name in lab.namespaces], LABEL, seconds)
    for kind_and_name in (thing for lab in labs for thing in lab.cluster_objects):
        kubectl.output("delete", kind_and_name, "--ignore-not-found", "--timeout=20s")
    for name in (name for lab in labs for name in lab.databases):
        drop_database(name)


def apply_answer(folder: Path) -> str:
    """Apply a solution (or a wrong answer): its solve.sh if it has one, else its manifests.

    Returns what was run and what it said.
    """
    script = folder / "solve.sh"
    if script.exists():
        output = shell.output(
            ["sh", "-euc", 'cd "$1" && . ./solve.sh', "-", folder],
            doing=f"{script.name} of {folder.parent.name}",
            next=f"begin afresh: ./course lab start {folder.parent.name}",
            timeout=180,
        )
        return f"{clone.text(script)}\n{output}"
    text = manifests(folder)
    return f"{text}\n{kubectl.apply(text)}"


def manifests(folder: Path) -> str:
    """The manifests of an answer with their @NAMES@ replaced; "" where a solve.sh does without."""
    return rendered("---\n".join(clone.text(path) for path in sorted(folder.glob("*.yaml"))))
