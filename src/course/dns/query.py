"""What a Pod gets for a name, and what it means."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from course.base.errors import CourseError
from course.dns import dig, question
from course.kube import kubectl

if TYPE_CHECKING:
    import subprocess

    from course.dns import causes


@dataclass(frozen=True)
class Answer:
    """The questions a Pod's resolver puts for one name, in turn, and what came back.

    `asked` ends with the response that settled it. `meaning` is one or two sentences, `next` what to look at or type.
    """

    name: str
    namespace: str
    asked: tuple[dig.Response, ...]
    meaning: str
    next: str

    @property
    def last(self) -> dig.Response:
        """The response that settled it."""
        return self.asked[-1]

    @property
    def resolved(self) -> bool:
        """Whether a program would get what it asked for: an address for A and AAAA, else a record of that type."""
        wanted = self.last.addresses if self.last.kind in ("A", "AAAA") else self.last.answer
        return self.last.status == "NOERROR" and bool(wanted)

    def as_dict(self) -> dict[str, object]:
        """For --json: the fields, with each record's maker."""
        asked = [
            asdict(response) | {"answer": [asdict(record) | {"made_by": record.made_by} for record in response.answer]}
            for response in self.asked
        ]
        return {"name": self.name, "namespace": self.namespace, "resolved": self.resolved, "asked": asked,
                "meaning": self.meaning, "next": self.next}  # fmt: skip

    def text(self) -> str:
        """Readable lines: each question, each record with TTL and maker, the sentence."""
        lines = [f"A Pod in {self.namespace} asks for {self.name}"]
        for response in self.asked:
            lines.append(f"  {response.question} {response.kind} -> {response.status or 'no answer'} from {response.server}")
            for record in response.answer:
                lines.append(f"    {record.name} {record.ttl} {record.kind} {record.value} (from {record.made_by})")
        return "\n".join([*lines, f"Meaning: {self.meaning}", *([f"Next: {self.next}"] if self.next else [])])


def ask(name: str, namespace: str = "default", kind: str = "A") -> Answer:
    """Ask as a Pod in `namespace` would; CourseError for what is no DNS name, a type nobody knows, or no cluster."""
    kind = question.check_kind(kind)
    names = question.candidates(name, namespace)
    return interpret(name, namespace, names, kind, question.send(names, kind))


def interpret(name: str, namespace: str, names: list[str], kind: str, said: subprocess.CompletedProcess[str]) -> Answer:
    """What dig said to these full names, settled as a resolver does, and explained."""
    asked = _until_settled(_responses(names, kind, said))
    return Answer(name, namespace, asked, *explain(name, namespace, asked))


def _responses(names: list[str], kind: str, said: subprocess.CompletedProcess[str]) -> list[dig.Response]:
    found = dig.parse(said.stdout)
    if len(found) != len(names):
        raise CourseError("The toolbox Pod cannot ask.", (said.stderr or said.stdout).strip()[:300], "./course up")
    return [_of_question(response, name, kind) for response, name in zip(found, names, strict=True)]


def _of_question(response: dig.Response, name: str, kind: str) -> dig.Response:
    """dig does not repeat a question that nobody answered."""
    return response if response.question else replace(response, question=name, kind=kind)


def _until_settled(responses: list[dig.Response]) -> tuple[dig.Response, ...]:
    """A resolver goes on after NXDOMAIN and after an empty answer; it stops at records and at failures."""
    for number, response in enumerate(responses, 1):
        if response.answer or response.status not in ("NOERROR", "NXDOMAIN"):
            return tuple(responses[:number])
    return tuple(responses)


def explain(
    name: str, namespace: str, asked: tuple[dig.Response, ...], evidence: causes.Evidence | None = None
) -> tuple[str, str]:
    """(what it means, what to look at or type next) for the questions and answers of one name.

    `evidence` fetches evidence, and only for a name that did not resolve.
    """
    last = asked[-1]
    alias = next((record for record in last.answer if record.kind == "CNAME" and dig.in_cluster(record.name)), None)
    lone = alias and last.kind in ("A", "AAAA") and not last.addresses
    if last.status in ("SERVFAIL", "REFUSED"):
        return _failed(last)
    if last.answer and not lone:
        return _resolved(alias, last)
    return _unresolved(name, namespace, asked, alias, evidence or Cluster())


def _resolved(alias: dig.Record | None, last: dig.Response) -> tuple[str, str]:
    if alias:
        return _alias(alias, last)
    if last.addresses and dig.in_cluster(last.question):
        return _in_cluster(last)
    return "The name is outside the cluster: CoreDNS forwarded the question and passed the answer on.", ""


def _unresolved(
    name: str, namespace: str, asked: tuple[dig.Response, ...], alias: dig.Record | None, evidence: causes.Evidence
) -> tuple[str, str]:
    from course.dns import causes  # only now: a name that resolves does not wait for it

    last = asked[-1]
    if last.status == "TIMEOUT":
        return causes.timeout(last, evidence)
    if alias:
        return causes.lone_cname(alias, last, evidence)
    return causes.nothing(name, namespace, asked, evidence)


class Cluster:
    """The evidence of the real cluster."""

    def services(self) -> list[causes.Service]:
        """All Services; none where the API does not say."""
        from course.dns import causes

        fields = [".metadata.namespace", ".metadata.name", ".spec.type", ".spec.externalName", ".spec.clusterIP"]
        columns = ",".join(f"C{number}:{field}" for number, field in enumerate(fields))
        done = kubectl.run("get", "services", "-A", "--no-headers", "-o", f"custom-columns={columns}")
        rows = [["" if cell == "<none>" else cell for cell in line.split()] for line in done.stdout.splitlines()]
        return [causes.Service(space, name, kind, target.rstrip("."), ip) for space, name, kind, target, ip in rows]

    def response(self, name: str, kind: str) -> dig.Response:
        """The target asked by itself."""
        names = [f"{name.rstrip('.')}."]
        return _responses(names, kind, question.send(names, kind))[0]


def _failed(last: dig.Response) -> tuple[str, str]:
    return (
        f"The DNS server answered {last.status}: it could not find out. This says nothing about whether the name exists.",
        "course outside status",
    )


def _alias(alias: dig.Record, last: dig.Response) -> tuple[str, str]:
    if last.kind == "CNAME":
        return f"An ExternalName Service: an alias of {alias.value} Asking for CNAME shows the alias alone.", ""
    hops = f" (after {len(last.aliases)} aliases)" if len(last.aliases) > 1 else ""
    return (
        f"An ExternalName Service: an alias of {alias.value} CoreDNS resolved the target itself{hops}, so alias and "
        f"address came in one answer. The Pod connects straight to {', '.join(last.addresses)}.",
        "",
    )


def _in_cluster(last: dig.Response) -> tuple[str, str]:
    if len(last.addresses) > 1:
        return "A headless Service: the addresses are its Pods, with no virtual IP before them.", ""
    return "A Service with a virtual IP (or headless with one Pod): no alias, an A record of its own.", ""
