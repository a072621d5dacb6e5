"""Types shared by the tests on the cluster."""

import subprocess
from collections.abc import Callable

Course = Callable[..., "subprocess.CompletedProcess[str]"]
