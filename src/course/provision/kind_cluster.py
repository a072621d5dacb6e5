"""The kind cluster: made, found again after a reboot, verified by asking, removed."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from course.base import clone, files, ownership, paths, shell, state
from course.base.errors import CourseError, Foreign, NotReady
from course.base.versions import pinned
from course.base.waiting import until
from course.kube import corefile, kubectl, namespaces
from course.provision import bakery, containers, images, outside, system, tools
from course.provision.engine import Engine, Say

AFRESH = "./course down, then ./course up. Your notebooks and your progress stay."
RECORD = paths.STATE / "cluster.json"
KUBECONFIG_LOCK = paths.STATE / f"{paths.KUBECONFIG.name}.lock"  # of kind and kubectl, while they write it
SOON = 30  # seconds for what takes three, where the machine has nothing else to do
LAST = 300  # seconds before a cluster is given up, with all that a reader made in it
ID = re.compile(r"([0-9a-f]{64})?")
MARK = "/etc/externalname-course"  # a file in the node: the state folder of the clone that made it
IN_TAR = re.compile(r"\0(/[^\0\n]+)\n\0")  # its line in an archive: between the zeros that fill both blocks
NO_MARK = re.compile(r"(?i)no such|could not find")  # Podman's and Docker's words for a file that is not there
CERTIFICATES = 22  # files below /etc/kubernetes/pki, as kubeadm makes them
REVIVE = f"""
echo "$1" > {MARK}  # where this clone is now: it may have been moved
phase() {{ kubeadm init phase "$@" --config /kind/kubeadm.conf; }}
[ -s /var/lib/kubelet/config.yaml ] || phase kubelet-start
find /etc/kubernetes/pki -type f -empty -delete
[ $(find /etc/kubernetes/pki -type f | wc -l) -ge {CERTIFICATES} ] || phase certs all
for who in admin super-admin kubelet controller-manager scheduler; do
  [ -s /etc/kubernetes/$who.conf ] || phase kubeconfig $who
done
systemctl start containerd kubelet
nft list table ip no-way-out >/dev/null 2>&1 || systemctl restart no-way-out
cd /etc/kubernetes/manifests || exit
whole() {{ grep -q '^kind: Pod' $1 2>/dev/null && grep -q '^status:' $1; }}
whole etcd.yaml || phase etcd local
for part in apiserver controller-manager scheduler; do
  whole kube-$part.yaml || phase control-plane $part
done
"""
NETWORK = "/kind/manifests/default-cni.yaml"
NETWORK_SETTINGS = "/etc/cni/net.d/10-ptp.conflist"  # of a node that was built; kindnet writes its own
NO_WAY_OUT = "no-way-out.service"
ROLE = "node-role.kubernetes.io/control-plane"  # kubeadm's label: a kubelet may give its own node none of this kind


@dataclass(frozen=True)
class Record:
    """What this clone knows of its cluster.

    The node container's id, "" while it is being made, the image of its node, and the state folder that this was
    written in: another one than this where the clone was moved or copied.
    """

    name: str
    container_id: str
    image: str = ""
    state: str = ""


def node() -> str:
    """The node's container name, as kind forms it."""
    return f"{paths.cluster_name()}-control-plane"


def container_state(engine: Engine) -> tuple[str, str]:
    """(id, status) of the node's container; ("", "") where there is none."""
    return containers.state(engine, node())


def read_record() -> Record | None:
    """The record, or None where there is none, it is of another cluster, or it is damaged. Unknown keys are let be."""
    known = state.read(RECORD)
    name, container_id, image = (state.text(known, key) for key in ("name", "container_id", "image"))
    if name != paths.cluster_name() or container_id is None or image is None or not ID.fullmatch(container_id):
        return None
    return Record(name, container_id, image, state.text(known, "state") or "")


def _own_node(engine: Engine) -> tuple[str, str]:
    """(id, status) of our node's container, ("", "") where there is none; CourseError if it is somebody else's.

    A record that is lost, damaged, unfinished or of where this clone was before is written again.
    """
    record = read_record()
    container_id, status = container_state(engine)
    if not container_id and record and record.container_id:
        container_id, status = _called_back(engine, record.container_id)
    refuse_foreign(engine, container_id)
    if container_id and not _is_current(record) and ((record and record.container_id) or _marked(engine) == _here()):
        _write_record(container_id, engine.inspect("container", container_id, "{{.Config.Image}}"))
    return container_id, status


def _here() -> str:
    return str(paths.STATE)


def _is_current(record: Record | None) -> bool:
    """Whether the record is of a whole node, and was written in this folder."""
    return bool(record and record.container_id and record.state == _here())


