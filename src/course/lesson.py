"""What the first cell of each lesson calls: the cluster is there, the namespaces are fresh, nothing foreign is touched."""

import os
import time
import tomllib
from dataclasses import dataclass
from functools import cache

from course import paths, shell
from course.errors import CourseError, NotReady
from course.observe import kube
from course.provision import steps

MANIFEST = paths.NOTEBOOKS / "lessons.toml"
LABEL = "externalname-course/lesson"
KINDS = (
    "pods,deployments,statefulsets,daemonsets,jobs,cronjobs,services,endpointslices,ingresses,configmaps,secrets,"
    "serviceaccounts,roles,rolebindings,persistentvolumeclaims,networkpolicies"
)
_begun: list[str] = []


@dataclass(frozen=True)
class Lesson:
    """One entry of notebooks/lessons.toml. minutes is what a learner should plan, not machine time."""

    slug: str
    title: str
    minutes: int
    objectives: list[str]
    needs: list[str]
    namespaces: list[str]


@cache
def manifest() -> list[Lesson]:
    """All lessons in order."""
    return [Lesson(**entry) for entry in tomllib.loads(MANIFEST.read_text())["lesson"]]


def find(slug: str) -> Lesson:
    """The lesson of that slug; CourseError names the lessons there are."""
    for lesson in manifest():
        if lesson.slug == slug:
            return lesson
    raise CourseError(f"There is no lesson {slug}.", f"There are: {', '.join(lesson.slug for lesson in manifest())}.")


def prepare_environment() -> None:
    """kubectl in this notebook talks to the course's cluster and to no other, wherever the notebook was opened."""
    wanted = shell.environment()
    ours = ("KUBECONFIG", "KUBECACHEDIR", "PATH", "NO_PROXY", "no_proxy")
    os.environ.update({name: wanted[name] for name in ours if name in wanted})


def wait_for_cluster(minutes: float = 30) -> None:
    """Show the steps of a running set-up as they end, and return when the cluster answers."""
    prepare_environment()
    shown = 0
    deadline = time.monotonic() + 60 * minutes
    while True:
        ended = [step for step in steps.progress() if step.state in ("done", "failed")]
        for step in ended[shown:]:
            print(f"{step.title}: {step.state}, {step.seconds:.1f} s", flush=True)
            if step.state == "failed":
                print(step.doing)
        shown = max(shown, len(ended))
        if not steps.running():
            break
        if time.monotonic() > deadline:
            raise NotReady("The cluster is still being made.", "", "Look at the terminal where ./course start runs.")
        time.sleep(0.5)  # between two looks at the list of steps
    kube.require()
    print("The cluster is ready.")


def begin(slug: str) -> None:
    """Fresh namespaces for a lesson, the outside world and CoreDNS as they were at the start.

    Removes only namespaces that a lesson made, and names what was in them. A namespace of that name which no lesson made
    is the learner's: CourseError, nothing is touched.
    """
    lesson = find(slug)
    prepare_environment()
    _begun.append(slug)
    kube.require()
    existing = [name for name in lesson.namespaces if _is_there(name)]
    for name in existing:
        _refuse_foreign(name)
    policies, changed = _policies(), steps.changed()
    # Named before it goes, in one line, however much: nbval compares it.
    left = [*(f"namespace {name} {_held(name)}".rstrip() for name in existing), *policies, *changed]
    print(f"Left from an earlier run, removed now: {'; '.join(left) or 'nothing'}", flush=True)
    if changed:
        steps.put_back()
    for name in existing:
        kube.kubectl("delete", "pods", "--all", "--now", "-n", name)
        kube.must("delete", "namespace", name, "--timeout=60s", timeout=70)
    if policies:
        kube.must("delete", *policies)
    for name in lesson.namespaces:
        _create(name, slug)
    print(f"Ready: {lesson.title}. Fresh namespaces: {', '.join(lesson.namespaces) or 'none needed'}.")


def begun() -> str | None:
    """The lesson that was begun last in this process."""
    return _begun[-1] if _begun else None


def _is_there(name: str) -> bool:
    return kube.kubectl("get", "namespace", name).returncode == 0


def _refuse_foreign(name: str) -> None:
    label = kube.must("get", "namespace", name, "-o", "jsonpath={.metadata.labels}")
    if LABEL not in label:
        raise CourseError(
            f"There is a namespace {name} that no lesson made.",
            "It may hold your own work, so it is left alone.",
            f"Remove it yourself (kubectl delete namespace {name}), then run this cell again.",
        )


def _held(namespace: str) -> str:
    """What is in a namespace, but for what Kubernetes puts into each."""
    held = kube.must("get", KINDS, "-n", namespace, "-o", "name").split()
    return " ".join(sorted(set(held) - {"configmap/kube-root-ca.crt", "serviceaccount/default"}))


def _policies() -> list[str]:
    """Admission policies belong to no namespace: those that a lesson left behind go by their label, whatever lesson begins."""
    kinds = "validatingadmissionpolicybindings,validatingadmissionpolicies"
    return sorted(kube.must("get", kinds, "-l", LABEL, "-o", "name").split())


def _create(name: str, slug: str) -> None:
    kube.apply(kube.namespace(name, LABEL, slug))
    kube.must("wait", "--for=create", "-n", name, "serviceaccount/default", "--timeout=30s", timeout=40)


def course_map() -> str:
    """The lessons as lines of text: number, minutes, title."""
    lines = [f"{lesson.slug[:2]}  {lesson.minutes:3} min  {lesson.title}" for lesson in manifest()]
    return "\n".join(lines)


def course_table() -> str:
    """The lessons as a Markdown table, for the README."""
    rows = [
        f"| [{lesson.slug[:2]} {lesson.title}](notebooks/{lesson.slug}.ipynb) | {lesson.minutes} | {'; '.join(lesson.objectives)} |"
        for lesson in manifest()
    ]
    return "\n".join(["| Lesson | Minutes | You will be able to |", "|---|---|---|", *rows])
