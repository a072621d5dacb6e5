"""Checks: what was asked, what came, what was expected, why it matters, where to look."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from course.tasks import probe as probing
from course.tasks.probe import Pod, Probe, Reply


@dataclass(frozen=True)
class Check:
    """One thing a lab wants to be true. why: a sentence, or a function of what came that finds the cause.

    beside: asked too, and shown with the answer where the check fails: what tells two causes apart that look the same
    from a Pod.
    """

    name: str
    probe: Probe
    passes: Callable[[Reply], bool]
    expected: str
    why: str | Callable[[Reply], str]
    next: str
    beside: Probe | None = None

    @property
    def probes(self) -> tuple[Probe, ...]:
        """What must be asked to judge it."""
        return (self.probe, self.beside) if self.beside else (self.probe,)

    def judge(self, replies: Mapping[Probe, Reply]) -> "Result":
        """The verdict on what came back."""
        reply = replies[self.probe]
        if self.passes(reply):
            return Result(self.name, True, self.probe.title, reply.observed, self.expected, "", "")
        why = self.why if isinstance(self.why, str) else self.why(reply)
        return Result(self.name, False, self.probe.title, self._observed(replies), self.expected, why, self.next)

    def _observed(self, replies: Mapping[Probe, Reply]) -> str:
        observed = replies[self.probe].observed
        if self.beside is None:
            return observed
        return f"{observed} ({self.beside.title}: {' '.join(replies[self.beside].observed.split())})"


@dataclass(frozen=True)
class Result:
    """One verdict, in words."""

    name: str
    passed: bool
    asked: str
    observed: str
    expected: str
    why: str
    next: str

    def text(self) -> str:
        """One line if it passed, else all there is to say."""
        if self.passed:
            return f"[pass] {self.name}: {self.observed}"
        rows = ("asked", "observed", "expected", "why", "next")
        return "\n".join([f"[FAIL] {self.name}", *(f"       {row + ':':<10}{getattr(self, row)}" for row in rows)])


@dataclass(frozen=True)
class Report:
    """The verdicts of one task. probe_seconds: what the longest question took inside its Pod."""

    lab: str
    checks: tuple[Result, ...]
    probe_seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether every check passed; a task without checks never passes."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def failing(self) -> frozenset[str]:
        """The names of the checks that do not pass."""
        return frozenset(check.name for check in self.checks if not check.passed)

    def as_dict(self) -> dict[str, object]:
        """For --json."""
        return {"lab": self.lab, "passed": self.passed, "checks": [asdict(check) for check in self.checks]}

    def stored(self, longest: int) -> str:
        """The same as JSON of at most so many characters: where it is longer, each of its texts is cut."""
        for cut in (longest, 800, 300, 100):
            checks = [{key: _cut(value, cut) for key, value in asdict(check).items()} for check in self.checks]
            text = json.dumps(self.as_dict() | {"checks": checks})
            if len(text) <= longest:
                return text
        return ""

    def text(self) -> str:
        """For people."""
        good = len(self.checks) - len(self.failing)
        head = f"{self.lab}: {'passed' if self.passed else 'not passed yet'} ({good} of {len(self.checks)} checks pass)"
        return "\n".join([head, *(check.text() for check in self.checks)])


def _cut(value: object, longest: int) -> object:
    return f"{value[:longest]}..." if isinstance(value, str) and len(value) > longest else value


def run(name: str, declared: Sequence[Check]) -> Report:
    """Ask everything the checks of this task need, once, and judge. Changes nothing."""
    return run_each({name: declared})[0]


def run_each(declared: Mapping[str, Sequence[Check]]) -> list[Report]:
    """The same for several tasks, by name: one look at the cluster for all of them. A report for each, in order."""
    replies = probing.run(probe for checks in declared.values() for check in checks for probe in check.probes)
    longest = max((reply.seconds for reply in replies.values()), default=0.0)
    return [Report(name, tuple(check.judge(replies) for check in checks), longest) for name, checks in declared.items()]


ADA = "SELECT name FROM users WHERE id = 1"


def reads_ada(
    pod: Pod,
    host: str,
    why: str,
    next: str,
    name: str = "row-read",
    expected: str = "the row of Ada",
    beside: Probe | None = None,
) -> Check:
    """The Pod reads a row that every database of users has, through this name."""
    return Check(name, pod.sql(host, ADA), lambda reply: reply.text == "Ada", expected, why, next, beside)


def why_empty(reply: Reply) -> str:
    """Why a DNS answer has no record at all; "" where it has one."""
    if reply.records:
        return ""
    if not reply.rcode:
        return "No answer came: CoreDNS, or the way to it, is not what it was."
    if reply.rcode == "NOERROR":
        return "The name is there and the answer is empty: inside the cluster nothing stands behind it."
    return f"{reply.rcode}: there is no such Service, or CoreDNS cannot follow its target, an address for one."


def each_address_is_one(pod: Pod, app: str = "") -> Check:
    """What the policies let out to by address is one address each. app: of those for this label alone, or of all."""
    which = f'?(@.spec.podSelector.matchLabels.app=="{app}")' if app else "*"
    rule = "{.metadata.name}: {.spec.egress[*].to[*].ipBlock.cidr}; "

    def blocks(reply: Reply) -> list[str]:
        return [block for one in reply.text.split(";") for block in one.partition(": ")[2].split()]

    return Check(
        "each-address-is-one",
        pod.kubectl(f"get networkpolicies -o jsonpath='{{range .items[{which}]}}{rule}{{end}}'"),
        lambda reply: all(block.endswith(("/32", "/128")) for block in blocks(reply)),
        "blocks of one address, which end in /32",
        "A block that is wider lets out to its neighbours as well, also to those where nobody listens today.",
        f"kubectl -n {pod.namespace} get networkpolicies -o yaml: the part behind the slash of each cidr",
    )


def stays_closed(pod: Pod, policy: str, selected: str = "{}") -> Check:
    """The policy that denies all egress is as it was. selected: its podSelector, as JSON."""

    def why(reply: Reply) -> str:
        if reply.text:
            return f"You changed {policy} itself: what you allow belongs in a policy of its own."
        return (
            f"{policy} is gone. Without it, whatever Pod no other policy selects may call every address in the world: "
            "today's, or one of tomorrow."
        )

    return Check(
        f"{policy}-stays",
        pod.kubectl(f"get networkpolicy {policy} -o jsonpath='{{.spec}}'"),
        lambda reply: reply.text == f'{{"podSelector":{selected},"policyTypes":["Egress"]}}',
        f"{'all Pods' if selected == '{}' else selected}, egress, and no rule",
        why,
        f"kubectl -n {pod.namespace} get networkpolicy {policy} -o yaml; begin afresh if it is gone",
    )


def leads_to(target: str) -> Callable[[Reply], bool]:
    """For `passes`: a DNS answer with an address, by way of this name."""
    return lambda reply: target in reply.aliases and bool(reply.addresses)
