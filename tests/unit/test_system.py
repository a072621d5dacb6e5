"""What differs from what kubeadm and kind made: each change that matters is seen, and what the API adds is none."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from course.provision import system

WANTED: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "coredns", "namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"k8s-app": "kube-dns"}},
        "template": {
            "metadata": {"creationTimestamp": None, "labels": {"k8s-app": "kube-dns"}},
            "spec": {
                "nodeSelector": {"kubernetes.io/os": "linux"},
                "containers": [{"name": "coredns", "image": "coredns:1", "args": ["-conf", "Corefile"]}],
            },
        },
    },
    "status": {"replicas": 0},
}


def found() -> dict[str, Any]:
    """The same as the API has it: with defaults, a status, and what the course changed in it."""
    live = copy.deepcopy(WANTED)
    live["metadata"] |= {"uid": "u", "creationTimestamp": "2026-11-27T21:14:04Z"}
    live["spec"] |= {"progressDeadlineSeconds": 600}
    live["spec"]["template"]["metadata"] |= {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}
    live["spec"]["template"]["spec"]["containers"][0] |= {"readinessProbe": {"periodSeconds": 1}}
    return live | {"status": {"replicas": 2}}


def test_what_the_api_adds_is_no_difference() -> None:
    assert system.different([WANTED], [found()]) == []


def pod(live: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = live["spec"]["template"]["spec"]
    return spec


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "replicas": lambda live: live["spec"].update(replicas=0),
    "paused": lambda live: live["spec"].update(paused=True),
    "image": lambda live: pod(live)["containers"][0].update(image="coredns:2"),
    "an argument less": lambda live: pod(live)["containers"][0]["args"].pop(),
    "a container more": lambda live: pod(live)["containers"].append({"name": "mine"}),
    "another node": lambda live: pod(live)["nodeSelector"].update(disk="none"),
    "another label to select": lambda live: live["spec"]["selector"]["matchLabels"].update(mine="1"),
    "no label": lambda live: live["metadata"].pop("labels"),
    "another namespace": lambda live: live["metadata"].update(namespace="default"),
    "no spec": lambda live: live.pop("spec"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_a_difference(change: str) -> None:
    live = found()
    CHANGES[change](live)
    assert system.different([WANTED], [live]) == [WANTED]


def test_what_is_gone_is_a_difference_and_the_corefile_is_the_lessons() -> None:
    corefile = {"kind": "ConfigMap", "metadata": {"name": "coredns", "namespace": "kube-system"}, "data": {"a": "b"}}
    assert system.different([WANTED, corefile], []) == [WANTED, corefile]
    assert system.different([corefile], [{**corefile, "data": {}}]) == []
    others = {**corefile, "metadata": {"name": "kube-proxy", "namespace": "kube-system"}}
    assert system.different([others], [{**others, "data": {"a": "b", "c": "d"}}]) == [others]
    assert system.different([others], [{**others, "data": {}}]) == [others]


@pytest.mark.parametrize(
    ("resources", "asked"), [(["pods"], True), (["*"], True), (["services", "*/*"], True), (["services"], False)]
)
def test_what_is_asked_before_a_pod_is_made_can_be_in_its_way(resources: list[str], asked: bool) -> None:
    rules = [{"resources": ["configmaps"]}, {"resources": resources}]
    assert system._is_asked_for_pods({"spec": {"matchConstraints": {"resourceRules": rules}}}) is asked
    assert system._is_asked_for_pods({"webhooks": [{}, {"rules": rules}]}) is asked
