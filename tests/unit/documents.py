"""The blocks of commands in our documents, by their tag."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer.main

from course.base import paths
from course.cli.app import app
from course.dev import repository

FENCE = re.compile(r"(?ms)^```(?P<tag>[^\n]*)\n(?P<text>.*?)^```$")
WrongCall: type[Exception] = typer.BadParameter.__mro__[1]  # click's UsageError; typer brings a click of its own
TAGS = {"bash", "bash cluster", "bash parse", "text"}


@dataclass(frozen=True)
class Fence:
    """One block: its document, its tag, its text, the line where it begins."""

    document: Path
    tag: str
    text: str
    line: int

    @property
    def name(self) -> str:
        return f"{self.document.relative_to(paths.ROOT)}:{self.line}"

    @property
    def commands(self) -> list[list[str]]:
        """The words of each line that is a command."""
        return [words for line in self.text.splitlines() if (words := shlex.split(line, comments=True))]


def documents() -> list[Path]:
    """All documents but those of the labs, whose commands are the learner's to try."""
    return [
        path
        for path in repository.files("*.md")
        if not path.is_relative_to(paths.ROOT / "labs") and "skeleton" not in path.parts
    ]


def fences(*tags: str) -> list[Fence]:
    """The blocks with one of these tags, or all."""
    every = [
        Fence(path, match["tag"], match["text"], path.read_text()[: match.start()].count("\n") + 1)
        for path in documents()
        for match in FENCE.finditer(path.read_text())
    ]
    return [fence for fence in every if not tags or fence.tag in tags]


def parse(words: list[str]) -> None:
    """Hold a command against the command line's own parser; WrongCall for a verb or an option that is not there."""
    assert words[0] in ("./course", "course"), f"{words[0]} is not ours: tag the block `bash` or `text`"
    command: Any = typer.main.get_command(app)
    words = words[1:]
    while hasattr(command, "resolve_command") and words and not words[0].startswith("-"):
        _, command, words = command.resolve_command(typer.Context(command), words)
    try:
        command.make_context(command.name, words)
    except typer.Exit as end:
        assert end.exit_code == 0  # --help
