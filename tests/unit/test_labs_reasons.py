"""Reasons that a lab's proof cannot show: they are true for some seconds only, or of two states alike."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from course.tasks import catalog
from course.tasks.checks import Check
from course.tasks.probe import Reply

OTHER_HOST = '{"host":"gateway","error":"no such site"}'
OLD_HOST = '{"host":"catalog","error":"no such site"}'


def named(lab: str, name: str) -> Check:
    """A check of a lab."""
    return next(check for check in catalog.find(lab).checks() if check.name == name)


def reason(lab: str, name: str, code: int, body: str) -> str:
    """What this check says of an HTTP answer that it does not take."""
    check = named(lab, name)
    reply = Reply("http", 0, f"{body}\n{code}" if code else "", "", 0.1)
    return check.judge(dict.fromkeys(check.probes, reply)).why


@pytest.mark.parametrize("name", ["payment-goes-through", "impostor-is-refused"])
def test_a_client_that_restarts_is_not_called_careless(name: str) -> None:
    assert "Check again" in reason("certificate-mismatch", name, 0, "")
    assert "Check again" not in reason("certificate-mismatch", name, 200, "paid")


def test_who_changed_the_settings_of_a_running_nginx_is_told_to_restart_it() -> None:
    assert "rollout restart deploy/gateway" in reason("wrong-host", "right-site-answers", 404, OLD_HOST)
    assert "rollout restart" not in reason("wrong-host", "right-site-answers", 404, OTHER_HOST)


def now(came: str) -> str:
    """What came, with its ages as the moments that the API writes: "since 5 s ago"."""

    def moment(age: re.Match[str]) -> str:
        return f"{datetime.now(UTC) - timedelta(seconds=int(age[1])):%Y-%m-%dT%H:%M:%SZ}"

    return re.sub(r"(\d+) s ago", moment, came)


# Three tries of at most 14 s each after a wait of 20: a container that it ends is there for up to 62 s.
LIVENESS = (
    '{"exec":{"command":["pg_isready"]},"failureThreshold":3,'
    '"initialDelaySeconds":20,"periodSeconds":10,"timeoutSeconds":4}'
)
NOT_YET = f"lab: 0 restarts, since 15 s ago, ended by {LIVENESS}"
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
    ("certificate-mismatch", "follows-the-provider", "api.example.com. is api.example.com"),
    ("certificate-mismatch", "follows-the-provider", "another-alias is api.example.com"),
    (
        "edge-503",
        "the-partner-is-verified",
        '{"caSecret":"lab-edge-503/partner-ca","subjectName":"api.example.com"}',
    ),
    ("nobody-noticed", "nobody-restarted", "lab: 0 restarts, since 5 s ago, ended by "),
    ("nobody-noticed", "nobody-restarted", f"lab: 0 restarts, since 70 s ago, ended by {LIVENESS}"),
]


@pytest.mark.parametrize(("lab", "name", "came"), RIGHT)
def test_what_is_right_in_other_words_passes(lab: str, name: str, came: str) -> None:
    check = named(lab, name)
    came, failed = now(came), came.startswith("Error")
    out = f"{came}\n200" if check.probe.kind == "http" else came
    reply = Reply(check.probe.kind, int(failed), "" if failed else out, came if failed else "", 0.1)
    assert check.passes(reply), check.judge(dict.fromkeys(check.probes, reply)).text()


WRONG = [
    ("nobody-noticed", "nobody-restarted", NOT_YET, "its tries take 62 s"),
    (
        "nobody-noticed",
        "nobody-restarted",
        f"lab: 2 restarts, since 15 s ago, ended by {LIVENESS}",
        "Which kind of probe",
    ),
    ("stuck-release", "the-release-is-deployed", "1 superseded\n2 superseded\n3 deployed", "another release"),
    ("stuck-release", "the-release-is-deployed", "1 deployed", "another release"),
    (
        "policy-behind-cache",
        "deny-all-stays",
        '{"egress":[{}],"podSelector":{},"policyTypes":["Egress"]}',
        "of its own",
    ),
    (
        "edge-503",
        "the-partner-is-verified",
        '{"caSecret":"partner-ca-2","subjectName":"api.example.com"}',
        "by another CA",
    ),
    ("certificate-mismatch", "follows-the-provider", "payments in /etc/hosts api.example.com", "hosts file"),
]


@pytest.mark.parametrize(("lab", "name", "came", "why"), WRONG)
def test_what_only_looks_right_is_refused_with_its_reason(lab: str, name: str, came: str, why: str) -> None:
    check = named(lab, name)
    result = check.judge(dict.fromkeys(check.probes, Reply(check.probe.kind, 0, now(came), "", 0.1)))
    assert not result.passed and why in result.why, result.text()


def test_a_gateway_that_does_not_answer_made_no_page_up() -> None:
    assert "Check again" in reason("wrong-host", "the-server-outside-is-asked", 0, "")
