"""The place of the lesson: a namespace with clients, an operator's Pod, two databases, and the recordings."""

import base64
import gzip
import json
import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.base import clone
from course.base.errors import CourseError, NotReady
from course.base.shell import last_words
from course.kube import kubectl
from course.lessons import begin as first_cell
from course.lessons.begin import LABEL
from course.lessons.migration import pod_shell
from course.provision import outside

NAMESPACE = "migration"
SLUG = "migration"
FILES = Path(__file__).parent / "in_pod"
CLIENTS = ("reconnect", "pool", "resolved-once")
OUTSIDE_NAME = "users.cxyz123.us-east-1.rds.amazonaws.com"
Row = tuple[str, str, int]  # key, the side that accepted it first, id


@dataclass(frozen=True)
class Recordings:
    """What the clients recorded, oldest first, and when each phase began (a name may come more than once)."""

    operations: list[dict[str, Any]] = field(default_factory=list)
    phases: list[tuple[float, str]] = field(default_factory=list)

    def cut(self, start: float, end: float = float("inf")) -> "Recordings":
        """Only this time."""
        return Recordings(
            [entry for entry in self.operations if start <= entry["at"] < end],
            [(at, name) for at, name in self.phases if start <= at < end],
        )

    def last(self, seconds: float) -> "Recordings":
        """Only the last seconds."""
        return self.cut(max((entry["at"] for entry in self.operations), default=0.0) - seconds)

    def when(self, phase: str) -> float:
        """When a phase began; the last time, where it began more than once."""
        times = [at for at, name in self.phases if name == phase]
        if not times:
            names = ", ".join(name for _, name in self.phases)
            raise CourseError(
                f"No phase {phase!r} is recorded.", f"There are: {names}.", "Run the lesson from its top."
            )
        return times[-1]


def kubectl_here(*arguments: str, timeout: float = 60) -> str:
    """kubectl in the lesson's namespace; a failure is a CourseError."""
    return kubectl.output("-n", NAMESPACE, *arguments, timeout=timeout)


