"""A kind node from Go modules and Debian packages, for machines that cannot pull kindest/node."""

from pathlib import Path
from shutil import copy2, copytree, which
from tempfile import TemporaryDirectory

from course.base import paths, shell
from course.base.errors import CourseError
from course.base.versions import pinned
from course.provision import tools
from course.provision.engine import Engine, Say

COMPONENTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kubeadm", "kube-proxy")


def programs(say: Say) -> dict[str, Path]:
    """Every Go program of the node, by name."""
    kube = "k8s.io/kubernetes/cmd/"
    parts: list[tuple[str, list[str], str, dict[str, str], str]] = [
        ("containerd", [f"github.com/containerd/containerd/v2/cmd/{name}" for name in
                        ("containerd", "containerd-shim-runc-v2", "ctr")], "-s -w", {}, "under a minute"),
        ("etcd", ["go.etcd.io/etcd/server/v3"], "-s -w", {"server": "etcd"}, "half a minute"),
        ("coredns", ["."], "-s -w", {}, "a minute"),
        ("kubernetes", [kube + name for name in COMPONENTS], version_flags(pinned().kubernetes_version), {}, "6 minutes"),
    ]  # fmt: skip
    found: dict[str, Path] = {}
    for part, packages, flags, rename, takes in parts:
        say(f"building {part} ({takes} when it is new)")
        folder = tools.build(part, packages, flags=flags, rename=rename)
        found |= {path.name: path for path in folder.iterdir()}
    say("the Go programs are ready")
    return found


def version_flags(version: str) -> str:
    """Linker flags without which the server calls itself v0.0.0-master."""
    major, minor, *_ = version.split(".")
    values = {"gitVersion": f"v{version}", "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return " ".join(["-s", "-w", *(f"-X {package}.{key}={value}" for package in packages for key, value in values.items())])


def assemble(place: Path, engine: Engine, programs: dict[str, Path], base: str, say: Say) -> tuple[str, list[tuple[str, str]]]:
    """The node image without images inside, and the control plane's images as (name here, name in the cluster)."""
    say("assembling the node and the control plane's images (half a minute)")
    with TemporaryDirectory(dir=place) as work:
        context = Path(work)
        copytree(tools.kind_files(), context / "kind-files")
        (context / "node-bin").mkdir()
        for name, path in programs.items():
            copy2(path, context / "node-bin" / name)
        kubectl = which("kubectl", path=str(paths.VENV_BIN)) or which("kubectl")
        if kubectl is None:
            raise CourseError("kubectl is missing.", "requirements.txt brings it.", "rm -r .venv, then ./course up")
        copy2(kubectl, context / "node-bin" / "kubectl")
        _take_catatonit(engine, base, context / "node-bin" / "pause")
        for path in (*(context / "node-bin").iterdir(), *(context / "kind-files" / "usr" / "local" / "bin").iterdir()):
            path.chmod(0o755)
        for path in (tools.NODE / "Dockerfile", tools.NODE / "Dockerfile.images", tools.NODE / "ptp.conflist"):
            copy2(path, context)
        wanted = _wanted_images(programs["kubeadm"])
        images = []
        for target, in_cluster in wanted.items():
            local = f"localhost/externalname-{target}:{in_cluster.rpartition(':')[2]}"
            engine.build(local, context, "Dockerfile.images", {"BASE": base}, target)
            images.append((local, in_cluster))
        node = "localhost/externalname-node-bare:latest"
        version = f"v{pinned().kubernetes_version}"
        arguments = {"BASE": base, "KUBERNETES_VERSION": version, "PAUSE_IMAGE": wanted["pause"]}
        engine.build(node, context, "Dockerfile", arguments)
    return node, images


def _take_catatonit(engine: Engine, base: str, target: Path) -> None:
    made = engine.output("create", base, "true", doing="Reading the node's base image").strip()
    try:
        engine.output("cp", f"{made}:/usr/bin/catatonit", target, doing="Taking catatonit out of the node's base image")
    finally:
        engine.run("rm", "-f", made)


def _wanted_images(kubeadm: Path) -> dict[str, str]:
    """Short name to full name of each image that this kubeadm will ask for."""
    words = [str(kubeadm), "config", "images", "list", "--kubernetes-version", f"v{pinned().kubernetes_version}"]
    names = shell.output(words, doing="Asking kubeadm for its images").split()
    return {name.rpartition("/")[2].partition(":")[0]: name for name in names}
