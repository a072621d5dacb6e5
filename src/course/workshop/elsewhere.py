"""A room on a cluster that is there already: what is asked of it before anything is made in it, and how all goes again.

The facilitator's kubeconfig is read once. What is kept of it is the one context, in the state folder.
"""

import json
import os
import re
import secrets
import shlex
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from course.base import files, ownership, shell, state
from course.base.errors import CourseError, Foreign, NotReady
from course.base.waiting import until
from course.provision.engine import Engine, Say
from course.workshop import hub, image, trial
from course.workshop.entrance import Entrance
from course.workshop.preflight import Finding, answer

OF_KUBERNETES = re.compile(r"kube-.*|local-path-storage")
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
DELETE = f"delete namespace {hub.NAMESPACE}"
A_DESK = {"memory": hub.MEMORY_A_DESK, "cpu": hub.CPU_A_DESK, "pods": 1}  # what is counted of a node
RECLAIM = '{"spec": {"persistentVolumeReclaimPolicy": "Delete"}}'
GOING = 60  # seconds for a volume to go after its claim
QUANTITY = re.compile(r"(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+)|([A-Za-z]*))")
UNITS = (
    {"": 1.0, "n": 1e-9, "u": 1e-6, "m": 1e-3}
    | {unit: 1000.0**power for power, unit in enumerate("kMGTPE", 1)}
    | {f"{unit}i": 1024.0**power for power, unit in enumerate("KMGTPE", 1)}
)


@dataclass(frozen=True)
class Place:
    """context: of the facilitator's kubeconfig. registry: where the images go, "" where each node has them already.

    yes: other people's Pods beside the desks are known of.
    """

    context: str
    registry: str = ""
    yes: bool = False


def up(
    engine: Engine, seats: int, place: Place, say: Say, idle: float = hub.IDLE, wishes: hub.Wishes = hub.USUAL
) -> hub.Room:
    """The hub answers in that cluster; what is there already stays. CourseError where it cannot have a room."""
    asked = options(place, idle, wishes)
    hub.refuse_another_place(place.context, seats)
    say(f"Made in the cluster of the context {place.context}: the namespace {hub.NAMESPACE}, and in it JupyterHub,")
    say(f"at most {seats} desks, and a volume for each. Nothing outside of that namespace is changed.")
    say("A desk is a privileged Pod: who has one is close to root on its node.")
    with _kubeconfig(place.context):
        known = _own_namespace(place.context)
        _refuse_strangers(place, hub.line(seats, asked))
        _refuse_too_many(place, seats, asked)
        _refuse_without_volumes(place)
        if not known:
            _claim(place.context)
        hub.remember(seats, asked)
        try:
            _refuse_unprivileged(place)
        except CourseError:
            if not known:
                _unclaim()
            raise
        of_the_hub, of_desks = hub.build(engine, say), hub.desk_image(engine, say)
        if place.registry:
            say(f"pushing the images to {place.registry} (some minutes)")
            of_the_hub, of_desks = (image.push(engine, name, place.registry) for name in (of_the_hub, of_desks))
        room = hub.make_secrets(f"http://{hub.AT_HOME.host}:{hub.PORT}")
        sign_in, runtime = hub.set_provider(wishes), wishes.runtime
        made = hub.manifests(
            of_the_hub,
            of_desks,
            seats,
            idle,
            front=hub.INSIDE,
            sign_in=sign_in,
            runtime=runtime,
            processors=_processors(),
        )
        hub.begin(made, of_desks, say)
    return room


def check(seats: int, place: Place) -> list[Finding]:
    """What a room there needs, asked as `up` asks it. CourseError where that cluster cannot be asked.

    Whether it takes privileged Pods is asked last, in the namespace.
    """
    hub.refuse_another_place(place.context, seats)
    asked = options(place, hub.IDLE, hub.USUAL)
    with _kubeconfig(place.context):
        known = _own_namespace(place.context)
        privileged = _refuse_unprivileged if known else _refuse_unprivileged_when_new
        beside = (
            "other people's Pods beside the desks are known of" if place.yes else "no other people's Pods run there"
        )
        return [
            answer(beside, lambda: _refuse_strangers(place, hub.line(seats, asked))),
            answer(f"its nodes have room for {seats} desks", lambda: _refuse_too_many(place, seats, asked)),
            answer("it has a default StorageClass", lambda: _refuse_without_volumes(place)),
            answer("it takes privileged Pods", lambda: privileged(place)),
        ]


