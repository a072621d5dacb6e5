"""Switches of `user-db` under live traffic on the real cluster, with faults in the middle. Zero lost, zero twice."""

import subprocess
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from course.base import shell
from course.base.errors import CourseError, NotReady
from course.base.waiting import until
from course.kube import kubectl
from course.lessons.migration import accounting, phases, place
from course.lessons.migration.phases import INSIDE, OUTSIDE
from course.provision import outside
from tests import daily

pytestmark = pytest.mark.cluster
switch = partial(phases.switch, seconds=120)  # for each wait; on a machine that runs other clusters, too


@pytest.fixture(scope="module")
def running_place(cluster: None) -> Iterator[None]:
    """The lesson's place: clients write, the outside server answers, the inside one is ready and empty."""
    place.begin()
    phases.point_by_type(OUTSIDE)
    place.start_clients()
    place.start_inside()
    yield
    place.remove()
    kubectl.output("delete", "namespace", place.NAMESPACE, "--timeout=240s", timeout=250)


@pytest.fixture
def home(running_place: None) -> Iterator[None]:
    """The outside server serves before the test, and again after it, with nothing lost in between."""
    assert phases.is_open(OUTSIDE) and not phases.is_open(INSIDE)
    yield
    assert phases.is_open(INSIDE) and not phases.is_open(OUTSIDE), "the test should have ended inside"
    switch(INSIDE, OUTSIDE)
    assert_nothing_lost(OUTSIDE)


def assert_nothing_lost(owner: str) -> None:
    account = accounting.account_now(owner)
    assert account.acknowledged > 0
    assert not account.lost, f"told and not stored: {sorted(account.lost)[:5]}"
    assert not account.doubled, f"stored twice: {sorted(account.doubled)[:5]}"


def at(step: str, fault: Callable[[], object]) -> phases.Hook:
    """A hook that does the harm before this step."""
    return lambda name: fault() if name == step else None


def answered_since(phase: str) -> set[str]:
    found = place.recordings()
    return {entry["side"] for entry in found.cut(found.when(phase)).operations if entry["ok"]}


@daily.WEEKLY
def test_a_rollback_that_went_wrong_comes_inside_again_with_every_row(home: None) -> None:
    """Nobody follows, both sides take writes, and the same ids stand for different rows."""
    switch(OUTSIDE, INSIDE)
    place.run_sql(OUTSIDE, "unfollow", name=phases.subscription(OUTSIDE))
    place.output_as_operator("/steps/copy-sequence", INSIDE, OUTSIDE)
    place.run_sql(OUTSIDE, "open")
    phases.point_by_type(OUTSIDE)
    place.wait_for_writes("reconnect", side=OUTSIDE)
    assert accounting.clashes(place.rows(OUTSIDE), place.rows(INSIDE)) and accounting.account_now(INSIDE).lost
    phases.inside_again()
    assert_nothing_lost(INSIDE)


@daily.WEEKLY
def test_there_and_back(home: None) -> None:
    switch(OUTSIDE, INSIDE)
    assert_nothing_lost(INSIDE)
    assert accounting.moved(place.recordings(), INSIDE) == {
        "reconnect": "by itself", "pool": "by itself", "resolved-once": "in a new Pod"
    }  # fmt: skip
    assert answered_since(f"open {INSIDE}") == {INSIDE}


def crash() -> None:
    """PostgreSQL goes down at once, without a word to anybody; kubelet starts the container again."""
    place.kubectl_here("exec", "deployment/postgres", "--", "kill", "-QUIT", "1")


def container() -> str:
    """Which Pod runs PostgreSQL, and how often its container was started again."""
    form = "jsonpath={.items[*].metadata.uid} {.items[*].status.containerStatuses[*].restartCount}"
    return place.kubectl_here("get", "pods", "-l", "app=postgres", "-o", form)


def pod_dies() -> None:
    place.kubectl_here("delete", "pod", "-l", "app=postgres", "--now")


@pytest.mark.parametrize(
    ("step", "fault"),
    daily.cases(
        pytest.param("last rows", crash), pytest.param("turn round", pod_dies), pytest.param("recycle", pod_dies)
    ),
)
def test_the_inside_pod_dies_in_the_middle(home: None, step: str, fault: Callable[[], None]) -> None:
    before = container()
    try:
        switch(OUTSIDE, INSIDE, hook=at(step, fault))
    except CourseError as stopped:
        print(f"stopped as it should: {stopped}")
    until(lambda: container() != before, seconds=180, what="The API showing that the container died")
    place.kubectl_here("wait", "--for=condition=Ready", "pod", "-l", "app=postgres", "--timeout=240s", timeout=250)
    place.kubectl_here("rollout", "status", "deployment/postgres", "--timeout=240s", timeout=250)
    place.output_as_operator("/steps/reachable", "user-db-new")
    switch(OUTSIDE, INSIDE)
    assert_nothing_lost(INSIDE)


@daily.WEEKLY
def test_coredns_restarts(home: None) -> None:
    restart = ("-n", "kube-system", "rollout", "restart", "deployment/coredns")
    switch(OUTSIDE, INSIDE, hook=at("apply", lambda: kubectl.output(*restart)))
    assert_nothing_lost(INSIDE)
    kubectl.output("-n", "kube-system", "rollout", "status", "deployment/coredns", "--timeout=240s", timeout=250)


def replication(verb: str) -> None:
    place.psql(INSIDE, "-c", f"ALTER SUBSCRIPTION {phases.subscription(INSIDE)} {verb}")


