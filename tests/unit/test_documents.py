"""The commands in our documents work: each block is run, or held against the command line, by its tag."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from course.base import paths
from tests.unit import clone, documents


def test_every_block_has_a_known_tag() -> None:
    strange = [f"{fence.name}: ```{fence.tag}" for fence in documents.fences() if fence.tag not in documents.TAGS]
    assert not strange, f"tag them: {', '.join(sorted(documents.TAGS))}"
    assert {fence.tag for fence in documents.fences()} == documents.TAGS, "a tag that no block has is proven by nothing"


@pytest.mark.parametrize("path", documents.documents(), ids=lambda path: str(path.relative_to(paths.ROOT)))
def test_no_command_hides_in_an_indented_block(path: Path) -> None:
    text = documents.FENCE.sub("", path.read_text())
    assert not re.findall(r"(?m)^\n {4,}\S.*$", text), "make it a block with a tag"


@pytest.mark.slow  # a copy of the clone for each
@pytest.mark.parametrize("fence", documents.fences("bash"), ids=lambda fence: fence.name)
def test_what_is_tagged_bash_runs(fence: documents.Fence, tmp_path: Path) -> None:
    copy = clone.copied(tmp_path)
    # without installing a .venv in the copy
    (copy / "course").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m course "$@"\n')
    argv = ["bash", "-eu", "-o", "pipefail", "-c", fence.text]
    result = subprocess.run(argv, cwd=copy, env=clone.environment(copy), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("fence", documents.fences("bash parse", "bash", "bash cluster"), ids=lambda fence: fence.name)
def test_every_verb_and_option_is_there(fence: documents.Fence) -> None:
    ours = [words for words in fence.commands if words[0].endswith("course")]
    assert ours
    assert ours == fence.commands or fence.tag == "bash", "nobody would run the other lines"
    for words in ours:
        documents.parse(words)


@pytest.mark.parametrize(
    "line", ["./course strat", "./course down --al", "course dev bump kubernets 1.2.3", "./course lab start"]
)
def test_what_is_not_there_is_found(line: str) -> None:
    with pytest.raises(documents.WrongCall):
        documents.parse(line.split())


# `./course ...` and `course ...` in running text and in tables.
SPOKEN = [
    (path, command)
    for path in documents.documents()
    for command in re.findall(r"`((?:\./)?course [a-z][^`\n]*)`", documents.FENCE.sub("", path.read_text()))
    if "..." not in command
]


def test_commands_in_running_text_are_there() -> None:
    assert len(SPOKEN) > 10
    for path, command in SPOKEN:
        for each in command.split(" && "):
            try:
                documents.parse(each.split())
            except documents.WrongCall as error:
                pytest.fail(f"{path.name}: {each}: {error}")
