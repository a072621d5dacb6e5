"""Switches of `user-db` under live traffic, there and back, measured.

Run it from the root of the clone:

    .venv/bin/python bench/migration.py [--rounds 10] [--others 2]

Writes bench/results/migration.json and .md. `--rounds` switches there and back by the Service's type with the Corefile
of kubeadm, `--others` each with a classic `cache 30` and by EndpointSlice. Prints and stores what was lost: it must be
0.
"""

import argparse
import json
import re
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from course.base import paths
from course.kube import corefile, kubectl
from course.lessons import sourced
from course.lessons.migration import accounting, phases, place
from course.lessons.migration.phases import BY_SLICE, BY_TYPE, INSIDE, OTHER, OUTSIDE, Cutover

RESULTS = paths.ROOT / "bench" / "results"
KUBEADM, CLASSIC = "kubeadm's Corefile", "classic cache 30"


@dataclass(frozen=True)
class ClientSwitch:
    """One client in one switch. Seconds are counted from the apply; negative is before it."""

    first_new: float
    last_old: float
    failed: int


@dataclass(frozen=True)
class Run:
    """One switch. lost and doubled are of all writes since the bench began."""

    way: str
    corefile: str
    target: str
    clients: dict[str, ClientSwitch]
    outage: float
    acknowledged: int
    lost: int
    doubled: int


def client_switch(recordings: place.Recordings, client: str, target: str) -> ClientSwitch:
    """What this client met in the last switch to `target`."""
    fence, apply = recordings.when(f"fence {OTHER[target]}"), recordings.when(f"apply {target}")
    operations = [entry for entry in recordings.operations if entry["client"] == client]
    on_target = [entry["at"] for entry in operations if entry["at"] >= fence and entry.get("side") == target]
    on_source = [entry["at"] for entry in operations if entry.get("side") == OTHER[target]]
    failed = [entry for entry in operations if entry["at"] >= fence and not entry["ok"]]
    return ClientSwitch(round(min(on_target) - apply, 2), round(max(on_source) - apply, 2), len(failed))


def measured(source: str, target: str, cutover: Cutover, corefile: str) -> Run:
    """One switch and its account."""
    phases.switch(source, target, cutover)
    recordings = place.recordings()
    account = accounting.account_now(target)
    clients = {client: client_switch(recordings, client, target) for client in place.CLIENTS}
    outage = round(recordings.when(f"apply {target}") - recordings.when(f"fence {source}"), 2)
    lost, doubled = len(account.lost), len(account.doubled)
    return Run(cutover.name, corefile, target, clients, outage, account.acknowledged, lost, doubled)


def there_and_back(rounds: int, cutover: Cutover, corefile: str, say: Callable[[str], None]) -> Iterator[Run]:
    """2 x rounds switches."""
    for number in range(rounds):
        for source, target in ((OUTSIDE, INSIDE), (INSIDE, OUTSIDE)):
            run = measured(source, target, cutover, corefile)
            say(f"{cutover.name}, {corefile}, round {number + 1}, to {target}: lost {run.lost}, twice {run.doubled}")
            yield run


def naive(corefile: str) -> dict[str, str]:
    """Only the Service is changed, nothing else: where each client is when those that ask DNS have moved."""
    place.run_sql(INSIDE, "open")
    place.record_phase("naive")
    kubectl.apply(place.manifest("phase-2"))
    place.wait_for_writes("reconnect", side=INSIDE)
    recordings = place.recordings()
    last = accounting.sides(recordings.operations)
    start = recordings.when("naive")
    since = recordings.cut(start).operations
    moved = [entry["at"] for entry in since if entry.get("side") == INSIDE]
    stray = sum(entry["op"] == "write" and entry.get("side") == OUTSIDE and entry["at"] > min(moved) for entry in since)
    phases.point_by_type(OUTSIDE)
    place.wait_for_writes("reconnect", side=OUTSIDE)
    place.run_sql(INSIDE, "fence")
    place.output_as_operator("/steps/bring-home")
    return {
        **last,
        "corefile": corefile,
        "moved after": f"{min(moved) - start:.1f} s",
        "rows written outside after that": str(stray),
    }


@contextmanager
def classic_corefile() -> Iterator[None]:
    """CoreDNS with `cache 30` for everything, as it was before kubeadm 1.32; put back afterwards."""
    before = kubectl.output("-n", "kube-system", "get", "cm", "coredns", "-o", "jsonpath={.data.Corefile}")
    classic = re.sub(r"cache 30 \{[^}]*\}", "cache 30", before)
    assert classic != before, "this Corefile does not exempt cluster.local from the cache"
    corefile.write(classic)
    try:
        yield
    finally:
        corefile.write(before)


