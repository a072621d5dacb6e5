"""The verbs `interview ...`: parse, call, and carry a dialog through the terminal, line by line."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from course.base.errors import CourseError, in_words

if TYPE_CHECKING:
    from course.interview.dialog import Dialog

app = typer.Typer(
    rich_markup_mode=None,
    invoke_without_command=True,
    help="Interview practice: questions with proofs. Begin with: ./course interview warm-up",
)
Seed = Annotated[int | None, typer.Option(min=1, help="The same number draws the same questions; else by chance.")]
Topic = Annotated[str, typer.Option("--topic", help="Only this topic: a word of `course interview`.")]
Level = Annotated[str, typer.Option("--level", help="Only junior, senior or staff.")]


def converse(dialog: Dialog) -> None:
    """Plain lines: print a text, read a line, until the dialog is over. Ctrl-C and Ctrl-D pause it."""
    try:
        shown = next(dialog)
        while True:
            typer.echo(f"\n{shown}")
            shown = dialog.send(input("> "))
    except StopIteration as end:
        typer.echo(f"\n{end.value}")
    except (KeyboardInterrupt, EOFError):
        typer.echo("\nPaused. What you answered is kept.")
        raise KeyboardInterrupt from None
    finally:
        dialog.close()


def _seed(given: int | None) -> int:
    """A seed that is easy to type again."""
    return given or secrets.randbelow(9999) + 1


@app.callback()
def overview(
    context: typer.Context,
    export: Annotated[
        tuple[str, Path] | None,
        typer.Option("--export", metavar="anki FILE", help="Write the questions as a deck: --export anki deck.apkg"),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--for-interviewer", metavar="SEED", min=1, help="A set of questions with rubrics, by a number."),
    ] = None,
) -> None:
    """Interview practice: what there is, what is due, what to type. Needs no cluster, but for live tasks."""
    from course.interview import anki, desk, interviewer, pool

    if context.invoked_subcommand:
        return
    if export:
        if export[0] != "anki":
            raise CourseError(f"{export[0]!r} is no deck.", "", "./course interview --export anki deck.apkg")
        typer.echo(f"Written: {anki.write(pool.questions(), export[1])} notes to {export[1]}. Anki: File, Import.")
    if seed:
        typer.echo(interviewer.text(seed))
    if not (export or seed):
        typer.echo(desk.overview())


@app.command("warm-up")
def warm_up(seed: Seed = None, topic: Topic = "", level: Level = "") -> None:
    """Ten questions of all topics, feedback after each."""
    from course.interview import desk

    converse(desk.dialog("warm-up", _seed(seed), topic, level))


@app.command()
def gaps(seed: Seed = None, topic: Topic = "", level: Level = "") -> None:
    """What you missed last time, then what you never saw; ten at most."""
    from course.interview import desk

    converse(desk.dialog("gaps", _seed(seed), topic, level))


@app.command()
def daily(seed: Seed = None) -> None:
    """What is due today, and five new questions."""
    from course.interview import desk

    converse(desk.dialog("daily", _seed(seed)))


@app.command()
def quiz(lesson: Annotated[str, typer.Argument(help="The lesson's number or name.")], seed: Seed = None) -> None:
    """The three to five questions of a lesson."""
    from course.interview import desk

    converse(desk.quiz(lesson, _seed(seed)))


@app.command()
def timed(
    minutes: Annotated[int, typer.Option(min=5, max=120, help="20 or 45, as interviews are.")] = 20,
    seed: Seed = None,
    anew: Annotated[bool, typer.Option("--new", help="Forget a run that is paused.")] = False,
) -> None:
    """A mix under a clock, one live task in it, no feedback before the end. Goes on where it was paused."""
    from course.interview import desk

    converse(desk.timed(minutes, _seed(seed), typer.echo, anew))


@app.command()
def live(seed: Seed = None) -> None:
    """One live task: a lab under a clock."""
    from course.interview import desk

    converse(desk.live(_seed(seed), typer.echo))


@app.command()
def result(
    html: Annotated[Path | None, typer.Option("--html", help="Write it as one HTML file, to keep or print.")] = None,
) -> None:
    """The result page of your last run: by topic and level, what to look at again, earlier runs."""
    from course.interview import desk

    if html:
        _write(html, desk.result(as_html=True), "./course interview result --html result.html")
    else:
        typer.echo(desk.result())


@app.command()
def page(file: Annotated[Path, typer.Argument(help="Where to write it: page.html")]) -> None:
    """One page to print: ten sentences, error words and causes, a decision table."""
    from course.interview import sheet

    _write(file, sheet.html(), "./course interview page page.html")


def _write(file: Path, text: str, again: str) -> None:
    try:
        file.write_text(text)
    except OSError as reason:
        raise CourseError(f"{file} cannot be written.", in_words(reason), again) from None
    typer.echo(f"Written: {file}. Open it in a browser; print it from there.")
