"""What rooms of other sizes need, on paper, from what was measured: python -m bench.sizes prints the table.

It stands in docs/workshop-cluster.md.
"""

import math

from course.workshop import hub

SEATS = (10, 30, 100, 300)
PROCESSORS, MEMORY, SYSTEM = 8, 32e9, 2e9  # of a node; and bytes of it that are Kubernetes' own
AT_WORK = 1.5  # desks a processor: with three on two, a check took 1.6 times as long as alone (aim 2)
WAVE = 111.0  # seconds until the last of three desks on two processors was ready, beside two that were there
IMAGE = 2.4e9  # bytes of the desks' image, which each node pulls once


def a_node() -> int:
    """Desks that a node carries: by its memory, and where all are at work at once by its processors."""
    return min(int((MEMORY - SYSTEM) // hub.MEMORY_A_DESK), int(PROCESSORS * AT_WORK))


def nodes(seats: int) -> int:
    """How many nodes a room of so many seats takes."""
    return math.ceil(seats / a_node())


def warmed(seats: int) -> float:
    """Seconds until all desks are up, wave by wave."""
    return math.ceil(seats / hub.at_once(nodes(seats) * PROCESSORS)) * WAVE


def table() -> str:
    """A row a size, as Markdown."""
    node = f"Nodes of {PROCESSORS} processors, {MEMORY / 1e9:.0f} GB"
    head = f"| Seats | Memory | Disk | Volumes | {node} | At once | `warm` |"
    rows = [
        f"| {seats} | {seats * hub.MEMORY_A_DESK / 1e9:.0f} GB | "
        f"{(seats * hub.DISK_A_DESK + nodes(seats) * IMAGE) / 1e9:.0f} GB | {seats} GiB | {nodes(seats)} | "
        f"{hub.at_once(nodes(seats) * PROCESSORS)} | {warmed(seats) / 60:.0f} min |"
        for seats in SEATS
    ]
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows])


if __name__ == "__main__":
    print(table())
