"""The CoreDNS Pods one by one.

Each has a cache of its own, so for a while one may answer with the old and one with the new.
"""

import json
import re
from collections.abc import Collection

from course.kube import kubectl

PODS = ("-n", "kube-system", "-l", "k8s-app=kube-dns")
TAKEN = re.compile(r"Running configuration SHA512|Reloading complete")
REFUSED = re.compile(r"Corefile changed but reload failed|Corefile parse failed|Error during parsing|\[FATAL\]|Loop \(")
NOISE = re.compile(r"\[(?:INFO|WARNING|DEBUG)\]|maxprocs: |\.:\d+$|CoreDNS-|linux/")


def pods() -> dict[str, str]:
    """Name to IP address of each CoreDNS Pod."""
    items = json.loads(kubectl.output("get", "pods", *PODS, "-o", "json"))["items"]
    return {item["metadata"]["name"]: item["status"].get("podIP", "") for item in items}


def answers(name: str) -> dict[str, list[str]]:
    """For each CoreDNS Pod what it answers for a full name, as `dig +short` prints it.

    That is aliases, then addresses; [] for nothing.
    """
    return {pod: _short(address, name) for pod, address in pods().items()}


def all_answer(name: str, value: str) -> bool:
    """Whether every CoreDNS Pod, asked by itself, has this alias (with its final dot) or address in its answer."""
    by_pod = answers(name)
    return bool(by_pod) and all(value in answer for answer in by_pod.values())


def none_answers(name: str, value: str) -> bool:
    """Whether every CoreDNS Pod answers, and none of them with this alias or address."""
    by_pod = answers(name)
    return bool(by_pod) and all(answer and value not in answer for answer in by_pod.values())


def _short(address: str, name: str) -> list[str]:
    result = kubectl.in_toolbox("dig", "+short", "+time=2", "+tries=1", f"@{address}", name, timeout=15)
    return result.stdout.split() if result.returncode == 0 else []


def complaint(but: Collection[str] = ()) -> str:
    """The last line in which a CoreDNS Pod says that it does not take its Corefile; "" where each has taken it.

    but: names of Pods that are not asked.
    """
    by_pod: dict[str, str] = {}
    last: dict[str, str] = {}
    for line in kubectl.run("logs", *PODS, "--prefix", "--tail=2000").stdout.splitlines():
        pod, _, message = line.partition("] ")
        if any(f"/{name}/" in pod for name in but):
            continue
        if TAKEN.search(message):
            by_pod.pop(pod, None)
            last.pop(pod, None)
        elif REFUSED.search(message):
            by_pod[pod] = re.sub(r"^(?:\[\w+\] )+(?:plugin/\w+: )?", "", message).strip()
        elif message.strip() and not NOISE.match(message):
            last[pod] = message.strip()
    return next(iter(by_pod.values()), "") or _last_words_of_a_crash(last)


def _last_words_of_a_crash(last: dict[str, str]) -> str:
    """Of the last line of each Pod's log the one of a container that ended: not each reason has a mark of an error."""
    if not last:
        return ""
    items = json.loads(kubectl.output("get", "pods", *PODS, "-o", "json"))["items"]
    ended = [
        item["metadata"]["name"]
        for item in items
        for container in item["status"].get("containerStatuses", [])
        if not container["ready"] and "terminated" in {**container.get("lastState", {}), **container["state"]}
    ]
    return next((message for pod, message in last.items() if any(f"/{name}/" in pod for name in ended)), "")
