"""What desks will meet, before anybody waits for one: their image on each node, and what they reach.

A Pod on each node pulls the image there, and says of which version of the course it is: what a registry refuses, and a
desk that is not the hub's, is said to the facilitator and not to a participant. One more is in the desks' network
policy, and says whether it reaches the hub, and what it should not reach.
"""

import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import yaml

from course.base.errors import CourseError, NotReady
from course.base.waiting import until
from course.provision.engine import Say
from course.workshop import hub

LABEL = "externalname-course-trial=yes"
COURSE = "externalname-course"  # the name of its package
SAYS = ("/course/.venv/bin/python", "-c", f"from importlib.metadata import version; print(version({COURSE!r}))")
# The hub by its name, and the API of the cluster, which the policy forbids: it may take some seconds to be in force.
REACHES = """
import os, socket, time
def reached(host, port):
    try:
        socket.create_connection((host, port), timeout=5).close()
        return "yes"
    except OSError as error:
        return str(error) or "no answer"
def at_last(wanted, host, port):
    end = time.monotonic() + 30
    while ((said := reached(host, port)) == "yes") != wanted and time.monotonic() < end:
        time.sleep(1)
    return said
print("hub:", at_last(True, "hub.%s.svc", 8081))
print("api:", at_last(False, os.environ["KUBERNETES_SERVICE_HOST"], int(os.environ["KUBERNETES_SERVICE_PORT"])))
"""
PATIENCE = 900.0  # seconds for a pull of some gigabytes
PULLS = ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName")


def run(image: str, say: Say) -> None:
    """CourseError where a node cannot have the image, or where it holds no desk of this version."""
    nodes = usable(json.loads(hub.kubectl("get", "nodes", "-o", "json")))
    say(f"trying the desks' image on {len(nodes)} {'node' if len(nodes) == 1 else 'nodes'}")
    for words in _said([pod(node, image, number) for number, node in enumerate(nodes)], image):
        _refuse_another(image, words)


def reach(image: str, say: Say) -> None:
    """CourseError where a desk would not reach the hub; said, where it reaches what the policy forbids.

    image: the hub's, which is there already, and has a Python.
    """
    say("trying what a desk reaches")
    node = usable(json.loads(hub.kubectl("get", "nodes", "-o", "json")))[0]
    desk = pod(node, image, 0, command=("python", "-c", REACHES % hub.NAMESPACE))
    desk["metadata"]["labels"] |= dict([hub.DESKS.split("=")])
    (words,) = _said([desk], image)
    if open_ := judged(words):
        say(open_)


def judged(words: str) -> str:
    """What is to be said of a cluster that does not enforce the policy; "" for one that does.

    words: what the Pod printed. CourseError where a desk would not reach the hub.
    """
    said = dict(line.split(": ", 1) for line in words.splitlines() if ": " in line)
    if said.get("hub") != "yes":
        raise CourseError(
            "A desk would not reach the hub.",
            f"A Pod in the desks' network policy says: {said.get('hub', words[-200:])}. The policy lets it ask Pods "
            "with the label k8s-app=kube-dns in kube-system for names: a DNS cache on each node is none of them.",
            hub.typed("describe", "networkpolicy", "desks"),
        )
    if said.get("api") != "yes":
        return ""
    return (
        "Note: this cluster does not enforce NetworkPolicies. A desk reaches the API, other desks, and all that a Pod "
        "reaches: take a network plugin that enforces them, or a cluster with nothing else in it."
    )


def _said(pods: Sequence[dict[str, Any]], image: str) -> list[str]:
    """What these Pods print; they are removed again."""
    _remove()
    try:
        hub.kubectl("create", "-f", "-", text=yaml.safe_dump_all(pods))
        look = hub.typed("get", "events")  # the Pods themselves are removed below
        until(lambda: _all_ended(image), seconds=PATIENCE, what="The pull of the desks' image", next=look)
        return [hub.kubectl("logs", made["metadata"]["name"]).strip() for made in pods]
    finally:
        _remove()


def _remove() -> None:
    hub.kubectl("delete", "pods", "-l", LABEL, "--now", timeout=120)


def usable(nodes: dict[str, Any]) -> list[str]:
    """The nodes that take ordinary Pods. nodes: as kubectl lists them. NotReady where there is none."""

    def takes(node: dict[str, Any]) -> bool:
        taints = node["spec"].get("taints", [])
        return not node["spec"].get("unschedulable") and all(each["effect"] == "PreferNoSchedule" for each in taints)

    names = [node["metadata"]["name"] for node in nodes["items"] if takes(node)]
    if not names:
        look = hub.typed("describe", "nodes")
        raise NotReady("No node of the cluster takes Pods.", "All are tainted or cordoned.", look)
    return names


def pod(node: str, image: str, number: int, command: Sequence[str] = SAYS) -> dict[str, Any]:
    """A Pod on this node that says the version of the desk, or what this command prints, and ends."""
    key, value = LABEL.split("=")
    pull = "IfNotPresent" if image.startswith("localhost/") else "Always"  # as the hub has it for desks
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"trial-{number}", "namespace": hub.NAMESPACE, "labels": {key: value}},
        "spec": {
            "nodeName": node,
            "automountServiceAccountToken": False,
            "restartPolicy": "Never",
            "containers": [{"name": "desk", "image": image, "command": list(command), "imagePullPolicy": pull}],
        },
    }


def _all_ended(image: str) -> bool:
    pods = json.loads(hub.kubectl("get", "pods", "-l", LABEL, "-o", "json"))["items"]
    finished = [ended(made, image) for made in pods]  # each is looked at: one that is refused ends the wait
    return all(finished)


def ended(made: dict[str, Any], image: str) -> bool:
    """Whether this Pod has said its version. CourseError where it will not. made: as kubectl gets it."""
    node, status = made["spec"]["nodeName"], made["status"]
    states = [each["state"] for each in status.get("containerStatuses", [])]
    for waiting in (state["waiting"] for state in states if "waiting" in state):
        if waiting.get("reason") in PULLS:
            raise CourseError(
                f"The node {node} cannot get {image}.", waiting.get("message", waiting["reason"]), _next(image)
            )
    if status.get("phase") == "Failed" or any("message" in state.get("terminated", {}) for state in states):
        words = "; ".join(state["terminated"].get("message", "") for state in states if "terminated" in state)
        raise CourseError(
            f"{image} is no desk: the course does not start in it.", words or status.get("message", ""), _make()
        )
    return bool(status.get("phase") == "Succeeded")


def _make() -> str:
    return f"./course workshop image, then {hub.again()}"


def _next(image: str) -> str:
    """What helps where an image is not to be had. An image of this machine alone is in no registry."""
    if image.startswith("localhost/"):
        return f"{hub.again()} --registry HOST, from which the nodes can pull"
    secret = hub.typed("create", "secret", "docker-registry", "NAME")
    patch = hub.typed("patch", "serviceaccount", "default", "-p", '{"imagePullSecrets": [{"name": "NAME"}]}')
    return f"if it wants a login: {secret} ..., then {patch}, then {hub.again()}"


def _refuse_another(image: str, its_version: str) -> None:
    if its_version != (ours := version(COURSE)):
        raise CourseError(
            f"{image} is a desk of the course's version {its_version[:40]!r}, this hub is of {ours}.",
            "They would not understand each other, and participants would wait for desks of another course.",
            _make(),
        )
