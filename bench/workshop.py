"""A room at work: what a desk takes, how long it takes to come, and what a check costs beside others.

Usage: ./course workshop up --seats 3, then python -m bench.workshop desks [SEATS], in which nobody is yet but ada, or
python -m bench.workshop hub [SEATS] for the hub itself (bench/workshop_hub.py). Both write their rows into
bench/results/workshop.json and the page workshop.md, which is made of it, and leave the rows of the other.
Each check is `course lab check` in a desk, as a participant types it in a terminal there.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench import workshop_hub
from bench.lab_check import took
from course.base import shell
from course.base.waiting import seconds_until
from course.workshop import hub, warm
from tests.machine.rooms import Browser

LAB, ROUNDS = "lost-database", 10
RESULTS = Path(__file__).parent / "results" / "workshop.json"
PARTS = {"desks": "Desks at work", "hub": "The hub itself, with stand-ins for desks that only say they are ready"}
WARM, MEMORY, DISK, TIMES = 60.0, 1024.0, 1000.0, 2.0  # aims: seconds, MiB, MB, and times the check of one alone


def course(desk: str, *words: str) -> float:
    """Seconds of a verb in a desk; a check of the untouched lab ends with 1, which is right."""

    def typed() -> None:
        ended = shell.run(hub.command("exec", f"jupyter-{desk}", "--", "course", *words), timeout=300)
        assert ended.returncode in (0, 1), ended.stderr

    return took(typed)


def checks(desk: str) -> list[float]:
    """Seconds of each of some checks, one after the other."""
    return [course(desk, "lab", "check", LAB) for _ in range(ROUNDS)]


def p95(seconds: list[float]) -> float:
    """The value that one in twenty is above; of few, the slowest."""
    return sorted(seconds)[max(round(len(seconds) * 0.95) - 1, 0)]


def signed_in() -> float:
    """Seconds from the form to JupyterLab, of a name that takes a desk which was made ahead."""
    room = hub.Room(f"http://127.0.0.1:{hub.PORT}", hub.code(), "")

    def enter() -> None:
        browser = Browser(room, "ada", desk="seat-01")
        browser.sign_in(room.code)
        seconds_until(browser.works, seconds=120, what="JupyterLab")

    return took(enter)


def memory(pods: list[str]) -> dict[str, float]:
    """MiB that each desk's Pod holds (working set), as the node's kubelet counts it."""
    said = json.loads(hub.kubectl("get", "--raw", f"/api/v1/nodes/{hub.node()}/proxy/stats/summary"))
    found = {each["podRef"]["name"]: each for each in said["pods"]}
    return {pod: found[pod]["memory"]["workingSetBytes"] / 2**20 for pod in pods}


def disk(pod: str) -> float:
    """MB that a desk wrote: its engine's store and its workspace."""
    said = hub.kubectl("exec", pod, "--", "du", "-skx", "/var/lib/containers", "/course/workspace", timeout=300)
    return sum(int(line.split()[0]) for line in said.splitlines()) * 1024 / 1e6


def desks(seats: int) -> list[workshop_hub.Row]:
    """Rows of the table: (what, measured, aim)."""
    came = warm.warm(seats, print)
    pods = [f"jupyter-{desk}" for desk in came]
    entered = signed_in()
    for desk in came:
        course(desk, "lab", "start", LAB)
    alone = p95(checks("seat-01"))
    with ThreadPoolExecutor(seats) as room:
        together = p95([seconds for each in room.map(checks, came) for seconds in each])
    held, wrote = max(memory(pods).values()), max(map(disk, pods))
    return [
        (f"{seats} desks made at once, the slowest ready after", f"{max(came.values()):.0f} s", ""),
        ("sign-in to a desk that was made ahead", f"{entered:.1f} s", f"{WARM:.0f} s"),
        (f"p95 of {ROUNDS} checks, one learner alone", f"{alone:.2f} s", ""),
        (
            f"p95 of {ROUNDS} checks each, {seats} at once",
            f"{together:.2f} s, {together / alone:.1f} x",
            f"{TIMES:.0f} x",
        ),
        ("memory of a desk with a lab, the largest", f"{held:.0f} MiB", f"{MEMORY:.0f} MiB"),
        ("disk of a desk with a lab, the largest", f"{wrote:.0f} MB", f"{DISK:.0f} MB"),
    ]


def main(part: str, seats: int) -> None:
    """Measure one part, and store it with the load that the machine had before and after."""
    before = os.getloadavg()[0]
    rows = {"desks": desks, "hub": workshop_hub.measure}[part](seats)
    load = f"{os.cpu_count()} processors, load {before:.1f} before and {os.getloadavg()[0]:.1f} at the end"
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    known[f"{part} {seats}"] = {"machine": load, "rows": rows}
    RESULTS.write_text(json.dumps(known, indent=1) + "\n")
    RESULTS.with_suffix(".md").write_text(page_of(known))
    print(RESULTS.with_suffix(".md").read_text())


def page_of(known: dict[str, Any]) -> str:
    """The results for people, as Markdown. A note, by hand, says what was odd about a run."""
    lines = ["# A room at work"]
    for words, made in known.items():
        heading = PARTS[words.partition(" ")[0]]
        said = f"`python -m bench.workshop {words}`: {made['machine']}. {made.get('note', '')}".rstrip()
        head = ["", f"## {heading}", "", said, ""]
        rows = [f"| {' | '.join(row)} |" for row in made["rows"]]
        lines += [*head, "| What | Measured | Aim |", "|---|---|---|", *rows]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main(sys.argv[1], int((sys.argv[2:] or ["3"])[0]))
