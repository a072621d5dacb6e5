"""Namespaces that the course made: known by a label, never by a name alone; removed, or who holds them is named."""

import json
import re
import time
from collections.abc import Sequence

from course.base import ownership
from course.base.errors import CourseError, NotReady
from course.kube import kubectl

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
        if reason := held(name):
            raise NotReady(
                f"The namespace {name} cannot go.",
                reason,
                f"Look at the objects named above (kubectl -n {name} get KIND NAME -o yaml), remove their "
                "metadata.finalizers with kubectl patch, then try again.",
            )


def held(name: str) -> str:
    """What keeps a namespace from going, in the API's words and with the objects' names; "" where nothing does."""
    done = kubectl.run("get", "namespace", name, "-o", "json")
    if done.returncode:
        return ""
    conditions = json.loads(done.stdout).get("status", {}).get("conditions", [])
    messages = {one["type"]: one["message"] for one in conditions if one["status"] == "True"}
    if "NamespaceFinalizersRemaining" not in messages:
        return ""
    text = " ".join(messages.values())
    kinds = sorted(set(re.findall(r"(\S+?)\.? has \d+ resource", text)))
    objects = [item for kind in kinds for item in kubectl.run("get", kind, "-n", name, "-o", "name").stdout.split()]
    return f"{text} Objects: {', '.join(objects) or 'none'}."
