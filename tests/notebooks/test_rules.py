"""What nbval would let pass in silence is forbidden here; no cluster needed."""

import ast
import re
from pathlib import Path

import pytest
from nbval.plugin import get_sanitize_patterns

from course.base import paths
from course.dev.nbval import NOT_COMPARED, SANITIZE, code_cells, source, tags, texts
from course.lessons import catalog, middle
from course.tasks import cells, experiment

SLUGS = [lesson.slug for lesson in catalog.lessons()]
NOTEBOOKS = [catalog.find(slug).notebook for slug in SLUGS]


def test_manifest_lists_each_notebook_and_nothing_else() -> None:
    assert sorted(path.name for path in paths.NOTEBOOKS.glob("*.ipynb")) == sorted(path.name for path in NOTEBOOKS)
    assert len(set(SLUGS)) == len(SLUGS) > 0


@pytest.mark.parametrize("path", NOTEBOOKS, ids=SLUGS)
def test_each_cell_was_executed_in_order(path: Path) -> None:
    counts = [cell["execution_count"] for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1)), "run: ./course dev author"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=SLUGS)
def test_no_cell_is_green_whatever_happens(path: Path) -> None:
    for cell in code_cells(path):
        text, marked = source(cell), tags(cell)
        assert not re.search(r"(?m)^\s*!", text), f"a bare ! hides a failing command: {text}"
        assert "clear_output" not in text
        assert not {"raises-exception", "nbval-ignore-output"} <= marked, "nothing would be checked at all"
        assert "nbval-skip" not in marked
        if "raises-exception" in marked:
            assert any(output["output_type"] == "error" for output in cell["outputs"]), "nothing was raised"
        if text.startswith("%%bash"):
            assert not re.search(r"\bsleep \d", text), "wait on a condition, not for a time"
            # in a Pod it may
            here = [line for line in text.splitlines() if not re.search("kubectl exec|command:", line)]
            assert not re.search(r"(>|\btee) ?/tmp/", "\n".join(here)), (
                "a file that stays behind on the learner's machine"
            )
        elif not text.startswith("%%"):
            ast.parse(text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=SLUGS)
def test_an_ignored_cell_has_a_compared_twin(path: Path) -> None:
    cells = code_cells(path)
    for number, cell in enumerate(cells):
        if tags(cell) & NOT_COMPARED:
            near = cells[max(0, number - 1) : number + 2]
            assert any(not tags(neighbour) & NOT_COMPARED and neighbour["outputs"] for neighbour in near), source(cell)


def test_nine_of_ten_cells_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    cells = [cell for path in NOTEBOOKS for cell in code_cells(path)]
    compared = [cell for cell in cells if not tags(cell) & NOT_COMPARED]
    with capsys.disabled():
        print(f"\ncode cells compared: {len(compared)} of {len(cells)} ({100 * len(compared) / len(cells):.1f} %)")
    assert len(compared) >= 0.9 * len(cells) > 0


def test_what_a_later_section_needs_is_made_when_it_is_entered() -> None:
    """`lesson.need` says then what it says from top to bottom: that the exercise's work is there."""
    found = 0
    for slug in SLUGS:
        every = cells.cells(slug)
        places = {cell["id"]: number for number, cell in enumerate(every)}
        for number, cell in enumerate(every):
            for exercise in re.findall(r'^lesson\.need\("(.+)"\)', cells.text(cell), re.MULTILINE):
                section = max(place for place in range(number) if middle.heading(every[place]))
                assert places[exercise] > section or experiment.STATE in tags(every[places[exercise]]), exercise
                found += 1
    assert found > 0


@pytest.mark.parametrize("path", NOTEBOOKS, ids=SLUGS)
def test_cell_ids_are_words(path: Path) -> None:
    ids = [cell["id"] for cell in code_cells(path)]
    assert len(set(ids)) == len(ids)
    assert all(
        re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) and not re.fullmatch(r"[0-9a-f]{8}", name) for name in ids
    )


