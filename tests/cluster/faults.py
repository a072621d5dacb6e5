"""Faults by kind, each as it is injected on the real thing."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from course.base import files, paths, state
from course.base.waiting import until
from course.kube import corefile, kubectl
from course.provision import containers, images, kind_cluster, lifecycle, outside, reporter, system
from course.provision import engine as engines
from course.provision.engine import Engine
from course.tasks import progress
from tests.cluster import learner


@dataclass
class Scene:
    """Where a fault is injected. stack: what is undone after the test.

    env: of the learner's terminal, None for what is not set in it. typed: what was typed in it before.
    """

    engine: Engine
    folder: Path
    stack: ExitStack
    env: dict[str, str | None] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)


Fault = Callable[[Scene], object]


# Files of the state folder


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def _folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def _link(path: Path, target: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(target)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: path.unlink(),
    "empty": lambda path: path.write_text(""),
    "cut": _cut,
    "no text": lambda path: path.write_bytes(bytes(range(128, 256))),
    "of another type": lambda path: path.write_text("[1, 2]"),
    "with numbers for texts": lambda path: path.write_text(
        '{"version": 1, "name": 5, "container_id": 5, "image": 5, "id": 5, "engine": 5, "corefile": 5, "steps": [5]}'
    ),
    "a folder": _folder,
    "a link to itself": lambda path: _link(path, path),
}
FILES: dict[str, Path] = {
    "cluster.json": kind_cluster.RECORD,
    "kubeconfig": paths.KUBECONFIG,
    "corefile.json": corefile.ORIGINAL,
    "outside.json": outside.MADE,
    "engine.json": engines.REMEMBERED,
    "up.json": reporter.PROGRESS,
    "progress.json": progress.file(),
}


MADE_AGAIN = tuple(DAMAGES)[:6]
# These are said, each with its way out.
ONE_BY_ONE = (("cluster.json", "a folder"), ("cluster.json", "a link to itself"), ("kubeconfig", "a link to itself"))


def _damaged(file: Path, damage: str) -> Fault:
    def fault(scene: Scene) -> None:
        if not file.exists():
            file.write_text('{"version": 1}\n')
        DAMAGES[damage](file)

    return fault


def _all_damaged(damage: str) -> Fault:
    def fault(scene: Scene) -> None:
        for file in FILES.values():
            if file.exists():
                DAMAGES[damage](file)

    return fault


def _moved(scene: Scene) -> None:
    """What is written in the state folder and in the node names the folder of before, which is gone."""
    before = str(scene.folder / "before")
    state.add(kind_cluster.RECORD, state=before)
    scene.engine.output("exec", kind_cluster.node(), "sh", "-c", f"echo {before} > {kind_cluster.MARK}", doing="Moving")
    scene.stack.callback(lambda: _is_ours_again(scene.engine))


def _is_ours_again(engine: Engine) -> None:
    assert kind_cluster._marked(engine) == str(paths.STATE)


STATE: dict[str, Fault] = {
    **{f"{name} {damage}": _damaged(FILES[name], damage) for name, damage in ONE_BY_ONE},
    **{f"all state files {damage}": _all_damaged(damage) for damage in MADE_AGAIN},
    "the lock is a folder": lambda scene: _folder(lifecycle.LOCK),
    "cluster.json without its id": lambda scene: kind_cluster._write_record("", images.node_image(scene.engine)),
    "cluster.json of where the clone was before": _moved,
    "kubeconfig gone, and its lock left": lambda scene: paths.KUBECONFIG.rename(kind_cluster.KUBECONFIG_LOCK),
    "system.json changed": lambda scene: system.MANIFESTS.write_text(
        re.sub('"replicas": 2', '"replicas": 0', system.MANIFESTS.read_text())
    ),
}


# The kubeconfig's content


def _kubeconfig(pattern: str, replacement: str) -> Fault:
    def fault(scene: Scene) -> None:
        text = paths.KUBECONFIG.read_text()
        changed = re.sub(pattern, replacement, text)
        assert changed != text, f"{pattern} is not in the kubeconfig"
        paths.KUBECONFIG.write_text(changed)

    return fault


CREDENTIALS: dict[str, Fault] = {
    "kubeconfig leads elsewhere": _kubeconfig(r"server: .*", "server: https://127.0.0.1:9"),
    "kubeconfig without TLS": _kubeconfig(r"server: https", "server: http"),
    "kubeconfig with another CA": _kubeconfig(
        r"certificate-authority-data: .*", "certificate-authority-data: aGVsbG8="
    ),
    "kubeconfig with a cut key": _kubeconfig(r"(client-key-data: .{40}).*", r"\1"),
    "kubeconfig without a user": _kubeconfig(r"(?s)users:.*", "users: []\n"),
    "kubeconfig with another context": _kubeconfig(r"current-context: .*", "current-context: theirs"),
    "kubeconfig without a context": _kubeconfig(r"current-context: .*", 'current-context: ""'),
}


# kube-system and what else kubeadm and kind made


def _system(*words: str) -> Fault:
    return lambda scene: kubectl.output("-n", "kube-system", *words, timeout=240)


def _cluster(*words: str) -> Fault:
    return lambda scene: kubectl.output(*words, timeout=240)


def _patched(kind: str, name: str, change: object, form: str = "strategic") -> Fault:
    return _system("patch", kind, name, "--type", form, "-p", json.dumps(change))


def _template(name: str, **spec: object) -> Fault:
    """The Pods of one container of the same name, changed."""
    kind = "deployment" if name == "coredns" else "daemonset"
    container = {"name": name, **{key: value for key, value in spec.items() if key in ("image", "args", "command")}}
    pod = {key: value for key, value in spec.items() if key not in container}
    return _patched(kind, name, {"spec": {"template": {"spec": {"containers": [container], **pod}}}})


def _together(*faults: Fault) -> Fault:
    return lambda scene: [fault(scene) for fault in faults]


def _made(manifest: str) -> Fault:
    def fault(scene: Scene) -> None:
        kubectl.apply(manifest)

    return fault


def _deleted_and_held(kind: str, name: str) -> Fault:
    """Deleted, and not gone: a finalizer holds it."""
    return _together(
        _system("patch", kind, name, "--type=merge", "-p", HELD), _system("delete", kind, name, "--wait=false")
    )


HELD = '{"metadata": {"finalizers": ["example.com/held"]}}'
NO_PODS = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: none, namespace: {}}}\nspec: {{hard: {{pods: 0}}}}\n"
ANOTHER_SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system}
spec: {selector: {k8s-app: kube-dns}, ports: [{name: dns, port: 53, protocol: UDP}]}
"""
SYSTEM: dict[str, Fault] = {
    "CoreDNS scaled to nothing": _system("scale", "deployment", "coredns", "--replicas=0"),
    "CoreDNS scaled to one": _system("scale", "deployment", "coredns", "--replicas=1"),
    "CoreDNS deleted": _system("delete", "deployment", "coredns"),
    "CoreDNS's Pods deleted": _system("delete", "pods", "-l", "k8s-app=kube-dns", "--wait=false"),
    "CoreDNS of an image that there is not": _template("coredns", image="localhost/no-such-coredns:1"),
    "CoreDNS of another program": _template("coredns", image="localhost/externalname-lab:1"),
    "CoreDNS with other arguments": _template("coredns", args=["-conf", "/nowhere"]),
    "CoreDNS for a node that there is not": _template("coredns", nodeSelector={"disk": "none"}),
    "CoreDNS paused and its Pods deleted": _together(
        _system("rollout", "pause", "deployment/coredns"), _system("delete", "pods", "-l", "k8s-app=kube-dns")
    ),
    "CoreDNS's Pods with another label": _system(
        "label", "pods", "-l", "k8s-app=kube-dns", "k8s-app=mine", "--overwrite"
    ),
    "CoreDNS's ServiceAccount deleted": _system("delete", "serviceaccount", "coredns"),
    "CoreDNS's ClusterRole deleted": _cluster("delete", "clusterrole", "system:coredns"),
    "CoreDNS's ClusterRole is empty": _cluster(
        "patch", "clusterrole", "system:coredns", "--type=merge", "-p", '{"rules": []}'
    ),
    "DNS Service deleted": _system("delete", "service", "kube-dns"),
    "DNS Service with another address": _together(_system("delete", "service", "kube-dns"), _made(ANOTHER_SERVICE)),
    "DNS Service with another selector": _patched("service", "kube-dns", {"spec": {"selector": {"k8s-app": "mine"}}}),
    "DNS Service with another port": _patched(
        "service", "kube-dns", {"spec": {"ports": [{"port": 53, "protocol": "UDP", "name": "dns", "targetPort": 54}]}}
    ),
    "DNS EndpointSlice deleted": _system("delete", "endpointslice", "-l", "kubernetes.io/service-name=kube-dns"),
    "the API's Service deleted": _cluster("delete", "service", "kubernetes", "-n", "default"),
    "kube-proxy deleted": _system("delete", "daemonset", "kube-proxy"),
    "kube-proxy of an image that there is not": _template("kube-proxy", image="localhost/no-such-kube-proxy:1"),
    "kube-proxy for a node that there is not": _template("kube-proxy", nodeSelector={"disk": "none"}),
    "kube-proxy's settings deleted": _system("delete", "configmap", "kube-proxy"),
    "kube-proxy's settings empty": _together(
        _patched("configmap", "kube-proxy", {"data": {"config.conf": ""}}),
        _system("rollout", "restart", "daemonset/kube-proxy"),
    ),
    "kube-proxy's ServiceAccount deleted": _system("delete", "serviceaccount", "kube-proxy"),
    "kube-proxy's rights deleted": _cluster("delete", "clusterrolebinding", "kubeadm:node-proxier"),
    "the network's DaemonSet deleted": lambda scene: kubectl.output("-n", "kube-system", "delete", _network()),
    "the network's rights deleted": lambda scene: kubectl.output(
        "delete", "clusterrolebinding,clusterrole", _network().partition("/")[2]
    ),
    "storage provisioner deleted": _cluster("-n", "local-path-storage", "delete", "deployment", "--all"),
    "storage provisioner's namespace deleted": _cluster("delete", "namespace", "local-path-storage"),
    "storage provisioner's namespace is held by an object": _together(
        _cluster("-n", "local-path-storage", "create", "configmap", "held"),
        _cluster("-n", "local-path-storage", "patch", "configmap/held", "--type=merge", "-p", HELD),
        _cluster("delete", "namespace", "local-path-storage", "--wait=false"),
    ),
    "CoreDNS deleted, and held": _deleted_and_held("deployment", "coredns"),
    "DNS Service deleted, and held": _deleted_and_held("service", "kube-dns"),
    "kube-proxy's settings deleted, and held": _deleted_and_held("configmap", "kube-proxy"),
    "kube-proxy's settings cannot be changed": _together(
        _patched("configmap", "kube-proxy", {"data": {"config.conf": ""}}),
        _patched("configmap", "kube-proxy", {"immutable": True}),
        _system("delete", "pods", "-l", "k8s-app=kube-proxy"),  # the new ones begin with them
    ),
    "StorageClass deleted": _cluster("delete", "storageclass", "standard"),
    "a quota lets no Pod of CoreDNS begin": _together(
        _made(NO_PODS.format("kube-system")), _system("delete", "pods", "-l", "k8s-app=kube-dns")
    ),
}


