"""`course ask` tells the truth about every name of ask_table.toml.

All is set up once, one dig asks all, causes are compared.
"""

import os
import shlex
import signal
import subprocess
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from course.base import paths
from course.base.waiting import until
from course.cli import ask
from course.dns import query, question
from course.dns.evidence import Cluster
from course.kube import coredns, kubectl, namespaces
from course.lessons import begin
from course.lessons.catalog import lessons
from course.provision import outside
from course.tasks import stage
from tests.cluster.helpers import Asked, Course, alias_manifest, asked_lines, wrong_answers

pytestmark = pytest.mark.cluster

HERE = Path(__file__).parent
TABLE: dict[str, Any] = tomllib.loads((HERE / "ask_table.toml").read_text())
NAMESPACES = ("ask-a", "ask-b", "ask-c", "ask-redis", "ask-vault")
LAST = "zz-last"  # CoreDNS hears of Services in turn: when it knows this one, it knows all


def aliases() -> str:
    return alias_manifest({**TABLE["aliases"], "ask-c": {**TABLE["aliases"].get("ask-c", {}), LAST: "api.example.com"}})


def spread(value: str) -> list[str]:
    """`10.1.0.1..3` is 10.1.0.1, 10.1.0.2 and 10.1.0.3: an answer that is too long for one packet."""
    first, _, last = value.partition("..")
    head, _, number = first.rpartition(".")
    return [f"{head}.{each}" for each in range(int(number), int(last) + 1)] if last else [value]


def apply(manifest: str) -> None:
    kubectl.output("apply", "--server-side", "-f", "-", text=manifest, timeout=300)


@pytest.fixture(scope="module")
def world() -> Iterator[None]:
    """The Services, Pods and records that the table speaks of, in namespaces of its own, and nothing of a lesson's."""
    # The table asks for names in `production` as one that is not there; a lesson before this test may have made it.
    left = [namespace for lesson in lessons() for namespace in lesson.namespaces]
    namespaces.remove(sorted(set(left)), begin.LABEL, stage.GONE_WITHIN)
    for namespace in NAMESPACES:
        namespaces.settle(namespace, stage.GONE_WITHIN)  # another test's, that did not wait for it
        apply(kubectl.namespace_manifest(namespace, "made-by", "a-test"))
    for namespace in NAMESPACES:
        kubectl.output("wait", "--for=create", "-n", namespace, "serviceaccount/default", "--timeout=180s", timeout=190)
    apply((HERE / "ask_world.yaml").read_text())
    for name, (kind, *values) in TABLE["records"].items():
        outside.set_record(name, kind, *(each for value in values for each in spread(value)))
    kubectl.output("rollout", "status", "-n", "ask-a", "statefulset/web", "--timeout=240s", timeout=250)
    kubectl.output("wait", "-n", "ask-a", "--for=condition=Ready", "pod/bare-pod", "--timeout=240s", timeout=250)
    apply(aliases())
    until(
        lambda: all(coredns.answers(f"{LAST}.ask-c.svc.cluster.local").values()),
        seconds=180,
        what="CoreDNS knowing the Services",
    )
    yield
    outside.reset()
    kubectl.run("delete", "pods", "--all", "-n", "ask-a", "--now")
    kubectl.run("delete", "namespace", *NAMESPACES, "--wait=false")


@pytest.fixture(scope="module")
def answers(world: None) -> dict[Asked, query.Answer]:
    """Every line asked: one dig for all, then each explained, with one look at the cluster for all."""
    table = asked_lines(TABLE["asked"])
    asked = {line: question.pairs(line.name, line.namespace, line.kind) for line in table}
    pairs = list(dict.fromkeys(pair for each in asked.values() for pair in each))
    shared = Cluster()
    with ThreadPoolExecutor(6) as pool:  # a label that cannot be packed is waited for, three seconds each time
        list(pool.map(shared.responses, [pairs[start : start + 60] for start in range(0, len(pairs), 60)]))

        def one(line: Asked) -> query.Answer:
            return query.settle(line.name, line.namespace, shared.responses(asked[line]), evidence=shared)

        return dict(zip(table, pool.map(one, table), strict=True))


def test_the_table_is_as_long_as_it_says() -> None:
    table = asked_lines(TABLE["asked"])
    assert len({str(line) for line in table}) == len(table) >= 120


def test_each_name_is_given_its_true_cause(answers: dict[Asked, query.Answer]) -> None:
    wrong = wrong_answers(answers)
    assert not wrong, "\n".join(wrong)


