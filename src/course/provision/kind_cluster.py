"""The kind cluster: made, found again after a reboot, verified by asking, removed."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial

from course.base import files, paths, shell
from course.base.errors import CourseError, Foreign
from course.base.waiting import until
from course.kube import corefile, kubectl
from course.provision import tools
from course.provision.engine import Engine, Say

AFRESH = "./course down, then ./course up. Your notebooks and your progress stay."
RECORD = paths.STATE / "cluster.json"
ADDONS = (  # kubeadm's parts of kube-system
    "deployment/coredns",
    "configmap/coredns",
    "service/kube-dns",
    "daemonset/kube-proxy",
    "configmap/kube-proxy",
)
MARK = "/etc/externalname-course"  # a file in the node: the state folder of the clone that made it
NO_WAY_OUT = "no-way-out.service"


@dataclass(frozen=True)
class Record:
    """What this clone knows of its cluster.

    The node container's id, "" while it is being made, and the image of its node.
    """

    name: str
    container_id: str
    image: str = ""


def node() -> str:
    """The node's container name, as kind forms it."""
    return f"{paths.cluster_name()}-control-plane"


def container_state(engine: Engine) -> tuple[str, str]:
    """(id, status) of the node's container; ("", "") where there is none."""
    container_id, _, status = engine.inspect("container", node(), "{{.Id}} {{.State.Status}}").partition(" ")
    return container_id, status


def read_record() -> Record | None:
    """The record, or None where there is none, it is of another cluster, or it is damaged. Unknown keys are let be."""
    try:
        known = json.loads(RECORD.read_text())
        record = Record(*(str(known[key]) for key in ("name", "container_id", "image")))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return record if record.name == paths.cluster_name() else None


def _own_node(engine: Engine) -> tuple[str, str]:
    """(id, status) of our node's container, ("", "") where there is none; CourseError if it is somebody else's.

    A lost or damaged record is written again from the node itself, which carries the name of our state folder.
    """
    container_id, status = container_state(engine)
    if container_id and not _is_recorded(container_id) and _is_marked(engine):
        _write_record(container_id, engine.inspect("container", container_id, "{{.Config.Image}}"))
    refuse_foreign(engine, container_id)
    return container_id, status


def _is_recorded(container_id: str) -> bool:
    """Whether the record is of this container, or was written while the cluster was being made."""
    record = read_record()
    return record is not None and record.container_id in ("", container_id)


def _is_marked(engine: Engine) -> bool:
    """Whether the node is of this clone. It need not run: a copy of the file is looked at, as a tar archive."""
    return f"{paths.STATE}\n" in engine.run("cp", f"{node()}:{MARK}", "-").stdout


def _write_record(container_id: str, image: str) -> None:
    files.state()
    files.replace(RECORD, json.dumps(asdict(Record(paths.cluster_name(), container_id, image))))


