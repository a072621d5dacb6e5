"""The command line: verbs only. Parse, call, print."""

import json
from typing import Annotated

import typer

from course.base import clone, paths
from course.base.errors import CourseError, NotReady
from course.cli import ask as ask_
from course.cli import dev, interview, lab, outside, workshop
from course.cli.listing import Verbs, bash

app = typer.Typer(
    cls=Verbs,
    name="course",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="A hands-on course on Kubernetes ExternalName Services. Begin with: ./course start",
    epilog="Exit codes: 0 yes, 1 no (a check fails, not ready), 2 the call or the machine is wrong.",
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
app.add_typer(lab.app, name="lab")
app.add_typer(interview.app, name="interview")
app.add_typer(outside.app, name="outside")
app.add_typer(workshop.app, name="workshop")
app.add_typer(dev.app, name="dev")
app.command()(lab.progress)
app.command("next")(lab.next_)


@app.command()
def up() -> None:
    """Make the cluster and the world outside it, or only what is missing."""
    from course.provision import lifecycle

    lifecycle.up(typer.echo)
    typer.echo("Ready. Look at it: ./course status. Remove it: ./course down")


@app.command()
def down(
    everything: Annotated[bool, typer.Option("--all", help="Also images, network, cache and state.")] = False,
) -> None:
    """Remove the cluster and the world outside it. Your notebooks in workspace/ stay."""
    from course.jupyter import jupyterlab
    from course.provision import kind_cluster, lifecycle

    kind_cluster.refuse_other_state()  # before anything is stopped
    if everything:
        from course.workshop import hub

        hub.refuse_to_go()
    if jupyterlab.stop():
        typer.echo("JupyterLab is stopped.")
    lifecycle.down(everything, typer.echo)


@app.command()
def status(as_json: Json = False) -> None:
    """What is up, by asking; exit code 1 when something is not."""
    from course.provision import lifecycle

    state = lifecycle.status()
    typer.echo(json.dumps(state) if as_json else "\n".join(f"{key}: {value}" for key, value in state.items()))
    if not state["ready"]:
        raise NotReady("The course is not ready.", "The lines above say what is missing.", "./course up")


@app.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    help=ask_.SUMMARY,
)
def ask(context: typer.Context) -> None:
    """Listed here for --help; `python -m course ask` does not come this way."""
    raise typer.Exit(ask_.main(context.args))


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="A word, a name, an error message.")], as_json: Json = False
) -> None:
    """Where the course has these words: lessons, labs, glossary, what cells printed; exit code 1 for nowhere."""
    from course.lessons import search as searching

    hits = searching.search(" ".join(words))
    lines = (hit.text() for hit in hits)
    typer.echo(json.dumps([hit.as_dict() for hit in hits]) if as_json else "\n".join(lines))
    if not hits:
        raise NotReady("The course has these words nowhere.", "All of them must stand in one place.", "Try fewer.")


@app.command("parts")
def parts_(
    name: Annotated[str, typer.Argument(help="The part to make and put into the cluster.")] = "",
    manifest: Annotated[bool, typer.Option("--manifest", help="Print how its Pods run, and make nothing.")] = False,
) -> None:
    """What only some lessons need: each part with its state; with a name, it is made and put into the cluster."""
    from course.base.tables import table
    from course.kube import kubectl
    from course.provision import kind_cluster, parts

    if manifest:
        typer.echo(clone.text(parts.find(name).manifest), nl=False)
        return
    if name:
        kind_cluster.refuse_other_state()
        parts.make(name, typer.echo)
        if kubectl.is_ready():
            parts.ensure(name, typer.echo)
    rows = ((part.name, parts.state(part), part.minutes, part.megabytes, part.what) for part in parts.PARTS)
    typer.echo(table(("part", "state", "minutes to make", "MB", "what it is"), *rows))


@app.command()
def start(
    port: Annotated[
        int, typer.Option(min=1024, max=65500, help="Where JupyterLab listens; the next free one if it is taken.")
    ] = paths.PORT,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """JupyterLab first, then the cluster behind it. Ctrl-C ends JupyterLab; the cluster stays until `down`."""
    from course.jupyter import session

    session.start(port, browser=not no_browser, say=typer.echo)


@app.command()
def doctor(as_json: Json = False) -> None:
    """What is wrong with this machine or this clone: each finding with one cause and one command."""
    from dataclasses import asdict

    from course import doctor as examination

    findings = []
    for finding in examination.examine():
        findings.append(finding)
        if not as_json:
            typer.echo(finding.text())
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings]))
    if any(finding.level == "wrong" for finding in findings):
        raise typer.Exit(1)


@app.command()
def completion(shell: Annotated[str, typer.Argument(help="bash; zsh understands it, too.")]) -> None:
    """For a shell that completes words with Tab: eval "$(./course completion bash)"."""
    if shell != "bash":
        why = "zsh understands it behind: autoload -U +X bashcompinit && bashcompinit"
        raise CourseError(f"There are no words for {shell}.", why, "./course completion bash")
    typer.echo(bash(app))


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def test(
    context: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Only what needs no cluster: one or two minutes.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also what runs once a week.")] = False,
    engines: Annotated[
        bool,
        typer.Option("--engines", help="On Docker, in a daemon of its own, and by the other ways in; part of --all."),
    ] = False,
    here: Annotated[
        bool, typer.Option("--here", help="In the cluster of ./course up, not in clusters of its own.")
    ] = False,
    workers: Annotated[int, typer.Option(min=0, help="Clusters side by side; 0: as many as this machine carries.")] = 0,
) -> None:
    """Every test; or with paths and options of pytest only those: ./course test tests/labs -k odd-port."""
    from course.dev import test as testing

    options = testing.Options(offline, everything, engines, here, workers, context.args)
    raise typer.Exit(testing.run(options, typer.echo))


neighbour_app = typer.Typer(
    cls=Verbs, no_args_is_help=True, help="A second cluster beside yours, for what two make of one alias."
)
app.add_typer(neighbour_app, name="neighbour")


@neighbour_app.command("up")
def neighbour_up() -> None:
    """Make it, or only what is missing: half a minute, half a GiB of memory. Then: kubectl --context neighbour."""
    from course.provision import kind_cluster, neighbour

    kind_cluster.refuse_other_state()
    neighbour.up(typer.echo)


@neighbour_app.command("down")
def neighbour_down() -> None:
    """Remove it. `course down` does that, too, and so does the next lesson or lab that begins."""
    from course.provision import engine, kind_cluster, neighbour

    kind_cluster.refuse_other_state()
    there = neighbour.delete(engine.chosen(), lambda text: None)
    typer.echo("The second cluster is removed." if there else "There is no second cluster.")


notebook_app = typer.Typer(cls=Verbs, no_args_is_help=True, help="Your copies of the lessons in workspace/.")
app.add_typer(notebook_app, name="notebook")


@notebook_app.command("reset")
def notebook_reset(number: Annotated[str, typer.Argument(help="The lesson's number: 02")]) -> None:
    """A fresh copy of a lesson; the old one is kept in workspace/earlier, under a dated name."""
    from course.lessons import workspace

    fresh, old_copy = workspace.reset(number)
    typer.echo(f"Fresh: {fresh}" + (f"\nYour old copy is kept: {old_copy}" if old_copy else ""))
    typer.echo("Where it is open in JupyterLab, do not save it: File > Reload Notebook from Disk shows the fresh one.")
