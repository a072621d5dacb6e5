"""Namespaces that the course made: known by a label, never by a name alone; removed, or who holds them is named."""

import json
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from course.base import ownership
from course.base.errors import CourseError, NotReady
from course.kube import kubectl

NO_FINALIZERS = '{"metadata":{"finalizers":null}}'
OWNERS = {
    *(f"{kind}.v1.apps" for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")),
    *("Job.v1.batch", "CronJob.v1.batch"),
}
MADE_BY_OWNERS = ("ReplicaSet.v1.apps", "Job.v1.batch", "Pod.v1.")
EVENTS = {"Event.v1.", "Event.v1.events.k8s.io"}  # of what goes, and not in the way of what comes
EMPTY_WITHIN = 6  # seconds; about three, where the machine has nothing else to do. With LOOK_AFTER below 20
# Kubernetes makes two of them again, and whoever takes a namespace into use applies the third.
THERE_FROM_THE_START = {"configmap/kube-root-ca.crt", "serviceaccount/default", "limitrange/course"}
LOOK_AFTER = 12  # seconds without a result until it is asked what holds a namespace


def present(names: Sequence[str]) -> list[str]:
    """Those of these namespaces that are in the cluster, in any phase."""
    in_cluster = set(kubectl.output("get", "namespaces", "-o", "jsonpath={.items[*].metadata.name}").split())
    return [name for name in names if name in in_cluster]


def ours(names: Sequence[str], label: str) -> list[str]:
    """Those of these namespaces that are in the cluster.

    CourseError if one is there without the label that the course gives to its own.
    """
    return list(_ours(names, label))


def _ours(names: Sequence[str], label: str) -> dict[str, dict[str, Any]]:
    """The same, each with its metadata."""
    items = json.loads(kubectl.output("get", "namespaces", "-o", "json"))["items"]
    every = {item["metadata"]["name"]: item["metadata"] for item in items}
    asked = {name: every[name] for name in names if name in every}
    for name, metadata in asked.items():
        if not ownership.is_ours(name, None, labelled=label in metadata["labels"]):
            raise CourseError(
                f"There is a namespace {name} that the course did not make.",
                f"It has no label {label}: it may hold your own work, so it is left alone.",
                f"If you do not need what is in it: kubectl delete namespace {name}. Then try again.",
            )
    return asked


def remove(names: Sequence[str], label: str, seconds: float) -> None:
    """Remove these namespaces, and return when they are gone.

    CourseError where one is not ours, before any is touched. NotReady names what holds one as soon as that is certain,
    or what is left after `seconds`.
    """
    left = ours(names, label) if names else []
    if not left:
        return
    for name in left:  # not all of their programs listen when they are told to stop
        kubectl.run("delete", "pods", "--all", "--now", "--wait=false", "-n", name)
    kubectl.output("delete", "namespace", *left, "--ignore-not-found", "--wait=false")
    _await(left, seconds)


@dataclass(frozen=True)
class Left:
    """What an earlier run left: each namespace's metadata, and what is in it (kind/name -> its kind for kubectl).

    complete: whether every kind could be listed; an API group that does not answer may hold something, too.
    """

    metadata: dict[str, dict[str, Any]]
    things: dict[str, dict[str, str]]
    complete: bool

    def can_stay(self, name: str, label: str) -> bool:
        """Whether nothing is on the namespace but what each of ours has."""
        metadata, labels = self.metadata[name], {label, "kubernetes.io/metadata.name"}
        plain = set(metadata["labels"]) == labels and not metadata.get("finalizers")
        return self.complete and plain and "deletionTimestamp" not in metadata


def left(names: Sequence[str], label: str) -> Left:
    """Look at those of these namespaces that are there; CourseError as `ours` says it."""
    metadata = _ours(names, label)
    kinds = kubectl.run("api-resources", "--namespaced", "--verbs=delete,list", "-o", "name")
    return Left(metadata, _contents(list(metadata), kinds.stdout.split()), not kinds.returncode)


def _contents(names: Sequence[str], kinds: Sequence[str]) -> dict[str, dict[str, str]]:
    """What is in each of these namespaces, but for what was there from the start: kind/name -> kind for kubectl."""
    contents: dict[str, dict[str, str]] = {name: {} for name in names}
    if not names:
        return contents
    form = r'{range .items[*]}{.metadata.namespace}{" "}{.apiVersion}{" "}{.kind}{" "}{.metadata.name}{"\n"}{end}'
    where = ("-n", *names) if len(names) == 1 else ("-A",)
    for line in kubectl.output("get", ",".join(kinds), *where, "-o", f"jsonpath={form}").splitlines():
        namespace, version, kind, name = line.split(" ", 3)
        thing = f"{kind.lower()}/{name}"
        if namespace in contents and thing not in THERE_FROM_THE_START:
            group, _, version = version.rpartition("/")
            contents[namespace][thing] = f"{kind}.{version}.{group}"
    return contents


def clear(there: Left, label: str, seconds: float) -> None:
    """As `remove`, but a namespace that can be emptied stays: the controller that removes one first waits 5 s.

    Source of the 5 s: namespaceDeletionGracePeriod in Kubernetes' namespace_controller.go.
    """
    plain = {name: set(things.values()) for name, things in there.things.items() if there.can_stay(name, label)}
    stay = _emptied(plain)
    remove([name for name in there.things if name not in stay], label, seconds)


def _emptied(holding: dict[str, set[str]]) -> list[str]:
    """Those in which nothing is left, after all of the kinds that each holds was told to go."""
    if not any(holding.values()):
        return list(holding)
    with ThreadPoolExecutor(len(holding)) as pool:
        told = list(pool.map(_told_to_go, holding, holding.values()))
    try:
        # Owners may have made something before they went.
        left = _contents(list(holding), sorted({*MADE_BY_OWNERS}.union(*holding.values())))
    except CourseError:
        return []
    return [name for name, gone in zip(holding, told, strict=True) if gone and set(left[name].values()) <= EVENTS]


def _told_to_go(namespace: str, kinds: set[str]) -> bool:
    """Delete all of these kinds in it; whether all went in time."""
    # Owners first, and none takes its own along: what follows an owner would have its 30 s, not the one of --now.
    ordered = sorted(kinds - EVENTS, key=lambda kind: kind not in OWNERS)
    words = ("--all", "--now", "--cascade=orphan", "-n", namespace, f"--timeout={EMPTY_WITHIN}s")
    gone = not ordered or not kubectl.run("delete", ",".join(ordered), *words).returncode
    # All in one call: kubectl waits a tenth of a second for each, and there are many.
    kubectl.run("delete", "--raw", f"/api/v1/namespaces/{namespace}/events")
    return gone


def settle(name: str, seconds: float) -> None:
    """Wait for a namespace that is being deleted to be gone; NotReady as `remove` says it. Any other is let be."""
    phase = kubectl.run("get", "namespace", name, "--ignore-not-found", "-o", "jsonpath={.status.phase}")
    if phase.stdout == "Terminating":
        _await([name], seconds)


def _await(left: list[str], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while left:
        words = [f"namespace/{name}" for name in left]
        kubectl.run("wait", "--for=delete", *words, f"--timeout={LOOK_AFTER}s", timeout=LOOK_AFTER)  # for all of them
        left = present(left)
        _refuse_held(left)
        if left and time.monotonic() > deadline:
            raise NotReady(
                f"Still there after {seconds:.0f} s: {', '.join(left)}.", "", f"kubectl get all -n {left[0]}"
            )


def _refuse_held(names: Sequence[str]) -> None:
    for name in names:
        held_by, reason = held(name)
        if reason:
            patches = [f"kubectl -n {name} patch {item} --type=merge -p '{NO_FINALIZERS}'" for item in held_by]
            raise NotReady(
                f"The namespace {name} cannot go.",
                reason,
                f"{'; '.join(patches)}, then the same command again. It takes off the finalizers.",
            )


def held(name: str) -> tuple[list[str], str]:
    """What keeps a namespace from going: the objects' names, and why; ([], "") where nothing does."""
    printed = kubectl.run("get", "namespace", name, "-o", "json")
    if printed.returncode:
        return [], ""
    body = json.loads(printed.stdout)
    messages = {one["type"]: one["message"] for one in body["status"].get("conditions", []) if one["status"] == "True"}
    if "NamespaceFinalizersRemaining" in messages:
        text = " ".join(messages.values())
        kinds = sorted(set(re.findall(r"(\S+?)\.? has \d+ resource", text)))
        objects = [item for kind in kinds for item in kubectl.run("get", kind, "-n", name, "-o", "name").stdout.split()]
        return objects, f"{text} Objects: {', '.join(objects) or 'none'}."
    own = body["metadata"].get("finalizers", [])
    emptied = "deletionTimestamp" in body["metadata"] and not body["spec"].get("finalizers")
    return ([f"namespace/{name}"], f"It has finalizers of its own: {', '.join(own)}.") if own and emptied else ([], "")
