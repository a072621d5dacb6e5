"""How much `lab check` costs beyond the questions it asks: python bench/lab_check.py [SLUG...].

The yardstick is measured in the same run, in turns: the same questions, typed by hand, one `kubectl exec` for each.
"""

import subprocess
import sys
import time

from course.base import paths, shell
from course.kube import kubectl
from course.tasks import catalog, verbs
from course.tasks.catalog import Lab

ROUNDS, LIMIT = 5, 1.5
LABS = ("lost-database", "short-name", "odd-port")


def by_hand(lab: Lab) -> float:
    """Seconds for the lab's questions, one after the other, each in an exec of its own."""
    begun = time.perf_counter()
    for probe in dict.fromkeys(check.probe for check in lab.checks()):
        namespace, _, pod = probe.pod.partition("/")
        kubectl.run("exec", "-n", namespace, pod, "--", "sh", "-c", probe.command)
    return time.perf_counter() - begun


def by_check(lab: Lab) -> float:
    """Seconds for the check itself, as a notebook's cell or button makes it."""
    begun = time.perf_counter()
    verbs.check(lab.slug)
    return time.perf_counter() - begun


def by_command(lab: Lab) -> float:
    """Seconds for `./course lab check SLUG` in a terminal: the shell's and Python's start included."""
    begun = time.perf_counter()
    subprocess.run([paths.ROOT / "course", "lab", "check", lab.slug], capture_output=True, env=shell.environment())
    return time.perf_counter() - begun


def measure(lab: Lab) -> None:
    """Two lines: the best of some rounds, taken in turns so that a busy moment hits all three."""
    verbs.start(lab.slug, say=lambda _: None)
    rounds = [(by_hand(lab), by_check(lab), by_command(lab)) for _ in range(ROUNDS)]
    hand, check, command = (min(column) for column in zip(*rounds, strict=True))
    for name, took in (("lab.check in a notebook", check), ("./course lab check", command)):
        verdict = "ok" if took <= LIMIT * hand else "OVER"
        print(
            f"{lab.slug}: {name} {took:.2f} s, its questions by hand {hand:.2f} s: {took / hand:.2f} x "
            f"(aim: {LIMIT} x) {verdict}"
        )
    verbs.reset(lab.slug, say=lambda _: None)


if __name__ == "__main__":
    for slug in sys.argv[1:] or LABS:
        measure(catalog.find(slug))
