"""A cell that prints a verdict in place of what was seen can print the opposite.

So it is fed the opposite, and must say so.

Verdicts are found by rule, so that none is overlooked: a word at the end or the beginning of a stored line, a sentence
that was typed before the cell ran, a sentence chosen by a condition or by an exit code.
"""

import ast
import contextlib
import io
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kubernetes.client.exceptions import ApiException

from course.dev.nbval import NOT_COMPARED, code_cells, source, tags
from course.lessons import catalog

Cell = dict[str, Any]
WORD = re.compile(r"(?m)(?:^|[:=,] |  )(True|False|yes|no|t|f)$|^(accepted|REFUSED)\b|\b(admitted)$")
OF_THE_API = re.compile(r"(?m)^.*\b[Rr]eady: \w*$")  # a field of an object, printed as it stands
CHOSEN = re.compile(r"(?:&&|\|\|)\s*echo\s+(\"[^\"$]*\"|'[^'$]*'|[^\"'$;|&)\n]+)")


def verdicts(text: str) -> list[str]:
    """The verdicts in a cell's output, in order."""
    return [next(filter(None, found)) for found in WORD.findall(OF_THE_API.sub("", text))]


def typed(text: str) -> Iterator[str]:
    """What a cell of Python prints that was typed before it ran, or chosen between two typed sentences."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            parts = [part for part in ast.walk(node) if isinstance(part, ast.IfExp)]
            chosen = [
                part for part in parts if isinstance(part.body, ast.Constant) and isinstance(part.orelse, ast.Constant)
            ]
            if chosen or (node.args and all(isinstance(part, ast.Constant) for part in node.args)):
                yield ast.unparse(node)


def signs(cell: Cell) -> list[str]:
    """What makes this cell one that prints a verdict; empty for one that prints what was seen."""
    text = source(cell)
    found = verdicts(stored(cell))
    if text.startswith("%%bash"):
        return found + CHOSEN.findall(text)
    return found + ([] if text.startswith("%%") else list(typed(text)))


def stored(cell: Cell) -> str:
    """A cell's stored text."""
    texts = (output.get("text") or output.get("data", {}).get("text/plain") or "" for output in cell["outputs"])
    return "\n".join("".join(text) for text in texts)


def found_by_rule() -> dict[tuple[str, str], list[str]]:
    """Lesson and cell to its signs, over all compared cells."""
    every = ((lesson.slug, cell) for lesson in catalog.lessons() for cell in code_cells(lesson.notebook))
    compared = ((slug, cell) for slug, cell in every if not tags(cell) & NOT_COMPARED)
    return {(slug, cell["id"]): found for slug, cell in compared if (found := signs(cell))}


class Api:
    """In place of the API server: says yes to everything, or no."""

    def __init__(self, *, says_yes: bool) -> None:
        self.says_yes = says_yes

    def create_namespaced_service(self, *_: object, **__: object) -> None:
        """Of the Python client."""
        if not self.says_yes:
            error = ApiException(status=422)
            error.body = '{"details": {"causes": [{"field": "spec", "message": "never (at all)"}]}}'
            raise error

    def try_kubectl(self, *_: str, **__: object) -> SimpleNamespace:
        """Of course.lesson."""
        said = "" if self.says_yes else 'denied request: "x": never'
        return SimpleNamespace(returncode=not self.says_yes, stdout="", stderr=said)


KUBECTL = '#!/bin/sh\ncase "$*" in *can-i*) echo $ANSWER; [ $ANSWER = yes ];; esac\n'
# For each cell that prints a verdict: the words of it when the API says yes to everything, and when it says no.
WORDS = {
    ("first_externalname", "refuse"): ({"accepted"}, {"REFUSED"}),
    ("first_externalname", "accept"): ({"accepted"}, {"REFUSED"}),
    ("across_namespaces", "permission"): ({"yes"}, {"no"}),
    ("without_selector", "refuse"): ({"accepted"}, {"REFUSED"}),
    ("security_and_policy", "rights"): ({"yes"}, {"no"}),
    ("security_and_policy", "policy-try"): ({"admitted"}, set()),
}


def test_each_verdict_has_its_opposite_here() -> None:
    found = found_by_rule()
    new = {name: sign for name, sign in found.items() if name not in WORDS}
    assert not new, f"print what was seen instead, or feed these cells the opposite here: {new}"
    assert not set(WORDS) - set(found), "no such verdict is printed any more: take it out of WORDS"


@pytest.mark.parametrize("says_yes", [True, False])
@pytest.mark.parametrize(("slug", "name"), WORDS, ids=[f"{slug}-{name}" for slug, name in WORDS])
def test_the_cell_says_what_it_was_told(slug: str, name: str, says_yes: bool, tmp_path: Path) -> None:
    cells = code_cells(catalog.find(slug).notebook)
    position = next(number for number, cell in enumerate(cells) if cell["id"] == name)
    text = source(cells[position])
    said = bash(text, tmp_path, says_yes) if text.startswith("%%bash") else python(cells[: position + 1], says_yes)
    assert set(verdicts(said)) == WORDS[slug, name][not says_yes], said
    assert said.count("\n") >= len(verdicts(stored(cells[position]))), "it stopped half-way"


def bash(text: str, folder: Path, says_yes: bool) -> str:
    """What the cell prints where kubectl answers each `can-i` so."""
    program = folder / "kubectl"
    program.write_text(KUBECTL)
    program.chmod(0o755)
    answer = "yes" if says_yes else "no"
    known = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "ANSWER": answer}
    script = text.partition("\n")[2]
    return subprocess.run(["bash", "-c", script], env=known, capture_output=True, text=True, timeout=60).stdout


def python(cells: list[Cell], says_yes: bool) -> str:
    """What the last cell prints, with the functions that the cells before it define, where the API answers so."""
    api = Api(says_yes=says_yes)
    names: dict[str, Any] = {"core": api, "try_kubectl": api.try_kubectl}
    for cell in cells[:-1]:
        if not source(cell).startswith("%%"):
            defined: list[ast.stmt] = [
                node for node in ast.parse(source(cell)).body if isinstance(node, ast.FunctionDef)
            ]
            exec(compile(ast.Module(defined, []), cell["id"], "exec"), names)
    exec("import json\nfrom kubernetes.client.rest import ApiException", names)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(source(cells[-1]), names)
    return printed.getvalue()


@pytest.mark.parametrize(
    ("kind", "text", "printed"),
    [
        ("a word at the end", "", "the same address: True\n"),
        ("a word alone", "", "t\n"),
        ("a typed sentence", 'print("the policy is in force")', ""),
        ("a chosen sentence", 'print("the same" if a == b else "another")', ""),
        ("a sentence after an exit code", '%%bash\nnc -z host 1 && echo "open"', ""),
    ],
)
def test_the_rule_finds(kind: str, text: str, printed: str) -> None:
    assert signs({"source": text, "outputs": [{"text": printed}]}), kind


def test_the_rule_lets_numbers_pass() -> None:
    assert not signs({"source": 'print(f"after {waited:.1f} s")', "outputs": [{"text": "after 1.2 s\nready: True\n"}]})
