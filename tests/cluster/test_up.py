"""What can happen to a cluster between two commands, as a learner meets it."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from course.base import paths
from course.base.waiting import until
from course.dns import query
from course.kube import corefile, kubectl
from course.provision import kind_cluster, outside, reporter
from course.provision.engine import Engine
from tests import daily, second
from tests.cluster.helpers import Course, no_route_to

pytestmark = pytest.mark.cluster
NOBODYS_PROXY = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}


def test_up_again_changes_nothing_and_touches_no_other_kubeconfig(
    course: Course, engine: Engine, tmp_path: Path
) -> None:
    theirs = tmp_path / "home" / ".kube" / "config"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("apiVersion: v1\nkind: Config\n# mine\n")
    before, node = theirs.read_bytes(), kind_cluster.container_state(engine)
    home = {"HOME": str(tmp_path / "home"), "KUBECONFIG": str(theirs), "COURSE_CACHE": str(paths.cache().parent)}
    done = course("up", env=home)
    assert done.returncode == 0, done.stderr
    assert theirs.read_bytes() == before and sorted(path.name for path in theirs.parent.iterdir()) == ["config"]
    assert kind_cluster.container_state(engine) == node


def test_status_and_doctor_agree(course: Course) -> None:
    status = json.loads(course("status", "--json").stdout)
    findings = json.loads(course("doctor", "--json").stdout)
    assert status["ready"] is True
    assert findings and not [finding for finding in findings if finding["level"] == "wrong"]


def test_a_proxy_in_the_environment_does_not_matter(course: Course) -> None:
    done = course("status", env=NOBODYS_PROXY)
    assert done.returncode == 0, done.stdout + done.stderr


def test_after_a_reboot_all_comes_back(course: Course, engine: Engine) -> None:
    for name in (outside.container(), kind_cluster.node()):
        engine.output("stop", "-t", "5", name, doing="Stopping it, as a reboot does")
    report = course("doctor")
    assert report.returncode == 1 and "The cluster is exited" in report.stdout and "course up" in report.stdout
    done = course("up")
    assert done.returncode == 0, done.stderr
    assert query.ask("prod-db.us-east-1.rds.amazonaws.com.").resolved
    assert no_route_to("192.0.2.1")


@daily.WEEKLY
def test_a_lost_outside_world_is_made_again_and_the_forward_follows(course: Course, engine: Engine) -> None:
    engine.output(*engine.removal, outside.container(), doing="Losing the outside world")
    assert course("doctor").returncode == 1
    assert course("up").returncode == 0
    assert query.ask("prod-db.us-east-1.rds.amazonaws.com.").last.addresses == (outside.addresses(engine).primary,)


@daily.WEEKLY
def test_an_outside_world_whose_id_was_lost_is_known_under_another_name(course: Course, engine: Engine) -> None:
    known = engine.inspect("container", outside.container(), "{{.Id}}")
    outside.MADE.unlink()
    assert course("up").returncode == 0
    engine.output("rename", outside.container(), f"{outside.container()}-mine", doing="Renaming")
    assert course("up").returncode == 0
    assert engine.inspect("container", outside.container(), "{{.Id}}") == known, "no second one beside it"


@daily.WEEKLY
def test_a_stopped_server_is_started_again(course: Course) -> None:
    assert course("outside", "stop", "redis").returncode == 0
    assert course("status").returncode == 1
    assert course("up").returncode == 0
    assert course("status").returncode == 0


@daily.WEEKLY
def test_a_corefile_left_changed_is_found_and_put_back(course: Course) -> None:
    corefile.write(corefile.read().replace("cache 30", "cache 29"))
    report = course("doctor")
    assert report.returncode == 1 and "Corefile" in report.stdout
    assert course("up").returncode == 0
    assert "cache 29" not in corefile.read()
    assert query.ask("prod-db.us-east-1.rds.amazonaws.com.").resolved


def test_a_foreign_cluster_of_the_same_name_is_left_alone(course: Course, engine: Engine, tmp_path: Path) -> None:
    before = kind_cluster.container_state(engine)
    done = course("up", env={"COURSE_STATE": str(tmp_path)})  # another clone's state: this cluster is not in it
    assert done.returncode == 2 and "did not make" in done.stderr and "COURSE_CLUSTER=" in done.stderr
    assert "[1/" not in done.stdout, "it is said before anything is made"
    assert course("down", env={"COURSE_STATE": str(tmp_path)}).returncode == 2
    assert kind_cluster.container_state(engine) == before and kubectl.is_ready()


def test_a_mistyped_cluster_name_costs_nothing(course: Course) -> None:
    before = reporter.progress()
    for verb in ("up", "down"):
        done = course(verb, env={"COURSE_CLUSTER": "typo"})
        assert done.returncode == 2 and f"is of the cluster {paths.cluster_name()}" in done.stderr
    assert kind_cluster.read_record() and kubectl.is_ready() and reporter.progress() == before


def test_down_where_nothing_was_made(course: Course, tmp_path: Path) -> None:
    env = {"COURSE_CLUSTER": f"{paths.cluster_name()}-none", "COURSE_STATE": str(tmp_path / "new")}
    for _ in range(2):
        done = course("down", env=env)
        assert done.returncode == 0, done.stderr


def test_a_record_that_cannot_be_leaves_the_zone_as_it_was(course: Course) -> None:
    done = course("outside", "record", "pool.example.com", "A", "10.0.0.300")
    assert done.returncode == 2 and "is no value for a record of type A" in done.stderr, done.stderr
    assert outside.inside("dig", "+short", "@127.0.0.1", "pool.example.com").strip()


@daily.WEEKLY
@second.cluster()
def test_interrupted_while_kind_is_at_work_the_next_run_goes_on(course: Course, engine: Engine, tmp_path: Path) -> None:
    name = f"{paths.cluster_name()}-second"
    theirs = tmp_path / "home" / ".kube" / "config"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("# mine\n")
    env = {
        **os.environ,
        "COURSE_CLUSTER": name,
        "COURSE_STATE": str(tmp_path),
        "COURSE_CACHE": str(paths.cache().parent),
        "HOME": str(tmp_path / "home"),
    }
    node = f"{name}-control-plane"
    words = [str(paths.ROOT / "course"), "up"]
    for old in (node, f"{name}-outside"):
        engine.run(*engine.removal, old)  # of a test that was killed
    with subprocess.Popen(
        words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        until(
            lambda: engine.run("container", "inspect", node).returncode == 0,
            seconds=300,
            what="kind making its container",
        )
        os.killpg(process.pid, signal.SIGINT)  # what a terminal does on Ctrl-C
        said = process.communicate(timeout=300)[0]
    assert process.returncode == 130 and "goes on from here" in said, said
    try:
        again = course("up", env=env | NOBODYS_PROXY)
        assert again.returncode == 0, again.stderr
        assert theirs.read_text() == "# mine\n" and len(list(theirs.parent.iterdir())) == 1
        assert json.loads(course("status", "--json", env=env).stdout)["ready"] is True
    finally:
        assert course("down", env=env).returncode == 0
    left = engine.run("ps", "-a", "--format", "{{.Names}}").stdout.split()
    assert not [container for container in left if container.startswith(name)]
    assert kubectl.is_ready()


@pytest.mark.parametrize("name", ["http://db", "db:5432", "a..b"])
def test_ask_refuses_what_is_no_name(course: Course, name: str) -> None:
    done = course("ask", name)
    assert done.returncode == 2 and "is no DNS name" in done.stderr and "Next:" in done.stderr


def test_ask_exit_codes(course: Course) -> None:
    assert course("ask", "kubernetes").returncode == 0
    assert course("ask", "no-such-service").returncode == 1
    asked = json.loads(course("ask", "kubernetes", "--json").stdout)
    assert asked["resolved"] is True and asked["asked"][0]["answer"][0]["kind"] == "A"
