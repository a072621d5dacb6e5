"""Types shared by the tests on the cluster."""

import subprocess
from collections.abc import Callable

from course.kube import kubectl

Course = Callable[..., "subprocess.CompletedProcess[str]"]


def no_route_to(address: str) -> bool:
    """Whether a Pod is told at once that no way leads there."""
    script = f"import socket; socket.create_connection(('{address}', 443), timeout=10)"
    return "Network is unreachable" in kubectl.in_toolbox("python3", "-c", script).stderr
