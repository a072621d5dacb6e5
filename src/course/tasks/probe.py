"""What a check asks, and from which Pod: the questions of one Pod travel in one `kubectl exec`."""

import json
import re
import shlex
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from course.base.errors import CourseError
from course.base.shell import last_words
from course.dns import dig, meant
from course.kube import kubectl

SOURCE = (Path(__file__).parent / "in_pod.py").read_text()
LIMIT = 60.0  # seconds a question may take on a busy machine; each kind of question gives up earlier by itself


@dataclass(frozen=True)
class Probe:
    """One question. pod: "namespace/pod". kind: dig, sql, http, run or kubectl; it says how an answer is read.

    kubectl asks the API from this machine: its pod is "namespace/". What was handed in is asked nowhere: its pod is "".
    """

    pod: str
    kind: str
    title: str
    command: str
    seconds: float = LIMIT


@dataclass(frozen=True)
class Reply:
    """What came back: a program's exit status and words, and how long it took in seconds."""

    kind: str
    status: int
    out: str
    err: str
    seconds: float

    @cached_property
    def records(self) -> list[tuple[str, str]]:
        """(type, value) of each DNS record in the answer, values without the final dot."""
        return [(record.kind, record.value.rstrip(".")) for record in dig.records(self.out)]

    @property
    def addresses(self) -> list[str]:
        """The IPv4 and IPv6 addresses of a DNS answer."""
        return [value for kind, value in self.records if kind in ("A", "AAAA")]

    @property
    def aliases(self) -> list[str]:
        """The names that the aliases of a DNS answer lead to, in order."""
        return list(dict.fromkeys(value for kind, value in self.records if kind == "CNAME"))

    @property
    def rcode(self) -> str:
        """NOERROR, NXDOMAIN, ...; "" where no DNS answer came."""
        match = re.search(r"status: (\w+)", self.out)
        return match.group(1) if match else ""

    @property
    def code(self) -> int:
        """The HTTP status, 0 where no HTTP answer came."""
        last = self.out.rsplit("\n", 1)[-1]
        return int(last) if self.kind == "http" and last.isdigit() else 0

    @property
    def body(self) -> str:
        """The body of an HTTP answer."""
        return self.out.rsplit("\n", 1)[0].strip()

    @property
    def text(self) -> str:
        """What was printed, without spaces around it; "" if the program failed."""
        return self.out.strip() if self.status == 0 else ""

    @property
    def observed(self) -> str:
        """The answer in one line, for people."""
        return {"dig": self._dns, "http": self._http}.get(self.kind, self._plain)()

    def _dns(self) -> str:
        if not self.rcode:
            return "no DNS answer came"
        chain = " -> ".join(self.aliases)
        if self.addresses:
            return f"{'alias of ' + chain + ', ' if chain else ''}address {' and '.join(self.addresses)}"
        if chain:
            return f"an alias of {chain}, and no address"
        return "NXDOMAIN: no such name" if self.rcode == "NXDOMAIN" else f"{self.rcode}, and no address"

    def _http(self) -> str:
        complaints = [line for line in self.err.splitlines() if line.startswith("curl:")]
        return (
            f"HTTP {self.code}: {self.body[:200]}" if self.code else "".join(complaints[:1]) or last_words(self.err, 1)
        )

    def _plain(self) -> str:
        output = self.out if self.status == 0 else self.err or self.out
        return last_words(output, 2) if output.strip() else ("nothing came back" if self.status == 0 else "it failed")


