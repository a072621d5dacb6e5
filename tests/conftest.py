"""Shared by all tests: the real cluster, as a learner has it."""

import pytest

from course.base import shell
from course.kube import kubectl


@pytest.fixture(scope="session")
def cluster() -> None:
    """The real cluster answers; `./course test` set it up."""
    kubectl.require_ready()


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run with the course's kubeconfig and tools, as notebooks and the CLI do."""
    wanted = shell.environment()
    for name in ("KUBECONFIG", "KUBECACHEDIR", "PATH"):
        monkeypatch.setenv(name, wanted[name])