def _called_back(engine: Engine, container_id: str) -> tuple[str, str]:
    """Our container, where somebody gave it another name, under its own; ("", "") where it is gone."""
    if engine.inspect("container", container_id, "{{.Id}}") != container_id:
        return "", ""
    engine.output("rename", container_id, node(), doing="Giving the node its name back")
    return container_state(engine)


def _marked(engine: Engine) -> str:
    """The state folder of the clone that made the node; "" before it is whole. CourseError where nobody can tell.

    It need not run: a copy of the file is looked at, as a tar archive.
    """
    copied = engine.run("cp", f"{node()}:{MARK}", "-")
    if copied.returncode and not NO_MARK.search(copied.stderr):
        why = shell.last_words(copied.stderr)
        raise CourseError(f"{engine.name} cannot say whose {node()} is.", why, "./course doctor")
    content = IN_TAR.search(copied.stdout)
    return content[1] if content else ""


def _is_labelled(engine: Engine, record: Record | None) -> bool:
    """Whether the node says that it is of this clone, or was being made by it from our own image.

    The image is asked only of a node without a mark: that of another clone of this version is the same.
    """
    if marked := _marked(engine):
        return marked == _here()
    return bool(record and record.image and record.image == engine.inspect("container", node(), "{{.Config.Image}}"))


def _write_record(container_id: str, image: str) -> None:
    state.write(RECORD, **asdict(Record(paths.cluster_name(), container_id, image, _here())))


def refuse_other_state() -> None:
    """CourseError if this state folder is of a cluster with another name: its record and kubeconfig would be lost."""
    name = state.text(state.read(RECORD), "name")
    if name not in (None, paths.cluster_name()):
        raise CourseError(
            f"The state folder {paths.STATE} is of the cluster {name}, not of {paths.cluster_name()}.",
            "COURSE_CLUSTER names another cluster than the one that was made from this copy of the course.",
            "Give the second cluster a folder of its own (COURSE_STATE=FOLDER), or mean the "
            f"first: COURSE_CLUSTER={name}",
        )


def refuse_foreign(engine: Engine, container_id: str) -> None:
    """Foreign if a cluster of our name exists that this clone did not make: it is left alone."""
    record = read_record()
    written = record.container_id if record else None
    if not container_id or (_is_current(record) and container_id == written):
        return
    if not ownership.is_ours(container_id, written, labelled=not written and _is_labelled(engine, record)):
        raise Foreign(
            f"A kind cluster named {paths.cluster_name()} exists that this copy of the course did not make.",
            "It is left alone: it may be somebody's work, or belong to another clone.",
            f"Remove it (./course down in that clone; if it is gone: {engine.name} rm -f -v {node()}), "
            f"or use another name here: {ownership.ANOTHER_NAME}",
        )
    if original := _marked(engine):
        what = f"The kind cluster named {paths.cluster_name()}"
        ownership.refuse_copy(what, Path(original) / RECORD.name, RECORD, container_id)


def ensure(engine: Engine, image: str, *, say: Say, before_making: Callable[[], None]) -> None:
    """The cluster exists and its API answers. `before_making` runs only if it must be made."""
    container_id, status = _own_node(engine)
    record = read_record()
    if container_id and record and record.container_id == container_id:
        _refuse_other_image(record, image)
        status = _connected(engine, container_id, status, say)
        containers.start(engine, container_id, status, doing=f"Starting the cluster, which is {status},", next=AFRESH)
        engine.remember()  # COURSE_ENGINE may have said which it is
        _revive(engine)
        if not (is_ours_in_kubeconfig(engine) and kubectl.is_ready()):
            _write_kubeconfig(engine)  # it may be lost, damaged, or another cluster's
            _wait_for_the_api(engine, container_id, say)
        return
    if container_id:
        remove_node(engine, node())
    before_making()
    _create(engine, image, say)


def _connected(engine: Engine, container_id: str, status: str, say: Say) -> str:
    """Have the node in its network, from which somebody took it; its status. It gets its address when it is started."""
    if containers.is_in(engine, container_id, outside.NETWORK):
        return status
    say(f"putting the node into the network {outside.NETWORK}")
    if status == "running":
        engine.run("stop", "-t", "10", container_id)
    if not outside.has_network(engine):
        outside.make_network(engine)
    engine.run("network", "disconnect", "-f", outside.NETWORK, container_id)  # it may remember one of the same name
    engine.output("network", "connect", outside.NETWORK, container_id, doing="Connecting the node", next=AFRESH)
    return container_state(engine)[1]


