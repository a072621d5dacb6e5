"""The panel's built files are those of its sources; who takes the course has no Node.js."""

import json

import pytest

from course.dev import panel
from tests import daily


def built() -> dict[str, int]:
    return {path.name: path.stat().st_size for path in panel.BUILT.rglob("*") if path.is_file()}


def test_it_was_built_from_these_sources() -> None:
    assert panel.STAMP.read_text().strip() == panel.digest(), "./course dev panel"


def test_jupyterlab_finds_it_and_it_is_small() -> None:
    entry = json.loads((panel.BUILT / "package.json").read_text())["jupyterlab"]["_build"]["load"]
    assert (panel.BUILT / entry).is_file()
    assert sum(built().values()) < 300_000


authors = pytest.mark.skipif(
    not (daily.EVERYTHING and panel.has_node()),
    reason="in ./course test --all, where Node.js is (learners need none): fetches npm's packages",
)


@authors
def test_its_units_are_green() -> None:
    panel.test()


@authors
def test_built_again_it_is_the_same() -> None:
    assert panel.build() == []