def test_what_is_proposed_for_an_alias_resolves(answers: dict[Asked, query.Answer]) -> None:
    """Every `kubectl patch` of the table, by its target: advice that CoreDNS would not answer for makes it worse."""
    commands = [command for answer in answers.values() for command in answer.next.splitlines()]
    patched = {command.partition('"externalName":"')[2].partition('"')[0] for command in commands} - {""}
    assert len(patched) > 5
    found = Cluster().responses([(target, "A") for target in sorted(patched)])
    assert [one.question for one in found if not one.addresses] == []


def test_what_is_to_be_asked_next_has_an_answer(answers: dict[Asked, query.Answer]) -> None:
    """Every `course ask` of the table, but where it is said that the name does not resolve either."""
    lines = [
        line
        for answer in answers.values()
        if "does not resolve either" not in answer.meaning
        for line in answer.next.splitlines()
        if line.startswith("course ask ") and "#" not in line
    ]
    given = [ask.parser().parse_args(shlex.split(line)[2:]) for line in dict.fromkeys(lines)]
    assert len(given) > 40
    asked = [question.pairs(one.name, one.namespace, one.kind) for one in given]
    shared = Cluster()
    shared.responses(list(dict.fromkeys(pair for each in asked for pair in each)))
    settled = [
        query.settle(one.name, one.namespace, shared.responses(pairs), evidence=shared)
        for one, pairs in zip(given, asked, strict=True)
    ]
    assert [answer.text() for answer in settled if not answer.resolved] == []


def plain_terminal() -> dict[str, str]:
    """The environment of a terminal of the reader's own, which knows neither this cluster nor the course's programs."""
    others = [folder for folder in os.environ["PATH"].split(os.pathsep) if folder != str(paths.VENV_BIN)]
    return {name: value for name, value in os.environ.items() if name != "KUBECONFIG"} | {
        "PATH": os.pathsep.join(others)
    }


@pytest.mark.parametrize(
    ("name", "namespace", "shown"),
    [("auth", "ask-c", "virtual IP"), ("short-namespace", "ask-b", "watched")],
)
def test_the_next_line_can_be_typed_as_it_is_printed(world: None, name: str, namespace: str, shown: str) -> None:
    """One that asks again and one that looks at the cluster, in a plain terminal and from another folder."""
    env = plain_terminal()
    said = subprocess.run(
        [paths.ROOT / "course", "ask", name, "--from", namespace], capture_output=True, text=True, env=env, cwd="/"
    ).stdout
    (line,) = [line.removeprefix("Next: ") for line in said.splitlines() if line.startswith("Next: ")]
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, env=env, cwd="/")
    assert (done.returncode, shown in done.stdout) == (0, True), f"{line}: {done.stdout}{done.stderr}"


def test_a_change_is_said_while_it_is_watched(world: None) -> None:
    change = ("patch", "service", "watched", "-n", "ask-c", "--type", "merge", "-p")
    command = [str(paths.ROOT / "course"), "ask", "watched", "--from", "ask-c", "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        first = watching.stdout.readline()
        kubectl.output(*change, '{"spec":{"externalName":"db.example.com"}}')
        second = watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        rest = watching.stdout.read()
    assert "CNAME api.example.com." in first and "CNAME db.example.com." in second and rest == ""
    assert watching.returncode == 130


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("auth", "--from", "ask-b"), 1, "auth.ask-a.svc.cluster.local"),
        (("good-head", "--from", "ask-b"), 0, "after 2 aliases"),
        (("kubernetes", "--from", "prodution"), 1, "no namespace prodution"),
        (("api.example.com", "--from", "prodution"), 0, "no namespace prodution"),
        (("auth.ask-a", "--from", "ask-c", "--ndots", "1", "--resolver", "musl"), 1, "does not come to auth.ask-a.svc"),
        (("auth.ask-a", "--from", "ask-c", "--ndots", "1"), 0, "virtual IP"),
        (("auth.ask-a", "--from", "ask-c", "--dns-policy", "Default"), 1, "not CoreDNS"),
        (("api.example.com", "--from", "prodution", "--dns-policy", "Default"), 1, "no namespace prodution"),
        (("api.example.com", "--from", "ask-c", "--dns-policy", "Default"), 1, "an answer for api.example.com."),
        (
            ("dangling", "--from", "ask-b", "--dns-policy", "Default"),
            1,
            "CoreDNS has no answer either. The externalName",
        ),
        (("api.broken.example.org", "--dns-policy", "Default"), 1, "CoreDNS has no answer either. The name"),
        (("auth.ask-a", "--from", "ask-c", "--dns-policy", "ClusterFirstWithHostNet"), 0, "virtual IP"),
        (("auth.ask-a", "--dns-policy", "None"), 2, "dnsConfig"),
    ],
)
def test_the_command_says_so_too(world: None, course: Course, words: tuple[str, ...], code: int, said: str) -> None:
    done = course("ask", *words)
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done.stdout + done.stderr
