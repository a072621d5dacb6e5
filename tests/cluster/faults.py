"""Faults by kind, each as it is injected on the real thing."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from course.base import paths
from course.kube import corefile, kubectl
from course.provision import engine as engines
from course.provision import kind_cluster, lifecycle, outside, reporter
from course.provision.engine import Engine
from course.tasks import progress


@dataclass
class Scene:
    """Where a fault is injected. env: of the learner's terminal. stack: what is undone after the test."""

    engine: Engine
    folder: Path
    stack: ExitStack
    env: dict[str, str] = field(default_factory=dict)


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


STATE: dict[str, Fault] = {
    **{f"{name} {damage}": _damaged(FILES[name], damage) for name, damage in ONE_BY_ONE},
    **{f"all state files {damage}": _all_damaged(damage) for damage in MADE_AGAIN},
    "the lock is a folder": lambda scene: _folder(lifecycle.LOCK),
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
    return lambda scene: kubectl.output("-n", "kube-system", *words)


def _cluster(*words: str) -> Fault:
    return lambda scene: kubectl.output(*words)


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
    "StorageClass deleted": _cluster("delete", "storageclass", "standard"),
    "a quota lets no Pod of CoreDNS begin": _together(
        _made(NO_PODS.format("kube-system")), _system("delete", "pods", "-l", "k8s-app=kube-dns")
    ),
}


def _network() -> str:
    """The DaemonSet that kind put there for the network: kindnet, or kube-router in a node that was built."""
    names = kubectl.output("-n", "kube-system", "get", "daemonsets", "-o", "name").split()
    return next(name for name in names if not name.endswith("/kube-proxy"))


# The node


def _in_node(script: str) -> Fault:
    return lambda scene: scene.engine.output(
        "exec", kind_cluster.node(), "sh", "-c", script, doing="Injecting a fault into the node"
    )


def _container(verb: str, *options: str, of: Callable[[], str]) -> Fault:
    return lambda scene: scene.engine.output(verb, *options, of(), doing="Injecting a fault")


def _without_network(of: Callable[[], str]) -> Fault:
    return lambda scene: scene.engine.output(
        "network", "disconnect", "-f", outside.NETWORK, of(), doing="Leaving the network"
    )


MANIFESTS = "/etc/kubernetes/manifests"
NODE: dict[str, Fault] = {
    "node paused": _container("pause", of=kind_cluster.node),
    "node stopped": _container("stop", "-t", "5", of=kind_cluster.node),
    "node killed": _container("kill", of=kind_cluster.node),
    "node renamed": lambda scene: scene.engine.output(
        "rename", kind_cluster.node(), f"{kind_cluster.node()}-mine", doing="Renaming"
    ),
    "node cordoned": lambda scene: kubectl.output("cordon", kind_cluster.node()),
    "node tainted": lambda scene: kubectl.output("taint", "node", kind_cluster.node(), "mine=1:NoSchedule"),
    "node's Pods driven out": lambda scene: kubectl.output("taint", "node", kind_cluster.node(), "mine=1:NoExecute"),
    "Node object deleted": lambda scene: kubectl.output("delete", "node", kind_cluster.node()),
    "node drained": lambda scene: kubectl.output(
        *("drain", kind_cluster.node(), "--ignore-daemonsets", "--force", "--delete-emptydir-data", "--timeout=60s"),
        timeout=70,
    ),
    "kubelet stopped": _in_node("systemctl stop kubelet"),
    "containerd stopped": _in_node("systemctl stop containerd"),
    "API server's manifest gone": _in_node(f"rm {MANIFESTS}/kube-apiserver.yaml"),
    "API server's manifest empty": _in_node(f": > {MANIFESTS}/kube-apiserver.yaml"),
}


# The world outside


def _in_outside(script: str) -> Fault:
    return lambda scene: outside.inside("sh", "-c", script, engine=scene.engine)


def _server_stopped(name: str) -> Fault:
    return lambda scene: outside.service("stop", name, scene.engine)


OUTSIDE: dict[str, Fault] = {
    "outside paused": _container("pause", of=outside.container),
    "outside stopped": _container("stop", "-t", "1", of=outside.container),
    "outside killed": _container("kill", of=outside.container),
    "outside removed": _container("rm", "-f", "-v", of=outside.container),
    "outside without a network": _without_network(outside.container),
    "outside renamed": lambda scene: scene.engine.output(
        "rename", outside.container(), f"{outside.container()}-mine", doing="Renaming"
    ),
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
        finalizer = '{"metadata": {"finalizers": ["example.com/held"]}}'
        kubectl.output("-n", "course-tools", "patch", name, "--type=merge", "-p", finalizer)
        kubectl.output("delete", "namespace", "course-tools", "--wait=false")

    return fault


def _strange_toolbox(scene: Scene) -> None:
    """A Pod of that name that runs, and finds no dig."""
    image = kubectl.output("-n", "course-tools", "get", "pod", "toolbox", "-o", "jsonpath={..image}").split()[0]
    kubectl.output("-n", "course-tools", "delete", "pod", "toolbox", "--now")
    words = ("run", "toolbox", f"--image={image}", "--image-pull-policy=Never", "--env=PATH=/nowhere", "--command")
    kubectl.output("-n", "course-tools", *words, "--", "/bin/sleep", "infinity")
    kubectl.output("-n", "course-tools", "wait", "pod/toolbox", "--for=condition=Ready", "--timeout=60s", timeout=70)


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


# The machine and the terminal


def _in_terminal(**env: str) -> Fault:
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

FAULTS: dict[str, Fault] = {**TOOLBOX, **SYSTEM, **OUTSIDE, **MACHINE, **NODE, **CREDENTIALS, **STATE}

# These take more than one `up`: it says what else is to be typed.
ALONE = (
    *(f"{name} {damage}" for name, damage in ONE_BY_ONE),
    "the lock is a folder",
    "a quota lets no Pod of CoreDNS begin",
    "toolbox's namespace is held by an object",
    "toolbox's namespace is held by itself",
    "COURSE_ENGINE is none",
    "COURSE_ENGINE is the other one",
    "the other engine is remembered",
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
    _COREDNS,
    [name for name in SYSTEM if name not in _COREDNS and not name.startswith("DNS")],
    [*OUTSIDE],
    [*MACHINE],
    [*NODE],
    [*CREDENTIALS, *STATE],
]
