"""What kubeadm and kind put into a new cluster beside the control plane: known, and put back where it was changed.

CoreDNS and kube-proxy, the network, the storage provisioner, their rights. The Corefile is not looked at: it is the
lessons' (kube/corefile).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from course.base import paths, shell, state
from course.base.errors import CourseError
from course.kube import kubectl, namespaces
from course.provision.engine import Engine, Say

Object = dict[str, Any]
MANIFESTS = paths.STATE / "system.json"  # {"objects": [...]}, as the node's own files and programs have them
SHOW = """
for addon in coredns kube-proxy; do
  echo ---; kubeadm init phase addon $addon --print-manifest --config /kind/kubeadm.conf || exit
done
pods=$(sed -n 's/^ *podSubnet: *//p' /kind/kubeadm.conf)
for file in /kind/manifests/*.yaml; do echo ---; sed "s|{{ *.PodSubnet *}}|$pods|" $file; done
"""
EXACT = ("selector", "nodeSelector", "matchLabels", "data")  # with more in them they mean something else
BY_ITSELF = ("status", "creationTimestamp")
COREFILE = "ConfigMap/coredns"
SPACES = ("kube-system", kubectl.TOOLBOX[0])
ADMISSION = "validatingadmissionpolicies,validatingwebhookconfigurations,mutatingwebhookconfigurations"
POD_SECURITY = "pod-security.kubernetes.io/enforce"
GROUP = "rbac.authorization.k8s.io"
ADMINISTRATORS: Object = {  # kubeadm's; without it the course's own kubeconfig may do nothing
    "apiVersion": f"{GROUP}/v1",
    "kind": "ClusterRoleBinding",
    "metadata": {"name": "kubeadm:cluster-admins"},
    "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": "cluster-admin"},
    "subjects": [{"apiGroup": GROUP, "kind": "Group", "name": "kubeadm:cluster-admins"}],
}
# kubeadm's way in where nobody has rights any more, and by an address: the node's own names may be lost.
ABOVE_ALL = ("--kubeconfig=/etc/kubernetes/super-admin.conf", "--server=https://127.0.0.1:6443")


def put_back(engine: Engine, node: str, say: Say) -> bool:
    """Whatever of it is gone or was changed is made again; whether anything was. CourseError where that fails."""
    objects = _objects(engine, node)
    for item in objects:
        if item["kind"] == "Namespace":
            namespaces.settle(item["metadata"]["name"], seconds=30)
    listing = _kubectl(engine, node, "get", "--ignore-not-found", "-o", "json", objects=objects)
    live = json.loads(listing or "{}").get("items", [])
    changed = different(objects, live)
    if changed:
        say(f"putting back what was changed or removed: {', '.join(map(_name, changed))}")
        _let_go(engine, node, [item for item in live if _name(item) in map(_name, changed)])
        _make(engine, node, changed + _end_readers(engine, node, objects, live, changed))
    return bool(changed)


def _let_go(engine: Engine, node: str, objects: list[Object]) -> None:
    """An object with a finalizer cannot be replaced; nobody but a reader gave it one."""
    held = [item for item in objects if item["metadata"].get("finalizers")]
    if held:
        patch = ("patch", "--type=merge", "-p", namespaces.NO_FINALIZERS)
        _kubectl(engine, node, *patch, objects=held)


def _end_readers(
    engine: Engine, node: str, objects: list[Object], live: list[Object], changed: list[Object]
) -> list[Object]:
    """What reads a ConfigMap that was made immutable ends, all of it: to be made again after the ConfigMap.

    A kubelet keeps such a ConfigMap for as long as any Pod has it: a new Pod would get the content of before.
    Source: https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-immutable
    """
    fixed = {(_namespace(item), item["metadata"]["name"]) for item in live if item.get("immutable")}
    readers = [item for item in objects if {(_namespace(item), name) for name in _config_maps(item)} & fixed]
    if readers:
        _kubectl(engine, node, "delete", "--ignore-not-found", "--cascade=foreground", "--timeout=60s", objects=readers)
    return [item for item in readers if item not in changed]


def _config_maps(item: Object) -> set[str]:
    """The names of the ConfigMaps that a workload's Pods have as volumes."""
    volumes = item.get("spec", {}).get("template", {}).get("spec", {}).get("volumes", [])
    return {volume["configMap"]["name"] for volume in volumes if "configMap" in volume}


def make_anew(engine: Engine, node: str) -> None:
    """What runs in kube-system is made again, changed or not: what else was put to it is gone."""
    objects = [item for item in _objects(engine, node) if _namespace(item) == "kube-system"]
    _make(engine, node, [item for item in objects if item["kind"] in ("Deployment", "DaemonSet", "Service")])


def strange() -> dict[str, list[str]]:
    """The objects that can keep the system's Pods from running, and that nobody but a reader made.

    By the words that lead kubectl to their namespace: "-n kube-system", or "" for those that are in none.
    """
    found = {}
    for namespace in SPACES:
        kinds = "networkpolicies,resourcequotas,limitranges"
        found[f"-n {namespace}"] = kubectl.run("get", kinds, "-n", namespace, "-o", "name").stdout.split()
    found[""] = _judges_of_pods()
    return {where: names for where, names in found.items() if names}


def _judges_of_pods() -> list[str]:
    """The policies and webhooks that are asked before a Pod is made: each may refuse it, or lead nowhere."""
    items = json.loads(kubectl.run("get", ADMISSION, "-o", "json").stdout or "{}").get("items", [])
    return [f"{item['kind'].lower()}/{item['metadata']['name']}" for item in items if _is_asked_for_pods(item)]


def _is_asked_for_pods(item: Object) -> bool:
    """Of a policy or a webhook configuration: whether one of its rules is for Pods."""
    policy = item.get("spec", {}).get("matchConstraints", {}).get("resourceRules", [])
    rules = [*policy, *(rule for hook in item.get("webhooks", []) for rule in hook.get("rules", []))]
    return any({"pods", "*", "*/*"} & set(rule.get("resources", [])) for rule in rules)