def refuse_other_state() -> None:
    """CourseError if this state folder is of a cluster with another name: its record and kubeconfig would be lost."""
    try:
        name = json.loads(RECORD.read_text())["name"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    if name != paths.cluster_name():
        raise CourseError(
            f"The state folder {paths.STATE} is of the cluster {name}, not of {paths.cluster_name()}.",
            "COURSE_CLUSTER names another cluster than the one that was made from this copy of the course.",
            "Give the second cluster a folder of its own (COURSE_STATE=FOLDER), or mean the "
            f"first: COURSE_CLUSTER={name}",
        )


def refuse_foreign(engine: Engine, container_id: str) -> None:
    """Foreign if a cluster of our name exists that this clone did not make: it is left alone."""
    if container_id and not _is_recorded(container_id):
        raise Foreign(
            f"A kind cluster named {paths.cluster_name()} exists that this copy of the course did not make.",
            "It is left alone: it may be somebody's work, or belong to another clone.",
            f"Remove it (./course down in that clone; if it is gone: {engine.name} rm -f -v {node()}), "
            "or use another name here: COURSE_CLUSTER=externalname2 COURSE_STATE=second ./course up",
        )


def ensure(engine: Engine, image: str, *, say: Say, before_making: Callable[[], None]) -> None:
    """The cluster exists and its API answers. `before_making` runs only if it must be made."""
    container_id, status = _own_node(engine)
    record = read_record()
    if container_id and record and record.container_id == container_id:
        _refuse_other_image(record, image)
        if status != "running":
            engine.output("unpause" if status == "paused" else "start", node(), doing=f"Starting the {status} cluster")
        if not kubectl.is_ready():
            _write_kubeconfig(engine)  # it may be lost, damaged, or another cluster's
            until(kubectl.is_ready, seconds=120, what="The API answering", next=AFRESH)
        return
    if container_id:
        _remove_node(engine)
    before_making()
    _create(engine, image, say)


def _refuse_other_image(record: Record, image: str) -> None:
    if record.image and record.image != image:
        raise CourseError(
            "The cluster was made from another node image.",
            "The course, or COURSE_NODE_IMAGE, has changed since: its Pods would run "
            "other programs than the world outside.",
            AFRESH,
        )


def _create(engine: Engine, image: str, say: Say) -> None:
    config = paths.CLUSTER_FOLDER / "kind.yaml"
    corefile.ORIGINAL.unlink(missing_ok=True)
    _write_record("", image)
    engine.remember()
    options = ["--name", paths.cluster_name(), "--image", image, "--config", str(config)]
    try:
        _kind(
            engine,
            "create",
            "cluster",
            *options,
            "--kubeconfig",
            str(paths.KUBECONFIG),
            doing="Creating the kind cluster",
        )
    except CourseError:
        if not container_state(engine)[0]:
            RECORD.unlink(missing_ok=True)  # nothing is there: an empty id would claim another clone's cluster later
        raise
    _close_the_way_out(engine, say)
    engine.output("exec", "-i", node(), "tee", MARK, text=f"{paths.STATE}\n", doing="Marking the node as this copy's")
    _write_record(container_state(engine)[0], image)


def _close_the_way_out(engine: Engine, say: Say) -> None:
    """No packet of a Pod leaves this machine.

    A unit of the node's systemd sees to it, because the node is also started without us.
    """
    unit = (paths.CLUSTER_FOLDER / NO_WAY_OUT).read_text()
    script = f"cat > /etc/systemd/system/{NO_WAY_OUT} && systemctl enable --quiet --now {NO_WAY_OUT}"
    result = engine.run("exec", "-i", node(), "sh", "-c", script, text=unit)
    if result.returncode:  # a kernel without nftables: everything works, only not as apart from the world
        say(f"Packets of Pods can leave this machine: {shell.last_words(result.stderr)}")


def _remove_node(engine: Engine) -> None:
    """What `kind delete cluster` does, without needing kind.

    It removes the node's container, and the volume that Podman keeps beside it.
    """
    engine.output("rm", "-f", "-v", node(), doing="Removing the cluster")
    if volumes := engine.run("volume", "ls", "-q", "--filter", f"label={node()}").stdout.split():
        engine.run("volume", "rm", *volumes)


def _kind(engine: Engine, *arguments: str, doing: str) -> None:
    env = shell.without_proxies(engine.environment)
    shell.logged([tools.kind(), *arguments], log="kind", doing=doing, env=env)


def _write_kubeconfig(engine: Engine) -> None:
    paths.KUBECONFIG.unlink(missing_ok=True)  # kind would add to what is there
    arguments = ["export", "kubeconfig", "--name", paths.cluster_name(), "--kubeconfig", str(paths.KUBECONFIG)]
    _kind(engine, *arguments, doing="Writing the kubeconfig")


def restore_addons(engine: Engine) -> None:
    """kubeadm's own parts of the cluster are there, CoreDNS with its two Pods and kube-proxy: it makes what is not."""
    found = kubectl.run("get", "-n", "kube-system", *ADDONS, "-o", "jsonpath={.items[*].spec.replicas}")
    if found.returncode:
        addons = ("kubeadm", "init", "phase", "addon", "all", "--config", "/kind/kubeadm.conf")
        engine.output("exec", node(), *addons, doing="Making the parts of kube-system that are missing")
    if found.stdout != str(corefile.REPLICAS):
        kubectl.output("-n", "kube-system", "scale", "deployment", "coredns", f"--replicas={corefile.REPLICAS}")


def ensure_toolbox() -> None:
    """The toolbox Pod is there; its image is in the node already."""
    namespace, pod = kubectl.TOOLBOX
    if kubectl.run("get", "pod", "-n", namespace, pod).returncode == 0:
        return
    # CoreDNS reaches the API through kube-proxy, and the node unpacking the toolbox's image would hold kube-proxy up.
    corefile.wait_for("daemonset/kube-proxy")
    kubectl.run("create", "namespace", namespace)
    # A Pod is refused until its namespace's ServiceAccount is there; on a new cluster that takes a moment.
    kubectl.output("wait", "--for=create", "-n", namespace, "serviceaccount/default", "--timeout=60s", timeout=70)
    kubectl.apply((paths.CLUSTER_FOLDER / "toolbox.yaml").read_text())


def verify() -> None:
    """Ask: the API, the node, and CoreDNS from a Pod."""
    ensure_toolbox()
    corefile.wait_for_coredns()
    wait = partial(kubectl.output, "wait", "--for=condition=Ready", "--timeout=90s", timeout=100)
    wait("node", "--all", doing="Waiting for the node")
    wait("pod", "-n", *kubectl.TOOLBOX, doing="Waiting for the toolbox Pod")
    until(corefile.each_question_answered, seconds=60, what="CoreDNS answering each question of a Pod", next=AFRESH)


def delete(engine: Engine) -> bool:
    """Remove the cluster if this clone made it; whether there was one."""
    refuse_other_state()
    container_id, _ = _own_node(engine)
    if container_id:
        _remove_node(engine)
    for path in (RECORD, corefile.ORIGINAL, paths.KUBECONFIG):
        path.unlink(missing_ok=True)
    engine.forget()
    return bool(container_id)
