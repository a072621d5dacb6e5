"""nbval can go red: the cluster's answer is changed behind the lesson's back, and the right cells must fail."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

from course.dev.nbval import code_cells, nbval
from course.lessons import catalog
from course.provision import world
from tests import daily

# In lesson 02, what shows the address or needs it; `one-shot` shows the aliases alone.
ANSWERED = {"dig", "ask", "chain-as-text", "nslookup", "nslookup-busybox", "psql", "psql-server"}
LOSE_THE_FORWARD = "python -c 'from course.kube.corefile import forward_to; forward_to(\"127.0.0.1:9\")'"


@dataclass(frozen=True)
class Breakage:
    """What breaks the world, after which cell of which lesson, and the cells that must fail.

    also: those that may fail, too.
    """

    command: str
    red: set[str]
    also: set[str] = field(default_factory=set)
    lesson: str = "first_externalname"
    after: str = "client"


BREAKAGES = {
    "the answer changes": Breakage(
        "course outside record prod-db-1.cxyz123.us-east-1.rds.amazonaws.com A 192.0.2.1", ANSWERED, {"stored"}
    ),
    "the outside database stops": Breakage("course outside stop postgres", {"psql", "psql-server"}, {"stored"}),
    "the forward is lost": Breakage(
        LOSE_THE_FORWARD,
        ANSWERED | {"one-shot"},
        {"stored"},
    ),
    "the forward is lost before the interview": Breakage(
        LOSE_THE_FORWARD,
        {"prove-dns", "prove-packets"},
        lesson="interview",
    ),
    "a server is down at the start": Breakage(
        "course outside stop redis", {"outside-status"}, lesson="start_here", after="begin"
    ),
    "the Service is led elsewhere": Breakage(
        "kubectl patch service external-database -n production -p "
        '\'{"spec":{"externalName":"no-such-db.example.com"}}\'',
        ANSWERED | {"one-shot", "stored"},
        after="no-slices",
    ),
    "the Service is removed": Breakage(
        "kubectl delete service shared-auth -n team-b",
        {"works", "balance", "host", "tls", "gone", "gone-ask"},
        lesson="across_namespaces",
        after="domain",
    ),
}
TODAY = daily.share(list(BREAKAGES), of=8)


@pytest.mark.parametrize("name", daily.params(BREAKAGES, TODAY, "@{}"))
def test_a_broken_world_turns_the_right_cells_red(
    whole_set_up: None, name: str, tmp_path: Path, proves: Callable[..., None]
) -> None:
    breakage = BREAKAGES[name]
    path = _mutated(breakage, tmp_path)
    try:
        run = nbval(path, tmp_path / "report.xml")
    finally:
        world.restore()
    assert run.collected == len(code_cells(path))
    proves("breakages")
    may = breakage.red | breakage.also | _turns(path)
    assert breakage.red <= _red(path, tmp_path / "report.xml") <= may, run.output[-4000:]


def _mutated(breakage: Breakage, folder: Path) -> Path:
    content = nbformat.read(catalog.find(breakage.lesson).notebook, as_version=4)  # type: ignore[no-untyped-call]
    after = next(number for number, cell in enumerate(content.cells) if cell.get("id") == breakage.after)
    source = f"%%bash\n{breakage.command} >/dev/null 2>&1"
    broken = nbformat.v4.new_code_cell(source, id="the-breakage", execution_count=1)  # type: ignore[no-untyped-call]
    content.cells.insert(after + 1, broken)
    # What comes after the last cell that must fail proves nothing more.
    last = max(number for number, cell in enumerate(content.cells) if cell.get("id") in breakage.red)
    del content.cells[last + 1 :]
    path = folder / "mutated.ipynb"
    nbformat.write(content, path)  # type: ignore[no-untyped-call]
    return path


def _turns(path: Path) -> set[str]:
    """The cells that compare a learner's turn with the cluster: where it is broken, they may say so, too."""
    return {cell["id"] for cell in code_cells(path) if cell["id"].endswith(("-reveal", "-check"))}


def _red(path: Path, report: Path) -> set[str]:
    """The ids of the cells that failed; nbval names them `Cell N` in order of the code cells."""
    ids = [cell["id"] for cell in code_cells(path)]
    failed = [case for case in ElementTree.parse(report).iter("testcase") if case.find("failure") is not None]
    return {ids[int(case.attrib["name"].rpartition(" ")[2])] for case in failed}
