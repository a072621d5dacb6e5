"""The verbs `workshop ...`, for facilitators: parse, call, print."""

from pathlib import Path
from typing import Annotated

import typer

from course.cli.listing import Verbs

app = typer.Typer(
    cls=Verbs, no_args_is_help=True, rich_markup_mode=None, help="For facilitators: see docs/facilitator.md."
)


@app.command()
def image(
    push: Annotated[str, typer.Option("--push", help="Then push it to this registry: HOST[:PORT][/FOLDER]")] = "",
) -> None:
    """Build the desk: the whole course in one image, cluster and all."""
    from course.provision import engine
    from course.workshop import image as building

    chosen = engine.choose(typer.echo)
    name = building.build(chosen, building.name(), typer.echo)
    typer.echo(f"Built: {name}\nTry it: {chosen.name} run --rm --privileged -p 127.0.0.1:8888:8888 {name}")
    if push:
        typer.echo(f"Pushed: {building.push(chosen, name, push)}")


@app.command()
def up(seats: Annotated[int, typer.Option("--seats", min=1, max=300, help="Desks at most.")]) -> None:
    """Make a hub for a room on this machine: its own cluster, sign-in with a join code, a desk for each participant."""
    from course.provision import engine
    from course.workshop import hub

    room = hub.up(engine.choose(typer.echo), seats, typer.echo)
    typer.echo(f"Ready: {room.address}\nJoin code: {room.code}")
    if room.password:
        typer.echo(f"You are: facilitator. Your password, which is shown once: {room.password}")
    typer.echo("Who is where: ./course workshop board. Remove all of it: ./course workshop down")


@app.command()
def check(seats: Annotated[int, typer.Option("--seats", min=1, max=300, help="Desks that you want.")] = 2) -> None:
    """Whether this machine carries so many desks; exit code 1 where it does not."""
    from course.provision import engine
    from course.workshop import hub

    findings = hub.preflight(engine.choose(typer.echo, install=False), seats)
    typer.echo("\n".join(f"{'ok:   ' if good else 'wrong:'} {text}" for good, text in findings))
    if not all(good for good, _ in findings):
        raise typer.Exit(1)


@app.command()
def board() -> None:
    """Where each desk is: its cluster, its task, the last check, who is stuck."""
    from course.provision import engine
    from course.workshop import board as rows
    from course.workshop import hub

    typer.echo(rows.text(hub.seats(engine.choose(typer.echo, install=False))))


@app.command()
def slides(
    route: Annotated[str, typer.Argument(help="A way through the course: one-hour, half-a-day, all-of-it, ...")],
    file: Annotated[Path, typer.Argument(help="The file to write: a page (.html) or a notebook (.ipynb).")],
) -> None:
    """Slides of a way through the course: goals, questions to predict, what to remember. Needs no network to show."""
    from course.lessons import routes
    from course.workshop import slides as deck

    written = deck.write(routes.find(route), file)
    how = "Open it in a browser" if written.suffix == ".html" else "Open it in JupyterLab, View, Presentation Mode"
    typer.echo(f"Written: {written}. {how}.")


@app.command()
def down() -> None:
    """Remove the hub, its desks, and all that was done in them."""
    from course.provision import engine
    from course.workshop import hub

    hub.down(engine.choose(typer.echo, install=False), typer.echo)


@app.command(hidden=True)
def desk() -> None:
    """What the desk's container runs."""
    from course.workshop import desk as place

    place.run(typer.echo)
