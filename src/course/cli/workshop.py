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

    if push:
        building.refuse_no_registry(push, "./course workshop image --push")
    chosen = engine.choose(typer.echo)
    name = building.build(chosen, building.name(), typer.echo)
    typer.echo(f"Built: {name}\nTry it: {building.run_line(chosen.name, name)}")
    if push:
        typer.echo(f"Pushed: {building.push(chosen, name, push)}")


@app.command()
def up(  # noqa: PLR0913, PLR0917  # options, which are given by name
    seats: Annotated[int, typer.Option("--seats", min=1, max=300, help="Desks at most.")],
    idle: Annotated[
        float | None,
        typer.Option("--idle", min=0.5, help="Minutes after which a desk that nobody uses is stopped; 120."),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(
            "--listen", help="An address of this machine, 0.0.0.0 for all; with TLS but for loopback: 127.0.0.1."
        ),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="For TLS, in PEM; without it one is made where it is needed.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The key of that certificate, in PEM.")] = None,
    context: Annotated[
        str, typer.Option("--context", help="Another cluster, by this context of your kubeconfig.")
    ] = "",
    registry: Annotated[
        str | None,
        typer.Option(
            "--registry", help="With --context: push the images to HOST[:PORT][/FOLDER], from where it pulls."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="With --context: also beside other people's Pods.")] = False,
    oauth: Annotated[
        Path | None, typer.Option("--oauth", help="Sign-in by a provider, of this file: docs/workshop-cluster.md.")
    ] = None,
    runtime: Annotated[
        str | None, typer.Option("--runtime-class", help="With --context: a RuntimeClass of that cluster, for desks.")
    ] = None,
) -> None:
    """Make a hub for a room: on a cluster of its own on this machine, or in one that is there (--context).

    Sign-in is by a join code, and each participant has a desk. In a room that is up, what you do not type stays.
    """
    from course.base import advice
    from course.provision import engine
    from course.workshop import elsewhere, entrance, hub, provider

    typed = {"--idle": idle, "--listen": listen, "--certificate": certificate, "--key": key, "--registry": registry}
    given = hub.with_before(context, typed | {"--runtime-class": runtime}, typer.echo)
    remembered = certificate is None and key is None
    certificate, key = (Path(given[name]) if name in given else None for name in ("--certificate", "--key"))
    door = entrance.chosen(given.get("--listen", entrance.LOOPBACK), certificate, key, remembered=remembered)
    wishes = hub.Wishes(provider.read(oauth) if oauth else {}, given.get("--runtime-class", ""), oauth)
    place = elsewhere.Place(context, given.get("--registry", ""), yes)
    minutes = float(given.get("--idle", hub.IDLE))
    elsewhere.refuse_mixed(seats, minutes, place, wishes, door)
    chosen = engine.choose(typer.echo)
    if context:
        room = elsewhere.up(chosen, seats, place, typer.echo, minutes, wishes)
        typer.echo("To reach it from this machine, in another terminal, as long as that runs:")
        typer.echo(f"  {hub.typed('port-forward', 'service/proxy', str(hub.PORT))}")
        typer.echo("For a room: an Ingress or a load balancer of that cluster, with TLS, to the Service proxy.")
    else:
        room = hub.up(chosen, seats, typer.echo, minutes, door, wishes)
    typer.echo(f"Ready: {room.address}")
    service, admin = hub.administrator()
    if service:
        typer.echo(f"Sign-in by {service}. You are: {admin}")
    else:
        typer.echo(f"Join code: {room.code}")
    if room.password and not service:
        typer.echo(f"You are: {hub.FACILITATOR}. Your password, which is shown once: {room.password}")
        hub.note_shown()
    if not context and door.listen == entrance.LOOPBACK:
        onward = f"./course workshop down, then {hub.again()} --listen 0.0.0.0"
        typer.echo(f"Only this machine reaches it. For people in the room: {advice.for_here(onward)}")
    typer.echo(f"Who is where: {room.address}/services/board, or ./course workshop board")
    typer.echo("Remove all of it: ./course workshop down")


@app.command()
def warm(
    seats: Annotated[int, typer.Option("--seats", min=0, max=300, help="Desks to make; 0: all that the hub has.")] = 0,
) -> None:
    """Make desks ahead of the session: who signs in then takes one that is ready."""
    from course.workshop import warm as ahead

    took = ahead.warm(seats, typer.echo)
    typer.echo(f"{len(took)} desks are ready, the slowest after {max(took.values()):.0f} s.")


