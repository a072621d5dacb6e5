"""The provider's records: what a console takes is served as it is meant, what is refused is kept nowhere."""

import pytest

from course.base.errors import CourseError
from course.dns.evidence import asked
from course.provision import engine, outside

pytestmark = pytest.mark.cluster


def served(name: str, kind: str) -> list[str]:
    """What the outside world's own server answers, past CoreDNS and its cache."""
    (response,) = asked([(f"{name}.", kind)], server=outside.addresses(engine.chosen()).primary)
    return [record.value for record in response.wanted]


def test_records_are_served_as_they_are_meant(outside_world: outside.Addresses) -> None:
    outside.set_record("ask-mail.example.com", "MX", "10 mx1.example.com")
    outside.set_record("ask-text.example.com", "TXT", "v=spf1 include:example.net; -all")
    outside.set_record("müller.example.com", "A", "primary")
    outside.set_record("example.com", "A", "standby")
    assert served("ask-mail.example.com", "MX") == ["10 mx1.example.com."]
    assert served("ask-text.example.com", "TXT") == ['"v=spf1 include:example.net; -all"']
    assert served("xn--mller-kva.example.com", "A") == [outside_world.primary]
    assert served("example.com", "A") == [outside_world.standby] and served("example.com", "SOA")


def test_a_refusal_has_the_servers_own_reason_and_changes_nothing(outside_world: outside.Addresses) -> None:
    with pytest.raises(CourseError, match="CNAME and other data"):
        outside.set_record("example.com", "CNAME", "api.example.com")
    assert served("api.example.com", "A") == [outside_world.primary] and served("example.com", "SOA")


def test_a_stopped_server_takes_no_change_and_keeps_none(outside_world: outside.Addresses) -> None:
    outside.service("stop", "dns")
    with pytest.raises(CourseError, match="is stopped"):
        outside.set_record("db.example.com", "A", "standby")
    with pytest.raises(CourseError, match="does not take the change"):
        outside.inside("outside-dns", "set", "db.example.com", "A", outside_world.standby)
    outside.service("start", "dns")
    assert served("db.example.com", "A") == [outside_world.primary]
