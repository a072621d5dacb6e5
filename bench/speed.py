"""Speed and size of the set-up, as ratios within one run: python -m bench.speed [up] [again] [ask] [size] [build].

Each figure is compared with a plain command measured in the same run, so that a slow machine does not matter.
`up` makes and removes clusters of its own; it leaves the course's cluster alone.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from course.base import paths, shell
from course.kube import kubectl
from course.provision import engine, images, kind_cluster, outside, tools

COURSE = str(paths.ROOT / "course")


def timed(command: list[str], env: dict[str, str] | None = None) -> float:
    """Seconds for one command, which must succeed."""
    started = time.perf_counter()
    result = subprocess.run(command, capture_output=True, text=True, env=env or shell.environment())
    if result.returncode:
        sys.exit(f"{' '.join(command)}\n{result.stdout}{result.stderr}")
    return time.perf_counter() - started


def interleaved(rounds: int, *measures: Callable[[], float]) -> list[float]:
    """The median of each measure, taken in turns so that a busy moment hits all of them."""
    durations = [[measure() for measure in measures] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*durations, strict=True)]


def report(name: str, value: float, limit: float, unit: str) -> None:
    """One line of the result; no verdict by exit code, this is a measurement."""
    print(f"{name}: {value:.2f} {unit} (aim: at most {limit:g}) {'ok' if value <= limit else 'OVER'}", flush=True)


def up() -> None:
    """`course up` with images present against a bare `kind create cluster` of the same image, both from nothing."""
    container_engine = engine.choose()
    image = images.node_image(container_engine)
    with tempfile.TemporaryDirectory() as folder:
        second = {**os.environ, "COURSE_CLUSTER": "externalname-bench", "COURSE_STATE": f"{folder}/state"}
        config = paths.CLUSTER_FOLDER / "kind.yaml"
        kind = str(tools.kind())
        name = ["--name", "externalname-bare", "--kubeconfig", f"{folder}/kubeconfig"]
        bare_command = [kind, "create", "cluster", *name, "--image", image, "--config", str(config), "--wait", "120s"]

        def bare_kind() -> float:
            seconds = timed(bare_command, container_engine.environment)
            timed([kind, "delete", "cluster", *name], container_engine.environment)
            return seconds

        def course_up() -> float:
            seconds = timed([COURSE, "up"], second)
            timed([COURSE, "down"], second)
            return seconds

        bare_seconds, our_seconds = interleaved(3, bare_kind, course_up)
    print(f"bare kind create cluster --wait: {bare_seconds:.1f} s, course up: {our_seconds:.1f} s")
    report("up against bare kind", our_seconds / bare_seconds, 2.0, "x")


def again() -> None:
    """`course up` when everything is up."""
    report("up when everything is up", statistics.median(timed([COURSE, "up"]) for _ in range(5)), 2.0, "s")


def asking() -> None:
    """`course ask` against a plain `kubectl exec ... dig` of the same name."""
    namespace, pod = kubectl.TOOLBOX
    name = "kubernetes.default.svc.cluster.local."
    plain = ["kubectl", "exec", "-n", namespace, pod, "--", "dig", name]
    course_seconds, plain_seconds = interleaved(11, lambda: timed([COURSE, "ask", name]), lambda: timed(plain))
    print(f"kubectl exec dig: {plain_seconds:.2f} s, course ask: {course_seconds:.2f} s")
    report("ask against kubectl exec dig", course_seconds / plain_seconds, 1.5, "x")


def size() -> None:
    """Memory of the node and the outside world, disk of images and cache."""
    container_engine = engine.choose()
    used = sum(memory(container_engine, name) for name in (kind_cluster.node(), outside.container()))
    report("memory of node and outside world", used / 2**30, 1.5, "GiB")
    for name in images.own(container_engine):
        size_bytes = int(container_engine.output("image", "inspect", "--format", "{{.Size}}", name, doing="size"))
        print(f"disk: {name} {size_bytes / 1e9:.2f} GB")
    if paths.cache().exists():
        cache_bytes = sum(path.stat().st_size for path in paths.cache().rglob("*") if path.is_file())
        print(f"disk: cache {cache_bytes / 1e9:.2f} GB")


def memory(container_engine: engine.Engine, name: str) -> int:
    """Bytes of anonymous memory of a container's processes and their children, Pods included, from /proc."""
    first = int(
        container_engine.output("inspect", "--format", "{{.State.Pid}}", name, doing=f"Finding the process of {name}")
    )
    return sum(_anonymous(pid) for pid in family(first))


def family(first: int) -> list[int]:
    """A process and all that descend from it. Pods hang below their shim, and shims below the node's init."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # ended meanwhile
            fields = path.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    pids = [first]
    for pid in pids:
        pids += children.get(pid, [])
    return pids


def _anonymous(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("RssAnon:", "RssShmem:")))


def build() -> None:
    """The offline build from cold caches, in an image store and a cache of its own (Podman and root only); minutes."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "storage.conf"
        store.write_text(f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n')
        os.environ |= {
            "COURSE_CACHE": f"{folder}/cache",
            "COURSE_NODE_IMAGE": "build",
            "CONTAINERS_STORAGE_CONF": str(store),
        }
        started = time.perf_counter()

        def say(text: str) -> None:
            print(f"{time.perf_counter() - started:7.1f} s  {text}", flush=True)

        container_engine = engine.choose(say)
        if container_engine.name != "podman":
            sys.exit("This measurement needs Podman: Docker has one image store, and yours would be touched.")
        tools.kind()
        say("kind is built")
        images.node_image(container_engine, say)
        report("offline build from cold caches", (time.perf_counter() - started) / 60, 10, "minutes")


WHAT = {"up": up, "again": again, "ask": asking, "size": size, "build": build}

if __name__ == "__main__":
    for chosen in sys.argv[1:] or ["up", "again", "ask", "size"]:
        WHAT[chosen]()