def down(say: Say, *, yes: bool = False) -> None:
    """Remove the namespace, and with it all desks, names and passwords; which volumes stay, is said.

    yes: where the cluster does not answer any more, the room is forgotten here, and that is said.
    """
    context = hub.elsewhere()
    try:
        known = _own_namespace(context)
    except Foreign:
        raise
    except CourseError as silent:
        return _forget(context, silent, say, yes=yes)
    volumes = _volumes(say) if known else {}
    bound = {name for name, each in volumes.items() if each["status"]["phase"] == "Bound"}
    if known:
        _remove_namespace()
    staying = _staying(bound, say)
    hub.forget()
    say(f"The hub and all its desks are removed from the cluster of the context {context}.")
    if staying:
        say(f"Volumes that stay there, with what participants did: {', '.join(staying)}. To remove them, too:")
        say(f"  kubectl --context {shlex.quote(context)} patch persistentvolume {' '.join(staying)} -p '{RECLAIM}'")


def _volumes(say: Say) -> dict[str, dict[str, Any]]:
    """The PersistentVolumes that are, or were, for claims of the room's namespace, by name. {} where none may ask."""
    try:
        every = json.loads(hub.kubectl("get", "persistentvolumes", "-o", "json"))["items"]
    except CourseError as refused:
        say(f"Whether volumes stay cannot be asked: {refused.why}")
        return {}
    of_the_room = (each for each in every if each["spec"].get("claimRef", {}).get("namespace") == hub.NAMESPACE)
    return {each["metadata"]["name"]: each for each in of_the_room}


def _staying(before: set[str], say: Say) -> list[str]:
    """Which of these volumes are there still, once those had a minute that go with their claims."""

    def left() -> dict[str, str]:
        there = _volumes(say) if before else {}
        return {name: there[name]["spec"]["persistentVolumeReclaimPolicy"] for name in before & there.keys()}

    with suppress(NotReady):
        until(lambda: "Delete" not in left().values(), seconds=GOING, what="The end of the volumes")
    return sorted(left())


def _forget(context: str, silent: CourseError, say: Say, *, yes: bool) -> None:
    """Know nothing any more of a room whose cluster does not answer; CourseError where that was not asked for."""
    if not yes:
        raise CourseError(silent.what, silent.why, f"{silent.next}; or, to forget it: {hub.LOSE}")
    hub.forget()
    say(f"The cluster of the context {context} does not answer: {silent.why}")
    say(f"The hub is forgotten here. There it may still be: kubectl --context {context} {DELETE}")


@contextmanager
def _kubeconfig(context: str) -> Iterator[None]:
    """The one context as the hub's kubeconfig; it goes again where nothing was made."""
    theirs = os.environ.get("KUBECONFIG") or str(Path.home() / ".kube" / "config")
    words = ["kubectl", "config", "view", "--raw", "--minify", "--flatten", "--context", context]
    read = shell.run(words, env=shell.environment({"KUBECONFIG": theirs}))
    if read.returncode:
        raise CourseError(
            f"There is no context {context!r} in {theirs}.",
            shell.last_words(read.stderr, 1),
            f"KUBECONFIG={shlex.quote(theirs)} kubectl config get-contexts",
        )
    files.replace(hub.KUBECONFIG, read.stdout, mode=0o600)
    try:
        yield
    finally:
        if not hub.RECORD.exists():
            hub.KUBECONFIG.unlink(missing_ok=True)


def _own_namespace(context: str) -> str:
    """The uid of our namespace, "" where there is none; Foreign where somebody else has one of that name.

    The id that was written down decides; before there is one, the mark: another copy may have its hub in that cluster.
    """
    uid, mark = _found()
    known = state.read(hub.RECORD)
    marked = bool(mark) and mark == state.text(known, hub.MARK)
    if uid and not ownership.is_ours(uid, state.text(known, "id"), labelled=marked):
        raise Foreign(
            f"The cluster has a namespace {hub.NAMESPACE} that this copy of the course did not make.",
            "It is left alone: it may be another room.",
            f"./course workshop down in the clone that made it; if that is gone: kubectl --context {context} {DELETE}",
        )
    if uid and marked:
        state.add(hub.RECORD, id=uid)
    return uid


