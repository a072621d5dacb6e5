"""Switches of `user-db` under live traffic on the real cluster, with faults in the middle. Zero lost, zero twice."""

import subprocess
from collections.abc import Callable, Iterator

import pytest

from course import shell
from course.errors import CourseError, NotReady
from course.migration import lab, measure, phases
from course.migration.phases import INSIDE, OUTSIDE, switch
from course.observe import kube
from course.provision import outside
from course.waiting import until

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def place(cluster: None) -> Iterator[None]:
    """The lesson's place: clients write, the outside server answers, the inside one is ready and empty."""
    lab.begin()
    phases.point_by_type(OUTSIDE)
    lab.start_clients()
    lab.start_inside()
    yield
    lab.remove()
    kube.must("delete", "namespace", lab.NAMESPACE, "--timeout=60s", timeout=70)


@pytest.fixture
def home(place: None) -> Iterator[None]:
    """The outside server serves before the test, and again after it, with nothing lost in between."""
    assert phases.is_open(OUTSIDE) and not phases.is_open(INSIDE)
    yield
    assert phases.is_open(INSIDE) and not phases.is_open(OUTSIDE), "the test should have ended inside"
    switch(INSIDE, OUTSIDE)
    assert_nothing_lost(OUTSIDE)


def assert_nothing_lost(owner: str) -> None:
    account = measure.account_now(owner)
    assert account.acknowledged > 0
    assert not account.lost, f"told and not stored: {sorted(account.lost)[:5]}"
    assert not account.doubled, f"stored twice: {sorted(account.doubled)[:5]}"


def at(step: str, fault: Callable[[], object]) -> phases.Hook:
    """A hook that does the harm before this step."""
    return lambda name: fault() if name == step else None


def answered_since(phase: str) -> set[str]:
    found = lab.recordings()
    return {entry["side"] for entry in found.cut(found.when(phase)).operations if entry["ok"]}


def test_there_and_back(home: None) -> None:
    switch(OUTSIDE, INSIDE)
    assert_nothing_lost(INSIDE)
    assert measure.moved(lab.recordings(), INSIDE) == {
        "reconnect": "by itself", "pool": "by itself", "resolved-once": "in a new Pod"
    }  # fmt: skip
    assert answered_since(f"open {INSIDE}") == {INSIDE}


def crash() -> None:
    """PostgreSQL goes down at once, without a word to anybody; kubelet starts the container again."""
    lab.ours("exec", "deployment/postgres", "--", "kill", "-QUIT", "1")


def container() -> str:
    """Which Pod runs PostgreSQL, and how often its container was started again."""
    form = "jsonpath={.items[*].metadata.uid} {.items[*].status.containerStatuses[*].restartCount}"
    return lab.ours("get", "pods", "-l", "app=postgres", "-o", form)


def pod_dies() -> None:
    lab.ours("delete", "pod", "-l", "app=postgres", "--now")


@pytest.mark.parametrize(("step", "fault"), [("last rows", crash), ("turn round", pod_dies), ("recycle", pod_dies)])
def test_the_inside_pod_dies_in_the_middle(home: None, step: str, fault: Callable[[], None]) -> None:
    before = container()
    try:
        switch(OUTSIDE, INSIDE, hook=at(step, fault))
    except CourseError as stopped:
        print(f"stopped as it should: {stopped}")
    until(lambda: container() != before, seconds=60, what="The API showing that the container died")
    lab.ours("wait", "--for=condition=Ready", "pod", "-l", "app=postgres", "--timeout=90s", timeout=100)
    lab.ours("rollout", "status", "deployment/postgres", "--timeout=90s", timeout=100)
    lab.admin("/steps/reachable", "user-db-new")
    switch(OUTSIDE, INSIDE)
    assert_nothing_lost(INSIDE)


def test_coredns_restarts(home: None) -> None:
    restart = ("-n", "kube-system", "rollout", "restart", "deployment/coredns")
    switch(OUTSIDE, INSIDE, hook=at("apply", lambda: kube.must(*restart)))
    assert_nothing_lost(INSIDE)
    kube.must("-n", "kube-system", "rollout", "status", "deployment/coredns", "--timeout=90s", timeout=100)


def replication(verb: str) -> None:
    lab.psql(INSIDE, "-c", f"ALTER SUBSCRIPTION {phases.subscription(INSIDE)} {verb}")


