"""What kind's pages "Known Issues" and "Rootless" name, looked for on this machine and in its engine.

Each function judges what a file or a command said, so that it can be asked about machines that are not here. `machine`
and `in_engine` ask this one. Sources: kind.sigs.k8s.io/docs/user/known-issues and /rootless, of kind 0.33.
"""

import json
import os
import platform
import re
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network
from pathlib import Path
from shutil import which
from typing import Any, NamedTuple

from course.base import paths, shell
from course.kube import kubectl
from course.provision import outside
from course.provision.engine import Engine

# What one node of the course was seen to hold: 28 inotify instances, 430 watches, some hundred files in a process.
INSTANCES, WATCHES, FILES = 128, 2048, 4096
MEMORY = 2 << 30  # bytes: the cluster takes half of it, a lesson's databases the rest
USERS = 1 << 16  # ids that are set aside for a user, as distributions do it
DELEGATED = ("cpu", "memory", "pids")  # the controllers that a kubelet without root needs
ENGINES_OWN = ("br-", "docker", "podman", "cni-", "veth", "lo")  # network devices that engines make, and loopback
DOCKER_SETTINGS = Path("/etc/docker/daemon.json")


class Issue(NamedTuple):
    """One thing that is wrong, or worth knowing: level as in doctor (`note`, `wrong`), and the three sentences."""

    level: str
    what: str
    why: str
    next: str = ""


@dataclass(frozen=True)
class Facts:
    """What `docker info` or `podman info` say. memory: bytes. cgroup: 1 or 2. filesystem: below the images.

    users: how many user ids a container of this user may have.
    """

    memory: int
    system: str
    cgroup: int
    rootless: bool
    filesystem: str
    store: str
    controllers: tuple[str, ...] = ()
    users: int = USERS


def docker_facts(text: str) -> Facts:
    """From `docker info --format '{{json .}}'`."""
    info = json.loads(text)
    status = dict(pair for pair in info.get("DriverStatus") or [])
    rootless = any("rootless" in option for option in info.get("SecurityOptions") or [])
    filesystem = status.get("Backing Filesystem", info.get("Driver", ""))
    version = int(info.get("CgroupVersion") or 1)
    return Facts(info["MemTotal"], info["OSType"], version, rootless, filesystem, info["DockerRootDir"])


def podman_facts(text: str) -> Facts:
    """From `podman info --format json`."""
    info = json.loads(text)
    host, store = info["host"], info["store"]
    filesystem = (store.get("graphStatus") or {}).get("Backing Filesystem", store["graphDriverName"])
    version, rootless = int(host["cgroupVersion"].lstrip("v")), host["security"]["rootless"]
    controllers = tuple(host.get("cgroupControllers") or ())
    ranges = (host.get("idMappings") or {}).get("uidmap") or []  # null for root
    users = sum(part["size"] for part in ranges) if ranges else USERS
    return Facts(host["memTotal"], host["os"], version, rootless, filesystem, store["graphRoot"], controllers, users)


def inotify(instances: int, watches: int) -> Iterator[Issue]:
    """The limits of one user, over all containers: they are not of a namespace."""
    for name, limit, needed in (("instances", instances, INSTANCES), ("watches", watches, WATCHES)):
        if limit < needed:
            why = "With too few for a node, kube-proxy dies with `too many open files`."
            command = f"sudo sysctl -w fs.inotify.max_user_{name}={4 * needed}"
            yield Issue("wrong", f"fs.inotify.max_user_{name} is {limit}: a node wants {needed}.", why, command)


def open_files(hard_limit: int) -> Iterator[Issue]:
    """The most files that a process of ours may open."""
    if hard_limit < FILES:
        why = "The node's programs begin with this limit, and the API server and etcd open more files than that."
        what = f"A process of this terminal may open {hard_limit} files only."
        yield Issue("wrong", what, why, "ulimit -Hn; where that is the same in a new terminal: raise it, log in again")


def file_sizes(hard_limit: int) -> Iterator[Issue]:
    """The largest file that a process of ours may write, in bytes."""
    if hard_limit < 4 << 30:
        why = "Images and the cluster's own files are larger than that."
        what = f"A process of this terminal may write files of {hard_limit} bytes only."
        yield Issue("wrong", what, why, "ulimit -Hf; where that is the same in a new terminal: raise it, log in again")


def limits() -> list[Issue]:
    """What the terminal's hard limits forbid."""
    issues: list[Issue] = []
    for kind, judge in ((resource.RLIMIT_NOFILE, open_files), (resource.RLIMIT_FSIZE, file_sizes)):
        hard = resource.getrlimit(kind)[1]
        issues += judge(1 << 62 if hard == resource.RLIM_INFINITY else hard)
    return issues


