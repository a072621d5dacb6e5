"""Faults on the real thing: what is said is typed, word for word, and after at most three lines the course is ready.

Every third in an ordinary run, all with `./course test --all`.
"""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from course.base import paths
from course.kube import kubectl
from course.provision import kind_cluster, outside
from course.provision.engine import REMEMBERED, Engine
from tests import daily
from tests.cluster.helpers import Course

pytestmark = pytest.mark.cluster
Fault = Callable[[Engine], object]
KUBECONFIG, RECORD = paths.KUBECONFIG, kind_cluster.RECORD


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def changed(path: Path, **keys: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | keys))


def garbage(path: Path) -> None:
    path.write_bytes(bytes(range(128, 256)))


def in_system(*words: str) -> None:
    kubectl.output("-n", "kube-system", *words)


FAULTS: dict[str, Fault] = {
    "kubeconfig empty": lambda engine: KUBECONFIG.write_text(""),
    "kubeconfig gone": lambda engine: KUBECONFIG.unlink(),
    "kubeconfig cut": lambda engine: cut(KUBECONFIG),
    "kubeconfig is no text": lambda engine: garbage(KUBECONFIG),
    "kubeconfig leads elsewhere": lambda engine: KUBECONFIG.write_text(
        re.sub(r"server: .*", "server: https://127.0.0.1:9", KUBECONFIG.read_text())
    ),
    "record empty": lambda engine: RECORD.write_text(""),
    "record gone": lambda engine: RECORD.unlink(),
    "record is a list": lambda engine: RECORD.write_text("[1]"),
    "record of a newer version": lambda engine: changed(RECORD, colour="blue"),
    "record with a number as id": lambda engine: changed(RECORD, container_id=5),
    "record is no text": lambda engine: garbage(RECORD),
    "engine is no text": lambda engine: garbage(REMEMBERED),
    "engine is no engine": lambda engine: REMEMBERED.write_text("cri-o"),
    "CoreDNS scaled to nothing": lambda engine: in_system("scale", "deployment", "coredns", "--replicas=0"),
    "CoreDNS deleted": lambda engine: in_system("delete", "deployment", "coredns"),
    "Corefile deleted": lambda engine: in_system("delete", "configmap", "coredns"),
    "Corefile empty": lambda engine: in_system("patch", "configmap", "coredns", "-p", '{"data": {"Corefile": ""}}'),
    "DNS Service deleted": lambda engine: in_system("delete", "service", "kube-dns"),
    "kube-proxy deleted": lambda engine: in_system("delete", "daemonset", "kube-proxy"),
    "node paused": lambda engine: engine.output("pause", kind_cluster.node(), doing="Pausing"),
    "node stopped": lambda engine: engine.output("stop", kind_cluster.node(), doing="Stopping"),
    "node killed": lambda engine: engine.output("kill", kind_cluster.node(), doing="Killing"),
    "outside paused": lambda engine: engine.output("pause", outside.container(), doing="Pausing"),
    "outside stopped": lambda engine: engine.output("stop", "-t", "1", outside.container(), doing="Stopping"),
    "outside removed": lambda engine: engine.output("rm", "-f", outside.container(), doing="Removing"),
    "a server stopped": lambda engine: outside.service("stop", "dns"),
    "toolbox deleted": lambda engine: kubectl.output("delete", "pod", "toolbox", "-n", "course-tools", "--now"),
    "toolbox's namespace deleted": lambda engine: kubectl.output("delete", "namespace", "course-tools"),
}
TODAY = daily.share(sorted(FAULTS))
WORDS = re.compile(r"(?m)^(?:Next:| +type:) +(?:\S+: )?(\./course [a-z ]+?)(?:[,.;:]|$)")


@pytest.mark.parametrize("name", daily.params(FAULTS, TODAY))
def test_what_is_said_next_leads_out(name: str, course: Course, engine: Engine) -> None:
    course("up")
    FAULTS[name](engine)
    typed: list[str] = []
    done = course("status")
    while done.returncode or not typed:
        assert "Traceback" not in done.stderr and done.returncode in (0, 1, 2), done.stderr
        following = WORDS.findall(done.stdout + done.stderr) or (["./course up"] if not typed else [])
        assert following and len(typed) < 3, f"{name}: after {typed}: {done.stdout}{done.stderr}"
        typed.append(following[0])
        done = course(*shlex.split(following[0])[1:])
    assert course("status").returncode == 0, f"{name}: {typed} ended well, and the course is not ready"
    assert "doctor" not in " ".join(typed) or typed.count("./course up") <= 1, f"a circle: {typed}"


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