def stall() -> None:
    """The follower stops, and rows are written that it does not have."""
    replication("DISABLE")
    lab.wait_for_writes(side=OUTSIDE, count=2)


@pytest.mark.parametrize("step", ["replicate", "fence"])
def test_replication_never_catches_up(home: None, step: str) -> None:
    """Before the fence or behind it: the check stops the switch with a sentence, and the app goes on outside."""
    phases.replicate(OUTSIDE, INSIDE, 60)
    with pytest.raises(NotReady, match="The switch stopped: replication did not catch up within 5"):
        switch(OUTSIDE, INSIDE, seconds=5, hook=at(step, stall))
    assert phases.is_open(OUTSIDE) and not phases.is_open(INSIDE)
    lab.wait_for_writes(side=OUTSIDE)
    assert_nothing_lost(OUTSIDE)
    replication("ENABLE")
    switch(OUTSIDE, INSIDE)
    assert_nothing_lost(INSIDE)


def killed_apply(side: str) -> None:
    """kubectl is killed while it starts, reads or sends: when, is not ours to choose."""
    words = ["kubectl", "apply", "-f", "-"]
    apply = subprocess.Popen(words, stdin=subprocess.PIPE, env=shell.environment(), text=True, stdout=subprocess.DEVNULL)
    assert apply.stdin
    apply.stdin.write(lab.manifest("phase-2"))
    apply.stdin.close()
    apply.kill()
    apply.wait()
    raise CourseError("kubectl apply was interrupted.")


def test_the_apply_is_interrupted(home: None) -> None:
    with pytest.raises(CourseError, match="interrupted"):
        switch(OUTSIDE, INSIDE, phases.Way("interrupted", killed_apply, ()))
    shape = lab.ours("get", "service", "user-db", "-o", "jsonpath={.spec.type} {.spec.externalName} {.spec.ports[*].port}")
    assert shape.split() in (["ExternalName", lab.OUTSIDE_NAME], ["ClusterIP", "5432"]), "never half of each"
    switch(OUTSIDE, INSIDE)
    assert_nothing_lost(INSIDE)


def test_the_outside_database_comes_back_writable(home: None) -> None:
    """A client that never heard of the switch knocks on: the fence is in the catalog and outlives a restart."""
    switch(OUTSIDE, INSIDE, without=("recycle", "nobody left"))
    outside.service("stop", "postgres")
    outside.service("start", "postgres")
    lab.psql(OUTSIDE, "-c", "ALTER DATABASE migration SET default_transaction_read_only = off")
    lab.mark("the outside server is back")
    lab.wait_for_writes("reconnect", "pool", side=INSIDE, count=15)
    found = lab.recordings()
    since = found.cut(found.when("the outside server is back")).operations
    knocks = [entry for entry in since if entry["client"] == "resolved-once"]
    assert knocks and not any(entry["ok"] for entry in knocks)
    assert "permission denied for database" in knocks[-1]["error"]
    switch(OUTSIDE, INSIDE)
    assert answered_since(f"open {INSIDE}") == {INSIDE}
    assert_nothing_lost(INSIDE)


def test_by_endpointslice_nobody_needs_a_restart(home: None) -> None:
    lab.ours("delete", "service", "user-db")
    kube.apply(lab.manifest("kept"))
    phases.point_by_slice(OUTSIDE)
    until(lambda: phases.answered_everywhere(INSIDE), seconds=30, what="The new cluster IP")
    lab.restart_clients("pool", "resolved-once")
    lab.wait_for_writes(side=OUTSIDE)
    switch(OUTSIDE, INSIDE, phases.BY_SLICE)
    assert_nothing_lost(INSIDE)
    assert set(measure.moved(lab.recordings(), INSIDE).values()) == {"by itself"}
    lab.ours("delete", "service", "user-db")
    lab.ours("delete", "endpointslice", "user-db-by-hand")
    phases.point_by_type(INSIDE)
    lab.restart_clients("pool", "resolved-once")


def test_without_the_fence_the_account_is_red(place: None) -> None:
    """The mutation: the same switch, the same assertion, no fence. Runs last: it leaves two truths behind."""
    switch(OUTSIDE, INSIDE, without=("fence", "last rows", "nobody left"))
    lab.wait_for_writes("pool", side=OUTSIDE)
    with pytest.raises(AssertionError, match="told and not stored"):
        assert_nothing_lost(INSIDE)