def kernel(has_cgroup_namespaces: bool, release: str) -> Iterator[Issue]:
    """kind gives each node a cgroup namespace of its own, which Linux has since 4.6."""
    if not has_cgroup_namespaces:
        why = "kind needs cgroup namespaces (Linux 4.6; Red Hat 7 and its clones have none)."
        yield Issue("wrong", f"The kernel {release} is too old.", why, "A newer system, or a virtual machine with one")


def architecture(machine: str) -> Iterator[Issue]:
    """kind has node images for two architectures."""
    if machine.lower() not in ("x86_64", "amd64", "aarch64", "arm64"):
        why = "kind's node images are for amd64 and arm64."
        yield Issue("wrong", f"This machine is {machine}.", why, "COURSE_NODE_IMAGE=build ./course up")


def wsl(version: str, clone: str) -> Iterator[Issue]:
    """version: /proc/version. Windows' own kernel calls itself Microsoft; that of WSL 2 says so, too."""
    if "microsoft" not in version.lower():
        return
    if "wsl2" not in version.lower() and "microsoft-standard" not in version.lower():
        why = "WSL 1 has no Linux kernel, and containers need one."
        yield Issue("wrong", "This is WSL 1.", why, "In PowerShell: wsl --set-version DISTRIBUTION 2")
    elif re.match(r"/mnt/[a-z]/", clone):
        why = "There every file is asked for from Windows: slow, and without the modes that keys and locks need."
        yield Issue("wrong", f"The clone is on a disk of Windows: {clone}.", why, "git clone it below ~ instead")


def selinux(enforce: str) -> Iterator[Issue]:
    """enforce: /sys/fs/selinux/enforce."""
    if enforce.strip() == "1":
        why = "Where its policy is older than the engine, no node starts (`permission denied` for a device)."
        yield Issue("note", "SELinux is enforcing.", why, "Only if ./course up fails: sudo ausearch -m avc -ts recent")


def firewalld(settings: str, *, runs: bool) -> Iterator[Issue]:
    """settings: /etc/firewalld/firewalld.conf."""
    backend = re.search(r"(?m)^FirewallBackend=(\w+)", settings)
    if runs and (backend is None or backend[1] == "nftables"):
        why = "With an older Docker, containers of one network do not reach each other then."
        command = "Only if Pods get no answer from outside: FirewallBackend=iptables in /etc/firewalld/firewalld.conf"
        yield Issue("note", "firewalld runs with its nftables backend.", why, command)


def packet_filters(iptables_version: str, legacy_tables: str) -> Iterator[Issue]:
    """Rules in both of the kernel's packet filters: each may drop what the other lets pass.

    iptables_version: `iptables --version`. legacy_tables: /proc/net/ip_tables_names, the old filter's tables in use.
    """
    if "nf_tables" in iptables_version and "filter" in legacy_tables.split():
        why = "Rules that are in iptables-legacy are seen by nobody who uses iptables-nft, and drop its packets."
        yield Issue("note", "Both packet filters are in use, legacy and nftables.", why, "sudo iptables-legacy -S")


def ipv6(has_ipv6: bool) -> Iterator[Issue]:
    """kind asks for a network with IPv6, and takes one without where the kernel has none."""
    if not has_ipv6:
        why = "ipv6.disable=1, or the module is not there. kind makes its network without it; no lesson needs it."
        yield Issue("note", "This kernel has no IPv6.", why)


def docker_settings(text: str) -> Iterator[Issue]:
    """text: /etc/docker/daemon.json, "" where there is none."""
    edit = f"sudoedit {DOCKER_SETTINGS}; sudo systemctl restart docker"
    try:
        settings: Any = json.loads(text or "{}")
    except ValueError as error:
        yield Issue("wrong", f"{DOCKER_SETTINGS} is no JSON.", str(error), edit)
        return
    if isinstance(settings, dict) and settings.get("init"):
        why = 'With "init": true the node\'s systemd is not process 1, and ends (`telinit` in `docker logs`).'
        yield Issue("wrong", f"{DOCKER_SETTINGS} has an init of its own for each container.", why, edit)


def snap(program: str, store: str, state: Path, home: Path) -> Iterator[Issue]:
    """A Docker from snap sees the user's home only, and there no folder that begins with a dot.

    program: the docker client, links followed. store: where the daemon keeps its images.
    """
    if "/snap/" not in f"{program} {store}":
        return
    why = "It sees no file outside of your home, and there none in a folder that begins with a dot, as the cache's."
    command = "COURSE_CACHE=~/course-cache TMPDIR=~ ./course up; or: docs.docker.com/engine/install"
    level = "note" if state.is_relative_to(home) else "wrong"
    yield Issue(level, "Docker was installed with snap.", why, command)


