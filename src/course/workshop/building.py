"""A container to build an image in, where a Dockerfile is not enough: its parts and pip's settings are in no layer."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from course.base import shell
from course.provision.engine import LABEL, Engine
from course.workshop import pip

PARTS = "/build"  # where the build's own files are in the container that is built in: a volume, no part of the image


@contextmanager
def container(engine: Engine, image: str, work: Path) -> Iterator[str]:
    """A container to build in; it and its volumes go with the block."""
    options = ["-d", "--privileged", "--network", "host", "-v", f"{work}:{PARTS}:ro"]
    command = ["run", *options, "--entrypoint", "sleep", image, "infinity"]
    made = engine.output(*command, doing="Starting the container to build in").strip()
    try:
        yield made
    finally:
        engine.run(*engine.removal, made, timeout=300)


def inside(engine: Engine, container: str, script: str, doing: str, *words: str) -> None:
    """Run a script of sh in the container, with these words; its output goes to a log."""
    argv = [engine.name, "exec", "-e", f"PIP_CONFIG_FILE={PARTS}/{pip.FILE}", container, "sh", "-c", script, *words]
    shell.logged(argv, log="image-workshop", doing=doing, env=engine.environment)


def commit(engine: Engine, container: str, wanted: str, entrypoint: Sequence[str]) -> None:
    """Keep what was built under a name of ours; the image that had it before goes, where nobody runs it."""
    before = engine.inspect("image", wanted, "{{.Id}}")
    lines = [f"ENTRYPOINT {json.dumps(entrypoint)}", "CMD []", f"LABEL {LABEL}={wanted}"]
    words = [word for line in lines for word in ("--change", line)]
    engine.output("commit", *words, container, wanted, doing=f"Keeping {wanted}", timeout=900)
    if before:
        engine.run("rmi", before)
