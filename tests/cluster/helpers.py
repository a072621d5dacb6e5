"""Types shared by the tests on the cluster."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from course.dns.query import Answer
from course.kube import kubectl

Course = Callable[..., "subprocess.CompletedProcess[str]"]


def no_route_to(address: str) -> bool:
    """Whether a Pod is told at once that no way leads there."""
    script = f"import socket; socket.create_connection(('{address}', 443), timeout=10)"
    return "Network is unreachable" in kubectl.in_toolbox("python3", "-c", script).stderr


@dataclass(frozen=True)
class Asked:
    """One name that is asked, and what is true of it."""

    name: str
    namespace: str
    kind: str
    cause: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} @{self.namespace} {self.kind}"


def asked_lines(table: Mapping[str, Sequence[str]]) -> list[Asked]:
    """Cause to lines `NAME [@NAMESPACE TYPE] | words of what is said | !words that are not`."""
    found = []
    for cause, names in table.items():
        for line in names:
            question, *words = (part.strip() for part in line.split("|"))
            name, namespace, kind = (
                (*question.split(), "@ask-c", "A")[:3] if "@" in question else (question, "@ask-c", "A")
            )
            found.append(Asked(name, namespace.removeprefix("@"), kind, cause, tuple(words)))
    return found


def wrong_answers(answers: Mapping[Asked, Answer]) -> list[str]:
    """A line for each name that is given another cause than its true one, or other words."""
    wrong = []
    for line, answer in answers.items():
        said = f"{answer.note} {answer.meaning}\n{answer.next}"
        lacking = [word for word in line.words if (word[1:] in said if word.startswith("!") else word not in said)]
        if answer.cause != line.cause or lacking:
            wrong.append(f"{line}: {answer.cause}, not {line.cause}; lacks {lacking}: {said}")
    return wrong


def alias_manifest(targets: Mapping[str, Mapping[str, str]]) -> str:
    """ExternalName Services: by namespace, name to target."""
    one = (
        "apiVersion: v1\nkind: Service\n"
        "metadata: {{name: {}, namespace: {}}}\n"
        "spec: {{type: ExternalName, externalName: '{}'}}\n"
    )
    held = [one.format(name, space, target) for space, names in targets.items() for name, target in names.items()]
    return "---\n".join(held)