def admit_all() -> None:
    """A level of Pod security that a reader gave the system's namespaces keeps Pods out: the label is taken off."""
    kubectl.run("label", "namespace", *SPACES, f"{POD_SECURITY}-")


def different(wanted: Iterable[Object], live: Iterable[Object]) -> list[Object]:
    """Those of the wanted objects that are not found, or found with other content."""
    there = {(_namespace(item), _name(item)): item for item in live}
    return [item for item in wanted if not _is_there(item, there.get((_namespace(item), _name(item))))]


def _is_there(wanted: Object, live: Object | None) -> bool:
    if live is None or "deletionTimestamp" in live["metadata"]:
        return False
    if _name(wanted) == COREFILE:
        return not live.get("immutable")
    spec = {"paused": False} if wanted["kind"] == "Deployment" else {}
    return holds({**wanted, "spec": {**spec, **wanted.get("spec", {})}}, live)


def holds(wanted: object, live: object, key: str = "") -> bool:
    """Whether `live` says all that `wanted` says. The API adds what was left out, but to no list."""
    if key in BY_ITSELF or (not wanted and not live):
        return True
    if isinstance(wanted, Mapping) and isinstance(live, Mapping | None):
        there = live or {}
        surplus = key in EXACT and set(there) - set(wanted)
        return not surplus and all(holds(value, there.get(name), name) for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(live, list):
        return len(wanted) == len(live) and all(holds(*pair) for pair in zip(wanted, live, strict=True))
    return wanted == live


def _name(item: Object) -> str:
    return f"{item['kind']}/{item['metadata']['name']}"


def _namespace(item: Object) -> str:
    return str(item["metadata"].get("namespace", ""))


def _objects(engine: Engine, node: str) -> list[Object]:
    """All that kubeadm and kind made, asked of the node once for each cluster."""
    if known := _kept():
        return known
    import yaml  # loads for a while, and is needed once

    doing = "Asking the node what kubeadm and kind put into the cluster"
    documents = yaml.safe_load_all(engine.output("exec", node, "sh", "-c", SHOW, doing=doing))
    objects = [ADMINISTRATORS, *(item for item in documents if item)]
    for item in objects:
        item["metadata"].pop("resourceVersion", None)  # of no object that there is
    _keep(objects)
    return objects


def _keep(objects: list[Object]) -> None:
    state.write(MANIFESTS, objects=objects, sha256=_digest(objects))


def _kept() -> list[Object]:
    """The objects in the state folder; [] where they are not there, are damaged, or were changed: they are put back."""
    kept = state.read(MANIFESTS)
    objects = kept.get("objects")
    return objects if objects and kept.get("sha256") == _digest(objects) else []


def _digest(objects: object) -> str:
    return hashlib.sha256(json.dumps(objects, sort_keys=True).encode()).hexdigest()


def _make(engine: Engine, node: str, objects: list[Object]) -> None:
    """Replace each, by force: some fields cannot be changed. Pods of another ServiceAccount's time are made again."""
    _kubectl(engine, node, "replace", "--force", "--timeout=60s", objects=objects)
    for namespace in {_namespace(item) for item in objects if item["kind"] == "ServiceAccount"}:
        for kind in ("deployment", "daemonset"):
            _kubectl(engine, node, "rollout", "restart", kind, "-n", namespace)


def _kubectl(engine: Engine, node: str, *words: str, objects: list[Object] | None = None) -> str:
    """The node's own kubectl, which may do everything."""
    items = None if objects is None else json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    files = () if items is None else ("-f", "-")
    result = engine.run("exec", "-i", node, "kubectl", *ABOVE_ALL, *words, *files, text=items, timeout=120)
    if result.returncode:
        doing = f"kubectl {' '.join(words[:2])} in the node failed."
        raise CourseError(doing, shell.last_words(result.stderr), "./course down, then ./course up")
    return result.stdout