def _wait_for_the_api(engine: Engine, container_id: str, say: Say) -> None:
    """The API answers. Where it does not, the node is started again once: what only its memory holds is made anew.

    The last wait is a long one: after it the cluster is given up, with what the learner made in it.
    """
    say("waiting for the cluster's API to answer (at most six minutes)")
    with suppress(NotReady):
        until(kubectl.is_ready, seconds=60, what="The API answering")
        return
    restart(engine, container_id, say)
    until(kubectl.is_ready, seconds=LAST, what="The API answering", next=AFRESH)


def restart(engine: Engine, container_id: str, say: Say) -> None:
    """The node from its start, with all that is on its disk."""
    say("starting the node again, with all that is in it")
    engine.run("stop", "-t", "10", container_id)
    engine.run("network", "disconnect", "-f", outside.NETWORK, container_id)  # what was done to its devices is gone
    _, status = container_state(engine)
    containers.start(engine, container_id, _connected(engine, container_id, status, say), doing="Starting the cluster")
    _revive(engine)
    _write_kubeconfig(engine)


def _revive(engine: Engine) -> None:
    """The node's own programs run, and the parts of the control plane are there that the kubelet starts from files."""
    engine.output("exec", node(), "sh", "-c", REVIVE, "sh", _here(), doing="Looking after the node's programs")
    if engine.run("exec", node(), "sh", "-c", f"[ -s {NETWORK_SETTINGS} ] || grep -q kindnetd {NETWORK}").returncode:
        text = clone.text(paths.CLUSTER_FOLDER / "node" / "ptp.conflist")
        engine.output("exec", "-i", node(), "tee", NETWORK_SETTINGS, text=text, doing="Writing the node's network")


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
    clone.text(config)  # kind would say it in its own words, after the old is cleared
    for path in (corefile.ORIGINAL, system.MANIFESTS):
        path.unlink(missing_ok=True)
    _clear_kubeconfig()
    engine.remember()
    options = ["--name", paths.cluster_name(), "--image", image, "--config", str(config)]
    words = ("create", "cluster", *options, "--kubeconfig", str(paths.KUBECONFIG))
    say("making the node and starting Kubernetes in it (about a minute)")
    try:
        with noting_the_network(engine, say):
            _write_record("", image)  # not while it is waited for another copy of the course
            _kind(engine, *words, doing="Creating the kind cluster")
    except CourseError:
        if not container_state(engine)[0]:
            RECORD.unlink(missing_ok=True)  # nothing is there: an empty id would claim what another clone makes later
        raise
    _close_the_way_out(engine, say)
    engine.output("exec", "-i", node(), "tee", MARK, text=f"{_here()}\n", doing="Marking the node as this copy's")
    _write_record(container_state(engine)[0], image)


@contextmanager
def noting_the_network(engine: Engine, say: Say) -> Iterator[None]:
    """Write down the id of the network that kind makes, where there was none: then it is ours to remove.

    Where there is none yet, one copy of the course after the other: of two kinds that both make it, one fails.
    """
    if outside.has_network(engine):
        yield
        return
    with files.lock(
        paths.cache() / "network.lock",
        waiting=lambda who: say(f"waiting: another copy of the course makes the network {outside.NETWORK}, {who}"),
    ):
        before = outside.network_id(engine)
        try:
            yield
        finally:
            if not before and outside.has_network(engine):
                outside.note_network(engine)


def is_ours_in_kubeconfig(engine: Engine) -> bool:
    """Whether the kubeconfig leads to our node: it has the port of our container, and its CA proves the rest."""
    if kubectl.context() == kubectl.NEIGHBOUR:
        return False  # both clusters are in it
    form = '{{range index .NetworkSettings.Ports "6443/tcp"}}:{{.HostPort}} {{end}}'
    ports = engine.inspect("container", node(), form).split()
    return kubectl.server().endswith(tuple(ports)) if ports else False


def require_ours(engine: Engine) -> None:
    """CourseError unless the kubeconfig leads to the cluster that this clone made: asked before anything is removed."""
    container_id, _ = container_state(engine)
    refuse_foreign(engine, container_id)
    if not is_ours_in_kubeconfig(engine):
        raise CourseError(
            f"The kubeconfig in {paths.STATE.name} does not lead to the cluster of this copy of the course.",
            "It has another server: what is there is left alone.",
            "./course up",
        )


