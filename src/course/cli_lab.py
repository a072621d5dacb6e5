"""The verbs `lab ...` and `progress`: parse, call, print."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from course.errors import CourseError, in_words

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Labs: broken clusters to mend. Begin with: ./course lab list"
)
Slug = Annotated[str, typer.Argument(help="The lab's name or number, as `lab list` shows it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """All labs in order: your state, minutes, your best time. Needs no cluster."""
    from course.practice import labs

    rows = labs.rows()
    typer.echo(json.dumps([row.as_dict() for row in rows]) if as_json else _table(rows))


def _table(rows: list) -> str:  # type: ignore[type-arg]
    head = f"{'':>2}  {'lab':<21}{'state':<16}{'minutes':>7}  {'best':>8}  {'level':<7}{'after lesson':<23}title"
    lines = [
        f"{row.number:>2}  {row.slug:<21}{row.state:<16}{row.minutes:>7}  {_clock(row.best_seconds):>8}  "
        f"{row.level:<7}{row.lesson:<23}{row.title}"
        for row in rows
    ]
    done = sum(row.state == "passed" for row in rows)
    following = next((row.slug for row in rows if row.state != "passed"), rows[0].slug)
    return "\n".join([head, *lines, f"{done} of {len(rows)} passed. Begin one: ./course lab start {following}"])


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}m{int(seconds) % 60:02d}s" if seconds else "-"


@app.command()
def start(slug: Slug) -> None:
    """Begin a lab, always afresh, and show its text."""
    from course.practice import labs

    lab = labs.start(slug, typer.echo)
    typer.echo(f"\n{lab.text}\n{labs.shell_advice()}")


@app.command()
def check(slug: Slug, as_json: Json = False) -> None:
    """What is right already and what is not, with the reasons. Changes nothing; exit code 1 while not passed."""
    from course.practice import labs

    report = labs.check(slug)
    typer.echo(json.dumps(report.as_dict()) if as_json else report.text() + labs.afterword(report))
    if not report.passed:
        raise typer.Exit(1)


@app.command()
def hint(slug: Slug) -> None:
    """The next of three hints, and how many are left."""
    from course.practice import labs

    typer.echo(labs.hint(slug).text())


@app.command()
def apply(slug: Slug, file: Annotated[Path, typer.Argument(help="Your manifest, or - for standard input.")]) -> None:
    """Apply a manifest of yours, to the lab's own namespace where it names none. kubectl apply does as well."""
    from course.practice import labs

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text()
    except (OSError, ValueError) as reason:
        raise CourseError(f"{file} cannot be read.", in_words(reason), f"./course lab apply {slug} my.yaml") from None
    typer.echo(labs.apply(slug, text).strip())


@app.command()
def solve(slug: Slug) -> None:
    """Show the reference with its reasons, apply it, check it. The try is marked as shown."""
    from course.practice import labs

    solution = labs.solve(slug, typer.echo)
    typer.echo(solution.text())
    if not solution.report.passed:
        typer.echo(f"What was built before may be in the way: ./course lab start {slug}, then ./course lab solve {slug}")
        raise typer.Exit(1)


@app.command()
def reset(
    slug: Annotated[str, typer.Argument(help="The lab's name; leave it out with --all.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="All labs.")] = False,
) -> None:
    """Remove a lab from the cluster. Your progress stays."""
    from course.practice import labs

    if everything == bool(slug):
        raise CourseError("One lab or all of them?", "Give a lab's name, or --all, not both.", "./course lab reset --all")
    labs.reset_all(typer.echo) if everything else labs.reset(slug, typer.echo)
    typer.echo("Removed.")


def progress(
    export: Annotated[Path | None, typer.Option("--export", help="Write your progress to this file.")] = None,
    take_in: Annotated[Path | None, typer.Option("--import", help="Merge a file that --export wrote.")] = None,
) -> None:
    """Your progress in the labs; take it with you to another machine."""
    from course.practice import labs
    from course.practice import progress as book

    if take_in:
        typer.echo(f"Taken in: {book.take_in(take_in)} labs, the better of both for each.")
    if export:
        typer.echo(f"Written: {book.export(export)} labs to {export}")
    if not (take_in or export):
        typer.echo(_table(labs.rows()))
