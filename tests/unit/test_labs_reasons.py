"""Reasons that a lab's proof cannot show: they are true for some seconds only, or of two states alike."""

import pytest

from course.tasks import catalog
from course.tasks.probe import Reply

OTHER_HOST = '{"host":"gateway","error":"no such site"}'
OLD_HOST = '{"host":"catalog","error":"no such site"}'


def reason(lab: str, name: str, code: int, body: str) -> str:
    """What this check says of an HTTP answer that it does not take."""
    check = next(check for check in catalog.find(lab).checks() if check.name == name)
    reply = Reply("http", 0, f"{body}\n{code}" if code else "", "", 0.1)
    return check.judge(dict.fromkeys(check.probes, reply)).why


@pytest.mark.parametrize("name", ["payment-goes-through", "impostor-is-refused"])
def test_a_client_that_restarts_is_not_called_careless(name: str) -> None:
    assert "Check again" in reason("certificate-mismatch", name, 0, "")
    assert "Check again" not in reason("certificate-mismatch", name, 200, "paid")


def test_who_changed_the_settings_of_a_running_nginx_is_told_to_restart_it() -> None:
    assert "rollout restart deploy/gateway" in reason("wrong-host", "right-site-answers", 404, OLD_HOST)
    assert "rollout restart" not in reason("wrong-host", "right-site-answers", 404, OTHER_HOST)