@app.command()
def password(
    name: Annotated[str, typer.Argument(help="A participant who has forgotten theirs. Without it: your own.")] = "",
) -> None:
    """Print your own password and the join code again; or forget a participant's, who makes a new one.

    The desk stays the same.
    """
    from course.workshop import hub

    if not name:
        typer.echo(f"You are: {hub.FACILITATOR}. Your password: {hub.facilitators_password()}")
        typer.echo(f"Join code: {hub.code()}")
        return
    hub.forget_password(name)
    typer.echo(
        f"{name} has no password any more. Sign in now as {name}, with a new one and the join code: {hub.code()}"
    )
    typer.echo("Until then anybody in the room can.")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="The folder to write to; made where there is none.")],
) -> None:
    """Write each participant's workspace and progress to files, those of stopped desks too."""
    from course.workshop import export as files

    written = files.export(folder, typer.echo)
    typer.echo(f"Written for {len(written)} participants, in {folder}.")


@app.command()
def check(
    seats: Annotated[int, typer.Option("--seats", min=1, max=300, help="Desks that you want.")] = 2,
    context: Annotated[
        str, typer.Option("--context", help="Of another cluster instead, by this context of your kubeconfig.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="With --context: also beside other people's Pods.")] = False,
) -> None:
    """Whether this machine, or another cluster, carries so many desks; exit code 1 where it does not."""
    from course.base import advice
    from course.provision import engine
    from course.workshop import elsewhere, preflight

    if context:
        findings = elsewhere.check(seats, elsewhere.Place(context, yes=yes))
    else:
        findings = preflight.of(engine.choose(typer.echo, install=False), seats)
    for found in findings:
        typer.echo(f"{'ok:   ' if found.good else 'wrong:'} {found.text}")
        if not found.good:
            typer.echo(f"       Next: {advice.for_here(found.next)}")
    if not all(found.good for found in findings):
        raise typer.Exit(1)


@app.command()
def board() -> None:
    """Where each desk is, as the page of the hub: who asks for help, who is stuck, lesson, task and last check."""
    from course.provision import engine
    from course.workshop import board as rows
    from course.workshop import hub

    typer.echo(rows.text(hub.seats(engine.choose(typer.echo, install=False))))


@app.command("help")
def help_(
    done: Annotated[bool, typer.Option("--done", help="You need none any more.")] = False,
) -> None:
    """At a desk of a room: ask your facilitator for help, and read what was said to all."""
    from course.tasks import room

    said = room.tell(help=not done)
    asked = "You have asked for help: your facilitator sees it. When you need none: course workshop help --done"
    typer.echo(asked if said.help else "You do not ask for help.")
    if said.message:
        typer.echo(f"Your facilitator says: {said.message}")


@app.command()
def slides(
    route: Annotated[str, typer.Argument(help="A way through the course: one-hour, half-a-day, all-of-it, ...")],
    file: Annotated[Path, typer.Argument(help="The file to write: a page (.html) or a notebook (.ipynb).")],
) -> None:
    """Slides of a way through the course: goals, questions to predict, what to remember. Needs no network to show."""
    from course.lessons import routes
    from course.workshop import slides as deck

    kept = deck.write(routes.find(route), file)
    how = "Open it in a browser" if file.suffix == ".html" else "Open it in JupyterLab, View, Presentation Mode"
    typer.echo(f"Written: {file}. {how}.{kept}")


@app.command()
def down(
    yes: Annotated[
        bool, typer.Option("--yes", help="Also what is not exported, or in a cluster that is gone.")
    ] = False,
) -> None:
    """Remove the hub, its desks, and all that was done in them; what is not exported is asked for first."""
    from course.provision import engine
    from course.workshop import elsewhere, hub
    from course.workshop import export as files

    if not yes:
        files.refuse_to_lose(typer.echo)
    if hub.elsewhere():
        return elsewhere.down(typer.echo, yes=yes)
    hub.down(engine.choose(typer.echo, install=False), typer.echo)


@app.command(hidden=True)
def desk() -> None:
    """What the desk's container runs."""
    from course.workshop import desk as place

    place.run(typer.echo)
