"""The verbs `lab ...`, `progress` and `next`: parse, call, print."""

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from course.base.errors import CourseError, in_words
from course.cli.listing import Verbs

app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Labs: broken clusters to fix. Begin with: ./course lab list",
)
Slug = Annotated[str, typer.Argument(help="The lab's name or number, as `lab list` shows it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """All labs in order: your state, minutes, your best time. Needs no cluster."""
    from course.tasks import verbs

    rows = verbs.rows()
    typer.echo(json.dumps([row.as_dict() for row in rows]) if as_json else verbs.table(rows))


@app.command()
def start(
    slug: Slug,
    afresh: Annotated[bool, typer.Option("--afresh", help="Do not ask, where it is running already.")] = False,
) -> None:
    """Begin a lab, always afresh, and show its text. Asks first where it is running."""
    from course.tasks import verbs

    if not afresh and sys.stdin.isatty() and verbs.is_running(slug):
        typer.confirm(f"{slug} is running. Begin afresh, and remove what you made in it?", abort=True)
    task = verbs.start(slug, typer.echo)
    typer.echo(f"\n{task.text}\n{verbs.shell_advice()}")


@app.command()
def check(slug: Slug, as_json: Json = False) -> None:
    """What is right already and what is not, with the reasons. Changes nothing; exit code 1 while not passed."""
    from course.base import advice
    from course.lessons import path
    from course.tasks import verbs

    report = verbs.check(slug)
    text = report.text() + advice.for_here(path.afterword(report))
    typer.echo(json.dumps(report.as_dict()) if as_json else text)
    if not report.passed:
        raise typer.Exit(1)


@app.command()
def hint(slug: Slug) -> None:
    """The next of three hints, and how many are left."""
    from course.tasks import verbs

    typer.echo(verbs.hint(slug).text())


@app.command()
def apply(slug: Slug, file: Annotated[Path, typer.Argument(help="Your manifest, or - for standard input.")]) -> None:
    """Apply a manifest of yours, to the lab's own namespace where it names none. kubectl apply does as well."""
    from course.tasks import verbs

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, ValueError) as reason:
        raise CourseError(
            f"{file} cannot be read.", in_words(reason), f"ls -l {shlex.quote(str(file.parent))}"
        ) from None
    typer.echo(verbs.apply(slug, text).strip())


@app.command()
def solve(slug: Slug) -> None:
    """Show the reference with its reasons, apply it, check it. The try is marked as shown."""
    from course.tasks import verbs

    solution = verbs.solve(slug, typer.echo)
    typer.echo(solution.text())
    if not solution.report.passed:
        typer.echo(
            f"What was built before may be in the way: ./course lab start {slug}, then ./course lab solve {slug}"
        )
        raise typer.Exit(1)


@app.command()
def reset(
    slug: Annotated[str, typer.Argument(help="The lab's name; leave it out with --all.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="All labs.")] = False,
) -> None:
    """Remove a lab from the cluster. Your progress stays."""
    from course.tasks import verbs

    if everything == bool(slug):
        raise CourseError(
            "One lab or all of them?", "Give a lab's name, or --all, not both.", "./course lab reset --all"
        )
    verbs.reset_all(typer.echo) if everything else verbs.reset(slug, typer.echo)
    typer.echo("Removed.")


OnPath = Annotated[
    str,
    typer.Option("--path", help="A path through the course, kept until you leave it by `none`: first-evening, ..."),
]


def progress(
    export: Annotated[Path | None, typer.Option("--export", help="Write your progress to this file.")] = None,
    as_json: Json = False,
    take_in: Annotated[Path | None, typer.Option("--import", help="Merge a file that --export wrote.")] = None,
    path: OnPath = "",
) -> None:
    """What you have done, lesson by lesson; take it with you to another machine."""
    from course.lessons import path as paths
    from course.lessons import way
    from course.tasks import progress as book
    from course.tasks import verbs

    if take_in or export:
        from course.interview import memory
        from course.tasks import shift
    if take_in:
        tasks = book.take_in(take_in, {memory.KEY: memory.taken_in, shift.KEY: shift.merge})
        typer.echo(f"Taken in: {tasks} tasks, the better of both for each.")
    if export:
        memory.read()  # what is damaged is set aside: --import would refuse it
        typer.echo(book.export(export))
    if path and (route := paths.choose(path)):
        typer.echo(paths.text(route))
    elif not (take_in or export):
        parts = way.parts()
        if as_json:
            typer.echo(json.dumps([part.as_dict() for part in parts]))
        else:
            typer.echo(f"{verbs.table(verbs.rows())}\n\n{paths.table()}\n\n{way.text(parts)}\n{paths.onward()}")


def next_(path: OnPath = "") -> None:
    """What comes next: on the path that you chose, or the first lesson that is not done and what is open in it."""
    from course.lessons import path as paths

    if path:
        paths.choose(path)
    typer.echo(paths.onward())
