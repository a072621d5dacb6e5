"""The verbs `interview ...`: parse, call, and carry a dialog through the terminal, line by line."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from course.base import advice, files
from course.base.errors import CourseError, Paused
from course.cli import screen
from course.cli.listing import Verbs

if TYPE_CHECKING:
    from course.interview.dialog import Dialog

app = typer.Typer(
    cls=Verbs,
    rich_markup_mode=None,
    invoke_without_command=True,
    help="Questions with proofs, to practise with. Begin with: ./course interview warm-up",
)
SEED_HELP = "The same number draws the same questions; else by chance."
Seed = Annotated[int | None, typer.Option(min=1, metavar="NUMBER", help=SEED_HELP)]
Topic = Annotated[str, typer.Option("--topic", metavar="TOPIC", help="Only this topic; ./course interview lists them.")]
Level = Annotated[str, typer.Option("--level", metavar="LEVEL", help="Only junior, senior or staff.")]
STOPPED = (
    "Stopped. What you answered is kept; this sitting is not taken up again.\n"
    "What you missed comes first in: ./course interview gaps"
)
ENDED = "Stopped. The result is kept: ./course interview result"


def converse(dialog: Dialog, left: Callable[[], str] = lambda: STOPPED) -> None:
    """Plain lines: print a text, read a line, until the dialog is over. Ctrl-C and Ctrl-D leave it.

    left: what is said then, of what is kept and of the way on.
    """
    try:
        end = _carried(dialog)
    except (KeyboardInterrupt, EOFError):
        dialog.close()
        typer.echo(f"\n{advice.for_here(left())}")
        raise Paused from None
    finally:
        dialog.close()
    screen.read(f"\n{end}", ENDED)


def _carried(dialog: Dialog) -> str:
    """Carry a dialog to its end; what is to be shown last."""
    try:
        shown = next(dialog)
        while True:
            if early := screen.page(f"\n{shown}", "\nEnter shows the rest; then you are asked. "):
                typer.echo(f"\n{early[:40]!r} was typed before all was shown and is not taken. Type it again.")
            shown = dialog.send(input("> "))
    except StopIteration as end:
        return str(end.value)


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
        typer.Option(
            "--for-interviewer",
            metavar="SEED",
            min=1,
            help="A set to interview with, by a number; docs/interviewer.md.",
        ),
    ] = None,
    candidate: Annotated[
        str, typer.Option("--candidate", metavar="WHO", help="The set in 45 minutes, for junior, mid, senior or staff.")
    ] = "",
) -> None:
    """Interview practice: what there is, what is due, what to type. Needs no cluster, but for live tasks."""
    from course.interview import anki, desk, interviewer, pool

    if context.invoked_subcommand:
        return
    if export:
        if export[0] != "anki":
            raise CourseError(f"{export[0]!r} is no deck.", "", "./course interview --export anki deck.apkg")
        typer.echo(anki.write(pool.questions(), export[1]))
    if seed:
        screen.read(interviewer.text(seed, candidate.lower()))
    elif candidate:
        onward = "./course interview --for-interviewer 12 --candidate mid"
        raise CourseError("A set for a candidate needs a number.", "The same number gives the same set.", onward)
    if not (export or seed):
        typer.echo(desk.overview())


@app.command("warm-up")
def warm_up(seed: Seed = None, topic: Topic = "", level: Level = "") -> None:
    """Ten questions of all topics, the easiest first, feedback after each."""
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
def quiz(
    lesson: Annotated[str, typer.Argument(help="The lesson's number or name; without it they are listed.")] = "",
    seed: Seed = None,
) -> None:
    """The three to five questions of a lesson."""
    from course.interview import desk

    if lesson:
        converse(desk.quiz(lesson, _seed(seed)))
    else:
        typer.echo(desk.quizzes())


@app.command()
def cell(
    lesson: Annotated[str, typer.Argument(help="The lesson's number or name.")],
    name: Annotated[str, typer.Argument(help="The cell's own name, as a proof gives it.")],
) -> None:
    """A cell of a lesson, as a proof names it: its text and what it printed."""
    from course.interview import desk

    screen.read(desk.cell(lesson, name))


@app.command()
def timed(
    minutes: Annotated[int, typer.Option(min=5, max=120, metavar="NUMBER", help="20 or 45, as interviews are.")] = 20,
    seed: Seed = None,
    anew: Annotated[bool, typer.Option("--new", help="Forget a run that is paused.")] = False,
) -> None:
    """Questions under a clock, and no feedback before the end. If the cluster is up, one of them is a live task.

    A run that was paused goes on where it was.
    """
    from course.interview import desk

    converse(desk.timed(minutes, _seed(seed), typer.echo, anew), desk.after_timed)


@app.command()
def live(seed: Seed = None) -> None:
    """One live task: a lab under a clock."""
    from course.interview import desk

    converse(desk.live(_seed(seed), typer.echo), lambda: "Stopped. The lab is still there: ./course lab list")


@app.command()
def result(
    html: Annotated[Path | None, typer.Option("--html", help="Write it as one HTML file, to keep or print.")] = None,
) -> None:
    """The result of your last run, by topic and level. With what to look at again, and earlier runs."""
    from course.interview import desk

    if html:
        _write(html, desk.result(as_html=True), "./course interview result --html result.html")
    else:
        screen.read(desk.result())


@app.command()
def page(
    file: Annotated[Path | None, typer.Argument(help="Where to write it: page.html; else it is shown here.")] = None,
) -> None:
    """One page to read or print: ten sentences, error words, a decision table."""
    from course.interview import sheet

    if file is None:
        screen.read(sheet.text())
        return
    _write(file, sheet.html(), "./course interview page page.html")


def _write(file: Path, text: str, again: str) -> None:
    kept = files.hand_over(file, text, again=again)
    typer.echo(f"Written: {file}. Open it in a browser; print it from there.{kept}")
