"""How much `lab check` costs beyond the questions it asks: python bench/lab_check.py [SLUG...].

The yardstick is measured in the same run, in turns: the same questions, typed by hand, one `kubectl exec` for each.
"""

import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterable

from course.base import paths, shell
from course.kube import kubectl
from course.tasks import catalog, verbs
from course.tasks.catalog import Lab
from course.tasks.checks import Check

ROUNDS, LIMIT = 5, 1.5
LABS = ("lost-database", "short-name", "odd-port")


def took(work: Callable[[], object]) -> float:
    """Seconds on the clock."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def by_hand(checks: Iterable[Check]) -> None:
    """Their questions as one would type them, one after the other: those from a Pod each in an exec of its own."""
    for probe in dict.fromkeys(probe for check in checks for probe in check.probes):
        namespace, _, pod = probe.pod.partition("/")
        if pod:
            kubectl.run("exec", "-n", namespace, pod, "--", "sh", "-c", probe.command)
        else:
            kubectl.run("-n", namespace, *shlex.split(probe.command))


def by_command(lab: Lab) -> None:
    """`./course lab check SLUG` in a terminal: the shell's and Python's start included."""
    subprocess.run([paths.ROOT / "course", "lab", "check", lab.slug], capture_output=True, env=shell.environment())


def measure(lab: Lab) -> None:
    """Two lines: the best of some rounds, taken in turns so that a busy moment hits all three."""
    verbs.start(lab.slug, say=lambda _: None)
    ways = (lambda: by_hand(lab.checks()), lambda: verbs.check(lab.slug), lambda: by_command(lab))
    rounds = [[took(way) for way in ways] for _ in range(ROUNDS)]
    hand, check, command = (min(column) for column in zip(*rounds, strict=True))
    for name, seconds in (("lab.check in a notebook", check), ("./course lab check", command)):
        verdict = "ok" if seconds <= LIMIT * hand else "OVER"
        print(
            f"{lab.slug}: {name} {seconds:.2f} s, its questions by hand {hand:.2f} s: {seconds / hand:.2f} x "
            f"(aim: {LIMIT} x) {verdict}"
        )
    verbs.reset(lab.slug, say=lambda _: None)


if __name__ == "__main__":
    for slug in sys.argv[1:] or LABS:
        measure(catalog.find(slug))
