"""The verbs `dev ...`, for authors: parse, call, print."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="For authors: see CONTRIBUTING.md.")
new_app = typer.Typer(
    no_args_is_help=True, help="Begin a lesson or a lab: every file it needs, with sentences that say what to write."
)
app.add_typer(new_app, name="new")


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


@new_app.command("lab")
def new_lab(
    slug: Annotated[str, typer.Argument(help="Its name: small letters, - between words.")],
    after: Annotated[str, typer.Option("--after", help="The lesson that it follows.")],
    before: Annotated[str, typer.Option("--before", help="The lab that it stands before; else the last of its lesson.")] = "",
) -> None:
    """Begin a lab. It fails its proof until each TODO in it is written."""
    from course.dev import new

    typer.echo("\n".join(new.lab(slug, after, before)))
    typer.echo(f"Now write what each TODO says: grep -rn TODO labs/{slug} labs/labs.toml. Then: ./course dev check")


@new_app.command("lesson")
def new_lesson(
    slug: Annotated[str, typer.Argument(help="Its name: small letters, _ between words.")],
    after: Annotated[str, typer.Option("--after", help="The lesson before it; at the end without it.")] = "",
) -> None:
    """Begin a lesson. It fails its proof until each TODO in it is written and it was run once."""
    from course.dev import new

    typer.echo("\n".join(new.lesson(slug, after)))
    typer.echo(
        f"Now write what each TODO says: grep -n TODO notebooks/lessons.toml notebooks/*_{slug}.ipynb. Then: ./course dev author {slug}"
    )
