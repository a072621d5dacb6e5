"""Namespaces that the course made: known by a label, never by a name alone; removed, or who holds them is named."""

import json
import re
import time
from collections.abc import Sequence

from course.base import ownership
from course.base.errors import CourseError, NotReady
from course.kube import kubectl

NO_FINALIZERS = '{"metadata":{"finalizers":null}}'
LOOK_AFTER = 12  # seconds without a result until it is asked what holds a namespace


def present(names: Sequence[str]) -> list[str]:
    """Those of these namespaces that are in the cluster, in any phase."""
    found = set(kubectl.output("get", "namespaces", "-o", "jsonpath={.items[*].metadata.name}").split())
    return [name for name in names if name in found]


def ours(names: Sequence[str], label: str) -> list[str]:
    """Those of these namespaces that are in the cluster.

    CourseError if one is there without the label that the course gives to its own.
    """
    form = r'{range .items[*]}{.metadata.name}{" "}{.metadata.labels}{"\n"}{end}'
    lines = kubectl.output("get", "namespaces", "-o", f"jsonpath={form}").splitlines()
    labels = {name: text for name, _, text in (line.partition(" ") for line in lines)}
    found = [name for name in names if name in labels]
    foreign = [name for name in found if not ownership.is_ours(name, None, labelled=f'"{label}":' in labels[name])]
    if foreign:
        raise CourseError(
            f"There is a namespace {foreign[0]} that the course did not make.",
            f"It has no label {label}: it may hold your own work, so it is left alone.",
            f"If you do not need what is in it: kubectl delete namespace {foreign[0]}. Then try again.",
        )
    return found


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


def settle(name: str, seconds: float) -> None:
    """Wait for a namespace that is being deleted to be gone; NotReady as `remove` says it. Any other is let be."""
    done = kubectl.run("get", "namespace", name, "--ignore-not-found", "-o", "jsonpath={.status.phase}")
    if done.stdout == "Terminating":
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
    done = kubectl.run("get", "namespace", name, "-o", "json")
    if done.returncode:
        return [], ""
    found = json.loads(done.stdout)
    messages = {one["type"]: one["message"] for one in found["status"].get("conditions", []) if one["status"] == "True"}
    if "NamespaceFinalizersRemaining" in messages:
        text = " ".join(messages.values())
        kinds = sorted(set(re.findall(r"(\S+?)\.? has \d+ resource", text)))
        objects = [item for kind in kinds for item in kubectl.run("get", kind, "-n", name, "-o", "name").stdout.split()]
        return objects, f"{text} Objects: {', '.join(objects) or 'none'}."
    own = found["metadata"].get("finalizers", [])
    emptied = "deletionTimestamp" in found["metadata"] and not found["spec"].get("finalizers")
    return ([f"namespace/{name}"], f"It has finalizers of its own: {', '.join(own)}.") if own and emptied else ([], "")