def _close_the_way_out(engine: Engine, say: Say) -> None:
    """No packet of a Pod leaves this machine.

    A unit of the node's systemd sees to it, because the node is also started without us.
    """
    unit = clone.text(paths.CLUSTER_FOLDER / NO_WAY_OUT)
    script = f"cat > /etc/systemd/system/{NO_WAY_OUT} && systemctl enable --quiet --now {NO_WAY_OUT}"
    result = engine.run("exec", "-i", node(), "sh", "-c", script, text=unit)
    if result.returncode:  # a kernel without nftables: everything works, only not as apart from the world
        say(f"Packets of Pods can leave this machine: {shell.last_words(result.stderr)}")


def remove_node(engine: Engine, container: str, doing: str = "Removing the cluster", timeout: float = 120) -> None:
    """What `kind delete cluster` does, without needing kind.

    It removes the node's container, and the volume that Podman keeps beside it: by what is mounted, not by its label.
    """
    form = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}'
    volumes = engine.inspect("container", container, form).split()
    containers.remove(engine, container, doing=doing, timeout=timeout)
    if volumes:
        engine.run("volume", "rm", *volumes)


def _kind(engine: Engine, *arguments: str, doing: str) -> None:
    env = shell.without_proxies(engine.environment)
    shell.logged([tools.kind(), *arguments], log="kind", doing=doing, env=env)


def load(engine: Engine, archive: Path) -> None:
    """Put the images of an archive into the node's store."""
    words = ("load", "image-archive", str(archive), "--name", paths.cluster_name())
    _kind(engine, *words, doing=f"Loading {archive.parent.name} into the node")


def has_image(engine: Engine, name: str, place: str = "") -> bool:
    """Whether an image is in a node's store, which the kubelet empties where the disk is nearly full.

    place: the container of the node, "" for the course's own.
    """
    words = ("ctr", "-n", "k8s.io", "images", "ls", "-q", f"name=={name}")
    return name in engine.run("exec", place or node(), *words).stdout.split()


def _clear_kubeconfig() -> None:
    """kind would add to what is there, and fails where one that was killed left the lock. Only we are at work here."""
    for path in (paths.KUBECONFIG, KUBECONFIG_LOCK):
        path.unlink(missing_ok=True)


def has_lab_image(engine: Engine) -> bool:
    """Whether the node can begin another toolbox, and the Pods of the lessons."""
    return has_image(engine, pinned().lab_image)


def _keep_lab_image(engine: Engine, say: Say) -> None:
    """The lab image is in the node, where it was baked in; no registry has it."""
    if has_lab_image(engine):
        return
    say("putting the lab image into the node again (half a minute)")
    with images.workplace(say) as work:
        archive = work / "lab" / "image.tar"
        archive.parent.mkdir()
        bakery.save(engine, bakery.Image(images.lab_name(), (pinned().lab_image,)), archive)
        load(engine, archive)


def _write_kubeconfig(engine: Engine) -> None:
    _clear_kubeconfig()
    arguments = ["export", "kubeconfig", "--name", paths.cluster_name(), "--kubeconfig", str(paths.KUBECONFIG)]
    _kind(engine, *arguments, doing="Writing the kubeconfig")


def restore(engine: Engine, say: Say, *, new: bool) -> bool:
    """The cluster has all that kubeadm and kind put into it, and takes Pods; whether something was put back.

    And its first Corefile is known, whatever a lesson made of the one in the cluster. new: it was made just now.
    """
    if corefile.original() is None:
        printing = ("--print-manifest", "--config", "/kind/kubeadm.conf")
        words = ("kubeadm", "init", "phase", "addon", "coredns", *printing)
        corefile.keep(engine.output("exec", node(), *words, doing="Asking kubeadm for its Corefile"))
    changed = not new and system.put_back(engine, node(), say)
    if not kubectl.run("get", "nodes", "-l", f"{ROLE}=", "-o", "name").stdout:  # a kubelet makes it when it starts
        engine.output("exec", node(), "systemctl", "restart", "kubelet", doing="Starting the kubelet again")
        kubectl.output("wait", "--for=create", f"node/{node()}", "--timeout=60s", timeout=70)
        kubectl.output("label", "--overwrite", "node", node(), f"{ROLE}=", doing="Giving the node its role")
    for change in closed():
        kubectl.output(*change.split(), doing="Opening the node for Pods")
    return changed


def closed() -> list[str]:
    """What would open the node for new Pods again, as words for kubectl; [] where it takes them.

    What Kubernetes itself taints, because the node is not ready, goes by itself.
    """
    form = '{range .items[*]}{.spec.unschedulable}{" "}{range .spec.taints[*]}{.key}:{.effect} {end}{end}'
    cordoned, *taints = kubectl.output("get", "nodes", "-o", f"jsonpath={form}").split(" ")
    strange = [taint for taint in taints if taint and not taint.startswith("node.kubernetes.io/")]
    return [*([f"uncordon {node()}"] if cordoned else []), *(f"taint node {node()} {taint}-" for taint in strange)]


