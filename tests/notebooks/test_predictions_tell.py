"""What the cluster says decides what a prediction's cell prints: of two answers, each prediction can read either.

All are fed the same answers, as many kinds as there are of them, and a few are fed their own.
"""

from collections.abc import Iterator

import pytest

from course.tasks import index
from course.tasks.probe import Reply
from course.tasks.task import Prediction

CHOICES = [task for lesson in index.lessons() for task in index.predictions(lesson) if task.options]
RECORDS = {
    "A": "y. 5 IN A 10.89.0.4",
    "AAAA": "y. 5 IN AAAA fd00::1",
    "CNAME": "y. 5 IN CNAME x.",
    "SRV": "y. 5 IN SRV 0 0 80 x.",
    "inside": "y. 5 IN A 10.96.0.4",
}
ANSWERS: tuple[list[str], ...] = ([], ["A"], ["AAAA"], ["CNAME"], ["CNAME", "A"], ["SRV"], ["inside"])
RCODES = ("NOERROR", "NXDOMAIN", "SERVFAIL")
WORDS = ("", "1", "5", "30", "10.96.0.4", "10.89.0.4", "false", "nightly-report", "a\nb", "a\nb\nc")
TARGET, ALIAS = "api.example.com", "partner-api"
# What nothing else reads: the words of a program, or the fields of a page.
OWN = {
    "empty-columns": (
        "db ExternalName <none> x.example.com <none> 1s",
        "db ExternalName <none> x.example.com 80/TCP 1s",
    ),
    "whose-cluster-local": (
        ("curl's exit code is 6", "prices of your own cluster"),
        ("prices of the neighbour", "prices of the neighbour"),
    ),
    "names-in-a-policy": (
        "  ipBlock\t<IPBlock>\n  namespaceSelector\t<L>\n  podSelector\t<L>",
        "  fqdn\t<string>\n  ipBlock\t<IPBlock>\n  namespaceSelector\t<L>\n  podSelector\t<L>",
    ),
    "error-without-egress": ("Temporary failure in name resolution", "Name or service not known"),
    "words-about-a-silent-server": ("connection refused", "timeout expired"),
    "rights-of-edit": ("services [] [] [create]", "services [] [] [create]\nendpoints [] [] [create]"),
    "host-behind-the-edge": ('{"host": "www.example.com"}', '{"host": "site.team-b.svc.cluster.local"}'),
    "after-the-record-changed": ("my own admin page", '{"server": "www"}'),
    "name-in-the-handshake": (f'{{"sni": "{ALIAS}"}}', f'{{"sni": "{TARGET}"}}'),
    "who-complains": (
        '{"items": [{"kind": "Ingress", "status": "ExternalName"}, {"kind": "HTTPRoute", "status": ""}]}',
        '{"items": [{"kind": "Ingress", "status": ""}, {"kind": "HTTPRoute", "status": "ExternalName"}]}',
    ),
    "what-is-followed": (
        '{"items": [{"metadata": {"name": "literal"}, "status": {"currentStatus": "valid"}}]}',
        '{"items": [{"metadata": {"name": "literal"}, "status": {"currentStatus": "invalid"}}]}',
    ),
    "read-and-sent-back": ("ClusterIP 10.96.0.4", "ExternalName"),
    "helm-after-a-hand": ("4 failed\nshop-db ExternalName", "4 deployed\nshop-db ClusterIP"),
    "helm-family": (
        '[{"status": "deployed"}, {"status": "failed"}]',
        '[{"status": "superseded"}, {"status": "deployed"}, {"status": "deployed"}]',
    ),
    "called-through-an-alias": ("dial tcp: lookup x: no such host", "its name does not begin with a team"),
    "address-for-a-webhook": ("dial tcp: lookup x: no such host", "its name does not begin with a team"),
    "api-behind-an-alias": ("dial tcp: lookup x: no such host", "all checks passed"),
    "answer-of-another": ('{"server": "legacy-api"}', "curl: (60) SSL"),
}


def fed(task: Prediction) -> Iterator[object]:
    """Replies of all kinds, and what a cell hands over: numbers, words, lists, nothing."""
    for said in (*WORDS, *task.options, *(key.replace(" ", "\n") for key in task.options)):
        yield Reply("run", 0, said, said, 0.1)
        yield said
        yield dict.fromkeys(said.split(), "in a new Pod")
    for status in range(0, 61):
        yield Reply("run", status, "", "refused", 0.1)
    for code in (0, 200, 400, 403, 404, 421, 502, 503):
        yield Reply("http", 0, f"a page\n{code}", "", 0.1)
    for rcode in RCODES:
        for kinds in ANSWERS:
            lines = [f";; ->>HEADER<<- opcode: QUERY, status: {rcode}, id: 1", *(RECORDS[kind] for kind in kinds)]
            yield Reply("dig", 0, "\n".join(lines), "", 0.1)
    yield from (0, 1, 20.0, 50.0, 1000.0, None, [], ["a"], ["a", "b"])


def own(task: Prediction) -> Iterator[object]:
    """The two answers that only this prediction can read, as a page and as what a program prints."""
    for said in OWN[task.slug]:
        if isinstance(said, str):  # else it is what a cell hands over
            yield Reply("http", 0, f"{said}\n200", "", 0.1)
            yield Reply("run", 0, said, said, 0.1)
        yield said


@pytest.mark.parametrize("task", CHOICES, ids=[task.slug for task in CHOICES])
def test_each_prediction_can_read_the_opposite(task: Prediction) -> None:
    read: set[str] = set()
    for reply in own(task) if task.slug in OWN else fed(task):
        try:
            read.add(str(task.reads(reply)))
        except (AttributeError, TypeError, ValueError, LookupError, StopIteration):
            continue  # an answer of another kind
    told = {task.words(value) for value in read & set(task.options)}
    assert len(told) >= 2, f"whatever the cluster says, it reads {read or 'nothing'}"


def test_there_are_predictions_and_each_own_answer_is_of_one() -> None:
    assert len(CHOICES) > 90
    assert set(OWN) <= {task.slug for task in CHOICES}
