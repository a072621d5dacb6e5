"""CoreDNS's Corefile: read it, write it, have every CoreDNS Pod use it, and point its forward at the world outside."""

import json
import re
import time
from datetime import UTC, datetime
from textwrap import dedent

from course.base import paths, state
from course.base.errors import CourseError
from course.base.waiting import until
from course.kube import coredns, kubectl

FORWARD = r"(?m)^(\s*forward \.) [^{\n]+?( \{)?$"
ORIGINAL = paths.STATE / "corefile.json"  # kubeadm's own, as it was when the cluster was made


def read() -> str:
    """The Corefile that the cluster holds now."""
    return kubectl.output("-n", "kube-system", "get", "cm", "coredns", "-o", "jsonpath={.data.Corefile}")


def write(text: str) -> None:
    """Put a Corefile in place and restart CoreDNS with it.

    Returns when every question goes to a Pod with the new one. CourseError, in CoreDNS's own words, where it does not
    take this one; then the one before is in place again.
    """
    before, pods = read(), frozenset(coredns.pods())
    _apply(text)
    if complaint := _complaint_of_new_pods(pods):
        _apply(before)
        wait_for_coredns()
        raise CourseError(
            "CoreDNS does not take this Corefile.",
            f"It says: {complaint}. The Corefile is as it was before.",
            "Fix the line that it names, then write it again.",
        )
    wait_for_coredns()
    until(each_question_answered, seconds=60, what="kube-proxy hearing of the new CoreDNS Pods")


def _complaint_of_new_pods(before: frozenset[str]) -> str:
    """What a CoreDNS Pod that was not there before says against its Corefile; "" when the new Pods are ready."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        rollout = ("rollout", "status", "deployment/coredns", "--timeout=5s")
        if kubectl.run("-n", "kube-system", *rollout, timeout=15).returncode == 0:
            return ""
        if complaint := coredns.complaint(but=before):
            return complaint
    return ""


def with_forward_to(address: str) -> str:
    """kubeadm's own Corefile with its forward line pointed at `address`."""
    first = original()
    if first is None:
        raise CourseError("The first Corefile is not known.", f"{ORIGINAL} is lost or damaged.", "./course up")
    return re.sub(FORWARD, rf"\g<1> {address}\g<2>", first)


def original() -> str | None:
    """kubeadm's own Corefile; None where it was not kept yet, or what is kept is damaged."""
    text = state.text(state.read(ORIGINAL), "corefile")
    return text if text and re.search(FORWARD, text) else None


def keep(manifests: str) -> None:
    """Keep the Corefile in kubeadm's manifests of CoreDNS; CourseError where there is none with a forward line."""
    block = re.search(r"(?m)^( *)Corefile: \|\n((?:\1 .*\n|\n)+)", manifests)
    text = dedent(block[2]) if block else ""
    if not re.search(FORWARD, text):
        raise CourseError("kubeadm's Corefile has no forward line.", text, "./course down, then ./course up")
    state.write(ORIGINAL, corefile=text)


def forward_to(address: str, *, wait: bool = True, anew: bool = False) -> bool:
    """CoreDNS forwards all it does not serve itself to the outside world's DNS server; whether anything was changed.

    The Corefile is kubeadm's but for this one address, kept as it was on the first day: what a lesson changed and left
    behind is put back too. Without `wait` it is the caller who calls wait_for_coredns. anew: write it in any case.
    """
    if not anew and is_forwarded_to(address):
        return False
    corefile = with_forward_to(address)
    if wait:
        write(corefile)
    else:
        _apply(corefile)
    return True


def is_forwarded_to(address: str) -> bool:
    """Whether the Corefile is the one that forward_to(address) would write."""
    return read() == with_forward_to(address)


def _apply(corefile: str) -> None:
    """New Pods, because the reload plugin takes a minute or more.

    One after the other, so that names resolve all the time.
    """
    _patch("cm", {"data": {"Corefile": corefile}})
    _patch("deployment", {"spec": {"template": _new_pods()}})


def _patch(kind: str, change: dict[str, object]) -> None:
    kubectl.output("-n", "kube-system", "patch", kind, "coredns", "-p", json.dumps(change))


def _new_pods() -> dict[str, object]:
    """What makes the Deployment's Pods new ones, as `kubectl rollout restart` does.

    And it has the kubelet look each second whether they are ready. kubeadm says each ten: a Pod that is not ready at
    the first look would be waited for that long.
    """
    when = datetime.now(UTC).isoformat()
    container = {"name": "coredns", "readinessProbe": {"periodSeconds": 1}}
    return {
        "metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": when}},
        "spec": {"containers": [container]},
    }


def wait_for_coredns(seconds: float = 120) -> None:
    """Only Pods with the newest Corefile are left, and they are ready.

    A Pod that is told to stop still answers, with its old Corefile, for the five seconds of its `lameduck`: it is not
    given them.
    """
    wait_for("deployment/coredns", seconds)
    for pod in _leaving_pods():
        kubectl.output(
            "-n",
            "kube-system",
            "delete",
            "pod",
            pod,
            "--ignore-not-found",
            "--grace-period=1",
            "--timeout=120s",
            timeout=130,
        )


def wait_for(workload: str, seconds: float = 120) -> None:
    """All Pods of a workload of the system are ready, and of its newest revision."""
    kubectl.output(
        "-n",
        "kube-system",
        "rollout",
        "status",
        workload,
        f"--timeout={seconds:.0f}s",
        timeout=seconds + 10,
        doing=f"Waiting for {workload}",
    )


def _leaving_pods() -> list[str]:
    form = "jsonpath={range .items[?(@.metadata.deletionTimestamp)]}{.metadata.name} {end}"
    return kubectl.output("get", "pods", *coredns.PODS, "-o", form).split()


def each_question_answered() -> bool:
    """kube-proxy may send some questions to a Pod that is gone: it writes its rules at most once a second."""
    query = ("kubernetes.default.svc.cluster.local", "+short", "+tries=1", "+time=1") * 8
    addresses = kubectl.in_toolbox("dig", *query).stdout.split()
    return len(addresses) == 8 and len(set(addresses)) == 1


def answer_for_the_api() -> str:
    """What CoreDNS answers a Pod for the API's own Service: its address, or "" while it does not."""
    result = kubectl.in_toolbox(
        "dig", "+short", "+time=1", "+tries=3", "kubernetes.default.svc.cluster.local", timeout=15
    )
    return result.stdout.strip() if result.returncode == 0 else ""
