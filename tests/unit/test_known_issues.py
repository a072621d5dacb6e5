"""kind's known issues: what a file or a command says of a machine that has one, and of a machine that has not.

Where this machine can be put into the state, it is: a process with a low limit, a network namespace with a VPN's route.
"""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from shutil import which

import pytest

from course.base.errors import CourseError
from course.provision import engine, steps
from course.provision import known_issues as known
from course.provision.known_issues import Facts, Issue

HOME = Path("/home/ana")
DOCKER_INFO = {
    "MemTotal": 8 << 30,
    "OSType": "linux",
    "CgroupVersion": "2",
    "Driver": "overlay2",
    "DriverStatus": [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]],
    "SecurityOptions": ["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"],
    "DockerRootDir": "/home/ana/.local/share/docker",
}
PODMAN_INFO = {
    "host": {
        "memTotal": 8 << 30,
        "os": "linux",
        "cgroupVersion": "v2",
        "security": {"rootless": True},
        "cgroupControllers": ["memory", "pids"],
    },
    "store": {"graphStatus": {"Backing Filesystem": "btrfs"}, "graphDriverName": "overlay", "graphRoot": "/home/x"},
}
WELL = Facts(8 << 30, "linux", 2, False, "extfs", "/var/lib/docker")
USER = Facts(8 << 30, "linux", 2, True, "extfs", "/home/ana/.local/share/containers")
WSL2 = "Linux version 5.15.153.1-microsoft-standard-WSL2 (root@941d701f84f1) (gcc) #1 SMP"
WSL1 = "Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com) (gcc version 5.4.0) #1237-Microsoft"


def route(network: str, device: str, **more: str) -> str:
    return json.dumps([{"dst": "default", "dev": "eth0"}, {"dst": network, "dev": device, **more}])


SICK: dict[str, tuple[Iterable[Issue], str]] = {
    "few inotify instances": (known.inotify(127, 8192), "max_user_instances is 127"),
    "few inotify watches": (known.inotify(128, 1024), "max_user_watches is 1024"),
    "few open files": (known.open_files(1024), "1024 files"),
    "old kernel": (known.kernel(False, "3.10.0-1160.el7"), "3.10.0"),
    "other architecture": (known.architecture("riscv64"), "riscv64"),
    "WSL 1": (known.wsl(WSL1, "/home/ana/course"), "WSL 1"),
    "clone on Windows' disk": (known.wsl(WSL2, "/mnt/c/Users/ana/course"), "/mnt/c/"),
    "SELinux": (known.selinux("1"), "SELinux"),
    "firewalld": (known.firewalld("# x\nFirewallBackend=nftables\n", runs=True), "firewalld"),
    "firewalld by default": (known.firewalld("", runs=True), "firewalld"),
    "two packet filters": (known.packet_filters("iptables v1.8.9 (nf_tables)", "nat\nfilter\n"), "Both"),
    "no IPv6": (known.ipv6(False), "IPv6"),
    "Docker's init": (known.docker_settings('{"init": true}'), "init"),
    "damaged settings": (known.docker_settings('{"init": true'), "no JSON"),
    "snap": (known.snap("/snap/docker/2963/bin/docker", "/var/snap/docker/common", HOME / "c", HOME), "snap"),
    "snap and a clone elsewhere": (known.snap("/snap/bin/docker", "", Path("/srv/c"), HOME), "snap"),
    "root's settings": (known.docker_config(False, HOME / ".docker/config.json"), "config.json"),
    "Chrome OS": (known.chrome_os(True), "Chrome OS"),
    "a small Docker VM": (known.engine_facts(Facts(1 << 30, "linux", 2, False, "extfs", ""), "docker"), "1.0 GiB"),
    "Windows containers": (known.engine_facts(Facts(8 << 30, "windows", 1, False, "", ""), "docker"), "windows"),
    "btrfs": (known.engine_facts(known.podman_facts(json.dumps(PODMAN_INFO)), "podman"), "btrfs"),
    "rootless on cgroup v1": (
        known.rootless(Facts(8 << 30, "linux", 1, True, "", ""), "podman", "", ""),
        "without root",
    ),
    "rootless, no ids": (
        known.rootless(dataclasses.replace(USER, users=1), "podman", "cpu memory pids", ""),
        "No user ids",
    ),
    "rootless, not delegated": (known.rootless(USER, "podman", "memory pids", ""), "lacks rights"),
    "rootless, AppArmor": (known.rootless(USER, "podman", "cpu memory pids", "1\n"), "restricted"),
    "the same addresses in a VPN": (
        known.overlaps(["172.18.0.0/16"], route("172.18.0.0/16", "tun0"), "docker"),
        "tun0",
    ),
    "a part of them": (known.overlaps(["172.18.0.0/16"], route("172.18.4.0/24", "wg0"), "docker"), "172.18.4.0/24"),
    "a company's larger range": (known.overlaps(["10.89.0.0/24"], route("10.0.0.0/8", "tun0"), "podman"), "10.0.0.0/8"),
    "a full disk": (known.node_conditions("MemoryPressure=False DiskPressure=True Ready=True"), "DiskPressure"),
}
WELL_AND = {
    "inotify": known.inotify(128, 8192),
    "open files": known.open_files(20000),
    "kernel": known.kernel(True, "6.1"),
    "architecture": known.architecture("aarch64"),
    "WSL 2": known.wsl(WSL2, "/home/ana/course"),
    "Debian": known.wsl("Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)", "/mnt/c/course"),
    "SELinux off": known.selinux("0"),
    "no SELinux": known.selinux(""),
    "firewalld with iptables": known.firewalld("FirewallBackend=iptables", runs=True),
    "firewalld stopped": known.firewalld("FirewallBackend=nftables", runs=False),
    "one packet filter": known.packet_filters("iptables v1.8.9 (nf_tables)", ""),
    "the other one": known.packet_filters("iptables v1.8.9 (legacy)", "filter"),
    "IPv6": known.ipv6(True),
    "no settings": known.docker_settings(""),
    "other settings": known.docker_settings('{"init": false, "log-driver": "local"}'),
    "no snap": known.snap("/usr/bin/docker", "/var/lib/docker", HOME / "c", HOME),
    "own settings": known.docker_config(True, HOME / ".docker/config.json"),
    "no Chrome OS": known.chrome_os(False),
    "an engine": known.engine_facts(WELL, "docker"),
    "root": known.rootless(WELL, "docker", "", "1"),
    "rootless": known.rootless(USER, "podman", "cpu io memory pids", "0"),
    "its own bridge": known.overlaps(["172.18.0.0/16"], route("172.18.0.0/16", "br-3f2a"), "docker"),
    "another range": known.overlaps(["172.18.0.0/16"], route("192.168.0.0/16", "wlan0"), "docker"),
    "no network yet": known.overlaps([], route("172.16.0.0/12", "tun0"), "docker"),
    "a node": known.node_conditions("MemoryPressure=False DiskPressure=False Ready=True"),
}