@dataclass(frozen=True)
class Pod:
    """A Pod that asks. namespace, name: a running Pod, or `deploy/NAME`, with the lab image."""

    namespace: str
    name: str = "probe"

    @property
    def path(self) -> str:
        """namespace/pod, as probes carry it."""
        return f"{self.namespace}/{self.name}"

    def dig(self, name: str, kind: str = "A") -> Probe:
        """DNS, with the Pod's search list, as an app would ask."""
        command = f"dig +search +time=3 +tries=2 +noall +comments +answer {shlex.quote(name)} {kind}"
        return Probe(self.path, "dig", f"dig +search {name}", command)

    def sql(self, host: str, statement: str, database: str = "users") -> Probe:
        """A statement to PostgreSQL, as the app's user."""
        target = f"host={host} dbname={database} user=app password=app connect_timeout=5"
        command = f"psql {shlex.quote(target)} -v ON_ERROR_STOP=1 -AtXqc {shlex.quote(statement)}"
        return Probe(self.path, "sql", f"psql on {host}, database {database}: {statement}", command)

    def http(self, url: str, options: str = "") -> Probe:
        """One HTTP(S) request; `options` go to curl."""
        command = f"curl -sS -m 8 {options} -w '\\n%{{http_code}}' {shlex.quote(url)}"
        return Probe(self.path, "http", " ".join(f"curl {options} {url}".split()), command)

    def connect(self, host: str, port: int) -> Probe:
        """A TCP connection: `connected`, or in `err` why not; nc is silent about that without -v."""
        return self.run(f"connect to {host}, port {port}", f"nc -vz -w 3 {shlex.quote(host)} {port} && echo connected")

    def kubectl(self, words: str) -> Probe:
        """What the API holds in the Pod's namespace: the words of a kubectl that only looks."""
        return Probe(f"{self.namespace}/", "kubectl", f"kubectl -n {self.namespace} {words}", words)

    def service(self, name: str) -> Probe:
        """A Service as the API holds it: its type, the name it leads to, its ports."""
        columns = "TYPE:.spec.type,NAME:.spec.externalName,PORT:.spec.ports[*].port,TARGET:.spec.ports[*].targetPort"
        return self._shown(f"get svc {name}", columns)

    def slices(self) -> Probe:
        """The namespace's EndpointSlices: the Service that each belongs to, its ports' names and numbers."""
        service = r"SERVICE:.metadata.labels.kubernetes\.io/service-name"
        return self._shown(
            "get endpointslices", f"NAME:.metadata.name,{service},PORT:.ports[*].name,NUMBER:.ports[*].port"
        )

    def _shown(self, words: str, columns: str) -> Probe:
        asked = self.kubectl(words)
        return replace(asked, command=f"{words} --no-headers -o {shlex.quote(f'custom-columns={columns}')}")

    def which(self, title: str, label: str, /, **ways: str) -> Probe:
        """Which of these commands succeed, asked side by side: `reached: database,dns`, where `label` is `reached`.

        ways: what a command stands for -> the command. All at once: where packets are dropped, each waits its time.
        """
        each = " ".join(
            f"{{ {{ {way}; }} > /dev/null 2>&1 && echo {shlex.quote(name)}; }} &" for name, way in ways.items()
        )
        return self.run(title, f"{{ {each} wait; }} | sort | paste -s -d, | sed 's/^/{label}: /'")

    def run(self, title: str, command: str, seconds: float = LIMIT) -> Probe:
        """Anything else that sh can ask; the command must change nothing."""
        return Probe(self.path, "run", title, command, seconds)


def handed_in(title: str, value: object) -> Probe:
    """What the learner handed to lesson.check, as the answer to a question: its text is the value."""
    return Probe("", "run", title, "" if value is None else str(value))


class Unreachable(CourseError):
    """A probe Pod could not be used; the reason is kubectl's own."""


def run(probes: Iterable[Probe]) -> dict[Probe, Reply]:
    """Ask everything, the Pods side by side. Unreachable where a Pod cannot be used."""
    pods: dict[str, list[Probe]] = {}
    for probe in dict.fromkeys(probes):
        pods.setdefault(probe.pod, []).append(probe)
    with ThreadPoolExecutor(max(len(pods), 1)) as pool:
        answers = pool.map(_in_one_pod, pods.items())
        return {probe: reply for part in answers for probe, reply in part.items()}


def _in_one_pod(work: tuple[str, list[Probe]]) -> dict[Probe, Reply]:
    path, probes = work
    namespace, _, name = path.partition("/")
    if not path:
        return {probe: Reply(probe.kind, 0, probe.command, "", 0.0) for probe in probes}
    if not name:
        return {probe: _by_kubectl(namespace, probe) for probe in probes}
    jobs = json.dumps([{"command": probe.command, "seconds": probe.seconds} for probe in probes])
    limit = max(probe.seconds for probe in probes) + 60  # for the way there, on a busy machine
    words = ("exec", "-i", "-n", namespace, name, "--", "python3", "-c", SOURCE)
    result = kubectl.run(*words, text=jobs, timeout=limit)
    if result.returncode:
        raise Unreachable(f"The Pod {path} cannot be used for probing.", last_words(result.stderr), "./course doctor")
    return {probe: Reply(probe.kind, **fields) for probe, fields in zip(probes, json.loads(result.stdout), strict=True)}


def _by_kubectl(namespace: str, probe: Probe) -> Reply:
    words = shlex.split(probe.command)
    result = kubectl.run("-n", namespace, *words)
    near = _near(namespace, *words[1:3]) if "(NotFound)" in result.stderr and words[0] == "get" else ""
    return Reply(probe.kind, result.returncode, result.stdout, result.stderr.rstrip() + near, 0.0)


def _near(namespace: str, kind: str, name: str) -> str:
    """Whether there is one of nearly that name: a letter that is wrong is not seen by who wrote it."""
    listed = kubectl.run("-n", namespace, "get", kind, "-o", "custom-columns=NAME:.metadata.name", "--no-headers")
    similar = meant.near(name, listed.stdout.split())
    return f"; there is one that is called {similar}" if similar else ""
