import pytest

from course.tasks.checks import Check, Report, leads_to, reads_ada
from course.tasks.probe import Pod, Reply

POD = Pod("lab-x")
ALIAS = """;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1
;; ANSWER SECTION:
ext.lab-x.svc.cluster.local. 30 IN CNAME db.example.com.
db.example.com. 5 IN A 192.0.2.7
"""


def said(kind: str, out: str = "", err: str = "", status: int = 0) -> Reply:
    return Reply(kind, status, out, err, 0.1)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (said("dig", ALIAS), "alias of db.example.com, address 192.0.2.7"),
        (said("dig", ALIAS.rsplit("\n", 2)[0]), "an alias of db.example.com, and no address"),
        (said("dig", ";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1"), "NXDOMAIN: no such name"),
        (said("dig", ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1"), "NOERROR, and no address"),
        (said("dig", ";; communications error to 10.96.0.10#53: timed out", status=9), "no DNS answer came"),
        (said("http", '{"server":"x"}\n\n200'), 'HTTP 200: {"server":"x"}'),
        (said("http", "\n000", "curl: (60) SSL: no name\nMore details\nhow to fix it", 60), "curl: (60) SSL: no name"),
        (said("sql", "Ada\n"), "Ada"),
        (said("sql", "", "psql: error: no\n", 2), "psql: error: no"),
        (said("run"), "nothing came back"),
        (said("run", status=1), "it failed"),
    ],
)
def test_what_came_is_said_in_one_line(answer: Reply, words: str) -> None:
    assert answer.observed == words


def test_a_dns_answer_is_read() -> None:
    answer = said("dig", ALIAS)
    assert (answer.rcode, answer.aliases, answer.addresses) == ("NOERROR", ["db.example.com"], ["192.0.2.7"])


def test_names_and_statements_are_quoted() -> None:
    assert POD.dig("a; rm -rf /").command.endswith("'a; rm -rf /' A")
    assert "'SELECT '\"'\"'x'\"'\"''" in POD.sql("db", "SELECT 'x'").command


def test_a_failing_check_says_all_five_and_a_passing_one_what_came() -> None:
    question = POD.sql("db", "SELECT 1")
    check = Check(
        "row-read", question, lambda reply: reply.text == "1", "1", lambda reply: f"because {reply.err}", "look here"
    )
    failed, passed = (check.judge({question: reply}) for reply in (said("sql", "", "no route", 2), said("sql", "1")))
    report = Report("x", (failed, passed))
    assert not report.passed and report.failing == {"row-read"}
    for part in (
        "[FAIL] row-read",
        "observed: no route",
        "expected: 1",
        "why:      because no route",
        "next:     look here",
    ):
        assert part in report.text()
    assert "[pass] row-read: 1" in report.text() and "(1 of 2 checks pass)" in report.text()
    assert set(report.as_dict()["checks"][0]) >= {"name", "passed", "observed", "expected", "why", "next"}  # type: ignore[index]


def test_what_the_api_holds_is_shown_beside_an_answer_that_fails_and_never_judged() -> None:
    question, service = POD.dig("db"), POD.service("db")
    check = Check(
        "name", question, lambda reply: bool(reply.addresses), "an address", "no address", "look here", beside=service
    )
    assert check.probes == (question, service) and service.pod == "lab-x/"
    nowhere, held = (
        said("dig", ";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1"),
        said("kubectl", "ExternalName   10.0.0.1"),
    )
    shown = check.judge({question: nowhere, service: held})
    assert not shown.passed
    assert shown.observed == "NXDOMAIN: no such name (kubectl -n lab-x get svc db: ExternalName 10.0.0.1)"
    assert check.judge({question: said("dig", ALIAS), service: said("kubectl", "", "not found", 1)}).passed


def test_the_usual_questions() -> None:
    row = reads_ada(POD, "db", "why", "next")
    assert [row.judge({row.probe: said("sql", out)}).passed for out in ("Ada", "Grace", "")] == [True, False, False]
    followed = leads_to("db.example.com")
    assert [followed(said("dig", text)) for text in (ALIAS, ALIAS.rsplit("\n", 2)[0])] == [True, False]
    assert not leads_to("db.example.org")(said("dig", ALIAS))


def test_no_checks_is_no_pass() -> None:
    assert not Report("x", ()).passed
