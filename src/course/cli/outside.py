"""The verbs `outside ...`: parse, call, print."""

from typing import Annotated

import typer

from course.cli.listing import Verbs

app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Play the provider: change a DNS record, stop or start a server.",
)


@app.command("status")
def status() -> None:
    """Which servers of the outside world run."""
    from course.provision import outside

    typer.echo(outside.service("status", "all").strip())


@app.command("stop")
def stop(server: Annotated[str, typer.Argument(help="dns, postgres, redis, https or all")]) -> None:
    """Stop a server, as if the provider had an outage."""
    from course.provision import outside

    outside.service("stop", server)
    typer.echo(f"{server}: stopped")


@app.command("start")
def start(server: Annotated[str, typer.Argument(help="dns, postgres, redis, https or all")]) -> None:
    """Start a server again."""
    from course.provision import outside

    outside.service("start", server)
    typer.echo(f"{server}: running")


@app.command("records")
def records() -> None:
    """Every DNS record the outside world serves."""
    from course.provision import outside

    typer.echo(outside.inside("outside-dns", "show").strip())


@app.command("record")
def record(name: str, kind: str, values: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Replace the records of a name: `record db.example.com A ADDRESS`.

    The words primary and standby stand for addresses.
    """
    from course.provision import outside

    outside.set_record(name, kind, *(values or []))
    typer.echo(f"{name}: {kind} {' '.join(values or [])}".rstrip())


@app.command("reset")
def reset() -> None:
    """All records and servers as they were at the start."""
    from course.provision import outside

    outside.reset()
    typer.echo("The outside world is as it was at the start.")
