"""CoreDNS's own log of the questions it was asked: switch it on, read it, switch it off."""

import re
import uuid
from collections.abc import Collection, Mapping
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
    return [question for question in parse(_log_to_the_end()) if question.name == name]


def _log_to_the_end() -> str:
    """All that the CoreDNS Pods logged until now.

    Each is asked for a name nobody else asks for: when that is in its log, all that came before is there too.
    """
    markers = {f"marker-{uuid.uuid4().hex}.cluster.local.": address for address in coredns.pods().values()}
    kubectl.output("exec", "-n", *kubectl.TOOLBOX, "--", "dig", *each_of_its_own(markers))
    return until(partial(_log_with, markers), seconds=60, what="The end of CoreDNS's log")


def each_of_its_own(servers: Mapping[str, str]) -> list[str]:
    """What dig is told so that each name is asked of one server. servers: the address for each name.

    It stands behind the name: before it, dig would take it for one more server of the question before.
    """
    return [word for name, address in servers.items() for word in (name, f"@{address}")]


def _log_with(markers: Collection[str]) -> str:
    """The log of all Pods; "" where one of these names is not in it yet."""
    log = kubectl.output("logs", *coredns.PODS, "--tail=-1")
    return log if all(marker in log for marker in markers) else ""