def stall() -> None:
    """The follower stops, and rows are written that it does not have."""
    replication("DISABLE")
    place.wait_for_writes(side=OUTSIDE, count=2)


@daily.WEEKLY
@pytest.mark.parametrize("step", ["replicate", "fence"])
def test_replication_never_catches_up(home: None, step: str) -> None:
    """Before the fence or behind it: the check stops the switch with a sentence, and the app goes on outside."""
    phases.replicate(OUTSIDE, INSIDE, 60)
    with pytest.raises(NotReady, match="The switch stopped: replication did not catch up within 5"):
        switch(OUTSIDE, INSIDE, seconds=5, hook=at(step, stall))
    assert phases.is_open(OUTSIDE) and not phases.is_open(INSIDE)
    place.wait_for_writes(side=OUTSIDE)
    assert_nothing_lost(OUTSIDE)
    replication("ENABLE")
    switch(OUTSIDE, INSIDE)
    assert_nothing_lost(INSIDE)


BEFORE, AFTER = ["ExternalName", place.OUTSIDE_NAME], ["ClusterIP", "5432"]


def kill_apply(kubectl_says: str) -> Callable[[str], None]:
    """Applies the Service with a kubectl that is killed when its log has these words.

    With "" it is killed before it has read all of its input.
    """

    def point(side: str) -> None:
        words = ["kubectl", "apply", "-v=7", "-f", "-"]
        pipe, env = subprocess.PIPE, shell.environment()
        with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, env=env, text=True) as apply:
            assert apply.stdin and apply.stdout
            apply.stdin.write(place.manifest("phase-2"))
            apply.stdin.flush()
            if kubectl_says:
                apply.stdin.close()
                assert any(kubectl_says in line for line in apply.stdout), "kubectl never said so"
            apply.kill()
        raise CourseError("kubectl apply was interrupted.")

    return point


@pytest.mark.parametrize(
    ("kubectl_says", "outcomes"),
    daily.cases(
        pytest.param("", [BEFORE], id="while it reads"),
        pytest.param('"Response" status="200 OK"', [BEFORE, AFTER], id="after its first answer"),
        pytest.param('"Request" verb="PATCH"', [BEFORE, AFTER], id="while it asks"),
        pytest.param("service/user-db configured", [AFTER], id="after the answer"),
        at=2,
        of=4,
    ),
)
def test_the_apply_is_interrupted(home: None, kubectl_says: str, outcomes: list[list[str]]) -> None:
    """Never half of each: before the request the Service is the old one, after the answer it is the new one."""
    with pytest.raises(CourseError, match="interrupted"):
        switch(OUTSIDE, INSIDE, phases.Cutover("interrupted", kill_apply(kubectl_says), ()))
    shape = "jsonpath={.spec.type} {.spec.externalName} {.spec.ports[*].port}"
    assert place.kubectl_here("get", "service", "user-db", "-o", shape).split() in outcomes
    switch(OUTSIDE, INSIDE)
    assert_nothing_lost(INSIDE)


@daily.WEEKLY
def test_the_outside_database_comes_back_writable(home: None) -> None:
    """A client that never heard of the switch knocks on: the fence is in the catalog and outlives a restart."""
    switch(OUTSIDE, INSIDE, without=("recycle", "nobody left"))
    outside.service("stop", "postgres")
    outside.service("start", "postgres")
    place.psql(OUTSIDE, "-c", "ALTER DATABASE migration SET default_transaction_read_only = off")
    place.record_phase("the outside server is back")
    place.wait_for_writes("reconnect", "pool", side=INSIDE, count=15)
    found = place.recordings()
    since = found.cut(found.when("the outside server is back")).operations
    knocks = [entry for entry in since if entry["client"] == "resolved-once"]
    assert knocks and not any(entry["ok"] for entry in knocks)
    assert "permission denied for database" in knocks[-1]["error"]
    switch(OUTSIDE, INSIDE)
    assert answered_since(f"open {INSIDE}") == {INSIDE}
    assert_nothing_lost(INSIDE)


@daily.WEEKLY
def test_by_endpointslice_nobody_needs_a_restart(home: None) -> None:
    place.kubectl_here("delete", "service", "user-db")
    kubectl.apply(place.manifest("kept"))
    phases.point_by_slice(OUTSIDE)
    until(lambda: phases.answered_everywhere(INSIDE), seconds=120, what="The new cluster IP")
    place.restart_clients("pool", "resolved-once")
    place.wait_for_writes(side=OUTSIDE)
    switch(OUTSIDE, INSIDE, phases.BY_SLICE)
    assert_nothing_lost(INSIDE)
    assert set(accounting.moved(place.recordings(), INSIDE).values()) == {"by itself"}
    place.kubectl_here("delete", "service", "user-db")
    place.kubectl_here("delete", "endpointslice", "user-db-by-hand")
    phases.point_by_type(INSIDE)
    place.restart_clients("pool", "resolved-once")


def test_without_the_fence_the_account_is_red(running_place: None) -> None:
    """The mutation: the same switch, the same assertion, no fence. Runs last: it leaves two truths behind."""
    switch(OUTSIDE, INSIDE, without=("fence", "last rows", "nobody left"))
    place.wait_for_writes("pool", side=OUTSIDE)
    with pytest.raises(AssertionError, match="told and not stored"):
        assert_nothing_lost(INSIDE)
