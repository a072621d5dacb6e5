"""What the panel costs, as ratios within one run: python -m bench.panel [usable] [check] [opening] [lights] [--store].

It wants a cluster (./course up) and Chromium; JupyterLab is started over a learner of its own, in a temporary folder.
--pairs N: so many pairs of `opening`. --store writes what was measured to bench/results/panel.md.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench.speed import family
from course.base import paths, shell
from course.base.tables import table
from course.jupyter import jupyterlab
from course.kube import kubectl
from course.lessons import catalog as lessons
from course.tasks import catalog, verbs
from tests.browser.chromium import LAPTOP
from tests.browser.learner import learner as its_own

RESULT = paths.ROOT / "bench" / "results" / "panel.md"
LAB, LIT, LESSON = catalog.find("lost-database"), catalog.find("short-name"), lessons.find("first_externalname")
ROUNDS, LONG = 5, 120_000  # how often each is measured; milliseconds
WATCHED = 60.0  # seconds for which the processor is looked at: one look at the cluster falls into them
SETTLED = 100_000  # milliseconds until the looks after the lab's own beginning are over
Row = tuple[str, str, str, str]  # what, measured, aim, verdict
# From the moment at which JupyterLab has its main area to the panel's first button, in milliseconds.
USABLE = """() => new Promise(done => {
  let lab = 0;
  const look = () => {
    lab ||= document.querySelector('#jp-main-dock-panel .lm-TabBar-tab') ? performance.now() : 0;
    const panel = document.querySelector('#externalname-course .ec-row');
    lab && panel ? done(performance.now() - lab) : requestAnimationFrame(look);
  };
  look();
})"""


def row(what: str, value: float, limit: float, unit: str, more: str = "") -> Row:
    """One figure beside its aim."""
    return what, f"{value:.2f} {unit}{more}", f"at most {limit:g}", "ok" if value <= limit else "OVER"


@contextmanager
def learner(folder: Path, port: int, *, panel: bool = True) -> Iterator[jupyterlab.Server]:
    """JupyterLab over a learner of its own, with the panel or as it is without."""
    options = jupyterlab.options if panel else bare
    with mock.patch.object(jupyterlab, "options", options), its_own(folder, port) as server:
        yield server


def bare() -> list[str]:
    """JupyterLab's options without the course's two extensions."""
    with_it = OPTIONS()
    return [word for word in with_it if "jpserver_extensions" not in word and "extra_labextensions" not in word]


OPTIONS = jupyterlab.options


def fresh(browser: Browser, address: str) -> Page:
    """A page with nothing kept from an earlier one."""
    page = browser.new_context(viewport=LAPTOP).new_page()
    page.goto(address)
    return page


def usable(browser: Browser, server: jupyterlab.Server) -> list[Row]:
    """From JupyterLab's first tab to the panel's first row."""
    found = []
    for _ in range(ROUNDS):
        page = fresh(browser, server.address.replace("/lab?", "/lab?reset&"))
        found.append(page.evaluate(USABLE) / 1000)
        page.context.close()
    spread = f" (median of {ROUNDS}; {min(found):.2f} to {max(found):.2f})"
    return [row("panel usable after JupyterLab", statistics.median(found), 2, "s", spread)]


def by_button(page: Page) -> float:
    """Seconds from the press of Check to the words that say what came."""
    shown = page.get_by_role("region", name="The task at hand", exact=True)
    shown.get_by_role("button", name="Check", exact=True).click()
    begun = time.perf_counter()
    expect(shown.get_by_role("status")).not_to_contain_text("checks pass", timeout=LONG)
    expect(shown.get_by_role("status")).to_contain_text("checks pass", timeout=LONG)
    return time.perf_counter() - begun


def by_command() -> float:
    """Seconds for `course lab check`, which passes."""
    begun = time.perf_counter()
    words = [str(paths.ROOT / "course"), "lab", "check", LAB.slug]
    subprocess.run(words, check=True, capture_output=True, env=shell.environment())
    return time.perf_counter() - begun


def check(browser: Browser, server: jupyterlab.Server) -> list[Row]:
    """A lab that passes, asked by the button and by the command, in turns."""
    verbs.start(LAB.slug, say=lambda _: None)
    verbs.solve(LAB.slug, say=lambda _: None)
    page = fresh(browser, server.address.replace("/lab?", "/lab?reset&"))
    page.get_by_role("button", name=f"Lab: {LAB.title}").click(timeout=LONG)
    page.get_by_role("button", name="Check", exact=True).click(timeout=LONG)
    page.get_by_role("status").filter(has_text="checks pass").wait_for(timeout=LONG)
    pairs = [(by_button(page), by_command()) for _ in range(ROUNDS)]
    page.context.close()
    verbs.reset(LAB.slug, say=lambda _: None)
    button, command = (statistics.median(column) for column in zip(*pairs, strict=True))
    more = f" ({button:.2f} s and {command:.2f} s, medians of {ROUNDS})"
    return [row("check by button against course lab check", button / command, 1.5, "x", more)]


def opened(browser: Browser, server: jupyterlab.Server) -> float:
    """Seconds until a lesson's cells are there, in a browser that knows nothing yet."""
    begun = time.perf_counter()
    page = fresh(browser, server.address.replace("/lab?", f"/lab/tree/{LESSON.notebook.name}?reset&"))
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=LONG)
    took = time.perf_counter() - begun
    page.context.close()
    return took