def run_as_operator(*arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """A program in the operator's Pod; never raises."""
    return pod_shell.run(NAMESPACE, "admin", *arguments, timeout=timeout)


def output_as_operator(*arguments: str, timeout: float = 60) -> str:
    """A program in the operator's Pod; a failure is a CourseError."""
    result = run_as_operator(*arguments, timeout=timeout)
    if result.returncode:
        raise CourseError(
            f"{arguments[0]} in the operator's Pod failed.", last_words(result.stderr), "kubectl get pods -n migration"
        )
    return result.stdout


def psql(side: str, /, *arguments: str, mark: str = "", timeout: float = 60, **values: object) -> str:
    """psql on one side, as its owner; values become psql variables, `mark` is written to the recordings before."""
    mark_command = ["-c", rf"\! /steps/mark {shlex.quote(mark)}"] if mark else []
    variables = [word for name, value in values.items() for word in ("-v", f"{name}={value}")]
    options = ("-X", "-q", "-At", "-v", "ON_ERROR_STOP=1")
    return output_as_operator(
        "psql", f"service={side}", *options, *variables, *mark_command, *arguments, timeout=timeout
    ).strip()


def run_sql(side: str, file: str, /, *, mark: str = "", timeout: float = 60, **values: object) -> str:
    """One of the SQL files in in_pod/, run on one side."""
    return psql(side, "-f", f"/steps/{file}.sql", mark=mark, timeout=timeout, **values)


def record_phase(phase: str) -> None:
    """Write to the recordings that a phase begins now."""
    output_as_operator("/steps/mark", phase)


def manifest(name: str, **values: str) -> str:
    """One of the YAML files in in_pod/, its capital words replaced."""
    text = clone.text(FILES / f"{name}.yaml")
    for word, value in values.items():
        text = text.replace(word, value)
    return without_claims(text) if "persistentVolumeClaim:" in text and not has_default_class() else text


def has_default_class() -> bool:
    """Whether a PersistentVolumeClaim gets a volume here without naming a class."""
    annotations = kubectl.output("get", "storageclass", "-o", "jsonpath={.items[*].metadata.annotations}")
    return '"storageclass.kubernetes.io/is-default-class":"true"' in annotations


def without_claims(text: str) -> str:
    """The manifest for a cluster without default StorageClass: folders of the node, which outlive a Pod as well."""
    folder = r"hostPath: {path: /var/local/course-migration/\1, type: DirectoryOrCreate}"
    return re.sub(r"persistentVolumeClaim: \{claimName: (\w+)\}", folder, text)


def remove(say: Callable[[str], object] = print) -> None:
    """The Pods and volumes of an earlier run, then its database on the outside server. The namespace stays.

    say: is told of each before it goes, because all of it takes some seconds.
    """
    kubectl.require_ready()
    pod_shell.close()
    # In this order, and waited for: a namespace that still holds volumes takes a quarter of a minute to go.
    for kind in ("deployments", "pods", "services", "persistentvolumeclaims"):
        say(f"Removing {kind}")
        options = ("--now",) if kind == "pods" else ()
        kubectl.output("-n", NAMESPACE, "delete", kind, "--all", *options, "--timeout=180s", timeout=190)
    target = "host=127.0.0.1 user=course password=course dbname=postgres"
    say("Removing the database outside, with its replication slots")
    # On the server itself: it must work too when somebody broke DNS.
    outside.inside(
        "sh", "-c", f"psql -Xq -v ON_ERROR_STOP=1 '{target}' <<'SQL'\n{clone.text(FILES / 'remove.sql')}\nSQL"
    )


def begin() -> None:
    """A fresh namespace with the operator's Pod, and an empty database on the outside server, open for the app."""
    if LABEL in kubectl.run("get", "namespace", NAMESPACE, "-o", "jsonpath={.metadata.labels}").stdout:
        remove(lambda _: None)
    first_cell.begin(SLUG)  # which speaks by itself
    remove(lambda _: None)
    files = [f"--from-file={path}" for path in sorted(FILES.iterdir()) if path.suffix != ".yaml"]
    client = Path(__file__).with_name("client.py")
    tls = outside.authority().parent
    kubectl_here("create", "configmap", "steps", *files, f"--from-file={client}", f"--from-file={tls / 'ca.crt'}")
    pair = (f"--from-file=postgres.{part}={tls / f'inside.{part}'}" for part in ("crt", "key"))
    kubectl_here("create", "secret", "generic", "postgres-tls", *pair)
    if has_default_class():
        kubectl.apply("---\n".join(manifest("claim", NAME=name) for name in ("postgres", "recordings")))
    kubectl.apply(manifest("admin"))
    kubectl_here("wait", "--for=condition=Ready", "pod/admin", "--timeout=240s", timeout=250)
    record_phase("start")
    make_database("outside")
    run_sql("outside", "open")


def make_database(side: str) -> None:
    """The empty database on one side, closed to the app."""
    psql(f"{side} dbname=postgres", "-f", "/steps/database.sql", born=side)
    run_sql(side, "schema")


def start_inside() -> None:
    """PostgreSQL in the cluster, ready, with an empty database that is closed to the app."""
    kubectl.apply(manifest("postgres"))
    _rolled_out("postgres")
    output_as_operator("/steps/reachable", "user-db-new")
    make_database("inside")


def _rolled_out(deployment: str) -> None:
    """Wait until its Pods of now are ready."""
    kubectl_here("rollout", "status", f"deployment/{deployment}", "--timeout=240s", timeout=250)


def start_clients(*kinds: str) -> None:
    """The clients, one Deployment a kind; returns when each was told that a row is stored."""
    kinds = kinds or CLIENTS
    kubectl.apply("---\n".join(manifest("client", KIND=kind) for kind in kinds))
    for kind in kinds:
        _rolled_out(kind)
    wait_for_writes(*kinds)


def restart_clients(*kinds: str) -> None:
    """New Pods for these clients: they resolve the name again, and go on with their next row."""
    for kind in kinds:
        kubectl_here("rollout", "restart", f"deployment/{kind}")
    for kind in kinds:
        _rolled_out(kind)


def recordings(last: int = 0) -> Recordings:
    """All that was recorded until now, or only the last lines of each file."""
    reader = f"tail -q -n {last}" if last else "cat"
    # it may be megabytes
    packed = output_as_operator("sh", "-c", f"{reader} /recordings/*.jsonl | gzip -1 | base64 -w0")
    lines = [json.loads(line) for line in gzip.decompress(base64.b64decode(packed)).splitlines()]
    lines.sort(key=lambda entry: float(entry["at"]))
    return Recordings(
        [entry for entry in lines if "op" in entry],
        [(entry["at"], entry["phase"]) for entry in lines if "phase" in entry],
    )


def latest(seconds: float) -> Recordings:
    """Only the last seconds, without carrying all of it here."""
    return recordings(last=int(12 * seconds)).last(seconds)


def wait_for_writes(*kinds: str, count: int = 5, side: str = "any", seconds: float = 90) -> None:
    """Until each of these clients was told `count` times from now on that a row is stored (on this side).

    NotReady where that takes too long.
    """
    arguments = (str(count), str(seconds), side, *(kinds or CLIENTS))
    result = run_as_operator("/steps/wait-for-writes", *arguments, timeout=seconds + 30)
    if result.returncode:
        raise NotReady("The clients do not write.", result.stderr.strip(), "kubectl get pods -n migration")


def rows(side: str) -> list[Row]:
    """All rows stored on one side."""
    tsv = psql(side, "-c", "COPY (SELECT key, side, id FROM entries ORDER BY id) TO STDOUT")
    columns = [line.split("\t") for line in tsv.splitlines()]
    return [(key, born, int(number)) for key, born, number in columns]


def node_address() -> str:
    """Where the outside server finds the node."""
    addresses = kubectl.output("get", "nodes", "-o", "jsonpath={.items[0].status.addresses}")
    ipv4 = [
        entry["address"]
        for entry in json.loads(addresses)
        if entry["type"] == "InternalIP" and ":" not in entry["address"]
    ]
    if not ipv4:
        raise CourseError("The node has no IPv4 address.", f"It says: {addresses}", "kubectl get nodes -o wide")
    return str(ipv4[0])


def node_port() -> str:
    """The port of the node that leads to the inside server."""
    return kubectl_here("get", "service", "user-db-from-outside", "-o", "jsonpath={.spec.ports[0].nodePort}")
