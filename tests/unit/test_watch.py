"""`ask --watch`: what is a change of an answer, and how a change is said. tests/cluster/test_ask_table.py sees one."""

import json
from collections.abc import Iterator

import pytest

from course.cli import watch
from course.dns import watching
from course.dns.dig import Record, Response
from course.dns.query import RESOLVED, Answer

ALIAS, TARGET = "db.shop.svc.cluster.local.", "db.example.com."
CNAME = Record(ALIAS, 30, "CNAME", TARGET)
ONE, OTHER = Record(TARGET, 5, "A", "10.89.0.3"), Record(TARGET, 5, "A", "10.89.0.4")


def answer(*records: Record, status: str = "NOERROR", cause: str = RESOLVED) -> Answer:
    response = Response(ALIAS, "A", status, "10.96.0.10", answer=records)
    return Answer("db", "shop", (response,), "what it means", "", cause)


def older(record: Record) -> Record:
    return record._replace(ttl=record.ttl - 1)


GONE = answer(status="NXDOMAIN", cause="service-missing")
FIRST = answer(CNAME, ONE, OTHER)


@pytest.mark.parametrize(
    ("then", "changed"),
    [
        (answer(older(CNAME), older(ONE), older(OTHER)), False),
        (answer(OTHER, CNAME, ONE), False),
        (answer(CNAME, ONE), True),
        (answer(CNAME._replace(value="other.example.com."), ONE, OTHER), True),
        (GONE, True),
        (FIRST._replace(cause="not-known-yet"), True),
    ],
)
def test_an_answer_is_another_one_by_its_records_whatever_their_age_and_order(then: Answer, changed: bool) -> None:
    assert (watching.content(FIRST) != watching.content(then)) == changed


def test_a_line_says_what_the_name_leads_to_or_why_nowhere() -> None:
    assert watching.line(answer(ONE, CNAME)).endswith(f" {ALIAS} A NOERROR CNAME {TARGET} A 10.89.0.3")
    assert watching.line(GONE).endswith(f" {ALIAS} A NXDOMAIN (service-missing: what it means)")


@pytest.mark.parametrize("as_json", [False, True])
def test_a_line_is_printed_for_each_change_and_no_other_answer(
    as_json: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "SECOND", 0)
    answers: Iterator[Answer] = iter([GONE, GONE, FIRST, answer(older(OTHER), CNAME, ONE), GONE])
    with pytest.raises(StopIteration):
        watch.main(lambda: next(answers), as_json=as_json)
    lines = capsys.readouterr().out.splitlines()
    assert ["NXDOMAIN" in line for line in lines] == [True, False, True]
    if as_json:
        assert [json.loads(line)["cause"] for line in lines] == ["service-missing", RESOLVED, "service-missing"]