def docker_config(readable: bool, path: Path) -> Iterator[Issue]:
    """The client's own settings, which `sudo docker` makes root's."""
    if not readable:
        why = "A `sudo docker` made it root's."
        yield Issue("wrong", f"{path} cannot be read.", why, f"sudo chown -R $USER '{path.parent}'")


def chrome_os(has_crostini: bool) -> Iterator[Issue]:
    """Linux on Chrome OS is a container, in which others run only if it is told so."""
    if has_crostini:
        why = "Containers run in its Linux only if nesting is on."
        command = "In crosh: vmc launch termina; lxc config set penguin security.nesting true; lxc restart penguin"
        yield Issue("note", "This is Chrome OS.", why, command)


def engine_facts(facts: Facts, name: str) -> Iterator[Issue]:
    """Memory, kind of containers, and what lies below the images."""
    if facts.system.lower() != "linux":
        why = "kind needs Linux containers."
        yield Issue(
            "wrong", f"{name} runs {facts.system} containers.", why, "Docker's menu: Switch to Linux containers"
        )
    if facts.memory < MEMORY:
        where = "podman machine set --memory 4096" if name == "podman" else "Docker's settings: Resources, Memory"
        what = f"{name} has {facts.memory / 2**30:.1f} GiB of memory."
        yield Issue("wrong", what, "The cluster and a lesson's databases take 2 GiB.", f"{where}; then ./course up")
    if facts.filesystem.lower() in ("btrfs", "zfs"):
        why = "On some of these systems kubelet does not find the disk (`failed to get rootfs info`)."
        command = f"Only if ./course up fails: move {facts.store} to an ext4 or XFS disk"
        yield Issue("note", f"{name}'s images are on {facts.filesystem}.", why, command)


def rootless(facts: Facts, name: str, controllers: str, forbidden: str) -> Iterator[Issue]:
    """What a node of an ordinary user needs. controllers: those delegated to the user, as cgroup.controllers has them.

    forbidden: kernel.apparmor_restrict_unprivileged_userns, "1" on Ubuntu since 24.04.
    """
    if not facts.rootless:
        return
    root = f"Use {name} as root: sudo -s, then ./course up"
    if facts.cgroup < 2:
        why = "Without root, kind needs cgroup v2: this machine has v1."
        command = f"Boot with systemd.unified_cgroup_hierarchy=1. Or: {root}"
        yield Issue("wrong", f"{name} runs without root, which cannot carry a node here.", why, command)
    if facts.users < USERS:
        why = f"An image has files of many users, and a container of yours may have {facts.users} of them."
        command = (
            "sudo apt-get install uidmap slirp4netns; sudo usermod --add-subuids 100000-165535 "
            f"--add-subgids 100000-165535 $USER; podman system migrate. Or: {root}"
        )
        yield Issue("wrong", "No user ids are set aside for you (/etc/subuid, /etc/subgid).", why, command)
    if facts.cgroup < 2:
        return
    missing = [controller for controller in DELEGATED if controller not in controllers.split()]
    if missing:
        why = f"systemd has not delegated these cgroup controllers to you: {', '.join(missing)}."
        command = (
            "sudo systemctl edit user@.service (two lines: [Service] and Delegate=yes), then log out and in. "
            f"Or: {root}"
        )
        yield Issue("wrong", f"{name} runs without root, and lacks rights that a node needs.", why, command)
    if forbidden.strip() == "1":
        why = "AppArmor keeps programs that it does not know from making user namespaces."
        command = "Only if ./course up fails: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        yield Issue("note", "User namespaces are restricted.", why, command)


def overlaps(own: list[str], routes: str, name: str) -> Iterator[Issue]:
    """A route of a VPN or of the LAN that has the addresses of the engine's network.

    own: the network's IPv4 ranges. routes: `ip -j -4 route show table all`.
    """
    ours = [ip_network(text) for text in own]
    for route in json.loads(routes or "[]"):
        theirs = _network(route.get("dst", ""))
        if (
            theirs is None
            or route.get("type") in ("local", "broadcast")
            or route.get("dev", "").startswith(ENGINES_OWN)
        ):
            continue
        for network in ours:
            if theirs.overlaps(network):
                yield _overlap(network, theirs, route.get("dev", ""), name)


def _network(text: str) -> IPv4Network | None:
    with suppress(ValueError):
        network = IPv4Network(text)
        return network if network.prefixlen else None
    return None