def _network() -> str:
    """The DaemonSet that kind put there for the network: kindnet, or kube-router in a node that was built."""
    names = kubectl.output("-n", "kube-system", "get", "daemonsets", "-o", "name").split()
    return next(name for name in names if not name.endswith("/kube-proxy"))


# The Corefile


def _corefile(pattern: str, replacement: str, *, restart: bool = True) -> Fault:
    """Another Corefile. restart: the Pods are made again with it, or try to be; else they have the one before."""

    def fault(scene: Scene) -> None:
        text = corefile.read()
        changed = re.sub(pattern, replacement, text, count=1)
        assert changed != text, f"{pattern} is not in the Corefile"
        _patched("configmap", "coredns", {"data": {"Corefile": changed}})(scene)
        if restart:
            _system("delete", "pods", "-l", "k8s-app=kube-dns", "--wait=false")(scene)

    return fault


COREFILE: dict[str, Fault] = {
    "Corefile does not close": _corefile(r"\}\s*\Z", ""),
    "Corefile names a plugin that there is not": _corefile(r"\n    cache", "\n    magic\n    cache"),
    "Corefile forwards to nowhere": _corefile(r"forward \. \S+", "forward . 192.0.2.1"),
    "Corefile forwards to no address": _corefile(r"forward \. \S+", "forward . not-an-address"),
    "Corefile forwards to itself": _corefile(r"forward \. \S+", "forward . 127.0.0.1"),
    "Corefile does not forward": _corefile(r"(?s)    forward \. [^}]*\}\n", ""),
    "Corefile without the plugin kubernetes": _corefile(r"(?s)    kubernetes [^}]*\}\n", ""),
    "Corefile with another cluster domain": _corefile(r"cluster\.local", "example.local"),
    "Corefile answers each name with an error": _corefile(
        r"\n    errors", "\n    template ANY ANY {\n rcode REFUSED\n }"
    ),
    "Corefile listens elsewhere": _corefile(r"\.:53", ".:5353"),
    "Corefile is empty": _corefile(r"(?s)\A.*\Z", ""),
    "Corefile is empty, and the Pods have the one before": _corefile(r"(?s)\A.*\Z", "", restart=False),
    "Corefile's key is gone": _patched("configmap", "coredns", {"data": {"Corefile": None}}),
    "Corefile's key has another name": _patched("configmap", "coredns", {"data": {"Corefile": None, "corefile": "x"}}),
    "Corefile's ConfigMap deleted": _system("delete", "configmap", "coredns"),
    "Corefile's ConfigMap deleted, and its Pods": _together(
        _system("delete", "configmap", "coredns"), _system("delete", "pods", "-l", "k8s-app=kube-dns", "--wait=false")
    ),
    "Corefile cannot be changed": _together(
        _corefile(r"cache 30", "cache 29"), _patched("configmap", "coredns", {"immutable": True})
    ),
    "Corefile cannot be changed, and is broken": _together(
        _corefile(r"\}\s*\Z", ""), _patched("configmap", "coredns", {"immutable": True})
    ),
    "Corefile's ConfigMap is held": _deleted_and_held("configmap", "coredns"),
}


