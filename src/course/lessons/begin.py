"""What the first cell of each lesson calls.

The cluster is there, the namespaces are fresh, nothing foreign is touched.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from course.base import shell
from course.base.errors import NotReady
from course.kube import kubectl, namespaces
from course.lessons import middle
from course.lessons.catalog import find
from course.provision import engine, kind_cluster, lifecycle, parts, reporter, world
from course.tasks import experiment, index, progress, stage, verbs
from course.tasks.task import Exercise

LABEL = Exercise.label
ADDED = {"controllerrevision", "endpoints", "endpointslice", "event", "lease", "replicaset"}
_begun: list[str] = []


def wait_for_cluster(minutes: float = 30) -> None:
    """Show the steps of a running set-up as they end, and return when the cluster answers."""
    shell.use_environment()
    reported = 0
    deadline = time.monotonic() + 60 * minutes
    while True:
        ended = [step for step in reporter.progress() if step.state in ("done", "failed")]
        for step in ended[reported:]:
            print(f"{step.title}: {step.state}, {step.seconds:.1f} s", flush=True)
            if step.state == "failed":
                print(step.doing)
        reported = max(reported, len(ended))
        if not lifecycle.running():
            break
        if time.monotonic() > deadline:
            raise NotReady("The cluster is still being made.", "", "Look at the terminal where ./course start runs.")
        time.sleep(0.5)  # between two looks at the list of steps
    kubectl.require_ready()
    print("The cluster is ready.")


def begin(slug: str, upto: str = "") -> None:
    """Fresh namespaces for a lesson, the outside world and CoreDNS as they were at the start.

    upto: a section's heading, or the id of a cell: what it needs is made too, to go on from there.

    Removes only namespaces that a lesson made, and names what was in them. A namespace of that name which no lesson
    made is the learner's: CourseError, nothing is touched.
    """
    lesson = find(slug)
    if upto:
        middle.above(lesson.slug, upto)  # a section that is none is said before anything is removed
    shell.use_environment()
    _begun.append(slug)
    experiment.begun(lesson.slug)
    with progress.editing(f"{progress.LESSON}{lesson.slug}") as record:
        record.tries += 1
        record.started = progress.now()
    kubectl.require_ready()
    print("Left from an earlier run, removed now: ", end="", flush=True)  # what follows may take some seconds
    kind_cluster.require_ours(engine.chosen())
    for part in lesson.parts:
        parts.ensure(part)
    with ThreadPoolExecutor(3) as pool:  # side by side: each mostly waits
        looking = pool.submit(namespaces.left, lesson.namespaces, LABEL)
        beyond_namespaces, in_the_world = pool.submit(stage.beyond), pool.submit(world.changed)
    there, beyond, changed = looking.result(), beyond_namespaces.result(), in_the_world.result()
    # Named before it goes, in one line, however much: nbval compares it.
    leftovers = [*_named(there), *beyond, *changed]
    print("; ".join(leftovers) or "nothing", flush=True)
    if changed:
        world.restore()
    stage.remove_beyond(beyond)
    namespaces.clear(there, LABEL, stage.GONE_WITHIN)
    _create(lesson.namespaces, slug)
    verbs.forget_shown(index.exercises(lesson.slug))
    print(f"Ready: {lesson.title}. Fresh namespaces: {', '.join(lesson.namespaces) or 'none needed'}.")
    if upto:
        print(f"Made, to go on from there: {', '.join(middle.enter(lesson.slug, upto)) or 'nothing needed'}.")


def begun() -> str | None:
    """The lesson that was begun last in this process."""
    return _begun[-1] if _begun else None


def _named(left: namespaces.Left) -> list[str]:
    """Each namespace, and what somebody made in it: not what Kubernetes adds to that."""
    shown = {
        name: sorted(thing for thing in things if thing.split("/")[0] not in ADDED)
        for name, things in left.things.items()
    }
    return [" ".join(["namespace", name, *things]) for name, things in shown.items()]


def _create(names: Sequence[str], slug: str) -> None:
    if not names:
        return
    manifests = "".join(kubectl.namespace_manifest(name, LABEL, slug) for name in names)
    # The server applies in a quarter of the time that kubectl takes to read what it may apply.
    kubectl.output("apply", "--server-side", "--force-conflicts", "-f", "-", text=manifests)
    for name in names:
        kubectl.output("wait", "--for=create", "-n", name, "serviceaccount/default", "--timeout=120s", timeout=130)