def _found() -> tuple[str, str]:
    """(uid, mark) of the namespace; ("", "") where there is none."""
    said = hub.kubectl("get", "namespace", hub.NAMESPACE, "--ignore-not-found", "-o", "json")
    metadata = json.loads(said)["metadata"] if said else {}
    return metadata.get("uid", ""), metadata.get("annotations", {}).get(hub.MARK, "")


def _claim(context: str) -> None:
    """Make the namespace. Before it is written down that it will be ours: after an interruption it is known again."""
    mark = secrets.token_hex(8)
    state.write(hub.RECORD, context=context, id="", **{hub.MARK: mark})
    try:
        hub.make_namespace(mark)
    except CourseError:
        if _found()[1] != mark:
            hub.forget()
        raise
    state.add(hub.RECORD, id=_found()[0])


def _unclaim() -> None:
    """Take away the namespace that was made to ask in it."""
    _remove_namespace()
    hub.forget()


def _remove_namespace() -> None:
    hub.kubectl("delete", "namespace", hub.NAMESPACE, "--timeout=300s", timeout=310)


def _refuse_strangers(place: Place, command: str) -> None:
    """CourseError where other people's Pods run there and nobody said that this is known."""
    if place.yes or not (others := strangers(json.loads(hub.kubectl("get", "pods", "-A", "-o", "json")))):
        return
    named = ", ".join(f"{name} ({count})" for name, count in sorted(others.items())[:5])
    raise CourseError(
        f"Other people's Pods run in the cluster of the context {place.context}, in: {named}.",
        "A desk is privileged: its participant can leave it for the node, and then has all that is on it.",
        f"a cluster of its own is better; if you mean it: {command} --yes",
    )


def strangers(pods: dict[str, list[dict[str, dict[str, str]]]]) -> Counter[str]:
    """The namespaces with Pods that are neither Kubernetes' own nor ours -> how many. pods: as kubectl lists them."""
    names = (pod["metadata"]["namespace"] for pod in pods["items"])
    return Counter(name for name in names if name != hub.NAMESPACE and not OF_KUBERNETES.fullmatch(name))


def _refuse_too_many(place: Place, seats: int, asked: str) -> None:
    nodes, pods = (json.loads(hub.kubectl("get", *words, "-o", "json")) for words in (("nodes",), ("pods", "-A")))
    if (most := carried(nodes, pods)) < seats:
        raise CourseError(
            f"{seats} seats do not fit into the cluster of the context {place.context}.",
            f"{hub.TAKES}; beside the Pods that are there, its nodes have room for {most}.",
            hub.line(most, asked) if most else "give it a larger node, then the same command again",
        )


def carried(nodes: dict[str, Any], pods: dict[str, Any]) -> int:
    """How many desks have room on the nodes that take Pods, beside the Pods there that are no desks.

    nodes, pods: as kubectl lists them.
    """
    free = _allocatable(nodes)
    for pod in pods["items"]:
        if (node := pod["spec"].get("nodeName")) in free and not _is_desk(pod):
            asked = [_amounts(each.get("resources", {}).get("requests", {})) for each in pod["spec"]["containers"]]
            for name in A_DESK:
                free[node][name] -= sum(amounts[name] for amounts in asked) + (name == "pods")
    few = 1e-6  # of a desk: what is lost in numbers with a point
    return sum(max(0, min(int(left[name] / A_DESK[name] + few) for name in A_DESK)) for left in free.values())


def _processors() -> float:
    """Of all nodes that take Pods."""
    nodes = json.loads(hub.kubectl("get", "nodes", "-o", "json"))
    return sum(amounts["cpu"] for amounts in _allocatable(nodes).values())


def _allocatable(nodes: dict[str, Any]) -> dict[str, dict[str, float]]:
    """What each node that takes Pods has for them, by its name. nodes: as kubectl lists them."""
    every = {each["metadata"]["name"]: each["status"]["allocatable"] for each in nodes["items"]}
    return {name: _amounts(every[name]) for name in trial.usable(nodes)}


