"""The three-way proof of one lab on the real cluster: fresh fails, each wrong answer fails its own way, the solution passes.

On the way it resets from every state a learner can be in: wrong, half deleted, namespace terminating, solved.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from course.kube import kubectl
from course.labs import checks, stage, verbs
from course.labs.catalog import Lab

SETTLES_WITHIN = 45.0  # seconds until what was applied is seen by all Pods
STEADY_FOR = 3.0  # seconds: CoreDNS's Pods and kube-proxy hear of a change within them


@dataclass
class Proof:
    """A lab's proof as it goes on: (step, seconds) in order."""

    lab: Lab
    steps: list[tuple[str, float]] = field(default_factory=list)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        finally:
            self.steps.append((step, time.monotonic() - begun))

    def run(self) -> None:
        """Each start is also a reset from what came before it: no start for its own sake, they are most of the time."""
        self.starts_broken()
        self.sets_up_twice()
        for number, wrong in enumerate(self.lab.wrong):
            self.fails_its_own_way(wrong)
            self.spoil(number)
            self.starts_broken()
        self.passes()
        self.starts_broken()
        self.passes()
        self.goes_away()

    def spoil(self, number: int) -> None:
        """After the first wrong answer its namespaces are on their way out, after the second half of the lab is deleted."""
        if number == 0:
            kubectl.output("delete", "namespace", *self.lab.namespaces, "--wait=false")
        elif number == 1:
            kubectl.output("delete", "pods,services,deployments", "--all", "-n", self.lab.namespace, "--wait=false")

    def starts_broken(self) -> None:
        """A fresh lab fails exactly the checks that the manifest names, and says why; the first time and after each reset."""
        with self.timed("start"):
            verbs.start(self.lab.slug, say=lambda _: None)
        with self.timed("check fresh"):
            self.still_fails_exactly(self.lab.fresh)

    def fails_exactly(self, names: tuple[str, ...]) -> None:
        """What was applied takes effect, and stays so: the first look may see the state before it."""
        seen_otherwise = time.monotonic()

        def steady(report: checks.Report) -> bool:
            nonlocal seen_otherwise
            if report.failing != set(names):
                seen_otherwise = time.monotonic()
            return time.monotonic() - seen_otherwise >= STEADY_FOR

        report = verbs.settled(self.lab, steady, SETTLES_WITHIN)
        assert steady(report), f"should fail {sorted(names)}, and stay so\n{report.text()}"
        says_why(report)

    def still_fails_exactly(self, names: tuple[str, ...]) -> None:
        report = verbs.check(self.lab.slug)
        assert report.failing == set(names), f"should fail {sorted(names)}\n{report.text()}"
        assert not report.passed
        says_why(report)

    def sets_up_twice(self) -> None:
        """setup.yaml may be applied again: nothing of it fails, nothing in the lab changes."""
        with self.timed("setup again"):
            kubectl.apply(stage.rendered((self.lab.folder / "setup.yaml").read_text()))
        with self.timed("check fresh"):
            self.fails_exactly(self.lab.fresh)

    def fails_its_own_way(self, wrong: str) -> None:
        with self.timed("apply wrong"):
            stage.apply_answer(self.lab.folder / "wrong" / wrong)
            for name in self.lab.namespaces:
                stage.wait_for_pods(name)
        with self.timed("check wrong"):
            self.fails_exactly(self.lab.wrong[wrong])

    def passes(self) -> None:
        with self.timed("solve"):
            solution = verbs.solve(self.lab.slug, say=lambda _: None)
        assert solution.report.passed, solution.text()
        with self.timed("check solved"):
            again = verbs.check(self.lab.slug)
        assert again.passed, f"passed once, not twice\n{again.text()}"

    def goes_away(self) -> None:
        with self.timed("reset"):
            verbs.reset(self.lab.slug, say=lambda _: None)
        assert not stage.present([self.lab])


def says_why(report: checks.Report) -> None:
    """Each failing check gives all five sentences; nothing is left at `failed`."""
    for check in report.checks:
        if not check.passed:
            parts = (check.asked, check.observed, check.expected, check.why, check.next)
            assert all(len(part.strip()) > 2 for part in parts), check
