"""A kind node from Go modules and Debian packages, for machines that cannot pull kindest/node."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copy2, copytree, which
from tempfile import TemporaryDirectory
from typing import NamedTuple

from course.base import paths, shell
from course.base.errors import CourseError
from course.base.versions import pinned
from course.provision import tools
from course.provision.bakery import Image
from course.provision.engine import Engine, Say

CONTROL_PLANE = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
COMMANDS = (*CONTROL_PLANE, "kube-proxy", "kube-router", "kubeadm", "kubelet")
OTHERS = ("coredns", "etcd", "local-path-provisioner", "pause")
PREFIX = "localhost/externalname"
LOCAL_PATH = "github.com/rancher/local-path-provisioner"


class DebianImages(NamedTuple):
    """The images made of Debian packages alone."""

    packet_tools: str  # what kube-proxy calls
    node: str  # the node's root file system
    lab: str


def main_programs(say: Say) -> dict[str, Path]:
    """The folders of the two parts that the node itself is made of: most of the work of the compilers."""
    say("building containerd (under a minute when it is new)")
    containerd = [
        f"github.com/containerd/containerd/v2/cmd/{name}" for name in ("containerd", "containerd-shim-runc-v2", "ctr")
    ]
    built = {"containerd": tools.build("containerd", containerd, module=tools.GO_MODULES / "containerd")}
    say("building Kubernetes (6 minutes when it is new)")
    flags = version_flags(pinned().kubernetes_version)
    aliases = dict.fromkeys(COMMANDS, "kubernetes")
    return built | {"kubernetes": tools.build("kubernetes", ["./kubernetes"], flags=flags, aliases=aliases)}


def other_programs(say: Say) -> dict[str, Path]:
    """The folders of the programs that only their own images need, built while the node is put together."""
    say("building CoreDNS (half a minute when it is new)")
    coredns = tools.build("coredns", ["./coredns"])
    say("building etcd (half a minute when it is new)")
    etcd = tools.build("etcd", ["go.etcd.io/etcd/server/v3"], rename={"server": "etcd"})
    say("building the storage provisioner (some seconds when it is new)")
    return {
        "coredns": coredns,
        "etcd": etcd,
        "local-path-provisioner": tools.build("local-path-provisioner", [LOCAL_PATH]),
    }


def version_flags(version: str) -> str:
    """Linker flags without which the server calls itself v0.0.0-master."""
    major, minor, *_ = version.split(".")
    values = {"gitVersion": f"v{version}", "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return " ".join(
        ["-s", "-w", *(f"-X {package}.{key}={value}" for package in packages for key, value in values.items())]
    )


def node(
    place: Path, engine: Engine, folders: dict[str, Path], debian: DebianImages, say: Say
) -> tuple[str, list[Image]]:
    """The node image without images inside, and the images of Kubernetes."""
    say("putting the node together (a quarter of a minute)")
    wanted = wanted_images(folders["kubernetes"])
    with _context(place, {"node-bin": folders["containerd"], "kubernetes-bin": folders["kubernetes"]}) as context:
        copytree(tools.kind_files(), context / "kind-files")
        (context / "default-storage.yaml").write_text(storage_manifest())
        copy2(_kubectl(), context / "node-bin" / "kubectl")
        for path in (*(context / "node-bin").iterdir(), *(context / "kind-files" / "usr" / "local" / "bin").iterdir()):
            path.chmod(0o755)
        bare = f"{PREFIX}-node-bare:latest"
        version = f"v{pinned().kubernetes_version}"
        arguments = {"BASE": debian.node, "KUBERNETES_VERSION": version, "PAUSE_IMAGE": wanted["pause"]}
        engine.build(bare, context, "Dockerfile", arguments)
        router = f"{PREFIX}-kube-router:v{pinned().policies_kube_router}"
        names = {
            "control-plane": tuple(wanted[name] for name in CONTROL_PLANE),
            "kube-proxy": (wanted["kube-proxy"], router),  # both need the same packet tools
        }
        for target in names:
            engine.build(
                f"{PREFIX}-{target}:latest", context, "Dockerfile.kubernetes", {"BASE": debian.packet_tools}, target
            )
    return bare, [Image(f"{PREFIX}-{target}:latest", tags) for target, tags in names.items()]


def other_images(place: Path, engine: Engine, folders: dict[str, Path], debian: DebianImages) -> list[Image]:
    """The images of one static program each: etcd, CoreDNS, the storage provisioner, the pause container."""
    wanted = wanted_images(folders["kubernetes"]) | {"local-path-provisioner": provisioner_image()}
    with _context(place, {"node-bin": folders["coredns"]}) as context:
        for name in ("etcd", "local-path-provisioner"):
            os.link(folders[name] / name, context / "node-bin" / name)
        _take_catatonit(engine, debian.node, context / "node-bin" / "pause")
        for name in OTHERS:
            engine.build(f"{PREFIX}-{name}:latest", context, "Dockerfile.images", {}, name)
    return [Image(f"{PREFIX}-{name}:latest", (wanted[name],)) for name in OTHERS]


def provisioner_image() -> str:
    """The storage provisioner's image, as the cluster calls it."""
    return f"{PREFIX}-local-path-provisioner:v{pinned().storage_local_path_provisioner}"


