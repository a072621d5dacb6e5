"""The verbs `workshop ...`, for facilitators: parse, call, print."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="For facilitators: see docs/facilitator.md.")


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


@app.command(hidden=True)
def desk() -> None:
    """What the desk's container runs."""
    from course.workshop import desk as place

    place.run(typer.echo)