def _amounts(quantities: dict[str, str]) -> dict[str, float]:
    return {name: in_bytes(quantities.get(name, "0")) for name in A_DESK}


def _is_desk(pod: dict[str, Any]) -> bool:
    """One of ours, which has a seat already; or one that has ended, which takes nothing."""
    of_ours = (pod["metadata"]["namespace"], pod["metadata"].get("labels", {}).get("externalname-course"))
    return of_ours == (hub.NAMESPACE, "desk") or pod["status"].get("phase") in ("Succeeded", "Failed")


def in_bytes(quantity: str) -> float:
    """A quantity of Kubernetes, such as 16Gi or 1e9, as a number; 0 for what is none."""
    match = QUANTITY.fullmatch(quantity)
    if match is None or (match[3] or "") not in UNITS:
        return 0
    return float(match[1]) * (10.0 ** int(match[2]) if match[2] else UNITS[match[3]])


def _refuse_without_volumes(place: Place) -> None:
    classes = json.loads(hub.kubectl("get", "storageclasses", "-o", "json"))["items"]
    if not any(each["metadata"].get("annotations", {}).get(DEFAULT_CLASS) == "true" for each in classes):
        names = [each["metadata"]["name"] for each in classes]
        chosen = names[0] if len(names) == 1 else "NAME"
        raise CourseError(
            f"The cluster of the context {place.context} has no default StorageClass.",
            f"Each desk keeps its work on a volume. There is {', '.join(names) or 'no StorageClass at all'}.",
            f"kubectl --context {place.context} annotate storageclass {chosen} {DEFAULT_CLASS}=true",
        )


def _refuse_unprivileged_when_new(place: Place) -> None:
    """The same in a namespace that is there for this question alone: a policy may look at its name or its labels."""
    _claim(place.context)
    try:
        _refuse_unprivileged(place)
    finally:
        _unclaim()


def _refuse_unprivileged(place: Place) -> None:
    """CourseError where the cluster takes no privileged Pod in our namespace."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "may-it-be", "namespace": hub.NAMESPACE},
        "spec": {"containers": [{"name": "desk", "image": "none", "securityContext": {"privileged": True}}]},
    }
    try:
        # A Pod is refused until its namespace's ServiceAccount is there.
        hub.kubectl("wait", "--for=create", "serviceaccount/default", "--timeout=60s", timeout=70)
        hub.kubectl("create", "--dry-run=server", "-f", "-", text=yaml.safe_dump(pod))
    except CourseError as refused:
        raise CourseError(
            f"The cluster of the context {place.context} takes no privileged Pods.",
            f"An engine runs in each desk. It says: {refused.why}",
            "ask whoever runs it, or take a cluster of this machine: ./course workshop up --seats 2",
        ) from None


def options(place: Place, idle: float, wishes: hub.Wishes) -> str:
    """What asked for this room, as it is typed behind `up`."""
    registry = f" --registry {place.registry}" if place.registry else ""
    known = " --yes" if place.yes else ""
    return f" --context {shlex.quote(place.context)}{registry}{hub.options(idle, wishes)}{known}"


def refuse_mixed(seats: int, idle: float, place: Place, wishes: hub.Wishes, door: Entrance) -> None:
    """CourseError for options of the one kind of hub with the other, and for what is no registry.

    place.context: "" for a hub on this machine.
    """
    if place.context and door != hub.AT_HOME:
        raise CourseError(
            "--listen and --certificate are for a hub on this machine.",
            "In another cluster an Ingress or a load balancer of that cluster stands before it.",
            hub.line(seats, options(place, idle, wishes)),
        )
    if (place.registry or wishes.runtime) and not place.context:
        raise CourseError(
            "--registry and --runtime-class go with --context.",
            "A hub on this machine has its images from the engine, and the runtime of kind's node.",
            hub.line(seats, hub.options(idle, replace(wishes, runtime=""), door)),
        )
    if place.registry:
        without = hub.line(seats, options(replace(place, registry=""), idle, wishes))
        image.refuse_no_registry(place.registry, f"{without} --registry")