# The node


def _in_node(script: str) -> Fault:
    return lambda scene: scene.engine.output(
        "exec", kind_cluster.node(), "sh", "-c", script, doing="Injecting a fault into the node"
    )


def _container(verb: str, *options: str, of: Callable[[], str]) -> Fault:
    return lambda scene: scene.engine.output(verb, *options, of(), doing="Injecting a fault")


def watchers(engine: Engine, name: str) -> list[int]:
    """The processes that a hard restart of the machine ends unseen: Podman's conmon, and the container's first one."""
    conmon = engine.inspect("container", name, "{{.State.ConmonPid}}") if engine.name == "podman" else ""
    return [*map(int, conmon.split()), _first_process(engine.inspect("container", name, "{{.Id}}"))]


def _first_process(container: str) -> int:
    """The number that a container's first process has here.

    An engine in a namespace of its own says another one, which may be anybody's here. Of those that are the first of
    their namespace, it is the one of the outermost: a node has Pods in it.
    """
    numbers: dict[int, list[str]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            if container in (process / "cgroup").read_text():
                numbers[int(process.name)] = (process / "status").read_text().split("NSpid:")[1].splitlines()[0].split()
    return min((pid for pid in numbers if numbers[pid][-1] == "1"), key=lambda pid: len(numbers[pid]))


def _paused(of: Callable[[], str]) -> Fault:
    """As soon as it can be: runc gives up where processes begin faster than it freezes them (cgroup v1)."""

    def fault(scene: Scene) -> None:
        until(lambda: scene.engine.run("pause", of()).returncode == 0, seconds=120, what="Pausing")

    return fault


def _dead(of: Callable[[], str]) -> Fault:
    """Nothing of the container runs, and nobody told Podman, which calls it running."""

    def fault(scene: Scene) -> None:
        for pid in watchers(scene.engine, of()):
            os.kill(pid, signal.SIGKILL)

    return fault


def _for_ever_stopping(of: Callable[[], str]) -> Fault:
    """Stopped without its conmon, which would have said that it has ended."""

    def fault(scene: Scene) -> None:
        os.kill(watchers(scene.engine, of())[0], signal.SIGKILL)
        scene.engine.run("stop", "-t", "3", of())

    return fault


def _stop_cut_short(of: Callable[[], str]) -> Fault:
    """Podman, or Docker's client, was killed while it waited for the container to stop."""

    def fault(scene: Scene) -> None:
        first = watchers(scene.engine, of())[-1]
        os.kill(first, signal.SIGSTOP)  # so that it takes its time
        stopping = subprocess.Popen([scene.engine.name, "stop", "-t", "60", of()], env=scene.engine.environment)
        until(lambda: containers.waiting_signals(str(first)), seconds=50, what="Stopping")
        stopping.kill()
        stopping.wait()
        os.kill(first, signal.SIGCONT)

    return fault


def _without_network(of: Callable[[], str]) -> Fault:
    return lambda scene: scene.engine.output(
        "network", "disconnect", "-f", outside.NETWORK, of(), doing="Leaving the network"
    )


MANIFESTS = "/etc/kubernetes/manifests"
NODE: dict[str, Fault] = {
    "node paused": _paused(kind_cluster.node),
    "node stopped": _container("stop", "-t", "5", of=kind_cluster.node),
    "node killed": _container("kill", of=kind_cluster.node),
    "node dead, and Podman calls it running": _dead(kind_cluster.node),
    "node for ever stopping": _for_ever_stopping(kind_cluster.node),
    "node's stop was cut short": _stop_cut_short(kind_cluster.node),
    "node renamed": lambda scene: scene.engine.output(
        "rename", kind_cluster.node(), f"{kind_cluster.node()}-mine", doing="Renaming"
    ),
    "node removed by hand": _container("rm", "-f", "-v", of=kind_cluster.node),
    "node without a network": _without_network(kind_cluster.node),
    "node stopped, and without a network": _together(
        _container("stop", "-t", "5", of=kind_cluster.node), _without_network(kind_cluster.node)
    ),
    "node cordoned": lambda scene: kubectl.output("cordon", kind_cluster.node()),
    "node tainted": lambda scene: kubectl.output("taint", "node", kind_cluster.node(), "mine=1:NoSchedule"),
    "node's Pods driven out": lambda scene: kubectl.output("taint", "node", kind_cluster.node(), "mine=1:NoExecute"),
    "Node object deleted": lambda scene: kubectl.output("delete", "node", kind_cluster.node()),
    "node drained": lambda scene: kubectl.output(
        *("drain", kind_cluster.node(), "--ignore-daemonsets", "--force", "--delete-emptydir-data", "--timeout=180s"),
        timeout=190,
    ),
    "kubelet stopped": _in_node("systemctl stop kubelet"),
    "containerd stopped": _in_node("systemctl stop containerd"),
    "node's own kubeconfigs gone": _in_node("rm /etc/kubernetes/*.conf"),
    "node's super-admin.conf gone": _in_node("rm /etc/kubernetes/super-admin.conf"),
    "API server's certificate gone": _in_node("rm /etc/kubernetes/pki/apiserver.*"),
    "API server's key empty": _in_node(": > /etc/kubernetes/pki/apiserver.key"),
    "node's packet filter empty": _in_node("iptables -F; iptables -t nat -F; nft flush ruleset"),
    "node's network device down": _in_node("ip link set eth0 down"),
    "node has no way to its network": _in_node("ip route flush dev eth0"),
    "node's programs killed": _in_node("pkill -9 kube-apiserver; pkill -9 etcd; pkill -9 containerd; pkill -9 kubelet"),
    "kubelet's unit masked": _in_node("systemctl stop kubelet; systemctl mask --runtime kubelet"),
    "node's network settings gone": _in_node("rm /etc/cni/net.d/*"),
    "node's names gone": _in_node(": > /etc/resolv.conf; echo > /etc/hosts"),
    "API server's manifest gone": _in_node(f"rm {MANIFESTS}/kube-apiserver.yaml"),
    "API server's manifest empty": _in_node(f": > {MANIFESTS}/kube-apiserver.yaml"),
}


# The world outside


def _in_outside(script: str) -> Fault:
    return lambda scene: outside.inside("sh", "-c", script, engine=scene.engine)


def _server_stopped(name: str) -> Fault:
    return lambda scene: outside.service("stop", name, scene.engine)


OUTSIDE: dict[str, Fault] = {
    "outside paused": _paused(outside.container),
    "outside stopped": _container("stop", "-t", "1", of=outside.container),
    "outside killed": _container("kill", of=outside.container),
    "outside removed": _container("rm", "-f", "-v", of=outside.container),
    "outside without a network": _without_network(outside.container),
    # Not in a round with a lost state folder: then nobody knows any more which container it was.
    "outside renamed": lambda scene: scene.engine.output(
        "rename", outside.container(), f"{outside.container()}-mine", doing="Renaming"
    ),
    "outside dead, and Podman calls it running": _dead(outside.container),
    "outside for ever stopping": _for_ever_stopping(outside.container),
    "outside's stop was cut short": _stop_cut_short(outside.container),
    **{f"outside's {name} stopped": _server_stopped(name) for name in outside.SERVICES},
    "outside's servers stopped": _server_stopped("all"),
    "outside's DNS killed": _in_outside("pkill -9 nsd"),
    "outside's zones damaged": _in_outside(
        "for zone in /run/nsd/zones/*; do echo nonsense > $zone; done; pkill -9 nsd"
    ),
}


# The toolbox


def _held(kind: str) -> Fault:
    def fault(scene: Scene) -> None:
        name = f"{kind}/{'held' if kind == 'configmap' else 'course-tools'}"
        if kind == "configmap":
            kubectl.output("-n", "course-tools", "create", "configmap", "held")
        kubectl.output("-n", "course-tools", "patch", name, "--type=merge", "-p", HELD)
        kubectl.output("delete", "namespace", "course-tools", "--wait=false")

    return fault


def _strange_toolbox(scene: Scene) -> None:
    """A Pod of that name that runs, and finds no dig."""
    image = kubectl.output("-n", "course-tools", "get", "pod", "toolbox", "-o", "jsonpath={..image}").split()[0]
    kubectl.output("-n", "course-tools", "delete", "pod", "toolbox", "--now")
    words = ("run", "toolbox", f"--image={image}", "--image-pull-policy=Never", "--env=PATH=/nowhere", "--command")
    kubectl.output("-n", "course-tools", *words, "--", "/bin/sleep", "infinity")
    kubectl.output("-n", "course-tools", "wait", "pod/toolbox", "--for=condition=Ready", "--timeout=180s", timeout=190)


TOOLBOX: dict[str, Fault] = {
    "toolbox deleted": _cluster("delete", "pod", "toolbox", "-n", "course-tools", "--now"),
    "toolbox of an image that there is not": _cluster(
        "-n", "course-tools", "set", "image", "pod/toolbox", "toolbox=localhost/none:1"
    ),
    "toolbox of another program": _strange_toolbox,
    "toolbox's namespace deleted": _cluster("delete", "namespace", "course-tools"),
    "toolbox's namespace is just going": _cluster("delete", "namespace", "course-tools", "--wait=false"),
    "toolbox's namespace is held by an object": _held("configmap"),
    "toolbox's namespace is held by itself": _held("namespace"),
    "toolbox's ServiceAccount deleted, and no toolbox": _together(
        _cluster("-n", "course-tools", "delete", "serviceaccount", "default"),
        _cluster("delete", "pod", "toolbox", "-n", "course-tools", "--now"),
    ),
}


# What a new Pod needs: its image, and that nothing that is asked before refuses it


NO_TOOLBOX = _cluster("delete", "pod", "toolbox", "-n", "course-tools", "--now")
NOBODY_ANSWERS = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: mine}
webhooks:
  - name: nobody.example.com
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Fail
    clientConfig: {url: "https://127.0.0.1:9/"}
    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