def storage_manifest() -> str:
    """What kind applies as the default StorageClass: the provisioner's own manifest, with images that are in the node.

    The class is called `standard`, as in the official node image.
    """
    import yaml  # only a build needs it, and every `up` would pay for it

    module = tools.module_folder(LOCAL_PATH, pinned().storage_local_path_provisioner)
    objects = {
        item["kind"]: item for item in yaml.safe_load_all((module / "deploy" / "local-path-storage.yaml").read_text())
    }
    objects["Deployment"]["spec"]["template"]["spec"]["containers"][0]["image"] = provisioner_image()
    settings = objects["ConfigMap"]["data"]
    helper = yaml.safe_load(settings["helperPod.yaml"])
    helper["spec"]["containers"][0]["image"] = pinned().lab_image
    settings["helperPod.yaml"] = yaml.safe_dump(helper)
    objects["StorageClass"]["metadata"] = {
        "name": "standard",
        "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
    }
    return str(yaml.safe_dump_all(objects.values(), sort_keys=False))


@contextmanager
def _context(place: Path, folders: dict[str, Path]) -> Iterator[Path]:
    """A build context with the Dockerfiles and these folders, by name. Links: the programs are in the same cache."""
    with TemporaryDirectory(dir=place) as work:
        for name, folder in folders.items():
            copytree(folder, Path(work) / name, symlinks=True, copy_function=os.link)
        for path in tools.NODE.iterdir():
            if path.is_file():
                copy2(path, work)
        yield Path(work)


def _kubectl() -> str:
    kubectl = which("kubectl", path=str(paths.VENV_BIN)) or which("kubectl")
    if kubectl is None:
        raise CourseError("kubectl is missing.", "requirements.txt brings it.", "rm -r .venv, then ./course up")
    return kubectl


def _take_catatonit(engine: Engine, base: str, target: Path) -> None:
    container = engine.output("create", base, "true", doing="Reading the node's base image").strip()
    try:
        engine.output(
            "cp", f"{container}:/usr/bin/catatonit", target, doing="Taking catatonit out of the node's base image"
        )
    finally:
        engine.run(*engine.removal, container)


def wanted_images(kubernetes: Path) -> dict[str, str]:
    """Short name to full name of each image that this kubeadm will ask for."""
    version = f"v{pinned().kubernetes_version}"
    command = [str(kubernetes / "kubeadm"), "config", "images", "list", "--kubernetes-version", version]
    names = shell.output(command, doing="Asking kubeadm for its images").split()
    return {name.rpartition("/")[2].partition(":")[0]: name for name in names}
