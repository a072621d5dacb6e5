"""The cluster's API, by kubectl: what the course asks and changes is what a learner could type."""

import re
import subprocess
from collections.abc import Callable

from course.base import files, paths, shell
from course.base.errors import CourseError

TOOLBOX = ("course-tools", "toolbox")  # the namespace and name of the Pod that asks questions for the course
NEIGHBOUR = "neighbour"  # the context of a second cluster: provision/neighbour.py
# A call ends before its memory matters: where Go collects memory seldom, it takes a sixth less of a processor.
QUICK = {"GOGC": "400"}

NO_KUBECONFIG = "There is no kubeconfig of the course's cluster, or it is damaged: ./course up writes it."


def context() -> str:
    """The context that the course's kubeconfig names; "" where the file is not there, empty or damaged.

    CourseError where it is another user's.
    """
    try:
        match = re.search(r"(?m)^current-context: (\S+)$", files.text(paths.KUBECONFIG))
    except PermissionError as error:
        raise files.unusable(error) from None
    except (OSError, ValueError):
        return ""
    return match[1].strip('"') if match else ""


def server() -> str:
    """The address of the API that the course's kubeconfig leads to; "" where that cannot be read."""
    try:
        match = re.search(r"(?m)^ +server: (\S+)$", files.text(paths.KUBECONFIG))
    except (OSError, ValueError):
        return ""
    return match[1] if match else ""


def run(*arguments: str, text: str | None = None, timeout: float = 60) -> shell.Completed:
    """One kubectl call against this course's cluster, captured; never raises for a failing call.

    Without a kubeconfig kubectl would ask whatever listens on port 8080 of this machine: then it is not called.
    """
    return begin(*arguments, text=text, timeout=timeout)()


def begin(*arguments: str, text: str | None = None, timeout: float = 60) -> Callable[[], shell.Completed]:
    """The same, begun now, beside what follows; calling what comes back waits for its end."""
    command = ["kubectl", *arguments]
    if not context():
        uncalled = subprocess.CompletedProcess(command, 1, "", NO_KUBECONFIG)
        return lambda: uncalled
    return shell.begin(command, env=shell.without_proxies(shell.environment(QUICK)), text=text, timeout=timeout)


def output(*arguments: str, text: str | None = None, timeout: float = 60, doing: str = "") -> str:
    """The same, but a failure is a CourseError with kubectl's own words."""
    result = run(*arguments, text=text, timeout=timeout)
    if result.returncode:
        raise CourseError(
            f"{doing or 'kubectl ' + ' '.join(arguments[:3])} failed.",
            shell.last_words(result.stderr),
            "./course doctor",
        )
    return result.stdout


def in_toolbox(*arguments: str, timeout: float = 30) -> subprocess.CompletedProcess[str]:
    """A program in the toolbox Pod, captured; never raises for a failing one."""
    namespace, pod = TOOLBOX
    return run("exec", "-n", namespace, pod, "--", *arguments, timeout=timeout)


def namespace_manifest(name: str, label: str, value: str) -> str:
    """The manifest of a namespace of the course.

    Its Pods get a CPU request: on a busy node all Pods that have none share less than a hundredth of what the API
    server has.
    """
    return f"""apiVersion: v1
kind: Namespace
metadata: {{name: {name}, labels: {{{label}: {value}}}}}
---
apiVersion: v1
kind: LimitRange
metadata: {{name: course, namespace: {name}}}
spec: {{limits: [{{type: Container, defaultRequest: {{cpu: 10m}}}}]}}
---
"""


def apply(manifest: str) -> str:
    """Apply a manifest; the API's refusal is passed on in its own words."""
    return output("apply", "-f", "-", text=manifest, doing="Applying the manifest")


def is_ready() -> bool:
    """Whether the API says it is ready."""
    return not _complaint()


def _complaint() -> str:
    """Why the API does not say it is ready, in kubectl's words; "" where it does."""
    readiness = run("get", "--raw", "/readyz")
    return "" if readiness.stdout.strip() == "ok" else shell.last_words(readiness.stderr, 1)


def require_ready() -> None:
    """CourseError unless the cluster answers, and is the one this command means."""
    refuse_neighbour()
    if context() not in ("", f"kind-{paths.cluster_name()}"):
        raise CourseError(
            f"The kubeconfig in {paths.STATE.name} is not of the cluster {paths.cluster_name()}.",
            "COURSE_CLUSTER names another cluster than the one that was made from this copy of the course.",
            "Set COURSE_CLUSTER as it was for ./course up, or give the second cluster a COURSE_STATE of its own.",
        )
    if complaint := _complaint():
        why = f"It is not up, is being made, or is too busy; kubectl: {complaint}"
        raise CourseError("The cluster does not answer.", why if context() else NO_KUBECONFIG, "./course up")


def refuse_neighbour() -> None:
    """CourseError where the second cluster is the current context: the course would ask and change that one."""
    if context() == NEIGHBOUR:
        own = f"kind-{paths.cluster_name()}"
        raise CourseError(
            f"The current context of the course's kubeconfig is {NEIGHBOUR}, the second cluster.",
            f"The course asks whichever is the current one, and its own is {own}. {NEIGHBOUR} is for --context.",
            f"kubectl config use-context {own}",
        )
