"""What a learner waits for in a lesson's cells: lesson.begin and lesson.check.

Usage: python -m bench.lesson_verbs [SLUG...]. It prints for each lesson how long `lesson.begin` takes where nothing is
left and after an earlier run, and for each exercise that asks for no value `lesson.check` beside the questions that it
puts, typed by hand in the same run, in turns.
"""

import os
import sys

from bench.lab_check import LIMIT, ROUNDS, by_hand, took
from course.kube import kubectl
from course.lessons import begin, catalog
from course.tasks import index, verbs
from course.tasks.task import Exercise

EMPTY, AFTER = 3.0, 5.0  # aims, in seconds
LESSONS = ("first_externalname", "ports_and_health", "network_policy")


def beginnings(slug: str) -> None:
    """Two lines: lesson.begin where nothing is left, and after a run up to the last exercise."""
    begin.begin(slug)  # the outside and CoreDNS as they were: what another lesson left is no part of it
    kubectl.output("delete", "namespace", *catalog.find(slug).namespaces, "--ignore-not-found", "--wait")
    for what, aim in (("where nothing is left", EMPTY), ("after an earlier run", AFTER)):
        before = os.times()
        seconds = took(lambda: begin.begin(slug))
        used = sum(os.times()[:4]) - sum(before[:4])
        verdict = "ok" if seconds <= aim else "OVER"
        print(f"{slug}: lesson.begin {what} {seconds:.1f} s, {used:.1f} s of a processor (aim: {aim:.0f} s) {verdict}")
        begin.begin(slug, upto=index.exercises(slug)[-1].slug)


def checking(exercise: Exercise) -> None:
    """One line: the best of some rounds, in turns, on the reference: what fails is asked again for its patience."""
    if callable(exercise.judge):
        return
    verbs.make(exercise.slug, {})
    rounds = [
        (took(lambda: by_hand(exercise.checks())), took(lambda: verbs.check(exercise.slug))) for _ in range(ROUNDS)
    ]
    hand, check = (min(column) for column in zip(*rounds, strict=True))
    ratio = check / hand
    verdict = "ok" if ratio <= LIMIT else "OVER"
    print(
        f"{exercise.slug}: lesson.check {check:.2f} s, by hand {hand:.2f} s: {ratio:.2f} x (aim: {LIMIT} x) {verdict}"
    )


def main(slugs: list[str]) -> None:
    """All lines, and the load of the machine beside them: the aims are for one that does nothing else."""
    for slug in slugs or LESSONS:
        beginnings(slug)
        for exercise in index.exercises(slug):
            checking(exercise)
    print(f"load of the machine in the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main(sys.argv[1:])
