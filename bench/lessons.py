"""Machine time of each lesson, and what nbval adds to plain execution in the same run.

Usage: python -m bench.lessons [SLUG...].
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import nbclient
import nbformat

from course.dev.nbval import code_cells, nbval
from course.jupyter.jupyterlab import environment
from course.lessons import catalog


def plain(path: Path) -> float:
    """Seconds to execute the notebook without comparing anything."""
    content = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    started = time.perf_counter()
    client = nbclient.NotebookClient(content, timeout=600, kernel_name="python3")
    asyncio.run(client.async_execute(env=environment()))
    return time.perf_counter() - started


def compared(path: Path, folder: Path) -> float:
    """Seconds to execute the notebook under nbval; it must be green."""
    started = time.perf_counter()
    run = nbval(path, folder / "report.xml")
    if run.failed or run.collected != len(code_cells(path)):
        sys.exit(run.output)
    return time.perf_counter() - started


def main(slugs: list[str]) -> None:
    """One line a lesson, and the sums."""
    print(f"{'lesson':28} {'cells':>5} {'plain s':>8} {'nbval s':>8}")
    sums = [0.0, 0.0]
    with tempfile.TemporaryDirectory() as folder:
        for slug in slugs or [lesson.slug for lesson in catalog.lessons()]:
            path = catalog.find(slug).notebook
            seconds = [plain(path), compared(path, Path(folder))]
            sums = [total + value for total, value in zip(sums, seconds, strict=True)]
            print(f"{slug:28} {len(code_cells(path)):5} {seconds[0]:8.1f} {seconds[1]:8.1f}", flush=True)
    print(f"{'all':28} {'':5} {sums[0]:8.1f} {sums[1]:8.1f}")
    print(
        f"nbval against plain execution: {sums[1] / sums[0]:.2f} x; the whole nbval run: "
        f"{sums[1]:.0f} s (aim: at most 600)"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
