"""CoreDNS's own log of the questions it was asked: switch it on, read it, switch it off."""

import re
import uuid
from dataclasses import dataclass
from functools import partial

from course.base.waiting import until
from course.kube import coredns, corefile, kubectl

LINE = re.compile(r'\[INFO\] (?P<client>\S+) - (?P<id>\d+) "(?P<kind>\w+) IN (?P<name>\S+) .*?" (?P<status>\w+)')


@dataclass(frozen=True)
class Question:
    """One line of the log: who asked (address:port), the packet's id, type and name, the response code."""

    client: str
    id: str
    kind: str
    name: str
    status: str


def with_log(text: str) -> str:
    """The Corefile with the `log` plugin after each `errors`."""
    return re.sub(r"(?m)^(\s*)errors$", r"\1errors\n\1log", without_log(text))


def without_log(text: str) -> str:
    """The Corefile without the `log` plugin."""
    return re.sub(r"(?m)^\s*log\n", "", text)


def switch_on() -> None:
    """From now on CoreDNS writes a line for each question; its Pods are new, so the log begins here."""
    corefile.write(with_log(corefile.read()))


def switch_off() -> None:
    """No log of questions, as kubeadm sets CoreDNS up."""
    corefile.write(without_log(corefile.read()))


def parse(log: str) -> list[Question]:
    """The questions in a log. A packet that was sent again is the same question and counts once."""
    return list(dict.fromkeys(Question(**match.groupdict()) for match in LINE.finditer(log)))


def questions(name: str) -> list[Question]:
    """Every question for exactly this name (with its final dot) that any CoreDNS Pod has logged."""
    for pod, address in coredns.pods().items():
        _read_to_the_end(pod, address)
    return [question for question in parse(kubectl.output("logs", *coredns.PODS, "--tail=-1")) if question.name == name]


def _read_to_the_end(pod: str, address: str) -> None:
    """Ask this Pod for a name nobody else asks for: when that is in its log, all that came before is there too."""
    marker = f"marker-{uuid.uuid4().hex}.cluster.local."
    kubectl.output("exec", "-n", *kubectl.TOOLBOX, "--", "dig", f"@{address}", marker)
    until(partial(_logged, pod, marker), seconds=60, what=f"A line of the log of {pod}")


def _logged(pod: str, marker: str) -> bool:
    return marker in kubectl.output("logs", "-n", "kube-system", pod, "--tail=2000")  # others ask meanwhile