def opening(browser: Browser, server: jupyterlab.Server, folder: Path, pairs: int) -> list[Row]:
    """The same lesson with the panel and without, in pairs whose order turns; each once before, which is not counted.

    What else the machine does comes and goes within minutes, and so falls on both of a pair. How far the pairs are
    apart says whether the ratio is one: it is no verdict where the middle half of them is on both sides of the aim.
    """
    with learner(folder / "bare", 8994, panel=False) as plain:
        both = {"ours": server, "theirs": plain}
        found: list[dict[str, float]] = []
        for number in range(-1, pairs):
            order = sorted(both, reverse=number % 2 == 0)
            found.append({name: opened(browser, both[name]) for name in order})
    counted = found[1:]
    ours, theirs = (statistics.median(pair[name] for pair in counted) for name in both)
    low, _, high = statistics.quantiles([pair["ours"] / pair["theirs"] for pair in counted], n=4)
    more = f" ({ours:.2f} s and {theirs:.2f} s, medians of {pairs} pairs; half of the pairs {low:.2f} to {high:.2f})"
    what, measured, aim, verdict = row(
        "opening a lesson with the panel against without", ours / theirs, 1.05, "x", more
    )
    return [(what, measured, aim, "too noisy" if low <= 1.05 <= high else verdict)]


def used(pids: Callable[[], list[int]], reaped: int) -> float:
    """Processor seconds of these processes, and of those that `reaped` has waited for."""
    ticks = 0
    for pid in pids():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:  # ended meanwhile
            continue
        ticks += sum(map(int, fields[11 : 15 if pid == reaped else 13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def share(server: jupyterlab.Server) -> float:
    """How much of a processor JupyterLab's server and what it starts take for a while, in percent."""
    before, begun = used(lambda: family(server.pid), server.pid), time.monotonic()
    time.sleep(WATCHED)
    return 100 * (used(lambda: family(server.pid), server.pid) - before) / (time.monotonic() - begun)


def lights(browser: Browser, server: jupyterlab.Server) -> list[Row]:
    """The server with a page that shows a lab, its lights asked for, against the same page with the panel closed."""
    verbs.start(LIT.slug, say=lambda _: None)
    page = fresh(browser, server.address.replace("/lab?", "/lab?reset&"))
    page.get_by_role("button", name=f"Lab: {LIT.title}").click(timeout=LONG)
    page.get_by_text("Lights: 0 of").wait_for(timeout=LONG)
    page.wait_for_timeout(SETTLED)
    shown = share(server)
    page.get_by_role("tab", name="The task at hand").click()
    hidden = share(server)
    page.context.close()
    more = f" of a processor ({shown:.2f} % shown, {hidden:.2f} % hidden, {WATCHED:.0f} s each)"
    rows = [row("lights of an open lab, nothing changing", shown - hidden, 2, "%", more), _look()]
    verbs.reset(LIT.slug, say=lambda _: None)
    return rows


def _look() -> Row:
    """What one look costs here, in processor time of the programs that ask."""
    before = os.times()
    for _ in range(5):
        verbs.look(LIT.slug)
    after = os.times()
    seconds = (sum(after[:4]) - sum(before[:4])) / 5  # of this process and its children, user and system
    return "one look at the cluster, this machine's side", f"{seconds:.2f} s of a processor", "-", ""


WHAT = ("usable", "check", "opening", "lights")


def main() -> None:
    """Measure what was asked for, print it, and store it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", nargs="*", choices=[*WHAT, []], default=[])
    parser.add_argument("--store", action="store_true")
    parser.add_argument("--pairs", type=int, default=20, help="of `opening`; more where the machine is busy")
    given = parser.parse_args()
    chosen = given.what or WHAT
    kubectl.require_ready()
    rows: list[Row] = []
    program = shell.first_on_path(["chromium", "google-chrome", "chrome"])
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        with learner(folder / "course", 8990) as server:
            measures: dict[str, Callable[[], list[Row]]] = {
                "usable": lambda: usable(browser, server),
                "check": lambda: check(browser, server),
                "opening": lambda: opening(browser, server, folder, given.pairs),
                "lights": lambda: lights(browser, server),
            }
            for what in chosen:
                rows += measures[what]()
                print(table(("what", "measured", "aim", ""), *rows), flush=True)
        browser.close()
    if given.store:
        RESULT.write_text(page_of(rows))


def page_of(rows: list[Row]) -> str:
    """The result for people, as Markdown."""
    load = f"{os.getloadavg()[2]:.1f}"
    head = [
        "# What the panel costs",
        "",
        f"`python -m bench.panel`, on {os.cpu_count()} processors with a load of {load} (all that this machine did).",
        "Seconds depend on that; the ratios less.",
        "",
        "| What | Measured | Aim | |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *(f"| {' | '.join(cells)} |" for cells in rows), ""])


if __name__ == "__main__":
    main()
