"""The container of .devcontainer/ starts a Docker of its own, in a real one."""

from pathlib import Path

import pytest

from course.base import paths
from course.base.errors import CourseError
from course.dev import dockerd
from course.provision import engine, images

pytestmark = pytest.mark.engines
# A second time it does nothing, as when the container is opened again.
SCRIPT = """set -eu
PATH=$PATH:/opt/docker/usr/sbin:/opt/docker/usr/bin
for time in first second; do /devcontainer/start-docker; docker info --format "$time: {{.ServerVersion}}"; done
pgrep -c -x dockerd
"""


def test_docker_is_started_in_the_container_once(tmp_path: Path) -> None:
    """In the node's image, with Docker as Debian has it: the image of .devcontainer/ itself needs a registry."""
    try:
        docker = dockerd.unpacked()
    except CourseError as error:
        pytest.skip(str(error))
    chosen = engine.chosen()
    places = {docker: "/opt/docker:ro", paths.ROOT / ".devcontainer": "/devcontainer:ro", tmp_path: "/var/lib/docker"}
    volumes = [word for here, there in places.items() for word in ("-v", f"{here}:{there}")]
    alone = ["run", "--rm", "--privileged", "--network=none", *volumes, "--entrypoint=sh"]
    said = chosen.output(*alone, images.node_image(chosen), "-c", SCRIPT, doing="Starting Docker", timeout=180)
    first, second, daemons = said.split("\n")[:3]
    assert first.startswith("first: ") and second == first.replace("first", "second")
    assert daemons == "1"
