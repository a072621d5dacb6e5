"""On call, without a cluster: what a seed draws, what the lights say, and a progress file that holds nonsense."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from course.base.errors import CourseError
from course.jupyter.lights import Lights
from course.tasks import index, progress, shift
from course.tasks.checks import Report, Result
from course.tasks.shift import Board, Light, Shift

LESSON = "troubleshooting"
TWO = ("ticket-audit", "ticket-users")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(progress, "FOLDER", tmp_path)
    return tmp_path


def board(green: int = 0, minutes: int = 15, took: float = 0.0) -> Board:
    made = Shift(LESSON, 3, TWO, minutes, progress.now(), took, {"2": took} if took else {})
    return Board(made, tuple(Light(slug, slug, number < green, number) for number, slug in enumerate(TWO)))


def report(slug: str, passed: bool = True) -> Report:
    return Report(slug, (Result("leads-there", passed, "", "", "", "", ""),))


def test_a_seed_draws_the_same_again_and_another_seed_draws_otherwise() -> None:
    everything = {exercise.slug for exercise in index.exercises(LESSON)}
    orders = [[exercise.slug for exercise in shift.draw(LESSON, seed)] for seed in range(8)]
    assert orders[3] == [exercise.slug for exercise in shift.draw(LESSON, 3)]
    assert all(set(order) == everything for order in orders) and len(everything) == 12
    assert len({tuple(order) for order in orders}) == len(orders)
    assert {exercise.slug for seed in range(40) for exercise in shift.draw(LESSON, seed, 4)} == everything
    assert all(len({one.slug for one in shift.draw(LESSON, seed, 4)}) == 4 for seed in range(8))


@pytest.mark.parametrize(("lesson", "count"), [(LESSON, 13), (LESSON, -1), ("interview", 0)])
def test_what_is_not_there_cannot_be_drawn(lesson: str, count: int) -> None:
    with pytest.raises(CourseError, match="cannot be drawn"):
        shift.draw(lesson, 1, count)


def test_a_board_tells_lights_hints_and_the_clock() -> None:
    lines = board(green=1).text().splitlines()
    assert lines[0].startswith("On call, seed 3: 1 of 2 lights are green, hints read: 1. The clock: ")
    assert lines[0].endswith(" s of 15 min.")
    assert lines[1].startswith("[x] green  ticket-audit") and lines[2].startswith("[ ] red    ticket-users")
    assert lines[2].endswith("(hints read: 1)")
    assert "clock" not in board(minutes=0).text()
    done = board(green=2, took=372.0).text()
    assert "All green after 6 min 12 s, within the 15 min. Your best round of 2: 6 min 12 s." in done
    assert "6 min 12 s, after the 5 min." in board(green=2, minutes=5, took=372.0).text()


def test_a_panel_is_its_text_and_follows_a_check() -> None:
    panel = Lights(board())
    both = panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in both
    assert both["text/plain"].splitlines()[1:] == board().text().splitlines()[1:]
    panel.checked(report("ticket-users"))
    assert "2 lights are green" in panel.shown.value and "1 of 2" in panel.shown.value
    panel.checked(report("ticket-users", passed=False))
    panel.checked(report("alias-from-a-ticket"))
    assert "0 of 2" in panel.shown.value


def test_a_panel_says_what_stands_in_its_way() -> None:
    panel = Lights(board())
    panel.look()
    assert "You are not on call." in panel.shown.value and 'role="alert"' in panel.shown.value


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"lesson": LESSON},
        {"lesson": LESSON, "seed": 1, "slugs": ["no-such-task"], "minutes": 5, "began": progress.now()},
        {"lesson": LESSON, "seed": 1, "slugs": [*TWO], "minutes": 5, "began": "yesterday"},
        {"lesson": LESSON, "seed": 1, "slugs": [*TWO], "minutes": "many", "began": progress.now()},
        {"lesson": LESSON, "seed": 1, "slugs": 4, "minutes": 5, "began": progress.now()},
    ],
)
def test_what_is_no_shift_is_none(kept: dict[str, object]) -> None:
    with progress.editing_part(shift.KEY) as there:
        there.update(kept)
    with pytest.raises(CourseError, match="not on call") as error:
        shift.current()
    assert "lesson.on_call" in error.value.next


KEPT = {"lesson": LESSON, "seed": 1, "slugs": [*TWO], "minutes": 5, "began": progress.now()}


@pytest.mark.parametrize(
    ("best", "read"),
    [({"2": "fast"}, {}), ({"2": 312.0, "3": -1}, {"2": 312.0}), ([], {}), ({"2": True}, {})],
)
def test_the_best_rounds_outlive_what_is_odd_beside_them(best: object, read: dict[str, float]) -> None:
    with progress.editing_part(shift.KEY) as there:
        there.update({**KEPT, "best": best})
    assert shift.current().best == read
    assert shift.merge({**KEPT, "slugs": ["gone"], "best": best}, {"best": {"2": 400, "5": 9.5}})["best"] == {
        "5": 9.5,
        "2": 400,
        **read,
    }


@pytest.mark.parametrize(("boot", "best"), [(progress.boot(), {"2": 60.0}), ("another", {"2": 312.0})])
def test_a_clock_that_is_set_back_makes_no_best_round(boot: str, best: dict[str, float]) -> None:
    """In the same start of the machine its own clock counts; after another one nobody knows."""
    later = (datetime.now(UTC) + timedelta(days=3650)).isoformat()
    ticks = progress.ticks() - 60
    with progress.editing_part(shift.KEY) as there:
        there.update({**KEPT, "began": later, "best": {"2": 312.0}, "boot": boot, "ticks": ticks})
    assert shift._over(shift.current()).best == pytest.approx(best, abs=5)
