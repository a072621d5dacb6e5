"""The accounting, the picture and the order of steps; no cluster needed."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from course.base.errors import CourseError
from course.lessons.migration import accounting, phases, place, timeline


def operation(at: float, client: str, number: int, side: str = "", op: str = "write", pod: str = "a") -> dict[str, Any]:
    entry = {"at": at, "client": client, "number": number, "op": op, "pod": pod, "ok": bool(side), "found": 1}
    return entry | ({"side": side} if side else {"error": "refused"})


MOVE = place.Recordings(
    [
        operation(1, "pool", 1, "outside"),
        operation(2, "reconnect", 1, "outside"),
        operation(3, "resolved-once", 1, "outside", pod="old"),
        operation(4, "pool", 2),
        operation(6, "pool", 2, "inside"),
        operation(7, "reconnect", 2, "inside"),
        operation(8, "resolved-once", 2),
        operation(9, "resolved-once", 2, "inside", pod="new"),
    ],
    [(3.5, "fence outside"), (5.0, "apply inside")],
)


def test_all_told_rows_are_stored_once() -> None:
    rows = [("pool-1", "outside", 1), ("pool-2", "inside", 2)]
    operations = [operation(1, "pool", 1, "outside"), operation(2, "pool", 2, "inside")]
    account = accounting.account(operations, rows, rows[:1])
    assert (account.lost, account.doubled, account.elsewhere) == (frozenset(), frozenset(), frozenset())
    assert account.text() == "acknowledged writes lost: 0\nwrites stored twice: 0"


def test_a_told_row_that_is_not_stored_is_lost() -> None:
    account = accounting.account([operation(1, "pool", 1, "outside")], [], [("pool-1", "outside", 1)])
    assert account.lost == {"pool-1"} and account.elsewhere == {"pool-1"}


def test_a_row_nobody_was_told_of_is_not_lost() -> None:
    assert not accounting.account([operation(1, "pool", 1)], [], []).lost


def test_a_row_accepted_by_both_sides_is_doubled() -> None:
    account = accounting.account([], [("pool-1", "inside", 9)], [("pool-1", "outside", 1)])
    assert account.doubled == {"pool-1"}


def test_a_row_stored_twice_on_one_side_is_doubled() -> None:
    assert accounting.account([], [("pool-1", "inside", 1), ("pool-1", "inside", 2)], []).doubled == {"pool-1"}


def test_clashes_are_ids_of_different_rows() -> None:
    assert accounting.clashes(
        [("a", "outside", 1), ("b", "outside", 2)], [("a", "outside", 1), ("c", "inside", 2)]
    ) == {2}


def test_moved_tells_a_client_from_its_new_pod() -> None:
    assert accounting.moved(MOVE, "inside") == {
        "reconnect": "by itself", "pool": "by itself", "resolved-once": "in a new Pod"
    }  # fmt: skip
    with pytest.raises(CourseError, match="apply outside"):
        accounting.moved(MOVE, "outside")


def test_a_client_without_answer_did_not_move() -> None:
    assert accounting.moved(MOVE.cut(0, 8.5), "inside")["resolved-once"] == "did not move"


def test_last_keeps_the_end() -> None:
    assert [entry["at"] for entry in MOVE.last(2).operations] == [7, 8, 9]


def test_the_picture_is_xml_with_every_shape_and_its_text() -> None:
    picture = timeline.svg(MOVE, "a < b")
    root = ElementTree.fromstring(picture)
    names = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert names.count("circle") == 3 + 1  # one in the legend
    drawn = [element.text for element in root.iter() if element.tag.endswith("}text")]
    assert "a < b" in drawn and "0 s" in drawn  # its title, and where its seconds begin
    assert "pool" in "".join(root.itertext()) and "fence outside" in "".join(root.itertext())
    description = next(element for element in root.iter() if element.tag.endswith("desc")).text
    assert description == timeline.text(MOVE)


def test_the_text_twin_has_one_line_a_phase() -> None:
    assert timeline.text(MOVE).splitlines() == [
        "phase          reconnect  pool       resolved-once",
        "before         outside 1  outside 1  outside 1",
        "fence outside  -          failed 1   -",
        "apply inside   inside 1   inside 1   failed 1, inside 1",
    ]


def test_an_empty_recording_can_be_drawn() -> None:
    assert "<svg" in timeline.svg(place.Recordings())


def test_steps_come_in_this_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "is_open", lambda side: side == "outside")
    monkeypatch.setattr(phases, "publisher", lambda side: side)
    names = [name for name, _ in phases.steps("outside", "inside", phases.BY_TYPE, 1)]
    assert names == [
        "replicate", "fence", "last rows", "sequences", "turn round", "open", "apply", "recycle", "nobody left"
    ]  # fmt: skip


def test_a_switch_that_opened_the_target_goes_on_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "is_open", lambda side: side == "inside")
    monkeypatch.setattr(phases, "publisher", lambda side: side)
    names = [name for name, _ in phases.steps("outside", "inside", phases.BY_TYPE, 1)]
    assert names == ["apply", "recycle", "nobody left"]


def test_the_manifests_are_the_articles_phases() -> None:
    first, second = (yaml.safe_load((place.FILES / f"phase-{number}.yaml").read_text())["spec"] for number in (1, 2))
    assert first == {"type": "ExternalName", "externalName": place.OUTSIDE_NAME}
    assert second["selector"] == {"app": "postgres", "role": "users"} and second["ports"][0]["port"] == 5432


def test_without_default_class_the_volumes_are_folders() -> None:
    text = place.without_claims((place.FILES / "postgres.yaml").read_text())
    volumes = next(yaml.safe_load_all(text))["spec"]["template"]["spec"]["volumes"]
    assert volumes[0]["hostPath"]["path"] == "/var/local/course-migration/postgres"


def test_no_manifest_is_left_with_a_capital_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "has_default_class", lambda: True)
    names = {path.stem for path in place.FILES.glob("*.yaml")}
    assert names == {"admin", "claim", "client", "kept", "phase-1", "phase-2", "postgres", "slice"}
    values = {"claim": {"NAME": "x"}, "client": {"KIND": "pool"}, "slice": {"ADDRESS": "10.0.0.1"}}
    for name in names:
        text = re.sub(r"#.*", "", place.manifest(name, **values.get(name, {})))
        assert not re.search(r"\b(NAME|KIND|ADDRESS)\b", text), name


def test_the_runbook_names_every_step_file() -> None:
    runbook = (Path(__file__).parents[2] / "docs" / "migration-runbook.md").read_text()
    lessons = {"bring-home", "database", "digest", "mark", "remove", "roles", "schema", "wait-for-writes"}
    lessons |= {"inside-again", "pg_service"}
    used = {path.stem for path in place.FILES.iterdir() if path.suffix != ".yaml"} - lessons
    assert used and not {name for name in used if f"/steps/{name}" not in runbook}