"""
REFUSED = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: mine}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  validations: [{expression: "false"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: mine}
spec: {policyName: mine, validationActions: [Deny]}
"""


def _refused(scene: Scene) -> None:
    """A policy refuses each new Pod: from when on is not said, so it is asked."""
    kubectl.apply(REFUSED)
    image = kubectl.output("-n", "course-tools", "get", "pod", "toolbox", "-o", "jsonpath={..image}").split()[0]
    new = ("-n", "course-tools", "run", "asked", "--dry-run=server", f"--image={image}")
    until(lambda: "denied" in kubectl.run(*new).stderr, seconds=60, what="The policy being in force")
    NO_TOOLBOX(scene)


ADMISSION: dict[str, Fault] = {
    "the lab image is not in the node, and no toolbox": _together(
        _in_node("ctr -n k8s.io images rm localhost/externalname-lab:1"), NO_TOOLBOX
    ),
    "a webhook that nobody answers lets no toolbox begin": _together(_made(NOBODY_ANSWERS), NO_TOOLBOX),
    "a policy lets no toolbox begin": _refused,
    "Pod security lets no toolbox begin": _together(
        _cluster("label", "namespace", "course-tools", "pod-security.kubernetes.io/enforce=restricted"), NO_TOOLBOX
    ),
}


