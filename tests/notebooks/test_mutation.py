"""nbval can go red: the cluster's answer is changed behind the lesson's back, and the right cells must fail."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import pytest

from course.authoring import notebook
from course.provision import cluster, engine, outside
from tests.notebooks.harness import code_cells, nbval

pytestmark = pytest.mark.cluster

BREAKAGES = {
    "the answer changes": (
        "course outside record prod-db-1.cxyz123.us-east-1.rds.amazonaws.com A 192.0.2.1",
        {"dig", "ask", "chain-as-text", "nslookup", "nslookup-busybox", "psql", "psql-server"},
    ),
    "the outside database stops": ("course outside stop postgres", {"psql", "psql-server"}),
    "the forward is lost": (
        "python -c 'from course.provision.cluster import forward_to; forward_to(\"127.0.0.1:9\")'",
        {"dig", "ask", "chain-as-text", "nslookup", "nslookup-busybox", "psql", "psql-server"},
    ),
}
DEAD_TARGET = {"stored"}  # whatever else a lost connection changes


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_broken_world_turns_the_right_cells_red(cluster: None, name: str, tmp_path: Path) -> None:
    command, expected = BREAKAGES[name]
    path = _mutated(f"%%bash\n{command} >/dev/null 2>&1", tmp_path)
    try:
        run = nbval(path, tmp_path / "report.xml")
    finally:
        _mend()
    assert run.collected == len(code_cells(path))
    assert expected <= _red(path, tmp_path / "report.xml") <= expected | DEAD_TARGET, run.output[-4000:]


def _mutated(source: str, folder: Path) -> Path:
    content = nbformat.read(notebook("02_first_externalname"), as_version=4)  # type: ignore[no-untyped-call]
    after = next(number for number, cell in enumerate(content.cells) if cell.get("id") == "client")
    broken = nbformat.v4.new_code_cell(source, id="the-breakage", execution_count=1)  # type: ignore[no-untyped-call]
    content.cells.insert(after + 1, broken)
    path = folder / "mutated.ipynb"
    nbformat.write(content, path)  # type: ignore[no-untyped-call]
    return path


def _red(path: Path, report: Path) -> set[str]:
    """The ids of the cells that failed; nbval names them `Cell N` in order of the code cells."""
    ids = [cell["id"] for cell in code_cells(path)]
    failed = [case for case in ElementTree.parse(report).iter("testcase") if case.find("failure") is not None]
    return {ids[int(case.attrib["name"].rpartition(" ")[2])] for case in failed}


def _mend() -> None:
    found = engine.choose(install=False)
    outside.reset(found)
    cluster.forward_to(outside.addresses(found).primary)
