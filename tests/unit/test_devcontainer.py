"""The container that Codespaces and VS Code open: what it names is there."""

import json
import os
import shlex

from course.base import paths, versions
from tests.unit import documents

FOLDER = paths.ROOT / ".devcontainer"
SETTINGS = json.loads((FOLDER / "devcontainer.json").read_text())
COMMANDS = [shlex.split(text) for key, text in SETTINGS.items() if key.endswith("Command")]


def test_its_commands_are_there_and_the_course_takes_them() -> None:
    assert [words[:2] for words in COMMANDS] == [
        ["./course", "--help"],
        [".devcontainer/start-docker"],
        ["./course", "start"],
    ]
    for words in COMMANDS:
        assert os.access(paths.ROOT / words[0], os.X_OK)
        if words[0] == "./course":
            documents.parse(words)


def test_the_port_of_the_course_is_forwarded() -> None:
    assert SETTINGS["forwardPorts"] == [paths.PORT]
    assert list(SETTINGS["portsAttributes"]) == [str(paths.PORT)]


def test_docker_may_run_in_it_and_has_a_place_of_its_own() -> None:
    assert SETTINGS["privileged"] is True
    assert [mount["target"] for mount in SETTINGS["mounts"]] == ["/var/lib/docker"]


def test_it_is_the_debian_of_the_course() -> None:
    recipe = (FOLDER / SETTINGS["build"]["dockerfile"]).read_text()
    assert f"ARG BASE={versions.pinned().debian_official.rpartition('/')[2]}\n" in recipe
    assert {"docker.io", "python3-venv"} <= set(recipe.split())