# The machine and the terminal


def _in_terminal(**env: str | None) -> Fault:
    return lambda scene: scene.env.update(env)


@contextmanager
def _mounted(folder: Path, options: str) -> Iterator[Path]:
    """A disk of its own in that folder."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def _on_disk(variable: str, options: str, *, full: bool = False, **env: str) -> Fault:
    """A variable of the terminal names a disk that is full, or may not be written."""

    def fault(scene: Scene) -> None:
        disk = scene.stack.enter_context(_mounted(scene.folder / "disk", options))
        if full:
            subprocess.run(["dd", "if=/dev/zero", f"of={disk}/fill", "bs=4k"], capture_output=True)
        _in_terminal(**{variable: str(disk)}, **env)(scene)

    return fault


def _engine_remembered(name: str) -> Fault:
    return lambda scene: engines.REMEMBERED.write_text(json.dumps({"version": 1, "engine": name}))


def _their_kubeconfig(scene: Scene) -> None:
    theirs = scene.folder / "config"
    theirs.write_text("apiVersion: v1\nkind: Config\n# mine\n")
    scene.stack.callback(lambda: _is(theirs, "apiVersion: v1\nkind: Config\n# mine\n"))
    _in_terminal(KUBECONFIG=str(theirs))(scene)


def _is(path: Path, text: str) -> None:
    assert path.read_text() == text, f"{path} is not the learner's any more"


def _typed(line: str) -> Fault:
    return lambda scene: scene.typed.append(line)


def _first_on_path(name: str, script: str, mode: int = 0o755) -> Fault:
    """Another program of that name is found before the right one."""

    def fault(scene: Scene) -> None:
        program = scene.folder / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(mode)
        scene.env["PATH"] = f"{program.parent}:{os.environ['PATH']}"

    return fault


def _set_up_that(number: signal.Signals) -> Fault:
    """A set-up in another terminal gets a signal while it is at work."""

    def fault(scene: Scene) -> None:
        command = [str(paths.ROOT / "course"), "up"]
        other = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
        until(lambda: files.is_locked(lifecycle.LOCK), seconds=60, what="The other one beginning")
        os.killpg(other.pid, number)
        scene.stack.callback(other.wait)
        scene.stack.callback(os.killpg, other.pid, signal.SIGCONT) if number == signal.SIGSTOP else None

    return fault


def _busy(seconds: int) -> Fault:
    """Another command holds the lock for so long."""
    hold = f"import fcntl, time; f = open({str(lifecycle.LOCK)!r}, 'w'); fcntl.flock(f, 2); time.sleep({seconds})"

    def fault(scene: Scene) -> None:
        other = scene.stack.enter_context(subprocess.Popen([sys.executable, "-c", hold]))
        until(lambda: files.is_locked(lifecycle.LOCK), seconds=60, what="The other one holding the lock")
        scene.stack.callback(other.kill)

    return fault


def _dated(years: int) -> Fault:
    """The clock was wrong by years when the state was written: its files are from then."""

    def fault(scene: Scene) -> None:
        then = time.time() + years * 365 * 86400
        for path in paths.STATE.iterdir():
            os.utime(path, (then, then), follow_symlinks=False)

    return fault


def _answering(rest: str) -> str:
    """A Podman that says its version and that it works, and then something else than it is asked for."""
    return f'case "$*" in --version) echo podman version 4.3.1;; "ps -q") ;; *) {rest};; esac'


CACHE = str(paths.cache().parent)  # else it is in HOME
MACHINE: dict[str, Fault] = {
    "TMPDIR that there is not": _in_terminal(TMPDIR="/nonexistent"),
    "TMPDIR is a file": _in_terminal(TMPDIR="/etc/hostname"),
    "TMPDIR is full": _on_disk("TMPDIR", "size=8k", full=True),
    "TMPDIR is read-only": _on_disk("TMPDIR", "ro"),
    "HOME is read-only": _on_disk("HOME", "ro", COURSE_CACHE=CACHE),
    "HOME is full": _on_disk("HOME", "size=8k", full=True, COURSE_CACHE=CACHE),
    "HOME is no folder": _in_terminal(HOME="/dev/null", COURSE_CACHE=CACHE),
    "the learner's own KUBECONFIG": _their_kubeconfig,
    "KUBECONFIG names nothing": _in_terminal(KUBECONFIG="/nonexistent/config"),
    "a proxy that does not answer": _in_terminal(
        HTTPS_PROXY="http://127.0.0.1:9", HTTP_PROXY="http://127.0.0.1:9", ALL_PROXY="socks5://127.0.0.1:9"
    ),
    "locale C": _in_terminal(LC_ALL="C", LANG="C"),
    "locale C without UTF-8": _in_terminal(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"),
    "locale that there is not": _in_terminal(LC_ALL="xx_YY.UTF-9"),
    "COURSE_ENGINE is none": _in_terminal(COURSE_ENGINE="cri-o"),
    "COURSE_ENGINE is the other one": _in_terminal(COURSE_ENGINE="docker"),
    "the other engine is remembered": _engine_remembered("docker"),
}

# Nothing of the cluster is touched: what is typed is typed in a terminal, or beside a program, that is not as usual.
TERMINAL: dict[str, Fault] = {
    "HOME is not set": _in_terminal(HOME=None),
    "HOME is empty": _in_terminal(HOME="", COURSE_CACHE=CACHE),
    "PATH is not set": _in_terminal(PATH=None),
    "PATH leads nowhere": _in_terminal(PATH="/nonexistent"),
    "PATH is empty": _in_terminal(PATH=""),
    "TERM is not set": _in_terminal(TERM=None, COLUMNS="0", LINES="nonsense"),
    "PYTHONHOME of another Python": _in_terminal(PYTHONHOME="/nonexistent"),
    "PYTHONPATH with another typer": lambda scene: [
        (scene.folder / "typer.py").write_text("raise RuntimeError"),
        scene.env.update(PYTHONPATH=str(scene.folder)),
    ],
    "another user's settings of pip": _in_terminal(
        PIP_USER="1", PIP_TARGET="/nonexistent", PIP_CONFIG_FILE="/dev/full"
    ),
    "umask keeps everybody out": _typed("umask 0777"),
    "umask of a careful person": _typed("umask 0077"),
    "a Docker that is elsewhere": _in_terminal(DOCKER_HOST="tcp://127.0.0.1:9"),
    "a Podman that is elsewhere": _in_terminal(CONTAINER_HOST="unix:///nonexistent/podman.sock"),
    "Podman's store is elsewhere": _in_terminal(CONTAINERS_STORAGE_CONF="/nonexistent/storage.conf"),
    "Podman's store is of another kind": _in_terminal(STORAGE_DRIVER="nonsense"),
    "kind's network is another one": _in_terminal(
        KIND_EXPERIMENTAL_PODMAN_NETWORK="mine", KIND_EXPERIMENTAL_DOCKER_NETWORK="mine"
    ),
    "kind's engine is another one": _in_terminal(KIND_EXPERIMENTAL_PROVIDER="nerdctl"),
    "COURSE_NODE_IMAGE is none": _in_terminal(COURSE_NODE_IMAGE="localhost/no-such-node:1"),
    "another kubectl is first on PATH": _first_on_path("kubectl", "echo nonsense; exit 1"),
    "another kind is first on PATH": _first_on_path("kind", "echo nonsense"),
    "an engine that is no program is first on PATH": _first_on_path("podman", "exit 1", mode=0o644),
    "an engine that fails is first on PATH": _first_on_path("podman", "echo the moon is full >&2; exit 1"),
    "an engine that says nothing is first on PATH": _first_on_path("podman", "exit 0"),
    "an engine that answers noise is first on PATH": _first_on_path("podman", "head -c 300 /dev/urandom"),
    "an engine that dies is first on PATH": _first_on_path("podman", "kill -SEGV $$"),
    "an engine that is too old is first on PATH": _first_on_path("podman", "echo podman version 3.0.1"),
    "an engine that hangs is first on PATH": _first_on_path("podman", "exec sleep 100"),
    "an engine that answers half is first on PATH": _first_on_path("podman", _answering("echo xx")),
    "an engine that answers JSON is first on PATH": _first_on_path("podman", _answering("echo '{}'")),
    "an engine whose store is broken is first on PATH": _first_on_path("podman", _answering("exit 125")),
    "a set-up was stopped by Ctrl-Z": _set_up_that(signal.SIGSTOP),
    "a set-up was killed": _set_up_that(signal.SIGKILL),
    "a set-up is at work": _set_up_that(signal.SIGCONT),
    "another command holds the lock for long": _busy(50),
    "the state was written in ten years": _dated(10),
    "the state was written ten years ago": _dated(-10),
    "locale POSIX": _in_terminal(LC_ALL="POSIX", LANG="POSIX"),
    "no locale at all": _in_terminal(LC_ALL=None, LANG=None, LC_CTYPE=None, LANGUAGE=None),
    "locale of one byte": _in_terminal(LC_ALL="en_US.ISO-8859-1", PYTHONIOENCODING="ascii:strict"),
}

FAULTS: dict[str, Fault] = {
    **TOOLBOX,
    **SYSTEM,
    **COREFILE,
    **OUTSIDE,
    **ADMISSION,
    **MACHINE,
    **TERMINAL,
    **NODE,
    **CREDENTIALS,
    **STATE,
}

# Who removes the node removes what is in it.
LOSSES = ("node removed by hand",)


def follow(scene: Scene) -> list[str]:
    """A learner in the scene's terminal types what is said: the lines that it took, as learner.led_out."""
    somebody = learner.Learner(scene.env)
    for line in scene.typed:
        somebody.type(line)
    somebody.typed.clear()
    return learner.led_out(somebody)


