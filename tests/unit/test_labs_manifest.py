"""What every lab must have, by the manifest; no cluster is needed."""

import re
from pathlib import Path

import pytest
import yaml

from course.base.errors import CourseError
from course.lessons import catalog as lessons
from course.tasks import catalog
from course.tasks.catalog import Lab

LABS = catalog.labs()
HEADINGS = ["Situation", "Your task", "Rules", "Check", "Clean up"]
LESSONS = [lesson.slug for lesson in lessons.lessons()]
PLACEHOLDERS = {"@ADDRESS@", "@STANDBY@", "@COREDNS_IMAGE@", "@CA@"}
# What a manifest cannot do without, and a hint may therefore name.
ORDINARY = re.compile(r"^(apiVersion|kind|metadata|spec|name|namespace|labels|type|ports|selector|rollout)\b|^$")

every_lab = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.slug)


def files_of(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_there_are_labs_and_the_folders_are_exactly_those_of_the_manifest() -> None:
    assert len(LABS) >= 12
    # A folder that holds only what Python compiled was left behind when Git went to another branch.
    there = {path.name for path in catalog.FOLDER.iterdir() if not path.is_dir() or _kept(path)}
    assert there - {"__pycache__"} == {*(lab.folder.name for lab in LABS), "labs.toml"}


def _kept(folder: Path) -> bool:
    """Whether a folder holds more than what Python compiled."""
    return any(path.name != "__pycache__" for path in folder.iterdir())


def test_labs_come_in_the_order_of_the_lessons_they_follow() -> None:
    places = [LESSONS.index(lab.lesson) for lab in LABS]
    assert places == sorted(places)


def test_no_namespace_is_shared() -> None:
    names = [name for lab in LABS for name in lab.namespaces]
    assert len(names) == len(set(names))


@every_lab
def test_namespaces_are_the_labs_own(lab: Lab) -> None:
    assert lab.namespaces[0] == f"lab-{lab.slug}"
    assert all(name.startswith(f"lab-{lab.slug}") for name in lab.namespaces)
    for document in yaml.safe_load_all((lab.folder / "setup.yaml").read_text()):
        where = document["metadata"].get("namespace") or document["metadata"]["name"]
        assert where in lab.namespaces or f"{document['kind'].lower()}/{where}" in lab.cluster_objects, document[
            "metadata"
        ]


@every_lab
def test_three_hints_that_do_not_spoil(lab: Lab) -> None:
    assert len(lab.hints) == 3
    assert all(len(hint) > 60 for hint in lab.hints)
    telling = [line for path in sorted((lab.folder / "solution").iterdir()) for line in telling_lines(path)]
    assert telling, "a solution without a telling line"
    spoiled = [(line, hint) for line in telling for hint in lab.hints if line in hint]
    assert not spoiled


def telling_lines(path: Path) -> list[str]:
    """The lines of a solution that are the answer: what is left without the frame that every manifest has."""
    if path.suffix not in (".yaml", ".sh"):
        return []
    lines = (line.strip().lstrip("- ") for line in path.read_text().splitlines())
    return [line for line in lines if not ORDINARY.match(line)]


@every_lab
def test_readme_has_the_fixed_headings_and_says_what_to_type(lab: Lab) -> None:
    lines = lab.text.splitlines()
    assert lines[0] == f"# {lab.title}"
    assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == HEADINGS
    for verb in ("start", "check", "hint", "reset"):
        assert f"`./course lab {verb} {lab.slug}`" in lab.text
    assert lab.text.index("lab start") < lab.text.index("## Situation")


@every_lab
def test_no_stray_files(lab: Lab) -> None:
    answer = r"(solve\.sh|[a-z-]+\.yaml)"
    wrong = "|".join(re.escape(name) for name in lab.wrong)
    allowed = re.compile(
        rf"README\.md|lab_{lab.slug}\.ipynb|setup\.yaml|check\.py|solution/(README\.md|{answer})|wrong/({wrong})/{answer}"
    )
    assert [name for name in files_of(lab.folder) if not allowed.fullmatch(name)] == []


@every_lab
def test_wrong_answers_are_folders_and_say_which_checks_fail_and_why(lab: Lab) -> None:
    assert len(lab.wrong) >= 2
    assert {path.name for path in (lab.folder / "wrong").iterdir()} == set(lab.wrong)
    names = [check.name for check in lab.checks()]
    assert len(names) == len(set(names)) >= 2
    for name, answer in lab.wrong.items():
        assert answer.fails and set(answer.fails) <= set(names), name
        assert answer.says and set(answer.says) <= set(names), name
        assert all(len(words) > 2 for words in answer.says.values()), name
        assert "solve.sh" not in files_of(lab.folder / "wrong" / name) or answer.in_force, name


@every_lab
def test_no_two_wrong_answers_fail_the_same_checks_in_the_same_words(lab: Lab) -> None:
    reasons = [(frozenset(answer.fails), frozenset(answer.says.items())) for answer in lab.wrong.values()]
    assert len(reasons) == len(set(reasons))


@every_lab
def test_every_check_is_seen_to_fail(lab: Lab) -> None:
    """Exactly the checks there are: one that nothing makes fail could be replaced by `always true`."""
    failing = {*lab.fresh, *(name for answer in lab.wrong.values() for name in answer.fails)}
    assert failing == {check.name for check in lab.checks()}
    assert lab.fresh


@every_lab
def test_every_check_asks_from_the_lab(lab: Lab) -> None:
    for check in lab.checks():
        assert re.fullmatch(r"[a-z0-9-]+", check.name)
        assert all(probe.pod.split("/")[0] in lab.namespaces for probe in check.probes)
        assert len(check.expected) > 2 and len(check.next) > 10


@every_lab
def test_placeholders_are_known_and_solutions_say_why(lab: Lab) -> None:
    for path in lab.folder.rglob("*.yaml"):
        assert set(re.findall(r"@[A-Z_]+@", path.read_text())) <= PLACEHOLDERS
    for path in lab.folder.rglob("*.sh"):
        assert "@" not in path.read_text().replace('"$@"', "")
    why = (lab.folder / "solution" / "README.md").read_text()
    assert why.startswith("# Why this is right\n")
    assert "What does not do" in why and "Source:" in why


def test_an_unknown_slug_offers_the_nearest() -> None:
    with pytest.raises(CourseError) as caught:
        catalog.find("odd-prot")
    assert "odd-port" in caught.value.why and caught.value.exit_code == 2
    with pytest.raises(CourseError) as caught:
        catalog.find("database")
    assert "lost-database" in caught.value.why
    with pytest.raises(CourseError) as caught:
        catalog.find("xyzzy")
    assert caught.value.why == "No lab has a name like it."
    assert catalog.find(" Odd_Port ").slug == "odd-port"


def test_a_lab_has_a_number_too() -> None:
    for lab in catalog.labs():
        assert catalog.find(str(lab.number)) == catalog.find(f"{lab.number:02d}") == lab
    with pytest.raises(CourseError):
        catalog.find(str(len(catalog.labs()) + 1))
