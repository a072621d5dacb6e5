"""What `ask --resolver` and `--ndots` say is what real programs do: with glibc, with musl, and with Go's own resolver.

Each program asks from a Pod of its own; CoreDNS's log of questions says which names it tried, and so
where it stopped. (The order of two questions is not in it: two CoreDNS Pods write two logs.)
"""

import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course.base import paths, shell
from course.base.versions import pinned
from course.dns import query, querylog
from course.dns.resolver import RESOLVERS, pod_dns
from course.kube import corefile, kubectl
from course.provision import outside, tools
from tests.cluster.helpers import alias_manifest

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(not os.environ.get("COURSE_TEST_ALL"), reason="fetches compilers: ./course test --all"),
]
PROBES = Path(__file__).parent / "probes"
NAMESPACE = "ask-resolvers"
NDOTS = (5, 1)
GLIBC = "import socket, sys; socket.getaddrinfo(sys.argv[1], None, socket.AF_INET)"
NAMES = (
    "good",  # an alias that resolves
    f"there.{NAMESPACE}",  # the same with one dot
    "lone",  # an alias of a name outside that does not exist: the alias comes alone, NOERROR
    "empty",  # an alias of a Service that is not there: NOERROR and nothing
    "absent",  # no such name anywhere
    "nothing.example.com",
    "db.example.com",
    "api.example.com.",
    "api.broken.example.org",  # SERVFAIL
)
ALIASES = {
    "good": "db.example.com",
    "there": "db.example.com",
    "lone": "gone.example.com",
    "empty": f"gone.{NAMESPACE}.svc.cluster.local",
}


def built_with_musl(folder: Path) -> Path:
    """The C probe as a static program, by the compiler of the ziglang wheel."""
    wheel = paths.ROOT / "requirements-musl.txt"
    place = paths.cache() / f"musl-{tools.hash_of([wheel])}"
    zig = place / "ziglang" / "zig"
    if not zig.exists():
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-cache-dir", "--target", str(place)]
        shell.output([*pip, "--require-hashes", "-r", str(wheel)], doing="Installing a musl compiler", timeout=600)
    target = {"arm64": "aarch64"}.get(platform.machine(), platform.machine())
    words = [
        str(zig),
        "cc",
        "-target",
        f"{target}-linux-musl",
        "-static",
        "-o",
        str(folder / "musl"),
        str(PROBES / "probe.c"),
    ]
    env = shell.environment({"ZIG_GLOBAL_CACHE_DIR": str(place / "built"), "ZIG_LOCAL_CACHE_DIR": str(folder)})
    shell.output(words, env=env, doing="Building the probe with musl", timeout=600)
    return folder / "musl"


def built_with_go(folder: Path) -> Path:
    program, env = tools.go()
    words = [str(program), "build", "-o", str(folder / "go"), str(PROBES / "probe.go")]
    shell.output(words, env={**env, "GOOS": "linux"}, doing="Building the probe with Go", timeout=600)
    return folder / "go"


def pod(resolver: str, ndots: int) -> str:
    return f"{resolver}-{ndots}"


def pod_manifest(name: str, ndots: int) -> str:
    container = {"name": "probe", "image": pinned().lab_image, "imagePullPolicy": "Never", "command": ["sleep", "inf"]}
    spec = {
        "terminationGracePeriodSeconds": 0,
        "dnsConfig": {"options": [{"name": "ndots", "value": str(ndots)}]},
        "containers": [container],
    }
    return json.dumps(
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec}
    )


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, int, str], set[str]]]:
    """(resolver, ndots, name) to the full names that the program asked for."""
    folder = tmp_path_factory.mktemp("probes")
    programs = {"musl": built_with_musl(folder), "go": built_with_go(folder)}
    before = corefile.read()
    outside.reset()
    kubectl.apply(kubectl.namespace_manifest(NAMESPACE, "made-by", "a-test"))
    kubectl.apply(alias_manifest({NAMESPACE: ALIASES}))
    kubectl.output("wait", "--for=create", "-n", NAMESPACE, "serviceaccount/default", "--timeout=60s", timeout=70)
    pods = [(pod(resolver, ndots), resolver, ndots) for resolver in RESOLVERS for ndots in NDOTS]
    kubectl.apply("\n---\n".join(pod_manifest(name, ndots) for name, _, ndots in pods))
    kubectl.output("wait", "-n", NAMESPACE, "--for=condition=Ready", "pod", "--all", "--timeout=120s", timeout=130)
    querylog.switch_on()
    for name, resolver, _ in pods:
        ask(name, programs.get(resolver))
    querylog.questions("nothing.")  # reads each log to its end
    log = asked_by_pod()
    yield lambda resolver, ndots, name: {
        full for full in log[pod(resolver, ndots)] if full.startswith(f"{name.rstrip('.')}.")
    }
    corefile.write(before)
    kubectl.run("delete", "namespace", NAMESPACE, "--wait=false")


def ask(name: str, program: Path | None) -> None:
    """Have the program in this Pod ask for each name; one that does not resolve is no failure of it."""
    command = ["python3", "-c", GLIBC]
    if program:
        kubectl.output("cp", str(program), f"{NAMESPACE}/{name}:/probe")
        command = ["/probe"]
    for each in NAMES:
        done = kubectl.run("exec", "-n", NAMESPACE, name, "--", *command, each, timeout=120)
        assert done.returncode in (0, 1), done.stderr


def asked_by_pod() -> dict[str, set[str]]:
    """Pod to the names of its A questions."""
    form = 'jsonpath={range .items[*]}{.status.podIP}{" "}{.metadata.name}{"\\n"}{end}'
    listed = kubectl.output("get", "pods", "-n", NAMESPACE, "-o", form).splitlines()
    pods = {line.split()[0]: line.split()[1] for line in listed}
    lines = kubectl.output("logs", "-n", "kube-system", "-l", "k8s-app=kube-dns", "--tail=-1")
    found: dict[str, set[str]] = {name: set() for name in pods.values()}
    for question in querylog.parse(lines):
        address = question.client.rpartition(":")[0]
        if address in pods and question.kind == "A":
            found[pods[address]].add(question.name)
    return found


@pytest.mark.parametrize("ndots", NDOTS)
@pytest.mark.parametrize("resolver", RESOLVERS)
def test_ask_says_what_a_real_program_asks(
    resolver: str, ndots: int, tried: Callable[[str, int, str], set[str]]
) -> None:
    dns = pod_dns(NAMESPACE, "ClusterFirst", ndots, resolver)
    said = {name: {one.question for one in query.ask(name, NAMESPACE, "A", dns).asked} for name in NAMES}
    assert said == {name: tried(resolver, ndots, name) for name in NAMES}
