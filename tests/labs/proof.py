"""The three-way proof of one lab on the real cluster.

Fresh fails, each wrong answer is in force and fails for its stated reason, the solution passes.

On the way it resets from every state a learner can be in: wrong, half deleted, namespace terminating, solved.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from course.base import shell
from course.base.waiting import until
from course.kube import kubectl
from course.tasks import checks, stage, verbs
from course.tasks.catalog import Lab
from tests.labs import judging
from tests.labs.judging import Evidence, Expected

SETTLES_WITHIN = 240.0  # seconds until what was applied is seen by all Pods, on a machine that runs other clusters, too
SPOILED = 2  # the first wrong answers of a lab: each is followed by a start from a state of its own
KINDS = "services,configmaps,deployments,pods,endpointslices,networkpolicies"


@dataclass
class Proof:
    """A lab's proof as it goes on: (step, seconds) in order, and what the checks said in each state."""

    lab: Lab
    whole: bool = True  # else without the second set-up, and with the first of the wrong answers only
    steps: list[tuple[str, float]] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    belongings: frozenset[tuple[str, str]] = frozenset()

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        finally:
            self.steps.append((step, time.monotonic() - begun))

    def run(self) -> None:
        """Each start is also a reset from what came before it: no start for its own sake, they are most of the time."""
        try:
            self.starts_broken()
            self.belongings = self.inventory()
            if self.whole:
                self.sets_up_again()
            for number, wrong in enumerate(self.answers()):
                self.fails_for_its_reason(wrong)
                self.undo(number, wrong)
            self.passes()
            self.every_check_counts()
        finally:
            self.goes_away()

    def answers(self) -> list[str]:
        """The wrong answers that this proof tries, in the manifest's order."""
        return list(self.lab.wrong)[: None if self.whole else 1]

    def starts_broken(self) -> None:
        """A lab just started fails exactly the checks that the manifest names, and says why."""
        with self.timed("start"):
            # a busy one is not, for moments
            until(kubectl.is_ready, seconds=SETTLES_WITHIN, what="The API being ready")
            verbs.start(self.lab.slug, say=lambda _: None)
        self.shows(judging.fresh(self.lab))

    def shows(self, expected: Expected) -> None:
        """Two reports in a row are as expected: CoreDNS has two Pods, and one may hear of a change before the other."""
        agreed: list[bool] = []

        def twice(report: checks.Report) -> bool:
            agreed.append(not judging.complaints(report, expected))
            return agreed[-2:] == [True, True]

        with self.timed(f"check {expected.state.partition('/')[0]}"):
            report = verbs.settled(self.lab, twice, SETTLES_WITHIN)
        complaints = judging.complaints(report, expected)
        assert agreed[-2:] == [True, True], f"{expected.state}: {'; '.join(complaints) or 'only once'}\n{report.text()}"
        self.evidence.append(Evidence(expected, report))

    def sets_up_again(self) -> None:
        """setup.yaml may be applied again: nothing of it fails, and then the lab is what the file says."""
        setup = self.apply_setup()
        assert is_in_cluster(setup), f"{self.lab.slug}: setup.yaml was applied, and the cluster holds something else"
        self.shows(judging.fresh(self.lab))

    def apply_setup(self, restart: bool = False) -> str:
        """The text of setup.yaml, after it was applied once more and its Pods are ready."""
        setup = stage.rendered((self.lab.folder / "setup.yaml").read_text())
        with self.timed("setup again"):
            kubectl.apply(setup)
            for namespace in self.lab.namespaces:
                if restart:  # a server reads its configuration when it starts
                    kubectl.output("rollout", "restart", "deployment", "-n", namespace)
                stage.wait_for_pods(namespace)
        return setup

    def fails_for_its_reason(self, wrong: str) -> None:
        """The answer was not in force, now it is, and the checks say what is wrong with it."""
        assert not self.in_force(wrong), f"{self.lab.slug}: {wrong} is in force before it is applied"
        with self.timed("apply wrong"):
            stage.apply_answer(self.lab.folder / "wrong" / wrong)
            until(lambda: self.in_force(wrong), seconds=SETTLES_WITHIN, what=f"{self.lab.slug}: {wrong} being in force")
        self.shows(judging.wrong(self.lab, wrong))

    def in_force(self, wrong: str) -> bool:
        """The cluster holds what the answer's manifests say, and the manifest's own command agrees."""
        manifests = stage.manifests(self.lab.folder / "wrong" / wrong)
        command = self.lab.wrong[wrong].in_force
        return (not manifests or is_in_cluster(manifests)) and shell.run(["sh", "-euc", command]).returncode == 0

    def undo(self, number: int, wrong: str) -> None:
        """Back to the fresh lab: by a start from a namespace that is on its way out or half empty, or, where no row was
        written, by taking away what the answer added and setting up again.

        The next answer's own report says whether that was enough: it must fail for its own reasons, and no others.
        """
        if number < SPOILED or self.lab.databases or self.lab.parts:  # a part, Helm for one, keeps what it did
            self.spoil(number)
            self.starts_broken()
            return
        for namespace, name in self.inventory() - self.belongings:
            kubectl.output("delete", name, "-n", namespace, "--ignore-not-found", timeout=SETTLES_WITHIN)
        self.apply_setup(restart=(self.lab.folder / "wrong" / wrong / "solve.sh").exists())

    def spoil(self, number: int) -> None:
        """Leave the lab in the state that the next reset begins with.

        After the first wrong answer its namespaces are on their way out, after the second half of the lab is deleted.
        """
        if number == 0:
            kubectl.output("delete", "namespace", *self.lab.namespaces, "--wait=false")
        elif number == 1:
            kubectl.output("delete", "pods,services,deployments", "--all", "-n", self.lab.namespace, "--wait=false")

    def inventory(self) -> frozenset[tuple[str, str]]:
        """(namespace, kind/name) of all that somebody made in the lab; what a controller made goes with its owner."""
        return frozenset(
            (namespace, f"{item['kind']}/{item['metadata']['name']}")
            for namespace in self.lab.namespaces
            for item in json.loads(kubectl.output("get", KINDS, "-n", namespace, "-o", "json"))["items"]
            if "ownerReferences" not in item["metadata"]
        )

    def passes(self) -> None:
        with self.timed("solve"):
            solution = verbs.solve(self.lab.slug, say=lambda _: None)
        assert solution.report.passed, solution.text()
        self.shows(judging.solved())

    def every_check_counts(self) -> None:
        """What was recorded tells each state from the others.

        A whole proof would be red with any check replaced by `always true`.
        """
        assert judging.mistaken(self.evidence) == []
        assert not self.whole or judging.cannot_fail(self.evidence) == []

    def goes_away(self) -> None:
        with self.timed("reset"):
            until(kubectl.is_ready, seconds=SETTLES_WITHIN, what="The API being ready")
            verbs.reset(self.lab.slug, say=lambda _: None)
        assert not stage.present([self.lab])

    def account(self) -> dict[str, object]:
        """For the summary: seconds by step, and what was done, however far it came."""
        seconds: dict[str, float] = {}
        for step, took in self.steps:
            seconds[step] = seconds.get(step, 0.0) + took
        states = {one.expected.state for one in self.evidence}
        return {
            "lab": self.lab.slug,
            "seconds": seconds,
            "starts": sum(step == "start" for step, _ in self.steps),
            "wrong": sum(state.startswith("wrong/") for state in states),
        }


def is_in_cluster(manifests: str) -> bool:
    """Whether `kubectl diff` finds no difference; what differs in an object that is not named here is not seen."""
    compared = kubectl.run("diff", "-f", "-", text=manifests, timeout=120)
    assert compared.returncode in (0, 1), compared.stderr  # above 1 nothing was compared
    return compared.returncode == 0
