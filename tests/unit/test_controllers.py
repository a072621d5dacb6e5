"""The tables of controllers and of tools say when each source was written; its age is printed with each run."""

from datetime import UTC, datetime

import pytest

from course.lessons import controllers, delivery
from course.lessons.sourced import Sourced
from tests import daily

TODAY = datetime.now(UTC).date()
OLD = 366  # days after which somebody has to look at a table's newest source again


TABLES: dict[str, tuple[Sourced, ...]] = {
    controllers.MANIFEST.name: controllers.controllers(),
    delivery.MANIFEST.name: delivery.tools(),
}


@pytest.mark.parametrize("name", TABLES)
def test_each_source_has_an_age(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    ages = {one.name: (TODAY - one.day).days for one in TABLES[name]}
    with capsys.disabled():
        print(f"\nage of the sources in {name}, in days:")
        print("\n".join(f"  {days:5}  {name}" for name, days in sorted(ages.items(), key=lambda item: -item[1])))
    assert len(ages) == len(TABLES[name]) > 10
    assert min(ages.values()) >= 0, "a source from the future"


@pytest.mark.skipif(not daily.EVERYTHING, reason="the calendar turns it red, not a change: once a week")
def test_somebody_looked_within_a_year() -> None:
    assert min((TODAY - one.day).days for one in controllers.controllers()) < OLD


def test_every_source_leads_to_an_address() -> None:
    assert all(one.url.startswith("https://") and one.source for table in TABLES.values() for one in table)
