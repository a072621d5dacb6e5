"""Where the minutes of a whole test run go: python -m bench.tests [--baseline FILE] [--store].

Runs `./course test`, prints the seconds by group of tests, how busy the processors were, what was proved, and the ratio
to a baseline (by default one from before tests had several clusters). --store writes bench/results/tests.json and .md:
the order of the next run, too.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from course.base import paths, shell
from course.base.tables import table

RESULTS = paths.ROOT / "bench" / "results"
STORED = RESULTS / "tests.json"


def processor_seconds() -> tuple[float, float]:
    """(busy, all) seconds of all processors since the machine began; Linux only."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    hertz = os.sysconf("SC_CLK_TCK")
    return (sum(ticks) - idle) / hertz, sum(ticks) / hertz


def measured(report: Path) -> dict[str, object]:
    """One whole run: {"seconds", "busy", "proofs", "groups"}; ends the program where a test is red."""
    report.unlink(missing_ok=True)
    begun, before = time.monotonic(), processor_seconds()
    env = shell.environment({"COURSE_TEST_REPORT": str(report)})
    code = subprocess.run([paths.ROOT / "course", "test"], env=env).returncode
    if code:
        sys.exit(f"The run is red (exit code {code}): its times say nothing.")
    busy, total = (after - first for after, first in zip(processor_seconds(), before, strict=True))
    return {
        "seconds": round(time.monotonic() - begun),
        "busy": round(busy / total, 2),
        **json.loads(report.read_text()),
    }


def page(run: dict[str, object], baseline: dict[str, object]) -> str:
    """The result for people, as Markdown."""
    groups, proofs = run["groups"], run["proofs"]
    assert isinstance(groups, dict) and isinstance(proofs, dict)
    earlier = baseline.get("seconds")
    ratio = f", {float(str(run['seconds'])) / float(str(earlier)):.2f} x the baseline's {earlier} s" if earlier else ""
    rows = [(f"{seconds:.0f}", name) for name, seconds in sorted(groups.items(), key=lambda item: -item[1])]
    return "\n".join([
        "# A whole run of the tests", "",
        f"`python -m bench.tests`: {run['seconds']} s{ratio}; the processors were busy for "
        f"{100 * float(str(run['busy'])):.0f} % of it.",
        f"Proved: {', '.join(f'{number} {what}' for what, number in proofs.items())}.", "",
        "Seconds of each group, inside its worker; several ran side by side:", "",
        "```text", table(("seconds", "group"), *rows), "```", "",
    ])  # fmt: skip


def main() -> None:
    """Measure, print, and store where that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baseline", type=Path, default=RESULTS / "tests-baseline.json")
    parser.add_argument("--store", action="store_true")
    given = parser.parse_args()
    baseline = json.loads(given.baseline.read_text())
    run = measured(paths.STATE / "bench-tests.json")
    text = page(run, baseline)
    print(text)
    if given.store:
        STORED.write_text(json.dumps(run, indent=1) + "\n")
        STORED.with_suffix(".md").write_text(text)


if __name__ == "__main__":
    main()
