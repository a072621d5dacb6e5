"""What the world outside may do on the machine.

Its servers are no root, and nobody but the engine's network reaches them.
"""

import json
import stat

import pytest

from course.base import paths
from course.kube import kubectl
from course.provision import outside
from course.provision.engine import Engine

pytestmark = pytest.mark.cluster
NET_ADMIN = 1 << 12  # its number in Linux's list of capabilities
USERS = {"nsd": "nsd", "postgres": "postgres", "redis-server": "redis", "nginx: worker process": "www-data"}


@pytest.mark.parametrize("server", USERS)
def test_each_server_has_a_user_of_its_own(outside_world: outside.Addresses, server: str) -> None:
    """All processes of a server have it, and after a learner stopped and started it, too."""
    outside.service("stop", "all")
    outside.service("start", "all")
    lines = [line.split(None, 1) for line in outside.inside("ps", "-eo", "user:20,args").splitlines()]
    users = {user for user, words in lines if words.startswith(server)}
    assert users == {USERS[server]}


def test_no_process_can_change_the_network_once_it_is_set(outside_world: outside.Addresses) -> None:
    """Asked of the first process and of all that descend from it.

    What the engine starts beside it has the engine's rights.
    """
    answer = outside.inside(
        "sh", "-c", "for file in /proc/[0-9]*/status; do awk '/^(Pid|PPid|CapBnd):/ {print $2}' $file; done"
    )
    fields = answer.split()
    processes = {pid: (parent, int(bounding, 16)) for pid, parent, bounding in zip(*[iter(fields)] * 3, strict=True)}
    ours = {"1"}
    while more := {pid for pid, (parent, _) in processes.items() if parent in ours} - ours:
        ours |= more
    assert len(ours) > len(USERS)
    assert not [pid for pid in ours if processes[pid][1] & NET_ADMIN]
    assert outside_world.standby in outside.inside("ip", "-4", "-o", "addr", "show", "dev", "eth0")


def test_nothing_listens_on_the_machine(engine: Engine) -> None:
    form = "{{json .HostConfig.PortBindings}} {{json .NetworkSettings.Ports}}"
    published = engine.output(
        "container", "inspect", "--format", form, outside.container(), doing="Asking for ports"
    ).split()
    ports = [bindings for part in published for bindings in (json.loads(part) or {}).values()]
    assert not any(ports), published


def test_the_superuser_of_the_lessons_gets_no_rights_of_the_container(outside_world: outside.Addresses) -> None:
    """What cluster/README.md says of a shared machine: who logs in as `course` can start programs, as postgres."""
    sql = "COPY (SELECT '') TO PROGRAM 'id -un > /tmp/who; ip link set eth0 mtu 1400 2>> /tmp/who || true'"
    login = f"host={outside_world.primary} user=course password=course dbname=users"
    kubectl.in_toolbox("psql", login, "-v", "ON_ERROR_STOP=1", "-c", sql).check_returncode()
    written = outside.inside("cat", "/tmp/who")  # noqa: S108 - in the container
    assert written.split("\n")[:2] == ["postgres", "RTNETLINK answers: Operation not permitted"]


def test_keys_are_for_their_owner_alone() -> None:
    """The state folder keeps others out; inside it, so does each folder and file with a key or a token."""
    assert stat.S_IMODE(paths.STATE.stat().st_mode) == 0o700
    assert stat.S_IMODE(outside.authority().stat().st_mode) == 0o644
    keys = [*outside.FOLDER.glob("tls/*.key"), paths.KUBECONFIG]
    assert len(keys) == len(outside.CERTIFICATES) + 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
