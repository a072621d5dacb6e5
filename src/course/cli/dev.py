"""The verbs `dev ...`, for authors: parse, call, print."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="For authors: see CONTRIBUTING.md.")


@app.command()
def author(
    slugs: Annotated[list[str] | None, typer.Argument(help="Lessons to run; all without it.")] = None,
    texts: Annotated[bool, typer.Option("--texts", help="No lesson is run: only what needs no cluster.")] = False,
) -> None:
    """Write all that is generated: names and numbers of lessons, their outputs, the lab notebook, the README's tables."""
    from course.dev import author as authoring
    from course.dev import generated

    for line in generated.write():
        typer.echo(line)
    if not texts:
        authoring.regenerate(slugs or [], typer.echo)