@pytest.mark.parametrize("name", SICK)
def test_each_issue_is_found_and_has_three_sentences(name: str) -> None:
    issues, word = SICK[name]
    (issue,) = issues
    assert word in issue.what and issue.why and issue.level in ("note", "wrong")
    assert issue.next or issue.level == "note"


@pytest.mark.parametrize("name", WELL_AND)
def test_a_machine_that_is_well_has_none(name: str) -> None:
    assert not list(WELL_AND[name])


def test_a_part_or_all_of_our_addresses_is_wrong_and_more_is_a_note() -> None:
    for their, level in (("172.18.0.0/16", "wrong"), ("172.18.4.0/24", "wrong"), ("172.16.0.0/12", "note")):
        (issue,) = known.overlaps(["172.18.0.0/16"], route(their, "tun0"), "docker")
        assert issue.level == level, their


def test_what_the_engines_say_of_themselves() -> None:
    docker = known.docker_facts(json.dumps(DOCKER_INFO))
    assert docker == Facts(8 << 30, "linux", 2, True, "extfs", "/home/ana/.local/share/docker")
    podman = known.podman_facts(json.dumps(PODMAN_INFO))
    assert podman == Facts(8 << 30, "linux", 2, True, "btrfs", "/home/x", ("memory", "pids"))


def in_process(*before: str) -> str:
    """What `machine` says in a process of its own that is begun so."""
    code = "from course.provision import known_issues; print(*known_issues.machine(), sep='\\n')"
    done = subprocess.run([*before, sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(which("prlimit") is None, reason="util-linux's prlimit is not installed")
def test_a_low_limit_of_this_process_is_found() -> None:
    assert "may open 1000 files" in in_process("prlimit", "--nofile=1000:1000")


@pytest.mark.skipif(which("prlimit") is None, reason="util-linux's prlimit is not installed")
def test_doctor_asks_for_them(tmp_path: Path) -> None:
    env = {**os.environ, "COURSE_STATE": str(tmp_path), "COURSE_CLUSTER": "externalname-limited"}
    command = ["prlimit", "--nofile=1000:1000", sys.executable, "-P", "-m", "course", "doctor"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "may open 1000 files" in done.stdout, done


def test_up_says_what_an_ordinary_user_lacks_before_an_image_is_pulled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "choose", lambda say: engine.Engine("podman", "5"))  # it would install one
    monkeypatch.setattr(known, "facts_of", lambda chosen: dataclasses.replace(USER, users=1))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(CourseError, match="No user ids") as caught:
        steps._engine(steps.Work(say=print))
    assert "/etc/subuid" in caught.value.what and "podman system migrate" in caught.value.next


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="a network namespace needs root on Linux")
def test_a_route_of_a_vpn_is_found_in_a_network_namespace() -> None:
    script = """set -e
ip link add tun0 type veth peer name far
ip addr add 172.18.7.1/24 dev tun0
ip link set tun0 up
ip link set far up
ip -j -4 route show table all"""
    routes = subprocess.run(["unshare", "--net", "sh", "-c", script], capture_output=True, text=True)
    if routes.returncode:
        pytest.skip(f"no network device can be made here: {routes.stderr.strip()}")
    (issue,) = known.overlaps(["172.18.0.0/16"], routes.stdout, "docker")
    assert issue.level == "wrong" and "172.18.7.0/24, tun0" in issue.what
