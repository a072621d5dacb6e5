"""The kind cluster: made, found again after a reboot, verified by asking, removed."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial

import yaml

from course import paths, shell
from course.errors import CourseError
from course.observe import coredns, kube
from course.provision import images, tools
from course.provision.engine import Engine, Say
from course.waiting import until

RECORD = paths.STATE / "cluster.json"
COREFILE = paths.STATE / "Corefile"  # kubeadm's own, as it was when the cluster was made
NO_WAY_OUT = "no-way-out.service"


@dataclass(frozen=True)
class Record:
    """What this clone knows of its cluster: the node container's id, "" while it is being made, and the image of its node."""

    name: str
    container_id: str
    image: str = ""


def node() -> str:
    """The node's container name, as kind forms it."""
    return f"{paths.cluster_name()}-control-plane"


def container_state(engine: Engine) -> tuple[str, str]:
    """(id, status) of the node's container; ("", "") where there is none."""
    said = engine.run("container", "inspect", "--format", "{{.Id}} {{.State.Status}}", node())
    return tuple(said.stdout.split()) if said.returncode == 0 else ("", "")  # type: ignore[return-value]


def read_record() -> Record | None:
    """The record, or None where there is none or it is of another cluster."""
    try:
        record = Record(**json.loads(RECORD.read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return record if record.name == paths.cluster_name() else None


def _write_record(container_id: str, image: str) -> None:
    paths.STATE.mkdir(parents=True, exist_ok=True)
    RECORD.write_text(json.dumps(asdict(Record(paths.cluster_name(), container_id, image))))


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
            f"Give the second cluster a folder of its own (COURSE_STATE=FOLDER), or mean the first: COURSE_CLUSTER={name}",
        )


def refuse_foreign(engine: Engine, container_id: str) -> None:
    """CourseError if a cluster of our name exists that this clone did not make: it is left alone."""
    record = read_record()
    if container_id and not (record and record.container_id in ("", container_id)):
        raise CourseError(
            f"A kind cluster named {paths.cluster_name()} exists that this copy of the course did not make.",
            "It is left alone: it may be somebody's work, or belong to another clone.",
            f"Remove it (./course down in that clone; if it is gone: {engine.name} rm -f -v {node()}), "
            "or use another name here: COURSE_CLUSTER=externalname2 COURSE_STATE=second ./course up",
        )


def ensure(engine: Engine, image: str, *, say: Say, before_making: Callable[[], None]) -> None:
    """The cluster exists and its API answers. `before_making` runs only if it must be made."""
    container_id, status = container_state(engine)
    refuse_foreign(engine, container_id)
    record = read_record()
    if container_id and record and record.container_id == container_id:
        _refuse_other_image(record, image)
        if status != "running":
            engine.must("start", node(), doing="Starting the stopped cluster")
        _write_kubeconfig(engine)
        until(kube.ready, seconds=120, what="The API answering")
        return
    if container_id:
        _remove_node(engine)
    before_making()
    _create(engine, image, say)


def _refuse_other_image(record: Record, image: str) -> None:
    if record.image and record.image != image:
        raise CourseError(
            "The cluster was made from another node image.",
            "The course, or COURSE_NODE_IMAGE, has changed since: its Pods would run other programs than the world outside.",
            "./course down, then ./course up. Your notebooks and your progress stay.",
        )


def _create(engine: Engine, image: str, say: Say) -> None:
    paths.STATE.mkdir(parents=True, exist_ok=True)
    config = paths.STATE / "kind.yaml"
    config.write_text(kind_config(built=images.is_built(engine, image)))
    COREFILE.unlink(missing_ok=True)
    _write_record("", image)
    engine.remember()
    words = ["--name", paths.cluster_name(), "--image", image, "--config", str(config)]
    try:
        _kind(engine, "create", "cluster", *words, "--kubeconfig", str(paths.KUBECONFIG), doing="Creating the kind cluster")
    except CourseError:
        if not container_state(engine)[0]:
            RECORD.unlink(missing_ok=True)  # nothing is there: an empty id would claim another clone's cluster later
        raise
    _close_the_way_out(engine, say)
    _write_record(container_state(engine)[0], image)


def _close_the_way_out(engine: Engine, say: Say) -> None:
    """No packet of a Pod leaves this machine. A unit of the node's systemd, because the node is also started without us."""
    unit = (paths.CLUSTER_FOLDER / NO_WAY_OUT).read_text()
    script = f"cat > /etc/systemd/system/{NO_WAY_OUT} && systemctl enable --quiet --now {NO_WAY_OUT}"
    done = engine.run("exec", "-i", node(), "sh", "-c", script, text=unit)
    if done.returncode:  # a kernel without nftables: everything works, only not as apart from the world
        say(f"Packets of Pods can leave this machine: {shell.last_words(done.stderr)}")


def _remove_node(engine: Engine) -> None:
    """What `kind delete cluster` does, without needing kind: the node's container, and the volume that Podman keeps beside it."""
    engine.must("rm", "-f", "-v", node(), doing="Removing the cluster")
    if volumes := engine.run("volume", "ls", "-q", "--filter", f"label={node()}").stdout.split():
        engine.run("volume", "rm", *volumes)


def kind_config(*, built: bool) -> str:
    """cluster/kind.yaml, and for a node built here: no kindnet, because that node brings its own CNI configuration."""
    config = yaml.safe_load((paths.CLUSTER_FOLDER / "kind.yaml").read_text())
    if built:
        config["networking"]["disableDefaultCNI"] = True
    return str(yaml.safe_dump(config, sort_keys=False))


def _kind(engine: Engine, *words: str, doing: str) -> None:
    env = shell.without_proxies(engine.environment)
    shell.logged([tools.kind(), *words], log="kind", doing=doing, env=env)


def _write_kubeconfig(engine: Engine) -> None:
    if not paths.KUBECONFIG.exists():
        words = ["export", "kubeconfig", "--name", paths.cluster_name(), "--kubeconfig", str(paths.KUBECONFIG)]
        _kind(engine, *words, doing="Writing the kubeconfig")


def forward_to(address: str, *, wait: bool = True) -> bool:
    """CoreDNS forwards all it does not serve itself to the outside world's DNS server; whether anything was changed.

    The Corefile is kubeadm's but for this one address, kept as it was on the first day: what a lesson changed and left
    behind is put back too. Without `wait` it is the caller who calls wait_for_coredns.
    """
    if is_forwarded_to(address):
        return False
    wanted = wanted_corefile(address)
    if wait:
        write_corefile(wanted)
    else:
        _begin_with(wanted)
    return True


def is_forwarded_to(address: str) -> bool:
    """Whether the Corefile is the one that forward_to(address) would write."""
    return read_corefile() == wanted_corefile(address)


def read_corefile() -> str:
    """The Corefile that the cluster holds now."""
    return kube.must("-n", "kube-system", "get", "cm", "coredns", "-o", "jsonpath={.data.Corefile}")


def wanted_corefile(address: str) -> str:
    """kubeadm's own Corefile with its forward line pointed at `address`."""
    if not COREFILE.exists():
        COREFILE.write_text(read_corefile())
    wanted = re.sub(r"(?m)^(\s*forward \.) [^{\n]+?( \{)?$", rf"\g<1> {address}\g<2>", COREFILE.read_text())
    if f"forward . {address}" not in wanted:
        raise CourseError("kubeadm's Corefile has no forward line.", f"See {COREFILE}.", "./course down, then ./course up")
    return wanted


def write_corefile(text: str) -> None:
    """Put a Corefile in place and restart CoreDNS with it; returns when every question goes to a Pod with the new one."""
    _begin_with(text)
    wait_for_coredns()
    until(_each_question_answered, seconds=60, what="kube-proxy hearing of the new CoreDNS Pods")


def _each_question_answered() -> bool:
    """kube-proxy may send some questions to a Pod that is gone: it writes its rules at most once a second."""
    asked = ("kubernetes.default.svc.cluster.local", "+short", "+tries=1", "+time=1") * 8
    said = kube.in_toolbox("dig", *asked).stdout.split()
    return len(said) == 8 and len(set(said)) == 1


def _begin_with(corefile: str) -> None:
    """New Pods, because the reload plugin takes a minute or more; one after the other, so that names resolve all the time."""
    _patch("cm", {"data": {"Corefile": corefile}})
    _patch("deployment", {"spec": {"template": _new_pods()}})


def wait_for_coredns() -> None:
    """Only Pods with the newest Corefile are left, and they are ready.

    A Pod that is told to stop still answers, with its old Corefile, for the five seconds of its `lameduck`: it is not given
    them.
    """
    wait_for("deployment/coredns")
    for pod in _leaving_pods():
        kube.must(
            "-n", "kube-system", "delete", "pod", pod, "--ignore-not-found", "--grace-period=1", "--timeout=30s", timeout=40
        )


def _patch(kind: str, change: dict[str, object]) -> None:
    kube.must("-n", "kube-system", "patch", kind, "coredns", "-p", json.dumps(change))


def _new_pods() -> dict[str, object]:
    """What makes the Deployment's Pods new ones, as `kubectl rollout restart` does, and has the kubelet look each second
    whether they are ready. kubeadm says each ten: a Pod that is not ready at the first look would be waited for that long."""
    when = datetime.now(UTC).isoformat()
    probed = {"name": "coredns", "readinessProbe": {"periodSeconds": 1}}
    return {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": when}}, "spec": {"containers": [probed]}}


def wait_for(workload: str) -> None:
    """All Pods of a workload of the system are ready, and of its newest revision."""
    kube.must("-n", "kube-system", "rollout", "status", workload, "--timeout=120s", timeout=130, doing=f"Waiting for {workload}")


def _leaving_pods() -> list[str]:
    form = "jsonpath={range .items[?(@.metadata.deletionTimestamp)]}{.metadata.name} {end}"
    return kube.must("get", "pods", *coredns.PODS, "-o", form).split()


def ensure_toolbox() -> None:
    """The toolbox Pod is there; its image is in the node already."""
    namespace, pod = kube.TOOLBOX
    if kube.kubectl("get", "pod", "-n", namespace, pod).returncode == 0:
        return
    # CoreDNS reaches the API through kube-proxy, and the node unpacking the toolbox's image would hold kube-proxy up.
    wait_for("daemonset/kube-proxy")
    kube.kubectl("create", "namespace", namespace)
    # A Pod is refused until its namespace's ServiceAccount is there; on a new cluster that takes a moment.
    kube.must("wait", "--for=create", "-n", namespace, "serviceaccount/default", "--timeout=60s", timeout=70)
    kube.apply((paths.CLUSTER_FOLDER / "toolbox.yaml").read_text())


def answers() -> str:
    """What CoreDNS answers a Pod for the API's own Service: its address, or "" while it does not."""
    done = kube.in_toolbox("dig", "+short", "+time=1", "+tries=3", "kubernetes.default.svc.cluster.local", timeout=15)
    return done.stdout.strip() if done.returncode == 0 else ""


def verify() -> None:
    """Ask: the API, the node, and CoreDNS from a Pod."""
    ensure_toolbox()
    wait_for_coredns()
    wait = partial(kube.must, "wait", "--for=condition=Ready", "--timeout=90s", timeout=100)
    wait("node", "--all", doing="Waiting for the node")
    wait("pod", "-n", *kube.TOOLBOX, doing="Waiting for the toolbox Pod")
    until(_each_question_answered, seconds=60, what="CoreDNS answering each question of a Pod")


def delete(engine: Engine) -> bool:
    """Remove the cluster if this clone made it; whether there was one."""
    refuse_other_state()
    container_id, _ = container_state(engine)
    refuse_foreign(engine, container_id)
    if container_id:
        _remove_node(engine)
    for path in (RECORD, COREFILE, paths.KUBECONFIG):
        path.unlink(missing_ok=True)
    engine.forget()
    return bool(container_id)