EXAMPLES = {
    "earlier run": (
        "Left from an earlier run, removed now: namespace a pod/b\nReady",
        "Left from an earlier run, removed now\nReady",
    ),
    "seconds taken": ("kind cluster: done, 12.3 s", "kind cluster: done, SECONDS s"),
    "seconds, a time-out": ("gave up after 3.1 s; gave up after 0.4 s", "gave up after SECONDS s; gave up after 0.4 s"),
    "seconds, soon": ("new after 1.2 s, 24.9 s, 25.0 s", "new after SOON s, SOON s, 25.0 s"),
    "seconds, half a minute": ("new after 30.1 s, 27.9 s", "new after HALF-A-MINUTE s, 27.9 s"),
    "ttl, short": ("3 records, TTL 4; 1 records, TTL 30", "3 records, TTL UP-TO-5; 1 records, TTL 30"),
    "rows missing": (
        "78 acknowledged rows are missing\n0 ids stand for two",
        "SOME acknowledged rows are missing\n0 ids stand for two",
    ),
    "share": ("answered: 11 of 20, answered: 20 of 20", "answered: SOME of 20, answered: 20 of 20"),
    "events of a Pod": (
        "[pass] drill-not-ready: Warning Unhealthy 0s\n[FAIL] drill-not-ready",
        "[pass] drill-not-ready: EVENTS\n[FAIL] drill-not-ready",
    ),
    "rows compared": (f"412 rows, digest {'0f' * 16}", "N rows, digest DIGEST"),
    "the same number twice": ("336 / 336, 336 / 335, 0 / 0", "N / N, 336 / 335, 0 / 0"),
    "log position": ("confirmed log position 0/19F3A28", "confirmed log position LSN"),
    "version of an object": (
        "before and after: 812\nbefore and after: 812 815",
        "before and after: VERSION\nbefore and after: 812 815",
    ),
    "cluster ip": ("10.96.0.10#53, placeholder 10.96.0.0", "CLUSTER-IP#53, placeholder 10.96.0.0"),
    "pod ip": ("A\t10.244.0.15", "A\tPOD-IP"),
    "pod ip in a name": ("8080 10-244-0-15.web-pods.shop", "8080 POD-IP.web-pods.shop"),
    "outside ip": ("A 10.89.0.4 or 172.18.0.3", "A OUTSIDE-IP or OUTSIDE-IP"),
    "a node's resolver": ("lookup a.b on [fc00::1]:53: no such host", "lookup a.b on RESOLVER: no such host"),
    "node name": ("etcd-externalname-ci-12-control-plane", "etcd-NODE"),
    "age": ("name 5m12s\nother 3d4h", "name AGE\nother AGE"),
    "ttl": ("a.b.\t\t30\tIN\tCNAME\tc.", "a.b. TTL IN\tCNAME\tc."),
    "serial": ("hostmaster.cluster.local. 1795415985 7200", "hostmaster.cluster.local. SERIAL 7200"),
    "patch release": ("4m v1.37.0", "4m v1.37.PATCH"),
    "dig header": ("status: NOERROR, id: 31845", "status: NOERROR, id: ID"),
    "dig time": (";; Query time: 3 msec", ";; Query time"),
    "pod name": ("coredns-5f66bf4bdb-mw859", "coredns-POD"),
    "slice name": ("legacy-api-x7k2p", "legacy-api-ID"),
    "refused by a plugin": (
        "5432 (tcp) failed: Connection refused, 6379 (tcp) timed out: Operation now in progress, 80 (tcp) failed",
        "5432 (tcp) REFUSED, 6379 (tcp) REFUSED, 80 (tcp) failed",
    ),
    "network plugin": ("NAME          READY\nkindnet       1", "NAME          READY\nPLUGIN       1"),
    "rule lines": ("----+----------", "---+---"),
    "blanks": ("a  \t b", "a_b"),
}


def sanitizers() -> dict[str, tuple[re.Pattern[str], str]]:
    """Name to pattern and replacement, read by nbval's own reader: what it overlooks is not there."""
    text = SANITIZE.read_text()
    names = re.findall(r"(?m)^\[(.+)\]$", text)
    pairs = get_sanitize_patterns(text)
    assert len(names) == len(pairs) == len(EXAMPLES) > 0
    return {name: (re.compile(pattern), replacement) for name, (pattern, replacement) in zip(names, pairs, strict=True)}


@pytest.mark.parametrize("name", sanitizers())
def test_each_pattern_does_what_its_name_says(name: str) -> None:
    pattern, replacement = sanitizers()[name]
    before, after = EXAMPLES[name]
    assert pattern.sub(replacement, before) == after


@pytest.mark.parametrize("name", sanitizers())
def test_each_pattern_is_needed(name: str) -> None:
    pattern, _ = sanitizers()[name]
    assert any(pattern.search(text) for path in NOTEBOOKS for text in texts(path)), f"nothing stored matches [{name}]"