def to_kept_service() -> None:
    """The Service without selector, led outside; the clients begin anew with its address."""
    place.kubectl_here("delete", "service", "user-db")
    kubectl.apply(place.manifest("kept"))
    phases.point_by_slice(OUTSIDE)
    place.restart_clients("pool", "resolved-once")
    place.wait_for_writes(side=OUTSIDE)


def versions() -> dict[str, str]:
    """What the numbers came from."""
    server = json.loads(kubectl.output("version", "-o", "json"))["serverVersion"]["gitVersion"]
    coredns = kubectl.output("-n", "kube-system", "get", "deploy", "coredns", "-o", "jsonpath={..image}")
    postgres = place.psql(OUTSIDE, "-c", "SHOW server_version")
    return {"Kubernetes": server, "CoreDNS": coredns.rpartition(":")[2], "PostgreSQL": postgres}


def middle(values: list[float]) -> str:
    """Median and range."""
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


def table(runs: list[Run]) -> str:
    """One line for each way, Corefile and client."""
    seconds = ("first on the new side, s", "last on the old side, s")
    head = ("way", "Corefile", "client", "switches", *seconds, "failed operations")
    rows: list[tuple[str, ...]] = []
    for way, text in dict.fromkeys((run.way, run.corefile) for run in runs):
        group = [run for run in runs if (run.way, run.corefile) == (way, text)]
        for client in place.CLIENTS:
            each = [run.clients[client] for run in group]
            new, old = middle([switch.first_new for switch in each]), middle([switch.last_old for switch in each])
            failed = middle([float(switch.failed) for switch in each])
            rows.append((way, text, client, str(len(group)), new, old, failed))
    return sourced.table(head, rows)


def report(runs: list[Run], naives: list[dict[str, str]], made_with: dict[str, str]) -> str:
    """The page."""
    lost, doubled = max(run.lost for run in runs), max(run.doubled for run in runs)
    outages = middle([run.outage for run in runs])
    compared = [sourced.table(tuple(naives[0]), [tuple(entry.values()) for entry in naives])] if naives else []
    return "\n".join([
        "# Switches of `user-db` under live traffic", "",
        f"Made by `bench/migration.py` with {', '.join(f'{name} {value}' for name, value in made_with.items())}.",
        "Seconds are the median (and the range), counted from the apply; a negative number is "
        "before it. They depend on the",
        "machine and on what else it does: compare the rows with each other, not with your own.", "",
        f"**{len(runs)} safe switches, {runs[-1].acknowledged} acknowledged writes: {lost} lost, "
        f"{doubled} stored twice.**",
        f"From fence to apply: {outages} s.", "",
        table(runs), "",
        "## The naive switch, for comparison", "",
        "Who answers each client when `reconnect` has moved, and "
        "the rows acknowledged outside from its move to the count:",
        "rows that the new side does not have.", "",
        *compared, "",
    ])  # fmt: skip


def store(runs: list[Run], naives: list[dict[str, str]], made_with: dict[str, str]) -> str:
    """Both files; returns the page."""
    RESULTS.mkdir(exist_ok=True)
    everything: dict[str, Any] = {"versions": made_with, "runs": [asdict(run) for run in runs], "naive": naives}
    (RESULTS / "migration.json").write_text(json.dumps(everything, indent=1) + "\n")
    page = report(runs, naives, made_with)
    (RESULTS / "migration.md").write_text(page)
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10, help="there and back, by type, with kubeadm's Corefile")
    parser.add_argument("--others", type=int, default=2, help="there and back, for each other way")
    options = parser.parse_args()
    place.begin()
    phases.point_by_type(OUTSIDE)
    place.start_clients()
    place.start_inside()
    made_with, runs, naives = versions(), [], [naive(KUBEADM)]
    with classic_corefile():
        naives.append(naive(CLASSIC))
    for run in there_and_back(options.rounds, BY_TYPE, KUBEADM, print):
        runs.append(run)
        store(runs, naives, made_with)  # after each: an interrupted bench keeps what it measured
    with classic_corefile():
        runs += there_and_back(options.others, BY_TYPE, CLASSIC, print)
    to_kept_service()
    runs += there_and_back(options.others, BY_SLICE, KUBEADM, print)
    print(store(runs, naives, made_with))
    place.remove()


if __name__ == "__main__":
    main()