def ensure_toolbox() -> None:
    """The toolbox Pod is there and ready, or made again; its image is in the node already."""
    namespace, pod = kubectl.TOOLBOX
    if kubectl.run("get", "pod", "-n", namespace, pod).returncode == 0:
        wait = ("wait", "-n", namespace, f"pod/{pod}", "--for=condition=Ready", f"--timeout={SOON}s")
        if kubectl.run(*wait).returncode == 0:
            return
        kubectl.run("delete", "pod", "-n", namespace, pod, "--now", "--timeout=30s")
    # CoreDNS reaches the API through kube-proxy, and the node unpacking the toolbox's image would hold kube-proxy up.
    corefile.wait_for("daemonset/kube-proxy")
    kubectl.run("create", "namespace", namespace)
    system.admit_all()
    # A Pod is refused until its namespace's ServiceAccount is there; on a new cluster that takes a moment.
    kubectl.output("wait", "--for=create", "-n", namespace, "serviceaccount/default", "--timeout=60s", timeout=70)
    kubectl.apply(clone.text(paths.CLUSTER_FOLDER / "toolbox.yaml"))


def verify(engine: Engine, say: Say, *, new: bool) -> None:
    """Ask: the API, the node, and CoreDNS from a Pod. new: the cluster was made just now, and its Pods begin.

    Where no answer comes, the toolbox or the system's parts are made again: somebody may have changed them.
    """
    say("waiting for the toolbox Pod, and for CoreDNS to answer it")
    if not new and not _node_is_ready():
        restart(engine, node(), say)
    _wait_for_the_node()
    _keep_lab_image(engine, say)
    namespaces.settle(kubectl.TOOLBOX[0], SOON)
    try:
        _answers(seconds=4 * SOON if new else SOON)
        return
    except CourseError:
        _refuse_strange()
    if kubectl.in_toolbox("dig", "-v").returncode == 0:
        say("making the system's parts of the cluster again: CoreDNS, its Service, kube-proxy, the network")
        system.admit_all()
        system.make_anew(engine, node())
        corefile.forward_to(outside.known_addresses(engine).primary, wait=False, anew=True)
    say("making the toolbox Pod again")
    namespace, pod = kubectl.TOOLBOX
    kubectl.run("delete", "pod", "-n", namespace, pod, "--now", "--timeout=30s")
    try:
        _answers(seconds=LAST)
    except CourseError as error:
        _refuse_strange()
        raise NotReady(error.what, error.why, AFRESH) from None


def _node_is_ready(seconds: int = SOON) -> bool:
    wait = ("wait", "node", "--all", "--for=condition=Ready", f"--timeout={seconds}s")
    return kubectl.run(*wait, timeout=seconds + SOON).returncode == 0


def _wait_for_the_node() -> None:
    if not _node_is_ready(LAST):
        _refuse_strange()
        form = 'jsonpath={.items[0].status.conditions[?(@.type=="Ready")].message}'
        raise NotReady("The node does not get ready.", kubectl.run("get", "node", "-o", form).stdout, AFRESH)


def _answers(seconds: float) -> None:
    """The toolbox is there, and each CoreDNS Pod of the newest Corefile answers it."""
    ensure_toolbox()
    until(corefile.each_question_answered, seconds=seconds, what="CoreDNS answering each question of a Pod")
    corefile.wait_for_coredns(seconds=max(seconds, 2 * SOON))
    until(corefile.each_question_answered, seconds=seconds, what="CoreDNS answering each question of a Pod")


def _refuse_strange() -> None:
    """CourseError where a reader's own object in the system's namespaces can be why nothing answers."""
    if strange := system.strange():
        names = [name for some in strange.values() for name in some]
        deletes = [f"kubectl {space} delete {' '.join(some)}".replace("  ", " ") for space, some in strange.items()]
        raise CourseError(
            "The system's Pods do not answer.",
            f"Neither the cluster nor the course made {', '.join(names)}.",
            f"{'; '.join(deletes)}, then ./course up",
        )


def delete(engine: Engine) -> bool:
    """Remove the cluster if this clone made it; whether there was one."""
    refuse_other_state()
    container_id, _ = _own_node(engine)
    if container_id:
        remove_node(engine, node())
    for path in (RECORD, corefile.ORIGINAL, system.MANIFESTS):
        path.unlink(missing_ok=True)
    _clear_kubeconfig()
    engine.forget()
    return bool(container_id)