def _overlap(network: Any, theirs: IPv4Network, device: str, name: str) -> Issue:
    what = f"{name}'s network {outside.NETWORK} ({network}) and a route of this machine ({theirs}, {device}) overlap."
    command = (
        f"Leave that VPN; or: ./course down; {name} network rm {outside.NETWORK}; "
        f"{name} network create --subnet 192.168.213.0/24 {outside.NETWORK}; ./course up"
    )
    if theirs.prefixlen >= network.prefixlen:
        return Issue("wrong", what, "Packets to the cluster's container leave by that route.", command)
    return Issue("note", what, "The cluster works, and what has these addresses over there is not reached.", command)


def node_conditions(text: str) -> Iterator[Issue]:
    """text: TYPE=STATUS of each condition of the node, a blank between."""
    pressed = [name for name, _, status in (word.partition("=") for word in text.split()) if status == "True"]
    for name in sorted({"DiskPressure", "MemoryPressure", "PIDPressure"} & set(pressed)):
        why = "kubelet begins no new Pods, and ends some that run."
        command = "df -h; free -m; docker system df, or podman system df"
        yield Issue("wrong", f"The node says {name}.", why, command)


def machine() -> list[Issue]:
    """All that can be found without an engine. The files are Linux's: elsewhere the engine has a machine of its own."""
    config = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json"
    issues = [
        *architecture(platform.machine()),
        *docker_config(not config.exists() or os.access(config, os.R_OK), config),
    ]
    if sys.platform != "linux":
        return issues
    issues += inotify(
        *(int(_read(f"/proc/sys/fs/inotify/max_user_{name}") or 1 << 30) for name in ("instances", "watches"))
    )
    issues += limits()
    issues += kernel(Path("/proc/self/ns/cgroup").exists(), platform.release())
    issues += wsl(_read("/proc/version"), str(paths.ROOT))
    issues += selinux(_read("/sys/fs/selinux/enforce"))
    issues += firewalld(_read("/etc/firewalld/firewalld.conf"), runs=Path("/run/firewalld.pid").exists())
    issues += packet_filters(shell.run(["iptables", "--version"]).stdout, _read("/proc/net/ip_tables_names"))
    issues += ipv6(Path("/proc/net/if_inet6").exists())
    issues += chrome_os(Path("/opt/google/cros-containers").exists())
    return issues


def in_engine(engine: Engine) -> list[Issue]:
    """All that the engine, its network and its node say."""
    facts = facts_of(engine)
    issues = [*engine_facts(facts, engine.name), *_as_user(facts, engine.name)]
    if engine.name == "docker":
        issues += docker_settings(_read(str(DOCKER_SETTINGS)))
        issues += snap(str(Path(which("docker") or "").resolve()), facts.store, paths.STATE, Path.home())
    if sys.platform == "linux":
        routes = shell.run(["ip", "-j", "-4", "route", "show", "table", "all"]).stdout
        issues += overlaps(_ranges(engine), routes, engine.name)
    conditions = "jsonpath={range .items[0].status.conditions[*]}{.type}={.status} {end}"
    issues += node_conditions(kubectl.run("get", "node", "-o", conditions).stdout if paths.KUBECONFIG.exists() else "")
    return issues


def without_root(engine: Engine) -> list[Issue]:
    """What keeps a node of an ordinary user from running, where it is one who runs the engine."""
    return (
        [issue for issue in _as_user(facts_of(engine), engine.name) if issue.level == "wrong"] if os.geteuid() else []
    )


def facts_of(engine: Engine) -> Facts:
    """What this engine says of itself."""
    form = "{{json .}}" if engine.name == "docker" else "json"
    text = engine.output("info", "--format", form, doing=f"Asking {engine.name} about itself")
    return (docker_facts if engine.name == "docker" else podman_facts)(text)


def _as_user(facts: Facts, name: str) -> list[Issue]:
    user = f"/sys/fs/cgroup/user.slice/user-{os.getuid()}.slice/user@{os.getuid()}.service/cgroup.controllers"
    delegated = " ".join(facts.controllers) or _read(user)
    return [*rootless(facts, name, delegated, _read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"))]


def _ranges(engine: Engine) -> list[str]:
    """The IPv4 ranges of the network that kind makes; [] while there is none."""
    form = (
        "{{range .IPAM.Config}}{{.Subnet}} {{end}}"
        if engine.name == "docker"
        else "{{range .Subnets}}{{.Subnet}} {{end}}"
    )
    return [text for text in engine.inspect("network", outside.NETWORK, form).split() if ":" not in text]


def _read(path: str) -> str:
    """A file's text; "" where it is not there, or not ours to read."""
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""