# These take more than one `up`: it says what else is to be typed.
ALONE = (
    *(f"{name} {damage}" for name, damage in ONE_BY_ONE),
    "the lock is a folder",
    "a quota lets no Pod of CoreDNS begin",
    "a webhook that nobody answers lets no toolbox begin",
    "a policy lets no toolbox begin",
    "toolbox's namespace is held by an object",
    "toolbox's namespace is held by itself",
    "storage provisioner's namespace is held by an object",
    "COURSE_ENGINE is none",
    "COURSE_ENGINE is the other one",
    "the other engine is remembered",
    "node removed by hand",
    *TERMINAL,
)


def rounds() -> list[list[str]]:
    """All other faults, in rounds of as many kinds as can be: one `up` mends what has nothing to do with each other.

    Within a round they are in an order in which each can be injected: the API is needed first, and files come last.
    """
    kinds = [[name for name in kind if name not in ALONE] for kind in _COLUMNS]
    count = max(len(kind) for kind in kinds)
    return [[kind[number] for kind in kinds if number < len(kind)] for number in range(count)]


_COREDNS = [name for name in SYSTEM if name.startswith("Core")]
_COLUMNS: list[list[str]] = [
    [*TOOLBOX, *(name for name in SYSTEM if name.startswith("DNS"))],
    [name for pair in zip_longest(_COREDNS, COREFILE) for name in pair if name],
    [name for name in SYSTEM if name not in _COREDNS and not name.startswith("DNS")],
    [*OUTSIDE, *ADMISSION],
    [*MACHINE],
    [*NODE],
    [*CREDENTIALS, *STATE],
]
