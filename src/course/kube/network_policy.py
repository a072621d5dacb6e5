"""NetworkPolicy as a Pod meets it: what is seen, and whether that agrees with the rule.

A network plugin may enforce policies or not, and the course runs on both kinds of node. So nothing here assumes one:
the cluster is asked once (`find_out`), and every later observation is held against that answer.
"""

import shlex
from collections.abc import Callable

from course.base.errors import CourseError, NotReady
from course.base.waiting import until
from course.kube import kubectl

OPEN, BLOCKED = "open", "blocked"
ENFORCING_AGENTS = {"kindnet", "kube-router"}  # of the official node image, and of the node built here


class Watcher:
    """One Pod that tries to get out. `enforcing` is unknown (None) until `find_out` was called."""

    def __init__(self, namespace: str, pod: str) -> None:
        self.namespace, self.pod = namespace, pod
        self.enforcing: bool | None = None

    def connect(self, host: str, port: int) -> str:
        """`open` or `blocked`: a TCP connection from the Pod, given up after 3 s."""
        return self._try(f"nc -z -w 3 {shlex.quote(host)} {port:d}")

    def resolve(self, name: str) -> str:
        """`open` or `blocked`: whether the Pod gets an address for the name."""
        return self._try(f"dig +short +time=3 +tries=1 {shlex.quote(name)} | grep -q '^[0-9]'")

    def _try(self, test: str) -> str:
        script = f"if {test}; then echo {OPEN}; else echo {BLOCKED}; fi"
        result = kubectl.run("exec", "-n", self.namespace, self.pod, "--", "sh", "-c", script, timeout=60)
        if result.stdout.strip() not in (OPEN, BLOCKED):
            raise CourseError(
                f"The Pod {self.pod} cannot try.", result.stderr.strip(), f"kubectl get pods -n {self.namespace}"
            )
        return result.stdout.strip()

    def find_out(self, host: str, port: int, seconds: float = 15) -> None:
        """With a policy in place that denies this connection: is it denied within `seconds`? Print what that says."""
        try:
            until(lambda: self._is_denied(host, port), seconds=seconds, what="A refusal")
            self.enforcing = True
        except NotReady:
            self.enforcing = False
        plugins = agents()
        verdict = "enforces" if self.enforcing else "does not enforce"
        print(f"This cluster {verdict} NetworkPolicies (agents beside kube-proxy: {', '.join(plugins) or 'none'})")
        if self.enforcing != bool(ENFORCING_AGENTS & set(plugins)):
            print("That does NOT fit its network plugin.")

    def _is_denied(self, host: str, port: int) -> bool:
        """Three times in a row, while a Pod without any policy gets through.

        Neither a lost packet nor a dead server is a refusal.
        """
        toolbox = Watcher(*kubectl.TOOLBOX)
        return all(self.connect(host, port) == BLOCKED and toolbox.connect(host, port) == OPEN for _ in range(3))

    def expect(self, rule: str, what: str, attempt: Callable[[], str]) -> None:
        """Print one line: what the rule says, and whether what is seen agrees with it.

        Rules take a moment to arrive, so where they are enforced (and where `open` is expected) there is a deadline.
        """
        if self.enforcing is None:
            raise CourseError(
                "It is not known yet whether this cluster enforces policies.", "", "Run the cell with find_out first."
            )
        observed = self._settled(rule, attempt)
        print(f"{what:36} rule: {rule:8} seen: {sentence(rule, observed, self.enforcing)}")

    def _settled(self, rule: str, attempt: Callable[[], str]) -> str:
        expected = rule if self.enforcing else OPEN
        try:
            until(lambda: attempt() == expected, seconds=20, what=expected)
        except NotReady:
            return BLOCKED if expected == OPEN else OPEN
        return expected


def sentence(rule: str, observed: str, enforcing: bool) -> str:
    """The words for one observation.

    What the rule and the cluster's own verdict do not lead to says NOT, and fails nbval.
    """
    if not enforcing and rule == BLOCKED and observed == OPEN:
        return "open, nothing here enforces policies"
    if observed == rule and (enforcing or rule == OPEN):
        return "as the rule says"
    if observed == rule:
        return "NOT by the rule: blocked, though nothing here enforces policies"
    return f"NOT as the rule says, but {observed}"


def agents() -> list[str]:
    """DaemonSets of kube-system but for kube-proxy: where a network plugin's agent would be."""
    names = kubectl.output("get", "daemonsets", "-n", "kube-system", "-o", "jsonpath={.items[*].metadata.name}")
    return sorted(name for name in names.split() if name != "kube-proxy")
