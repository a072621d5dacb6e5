"""The command line: verbs only. Parse, call, print."""

import json
from typing import Annotated

import typer

from course import cli_ask, cli_lab, paths
from course.errors import NotReady

app = typer.Typer(
    name="course",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="A hands-on course on Kubernetes ExternalName Services. Begin with: ./course start",
    epilog="Exit codes: 0 yes, 1 no (a check fails, not ready), 2 the call or the machine is wrong.",
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
app.add_typer(cli_lab.app, name="lab")
app.command()(cli_lab.progress)


@app.command()
def up() -> None:
    """Make the cluster and the world outside it, or only what is missing."""
    from course.provision import steps

    steps.up(typer.echo)
    typer.echo("Ready. Look at it: ./course status. Remove it: ./course down")


@app.command()
def down(
    everything: Annotated[bool, typer.Option("--all", help="Also images, network, cache and state.")] = False,
) -> None:
    """Remove the cluster and the world outside it. Your notebooks in workspace/ stay."""
    from course.provision import cluster, steps
    from course.ui import jupyter

    cluster.refuse_other_state()  # before anything is stopped
    if jupyter.stop():
        typer.echo("JupyterLab is stopped.")
    steps.down(everything, typer.echo)


@app.command()
def status(as_json: Json = False) -> None:
    """What is up, by asking; exit code 1 when something is not."""
    from course.provision import steps

    found = steps.status()
    typer.echo(json.dumps(found) if as_json else "\n".join(f"{key}: {value}" for key, value in found.items()))
    if not found["ready"]:
        raise NotReady("The course is not ready.", "The lines above say what is missing.", "./course up")


@app.command(
    add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_extra_args": True}, help=cli_ask.SUMMARY
)
def ask(context: typer.Context) -> None:
    """Listed here for --help; `python -m course ask` does not come this way."""
    raise typer.Exit(cli_ask.main(context.args))


@app.command()
def start(
    port: Annotated[
        int, typer.Option(min=1024, max=65500, help="Where JupyterLab listens; the next free one if it is taken.")
    ] = paths.PORT,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """JupyterLab first, then the cluster behind it. Ctrl-C ends JupyterLab; the cluster stays until `down`."""
    from course.ui import session

    session.start(port, browser=not no_browser, say=typer.echo)


@app.command()
def doctor(as_json: Json = False) -> None:
    """What is wrong with this machine or this clone: each finding with one cause and one command."""
    from dataclasses import asdict

    from course.provision import doctor as examination

    found = examination.examine()
    typer.echo(json.dumps([asdict(finding) for finding in found]) if as_json else "\n".join(line.text() for line in found))
    if any(finding.level == "wrong" for finding in found):
        raise typer.Exit(1)


@app.command()
def test(
    quick: Annotated[bool, typer.Option("--quick", help="No proof of the labs, three lessons: a few minutes.")] = False,
    only: Annotated[list[str] | None, typer.Argument(help="Paths or options for pytest; all tests without it.")] = None,
) -> None:
    """Everything set up, then every test."""
    from course import testing

    raise typer.Exit(testing.run(quick=quick, only=only or [], say=typer.echo))


@app.command()
def author(
    slugs: Annotated[list[str] | None, typer.Argument(help="Lessons, all without it.")] = None,
    only_map: Annotated[bool, typer.Option("--map", help="Only the README's table of lessons.")] = False,
) -> None:
    """For authors: run lessons on the cluster, store their outputs, and write the README's table of lessons."""
    from course import authoring

    if not only_map:
        authoring.regenerate(slugs or [], typer.echo)
    typer.echo("README.md: " + ("the table of lessons is new" if authoring.write_map() else "nothing to change"))


outside_app = typer.Typer(no_args_is_help=True, help="Play the provider: change a DNS record, stop or start a server.")
app.add_typer(outside_app, name="outside")


@outside_app.command("status")
def outside_status() -> None:
    """Which servers of the outside world run."""
    from course.provision import outside

    typer.echo(outside.service("status", "all").strip())


@outside_app.command("stop")
def outside_stop(server: Annotated[str, typer.Argument(help="dns, postgres, redis, https or all")]) -> None:
    """Stop a server, as if the provider had an outage."""
    from course.provision import outside

    outside.service("stop", server)
    typer.echo(f"{server}: stopped")


@outside_app.command("start")
def outside_start(server: Annotated[str, typer.Argument(help="dns, postgres, redis, https or all")]) -> None:
    """Start a server again."""
    from course.provision import outside

    outside.service("start", server)
    typer.echo(f"{server}: running")


@outside_app.command("records")
def outside_records() -> None:
    """Every DNS record the outside world serves."""
    from course.provision import outside

    typer.echo(outside.inside("outside-dns", "show").strip())


@outside_app.command("record")
def outside_record(name: str, kind: str, values: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Replace the records of a name: `record db.example.com A ADDRESS`; the words primary and standby stand for addresses."""
    from course.provision import outside

    outside.set_record(name, kind, *(values or []))
    typer.echo(f"{name}: {kind} {' '.join(values or [])}".rstrip())


@outside_app.command("reset")
def outside_reset() -> None:
    """All records and servers as they were at the start."""
    from course.provision import outside

    outside.reset()
    typer.echo("The outside world is as it was at the start.")


notebook_app = typer.Typer(no_args_is_help=True, help="Your copies of the lessons in workspace/.")
app.add_typer(notebook_app, name="notebook")


@notebook_app.command("reset")
def notebook_reset(number: Annotated[str, typer.Argument(help="The lesson's number: 02")]) -> None:
    """A fresh copy of a lesson; the old one is kept under a dated name."""
    from course import workspace

    fresh, kept = workspace.reset(number)
    typer.echo(f"Fresh: {fresh}" + (f"\nYour old copy is kept: {kept}" if kept else ""))
