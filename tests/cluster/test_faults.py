"""Faults on the real thing: what is said is typed, word for word, and after at most three lines the course is ready.

The table of faults has 190 here and 110 damaged state files (tests/unit/test_state.py). These, the quick third, are in
each run; of those here a share is, and all are with `./course test --all`.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from course.base import paths
from course.kube import corefile, kubectl
from course.provision import lifecycle
from course.provision.engine import Engine
from tests import daily
from tests.cluster import faults
from tests.cluster.helpers import Course, no_route_to

pytestmark = pytest.mark.cluster
# Two with advice to follow, which take seconds: those in the cluster take up to two minutes each.
TODAY = ["cluster.json a folder", "the lock is a folder"]
ROUNDS = {" + ".join(names): names for names in faults.rounds()}
ROUNDS_TODAY = daily.share(list(ROUNDS), of=len(ROUNDS))
KINDS = (
    "deployments,daemonsets,services,configmaps,serviceaccounts,roles,rolebindings,networkpolicies,resourcequotas,"
    "clusterroles,clusterrolebindings,storageclasses,namespaces,nodes"
)
PLACES = ("", "kube-system", "local-path-storage")
CONTENT = ("spec", "data", "rules", "roleRef", "subjects", "provisioner")
OF_ONE_CLUSTER = ("kube-root-ca.crt", "extension-apiserver-authentication")  # its CA: another one if it is made anew
KEEPSAKE = ("-n", "keepsake", "configmap", "mine")


def furniture() -> dict[str, Any]:
    """What stands in the cluster that no reader made, by kind, namespace and name; without what changes by itself."""
    found = {}
    for item in json.loads(kubectl.output("get", "-A", KINDS, "-o", "json"))["items"]:
        place, name = item["metadata"].get("namespace", ""), item["metadata"]["name"]
        if item["kind"] == "Namespace" and name not in (*PLACES, kubectl.TOOLBOX[0]):
            continue  # of an earlier test, and perhaps on its way out
        content = {key: item[key] for key in CONTENT if key in item}
        if item["kind"] == "Node":  # its addresses are given anew with a new object
            content = {"labels": item["metadata"]["labels"]}
        if name == "coredns" and "data" in content:  # the outside world's address changes when it is started again
            content["data"] = re.sub(corefile.FORWARD, "", content["data"]["Corefile"])
        template = content.get("spec", {}).get("template", {}).get("metadata", {})
        template.pop("annotations", None)  # when it was restarted
        template.pop("creationTimestamp", None)
        if place in PLACES and KEEPSAKE[1] not in (place, name) and name not in OF_ONE_CLUSTER:
            found[f"{item['kind']} {place} {name}"] = content
    return found


@pytest.fixture(scope="module")
def new(cluster: None) -> dict[str, Any]:
    """The furniture of the cluster before the first fault."""
    lifecycle.up(say=lambda text: None)
    return furniture()


def _prepare(course: Course) -> None:
    """A course that is ready, with a ConfigMap of the learner's in it."""
    if not lifecycle.status()["ready"]:
        course("up")
    kubectl.run("create", "namespace", KEEPSAKE[1])
    kubectl.run("create", *KEEPSAKE)


@pytest.fixture(scope="module")
def unprepared() -> set[str]:
    """Not empty before the first test, and after one that did not end well."""
    return {"the first"}


@pytest.fixture
def scene(
    engine: Engine, tmp_path: Path, course: Course, new: dict[str, Any], unprepared: set[str]
) -> Iterator[faults.Scene]:
    """Where a fault is injected."""
    if unprepared:
        _prepare(course)
    with ExitStack() as stack:
        yield faults.Scene(engine, tmp_path, stack)


def _led_out(names: Sequence[str], scene: faults.Scene, new: dict[str, Any], unprepared: set[str]) -> list[str]:
    """Inject faults, and type what is said: the lines that it took. AssertionError where something is not as it was."""
    unprepared.update(names)
    for name in names:
        faults.FAULTS[name](scene)
    lines = faults.follow(scene)
    now = furniture()
    assert {key for key in new if now.get(key) != new[key]} == set(), f"{lines}: not as it was"
    kept = kubectl.run("get", *KEEPSAKE).returncode == 0
    assert kept or not set(names).isdisjoint(faults.LOSSES), f"{lines}: nothing of the learner's is lost"
    assert set(names).isdisjoint(faults.NODE) or no_route_to("192.0.2.1"), "no packet of a Pod leaves this machine"
    if kept:
        unprepared.clear()
    return lines


def test_todays_faults_are_in_the_table() -> None:
    assert set(TODAY) <= set(faults.ALONE)


@pytest.mark.parametrize("name", daily.params(faults.ALONE, TODAY))
def test_what_is_said_next_leads_out(
    name: str, scene: faults.Scene, new: dict[str, Any], unprepared: set[str], proves: Callable[..., None]
) -> None:
    _led_out([name], scene, new, unprepared)
    proves("faults led out of")


@pytest.mark.parametrize("names", daily.params(ROUNDS, ROUNDS_TODAY))
def test_one_up_mends_what_has_nothing_to_do_with_each_other(
    names: str, scene: faults.Scene, new: dict[str, Any], unprepared: set[str], proves: Callable[..., None]
) -> None:
    assert _led_out(ROUNDS[names], scene, new, unprepared) == ["./course up"]
    proves("faults mended by ./course up", len(ROUNDS[names]))


def test_a_failed_question_is_no_no(course: Course) -> None:
    done = course("up", env={"TMPDIR": "/nonexistent"})
    assert done.returncode in (0, 2), done.stderr
    assert "building" not in done.stdout, "the image is there: that it cannot be asked for does not mean that it is not"
    assert course("up").returncode == 0, "what comes after it sees the steps of the last set-up"


@pytest.mark.parametrize("name", ["bad name!", "../x", "a" * 300, "-x", "UPPER"])
def test_a_name_that_can_be_none_is_said_first(name: str, course: Course, tmp_path: Path) -> None:
    done = course("up", env={"COURSE_CLUSTER": name, "COURSE_STATE": str(tmp_path)})
    assert done.returncode == 2 and "no name for a cluster" in done.stderr
    assert not list(tmp_path.iterdir())


def test_without_a_cluster_nothing_else_is_asked(course: Course, tmp_path: Path) -> None:
    """kubectl without a kubeconfig asks port 8080 of this machine."""
    env = {"COURSE_CLUSTER": f"{paths.cluster_name()}-none", "COURSE_STATE": str(tmp_path / "new" / "place")}
    done = course("ask", "kubernetes", env=env)
    assert done.returncode == 2 and "8080" not in done.stderr and "./course up" in done.stderr
    assert course("lab", "list", env=env).returncode == 0
