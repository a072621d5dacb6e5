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


RIGHT = [
    # The learner made it for real, after the webhook's yes.
    (
        "deaf-webhook",
        "with-a-team-is-taken",
        'Error from server (AlreadyExists): configmaps "shop-settings" already exists',
    ),
    # Helm keeps ten revisions.
    ("stuck-release", "the-release-is-deployed", "\n".join([*(f"{n} failed" for n in range(4, 13)), "13 deployed"])),
    # The gateway speaks TLS: nobody reads the Host header.
    ("wrong-host", "the-server-outside-is-asked", "sent outside: \x16\x03\x01"),
    (
        "wrong-host",
        "the-server-outside-is-asked",
        "sent outside: GET / HTTP/1.1; HOST: api.example.com:80; Connection: close",
    ),
    (
        "edge-503",
        "the-partner-is-verified",
        '{"caSecret":"partner-ca","subjectName":"api.example.com","subjectNames":["api.example.com"]}',
    ),
    (
        "members-unreachable",
        "clients-are-told-a-name",
        ",".join(f"members.lab-members-unreachable.svc.cluster.local.:{n}" for n in (7001, 7002, 7003)),
    ),
    ("certificate-mismatch", "follows-the-provider", "api.example.com ExternalName api.example.com"),
    ("certificate-mismatch", "follows-the-provider", "api.example.com. ClusterIP "),
    (
        "certificate-mismatch",
        "follows-the-provider",
        "payments.lab-certificate-mismatch.svc ExternalName api.example.com.",
    ),
]


@pytest.mark.parametrize(("lab", "name", "came"), RIGHT)
def test_what_is_right_in_other_words_passes(lab: str, name: str, came: str) -> None:
    check = next(check for check in catalog.find(lab).checks() if check.name == name)
    failed = came.startswith("Error")
    out = f"{came}\n200" if check.probe.kind == "http" else came
    reply = Reply(check.probe.kind, int(failed), "" if failed else out, came if failed else "", 0.1)
    assert check.passes(reply), check.judge(dict.fromkeys(check.probes, reply)).text()
