"""The part `edge` in a cluster: it goes there once, runs, and is what it says."""

import pytest

from course.base.versions import pinned
from course.kube import kubectl
from course.provision import edge, kind_cluster, parts
from course.provision.engine import chosen
from tests import daily

pytestmark = pytest.mark.cluster
NAMESPACE = "edge"
SETTINGS = "accesslog-format: envoy\n"
WITHIN = 240  # seconds from the manifest to a ready edge: some, where the machine has nothing else to do


@pytest.fixture(scope="module")
def part(cluster: None) -> parts.Part:
    """The part, made and in the cluster."""
    parts.ensure("edge")
    return parts.find("edge")


def test_it_is_in_the_cluster_and_not_put_there_twice(part: parts.Part) -> None:
    assert parts.state(part) == "in the cluster"
    said: list[str] = []
    parts.ensure("edge", said.append)
    assert said == []


@daily.WEEKLY
def test_it_is_put_there_again_where_the_node_lost_its_image(part: parts.Part) -> None:
    words = ("ctr", "-n", "k8s.io", "images", "rm", "--sync", part.image())
    chosen().output("exec", kind_cluster.node(), *words, doing="Removing the image")
    assert parts.state(part) == "made"
    parts.ensure("edge")
    assert parts.state(part) == "in the cluster"


def test_its_pods_are_ready_soon(part: parts.Part) -> None:
    kubectl.run("delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=240s", timeout=250)
    kubectl.apply(kubectl.namespace_manifest(NAMESPACE, "externalname-course/test", "parts"))
    try:
        kubectl.output("wait", "--for=create", "-n", NAMESPACE, "serviceaccount/default", "--timeout=180s", timeout=190)
        settings = ("create", "configmap", "contour", "-n", NAMESPACE, f"--from-literal=contour.yaml={SETTINGS}")
        kubectl.output(*settings)
        kubectl.output("apply", "-n", NAMESPACE, "-f", str(part.manifest))
        rollout = ("rollout", "status", "deployment/edge", "-n", NAMESPACE)
        kubectl.output(*rollout, f"--timeout={WITHIN}s", timeout=WITHIN + 10)
        program = ("exec", "-n", NAMESPACE, "deployment/edge", "-c")
        version = kubectl.run(*program, "contour", "--", "contour", "version")
        assert f"v{pinned().edge_contour}" in version.stdout + version.stderr
        (wanted,) = {
            line.split("==")[1].split()[0] for line in edge.ENVOY_WHEEL.read_text().splitlines() if "==" in line
        }
        assert f"/{wanted}/" in kubectl.output(*program, "envoy", "--", "envoy", "--version")
    finally:
        kubectl.output("delete", "namespace", NAMESPACE, "--timeout=240s", timeout=250)
