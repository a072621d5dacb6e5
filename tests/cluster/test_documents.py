"""The blocks of our documents that need a cluster, on one."""

import subprocess

import pytest

from course.base import paths, shell
from tests.unit import documents


@pytest.mark.parametrize("fence", documents.fences("bash cluster"), ids=lambda fence: fence.name)
def test_what_is_tagged_bash_cluster_runs(cluster: None, fence: documents.Fence) -> None:
    argv = ["bash", "-eu", "-o", "pipefail", "-c", fence.text]
    result = subprocess.run(argv, cwd=paths.ROOT, env=shell.environment(), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
