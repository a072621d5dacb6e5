"""The verbs `dev ...`, for authors: parse, call, print."""

from pathlib import Path
from typing import Annotated

import typer

from course.cli.listing import Verbs

app = typer.Typer(cls=Verbs, no_args_is_help=True, rich_markup_mode=None, help="For authors: see CONTRIBUTING.md.")
new_app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    help="Begin a lesson or a lab: every file it needs, with sentences that say what to write.",
)
bump_app = typer.Typer(
    cls=Verbs, no_args_is_help=True, help="Move to another version: in every file that names it, or in none."
)
app.add_typer(new_app, name="new")
app.add_typer(bump_app, name="bump")
Version = Annotated[str, typer.Argument(help="Three numbers, without a v: 1.37.2")]


@app.command()
def author(
    slugs: Annotated[list[str] | None, typer.Argument(help="Lessons to run; all without it.")] = None,
    texts: Annotated[bool, typer.Option("--texts", help="No lesson is run: only what needs no cluster.")] = False,
) -> None:
    """Write all that is generated.

    That is names and numbers of lessons, their outputs, the labs' notebooks, the README's tables.
    """
    from course.dev import author as authoring
    from course.dev import generated

    for line in generated.write():
        typer.echo(line)
    if not texts:
        authoring.regenerate(slugs or [], typer.echo)


@app.command()
def check() -> None:
    """Everything that needs no cluster and no test: lists, generated texts, style, floors, types, shell, spelling."""
    from course.dev import check as checking

    raise typer.Exit(checking.tools(typer.echo))


@app.command()
def fix() -> None:
    """Write what a machine can write: generated texts, style, requirements. Then the same report as `check`."""
    from course.dev import check as checking

    raise typer.Exit(checking.fix(typer.echo))


@app.command()
def panel(
    test: Annotated[bool, typer.Option("--test", help="Nothing is built: its units are run, with Jest.")] = False,
) -> None:
    """Build the panel that JupyterLab shows, from panel/src. Needs Node.js and npm's packages."""
    from course.dev import panel as building

    if test:
        building.test()
        typer.echo("The panel's units are green.")
        return
    typer.echo("\n".join(building.build()) or "Nothing changed: it was built from these sources.")


@app.command()
def site(
    folder: Annotated[Path | None, typer.Argument(help="Where to; .course/site without it.")] = None,
    repository: Annotated[
        str, typer.Option("--repository", help="Where the repository's files can be read: https://.../blob/main")
    ] = "",
) -> None:
    """Build the course as pages to read: they open from a folder, without a server and without a network."""
    from course.dev import site as building

    page = building.build((folder or building.FOLDER).resolve(), repository)
    typer.echo(f"Built: {page.parent}\nOpen it in a browser: {page.as_uri()}")


@new_app.command("lab")
def new_lab(
    slug: Annotated[str, typer.Argument(help="Its name: small letters, - between words.")],
    after: Annotated[str, typer.Option("--after", help="The lesson that it follows.")],
    before: Annotated[
        str, typer.Option("--before", help="The lab that it stands before; else the last of its lesson.")
    ] = "",
) -> None:
    """Begin a lab. It fails its proof until each TODO in it is written."""
    from course.dev import new

    typer.echo("\n".join(new.lab(slug, after, before)))
    typer.echo(
        f"Now write what each TODO says: grep -rn --exclude='*.ipynb' TODO labs/{slug} labs/labs.toml. Then: "
        "./course dev author --texts, and ./course dev check"
    )


@new_app.command("lesson")
def new_lesson(
    slug: Annotated[str, typer.Argument(help="Its name: small letters, _ between words.")],
    after: Annotated[str, typer.Option("--after", help="The lesson before it; at the end without it.")] = "",
) -> None:
    """Begin a lesson. It fails its proof until each TODO in it is written and it was run once."""
    from course.dev import new

    typer.echo("\n".join(new.lesson(slug, after)))
    typer.echo(
        f"Now write what each TODO says: grep -n TODO notebooks/lessons.toml notebooks/*_{slug}.ipynb "
        f"notebooks/exercises/{slug}.py. A lesson also has three to five questions in interview/, and a lab that ends "
        f"it: CONTRIBUTING.md. Then: ./course dev author {slug}"
    )


@bump_app.command("kubernetes")
def bump_kubernetes(version: Version) -> None:
    """Kubernetes, with the etcd and the CoreDNS that it asks for. Needs the Go proxy and PyPI; some minutes."""
    from course.dev import bump

    _left(bump.kubernetes(version, typer.echo))


@bump_app.command("kind")
def bump_kind(version: Version) -> None:
    """kind itself. Needs the Go proxy."""
    from course.dev import bump

    _left(bump.kind(version, typer.echo))


def _left(steps: list[str]) -> None:
    typer.echo("\n".join(["Left for you:", *(f"- {step}" for step in steps)]))
