"""The picture of an answer and its text twin, from answers that were seen on the cluster."""

import html
from xml.etree import ElementTree

import pytest

from course.dns import dig
from course.dns.query import Answer
from course.jupyter import chain, drawing

ALIAS = "external-database.production.svc.cluster.local."
TARGET = "prod-db.us-east-1.rds.amazonaws.com."
CNAME = dig.Record(ALIAS, 30, "CNAME", TARGET)
ADDRESS = dig.Record(TARGET, 5, "A", "10.89.0.4")


def answer(*records: dig.Record, kind: str = "A", status: str = "NOERROR", question: str = ALIAS) -> Answer:
    response = dig.Response(question, kind, status, "10.96.0.10", answer=tuple(records))
    return Answer("external-database", "production", (response,), "", "")


def words(picture: drawing.Drawing) -> list[str]:
    return [
        element.text or "" for element in ElementTree.fromstring(picture.svg).iter() if element.tag.endswith("text")
    ]


def borders(picture: drawing.Drawing) -> list[str]:
    frames = [element for element in ElementTree.fromstring(picture.svg).iter() if element.get("stroke-width")]
    return ["dashed" if frame.get("stroke-dasharray") else "solid" for frame in frames]


def test_each_stop_says_who_answered() -> None:
    assert chain.text(answer(CNAME, ADDRESS)).splitlines() == [
        "A Pod in production asks for external-database, type A: NOERROR",
        f"{ALIAS}   [CoreDNS itself]",
        "    |  CNAME",
        f"{TARGET}   [a DNS server outside, asked by CoreDNS]",
        "    |  A",
        "10.89.0.4",
    ]


@pytest.mark.parametrize("records", [(CNAME, ADDRESS), (CNAME,), ()])
def test_the_picture_and_the_text_say_the_same(records: tuple[dig.Record, ...]) -> None:
    example = answer(*records)
    text = "".join(chain.text(example).replace("|", "").replace("[", "").replace("]", "").split())
    assert "".join("".join(words(chain.draw(example))).split()) == text


def test_it_is_readable_without_colour() -> None:
    picture = chain.draw(answer(CNAME, ADDRESS))
    assert borders(picture) == ["solid", "dashed", "solid"]
    assert not {"red", "green", "#"} & set(picture.svg.split('"'))


def test_several_addresses_stand_in_one_box() -> None:
    second = dig.Record(TARGET, 5, "A", "10.89.0.5")
    assert chain.text(answer(CNAME, ADDRESS, second)).endswith("|  A\n10.89.0.4\n10.89.0.5")


def test_a_question_for_the_alias_ends_with_its_target() -> None:
    assert chain.text(answer(CNAME, kind="CNAME")).endswith(f"{TARGET}   [a DNS server outside, asked by CoreDNS]")


@pytest.mark.parametrize(
    ("status", "records", "end"),
    [
        ("NOERROR", (CNAME,), "no A record came: nothing to connect to"),
        ("NXDOMAIN", (), "no such name"),
        ("SERVFAIL", (), "no answer: SERVFAIL"),
        ("TIMEOUT", (), "no answer: TIMEOUT"),
    ],
)
def test_a_chain_without_an_end_says_so(status: str, records: tuple[dig.Record, ...], end: str) -> None:
    assert chain.text(answer(*records, status=status)).splitlines()[-1] == end


def test_a_question_that_timed_out_still_has_its_name() -> None:
    timed_out = Answer("external-database", "production", (dig.Response("", "", "TIMEOUT", ""),), "", "")
    assert chain.boxes(timed_out)[0].lines == ("external-database",)


def test_what_a_server_sends_is_never_markup() -> None:
    odd = dig.Record(ALIAS, 5, "TXT", '"<script>&"')
    assert '"<script>&"' in words(chain.draw(answer(odd, kind="TXT")))


def test_a_name_is_never_wider_than_its_box() -> None:
    long = "a" * 63 + "." + "b" * 63 + "."
    root = ElementTree.fromstring(chain.draw(answer(dig.Record(ALIAS, 5, "CNAME", long))).svg)
    widths = [float(frame.get("width", 0)) for frame in root.iter() if frame.get("stroke-width")]
    assert min(widths) > 7.9 * len(long)


def test_where_there_are_no_pictures_the_text_is_shown() -> None:
    assert repr(chain.draw(answer(CNAME, ADDRESS))) == chain.text(answer(CNAME, ADDRESS))


def test_a_notebook_shows_it_as_html_which_keeps_its_words() -> None:
    drawn = chain.draw(answer(CNAME, ADDRESS))
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in drawn._repr_html_()
    assert f'role="img" aria-label="{html.escape(drawn.text)}"' in drawn._repr_html_()
    assert drawn._repr_svg_().startswith("<svg ")
