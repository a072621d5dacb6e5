"""All labs of a run are proven side by side; each test waits for the proof of its own lab."""

import os
import random
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from course.labs import catalog, progress
from tests.labs.proof import Proof

WORKERS = 4  # labs at a time: a proof mostly waits for the cluster
SEED = int(os.environ.get("COURSE_LAB_SEED") or random.randrange(10_000))
PROOFS: dict[str, Proof] = {}


@pytest.fixture(scope="session", autouse=True)
def own_progress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The learner's progress file is not the tests' business."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("progress")
    patch.setattr(progress, "FOLDER", folder)
    yield folder
    patch.undo()


@pytest.fixture(scope="session")
def proofs(request: pytest.FixtureRequest, own_progress: Path) -> Iterator[dict[str, Future[None]]]:
    """The running proofs of the labs that this run selected, in an order of its own."""
    chosen = [
        item.callspec.params["slug"]
        for item in request.session.items
        if hasattr(item, "callspec") and "slug" in item.callspec.params
    ]
    slugs = sorted(set(chosen))
    random.Random(SEED).shuffle(slugs)
    slugs.sort(key=lambda slug: -len(catalog.find(slug).wrong))  # the longest first: nobody waits for one at the end
    PROOFS.update({slug: Proof(catalog.find(slug)) for slug in slugs})
    with ThreadPoolExecutor(WORKERS) as pool:
        yield {slug: pool.submit(PROOFS[slug].run) for slug in slugs}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Where the time went, lab by lab and step by step."""
    if not PROOFS:
        return
    kinds = list(dict.fromkeys(step for proof in PROOFS.values() for step, _ in proof.steps))
    terminalreporter.section(f"labs: seconds by step ({WORKERS} at a time, order: COURSE_LAB_SEED={SEED})")
    terminalreporter.write_line(f"{'':<22}" + "".join(f"{kind:>13}" for kind in kinds) + f"{'all':>9}")
    for slug, proof in sorted(PROOFS.items()):
        cells = [sum(seconds for step, seconds in proof.steps if step == kind) for kind in kinds]
        line = f"{slug:<22}" + "".join(f"{cell:>13.1f}" for cell in cells) + f"{sum(cells):>9.1f}"
        terminalreporter.write_line(line)
