"""A second cluster beside the learner's own: what two clusters make of one alias is seen on two.

It is a second copy of the course in all but the files: a name of its own, a state folder within ours, made and removed
by the course's own commands. So what is ours is told as for the first one, and whoever was interrupted types the same
again. For kubectl it is `--context neighbour`.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from shutil import rmtree

from course.base import advice, files, paths, shell
from course.base.errors import AS_JSON, KIND, CourseError, Foreign
from course.kube import kubectl
from course.provision import kind_cluster
from course.provision.engine import Engine, Say, chosen

CONTEXT = kubectl.NEIGHBOUR
FOLDER = paths.STATE / CONTEXT
COSTS = "about 30 s on 2 cores, and half a GiB of memory while it is there"
AGAIN = "course neighbour down, then course neighbour up"


def name() -> str:
    """The kind cluster's name."""
    return f"{paths.cluster_name()}-{CONTEXT}"


def is_there() -> bool:
    """Whether it was begun and not removed since."""
    return FOLDER.exists()


def is_up() -> bool:
    """Whether it was made whole, and answers: its context is written last."""
    return kubectl.run("--context", CONTEXT, "get", "--raw", "/readyz").stdout.strip() == "ok"


def up(say: Say) -> None:
    """Make it, or only what is missing; says before what that takes. CourseError where it cannot be made."""
    kubectl.require_ready()
    kind_cluster.require_ours(chosen())
    if is_up():
        say(f"The cluster {name()} is up.")
        return
    say(f"making a second cluster, {name()}: {COSTS}")
    files.state()
    try:
        _course("up", chosen(), say)
    except Foreign:
        rmtree(FOLDER)  # nothing of ours was begun
        raise
    _write_context()
    say(f"Ready: kubectl --context {CONTEXT}. Remove it: course neighbour down")


def delete(engine: Engine, say: Say) -> bool:
    """Remove it, its state and its context; whether there was one. Foreign where another has its name."""
    begun = is_there()
    containers = [f"{name()}-{part}" for part in ("control-plane", "outside")]
    if not begun and not any(engine.inspect("container", container, "{{.Id}}") for container in containers):
        return False
    try:
        _course("down", engine, say)
    except Foreign:
        if begun:
            raise
        rmtree(FOLDER)  # somebody else's thing of this name is let be
        return False
    rmtree(FOLDER)
    for kind in ("context", "cluster", "user"):
        kubectl.run("config", f"delete-{kind}", CONTEXT)
    return True


def _course(verb: str, engine: Engine, say: Say) -> None:
    """A command of the course about the second cluster; what it says is passed on.

    A process of its own, because a process of the course has one cluster from its first import on.
    """
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)  # the command would take its COURSE_STATE for the reader's
    except OSError as reason:
        raise files.unusable(reason) from None
    own = {"COURSE_CLUSTER": name(), "COURSE_STATE": str(FOLDER), AS_JSON: "1"}
    if verb == "up":
        own["COURSE_ENGINE"] = engine.name  # `down` looks into each engine that answers
    argv, error = [sys.executable, "-P", "-m", "course", verb], {}
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=shell.environment(own)
    ) as process:
        assert process.stdout
        for line in map(str.rstrip, process.stdout):
            if line.startswith(KIND):
                error = json.loads(line)
            elif not line.startswith("Ready"):  # it names commands for the first cluster
                say(line)
    if process.returncode:
        raise _failure(error, verb)


def _failure(error: Mapping[str, str], verb: str) -> CourseError:
    """What the command said as an error, as one of ours; its advice only where that is not of the first cluster.

    error: {"kind", "what", "why", "next"}, or {} of a command that ended without a word.
    """
    made = Foreign if error.get("kind") == Foreign.__name__ else CourseError
    participle, next = {"up": "made", "down": "removed"}[verb], error.get("next", "")
    return made(
        f"The second cluster, {name()}, cannot be {participle}.",
        f"{error.get('what', '')} {error.get('why', '')}".strip(),
        AGAIN if advice.COURSE.search(next) else next or AGAIN,  # a path has that word in it, too
    )


def _write_context() -> None:
    """Have kubectl know it beside our own cluster, which stays the one that is meant where none is named."""
    theirs = FOLDER / ".course" / paths.KUBECONFIG.name
    lines = theirs.read_text().replace(f"kind-{name()}", CONTEXT).splitlines(keepends=True)
    renamed = theirs.with_name("as-neighbour.part")
    files.replace(renamed, "".join(line for line in lines if not line.startswith("current-context")), mode=0o600)
    both = shell.environment({"KUBECONFIG": f"{renamed}:{paths.KUBECONFIG}"})  # of one name, the first one's is taken
    words = ("kubectl", "config", "view", "--raw", "--flatten")
    merged = shell.output(words, env=both, doing="Writing the kubeconfig")
    files.replace(paths.KUBECONFIG, merged, mode=0o600)
