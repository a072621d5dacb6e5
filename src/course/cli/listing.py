"""What verbs there are: listed in words by --help, and completed by a shell."""

import shlex
from collections.abc import Iterator

import typer
from typer._click.core import (  # typer's own copy; the class below is told these, and has no other names
    Command,
    Context,
)
from typer._click.formatting import HelpFormatter
from typer.core import TyperGroup
from typer.main import get_command

WHOLE = 1000  # characters of a sentence; a terminal's width breaks it, and nothing is cut


class Verbs(TyperGroup):
    """A list of verbs whose sentences are read whole."""

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:  # noqa: ARG002
        """As typer's own, but for the sentences that it cuts at the width of the terminal."""
        rows = [(name, verb.get_short_help_str(WHOLE)) for name, verb in self.commands.items() if not verb.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def bash(app: typer.Typer) -> str:
    """A shell's completion of `course`: verbs, options, and the names of labs, lessons and parts. For zsh, too.

    The words stand in it, so that Tab starts no program; a new shell has the words of today.
    """
    cases = [
        f"    {shlex.quote(' '.join(before))}) words={shlex.quote(' '.join(words))} ;;"
        for before, words in _words(get_command(app), ())
    ]
    return "\n".join(
        [
            "_course() {",
            "  local words=",
            '  case "${COMP_WORDS[*]:1:COMP_CWORD-1}" in',
            *cases,
            "  esac",
            '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
            "}",
            "complete -o default -F _course course",
        ]
    )


def _words(command: Command, before: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """For what was typed: what may come next."""
    verbs = command.commands if isinstance(command, TyperGroup) else {}
    options = [name for one in command.params for name in one.opts if name.startswith("--")]
    yield before, [*verbs, *_names(before), *options]
    for name, verb in verbs.items():
        yield from _words(verb, (*before, name))


def _names(before: tuple[str, ...]) -> list[str]:
    """What a verb does something with."""
    from course.lessons import catalog as lessons
    from course.provision import parts
    from course.tasks import catalog as labs

    if before[:1] == ("lab",) and before[1:] not in ((), ("list",)):
        return [lab.slug for lab in labs.labs()]
    if before in (("notebook", "reset"), ("dev", "author")):
        return [lesson.slug for lesson in lessons.lessons()]
    return [part.name for part in parts.PARTS] if before == ("parts",) else []
