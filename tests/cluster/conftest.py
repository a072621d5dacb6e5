"""Helpers for tests on the real cluster."""

import os
import subprocess
import uuid
from collections.abc import Iterator

import pytest

from course.base import paths
from course.kube import kubectl
from course.provision import engine as engines
from course.provision import outside
from tests.cluster.helpers import Course


@pytest.fixture(scope="session", autouse=True)
def _ready(cluster: None) -> None:
    """Every test here needs the cluster."""


@pytest.fixture(scope="session")
def engine() -> engines.Engine:
    return engines.choose(install=False)


@pytest.fixture
def namespace() -> Iterator[str]:
    """A fresh namespace of its own, removed afterwards."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    kubectl.apply(kubectl.namespace_manifest(name, "made-by", "a-test"))
    kubectl.output("wait", "--for=create", "-n", name, "serviceaccount/default", "--timeout=180s", timeout=190)
    yield name
    kubectl.run("delete", "pods", "--all", "-n", name, "--now")
    kubectl.run("delete", "namespace", name, "--wait=false")


@pytest.fixture
def outside_world(engine: engines.Engine) -> Iterator[outside.Addresses]:
    """The outside world as at the start, before and after."""
    outside.reset(engine)
    yield outside.addresses(engine)
    outside.reset(engine)


@pytest.fixture
def course() -> Course:
    """Run the command as a learner does."""

    def run(*words: str, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        command = [str(paths.ROOT / "course"), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=900, env={**os.environ, **(env or {})})

    return run
