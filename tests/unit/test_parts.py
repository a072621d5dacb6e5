"""Parts of the cluster that only some lessons need: their list, their keys, what is said where one cannot be made."""

import re
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest
import yaml

from course.base import paths, shell
from course.base.errors import CourseError
from course.base.versions import as_numbers, pinned
from course.lessons import catalog as lessons
from course.provision import edge, images, parts, programs, tools
from course.provision.engine import Engine
from course.tasks import catalog as labs

ENGINE = Engine("podman", "4")


def quiet(text: str) -> None:
    """Nobody listens."""


def test_lessons_and_labs_name_parts_that_are_there() -> None:
    named = {name for lesson in lessons.lessons() for name in lesson.parts}
    named |= {name for lab in labs.labs() for name in lab.parts}
    assert named <= {part.name for part in parts.PARTS}


def test_a_part_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(CourseError, match="There is no part 'edgy'") as caught:
        parts.find("edgy")
    assert "edge" in caught.value.why


def test_the_key_follows_what_the_part_is_made_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = edge.key()
    for path in edge.FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(edge, "FOLDER", tmp_path)
    assert edge.key() == before
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    assert edge.key() != before


@pytest.mark.parametrize("name", [part.name for part in parts.PARTS])
def test_without_registry_and_root_it_says_what_is_missing(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setattr(parts, "choose", lambda say: ENGINE)
    monkeypatch.setattr(Engine, "has_image", lambda self, name: False)
    monkeypatch.setattr(images, "_pull", lambda engine, name, timeout: ("no route to the registry.", "Connect."))
    monkeypatch.setattr(images, "_may_build", lambda: False)
    said: list[str] = []
    with pytest.raises(CourseError) as caught:
        parts.make(name, said.append)
    assert f"The part {name} cannot be made" in caught.value.what
    assert "no route to the registry" in caught.value.why and images.BUILDING_NEEDS in caught.value.why
    assert re.search(rf"{name}, once: \d minutes on 2 cores, \d+ MB", said[0])
    assert not parts.find(name).made


def test_what_is_made_is_carried_to_another_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "one"))
    part = parts.find("edge")
    part.folder.mkdir(parents=True)
    (part.folder / parts.IMAGE).write_text("an image")
    parts.carry(tmp_path / "two" / paths.CACHE_NAME)
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "two"))
    assert part.made and (part.folder / parts.IMAGE).read_text() == "an image"


def test_a_folder_without_its_image_is_no_part(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    part = parts.find("edge")
    (part.folder / "half").mkdir(parents=True)
    assert not part.made


def test_the_list_says_minutes_and_megabytes() -> None:
    argv = [sys.executable, "-m", "course", "parts"]
    result = subprocess.run(argv, capture_output=True, text=True, env=shell.environment())
    assert result.returncode == 0, result.stderr
    rows = result.stdout.splitlines()[1:]
    assert [row.split()[0] for row in rows] == [part.name for part in parts.PARTS]
    assert all(
        str(part.minutes) in row and str(part.megabytes) in row for part, row in zip(parts.PARTS, rows, strict=True)
    )


def test_contours_version_stands_in_each_place() -> None:
    go_mod = (edge.FOLDER / "go.mod").read_text()
    assert re.search(rf"(?m){re.escape(edge.MODULE)} v{re.escape(pinned().edge_contour)}( // indirect)?$", go_mod)
    texts = [parts.find("edge").manifest.read_text(), *(path.read_text() for path in labs.FOLDER.glob("*/setup.yaml"))]
    images = {name for text in texts for name in re.findall(r"localhost/externalname-edge:\S+", text)}
    assert images == {edge.image()}


def test_each_go_that_may_be_used_is_new_enough_for_contour() -> None:
    (needed,) = re.findall(r"(?m)^go (\S+)$", (edge.FOLDER / "go.mod").read_text())
    assert as_numbers(needed) <= as_numbers(pinned().go_minimum) and as_numbers(needed) <= as_numbers(tools.go_wheel())


def test_descriptions_go_and_a_property_of_that_name_stays() -> None:
    schema = {
        "description": "what it is",
        "properties": {
            "description": {"type": "string", "description": "words"},
            "list": {"items": [{"description": "x"}]},
        },
    }
    edge._without_descriptions(schema)
    assert schema == {"properties": {"description": {"type": "string"}, "list": {"items": [{}]}}}


def test_the_edge_may_run_in_the_lessons_namespace() -> None:
    *_, binding = yaml.safe_load_all((edge.FOLDER / "cluster.yaml").read_text())
    may = {subject["namespace"] for subject in binding["subjects"]}
    assert may and may <= {name for lesson in lessons.lessons() if lesson.parts for name in lesson.namespaces}


PROGRAMS = (programs.HELM, programs.METRICS, programs.RECORDS)


@pytest.mark.parametrize("part", PROGRAMS, ids=lambda part: part.part)
def test_a_programs_version_stands_in_each_place(part: programs.Programs) -> None:
    go_mod = (part.folder / "go.mod").read_text()
    ours = part.go.package.startswith("./")
    assert ours or re.search(rf"(?m)^tool {re.escape(part.go.package)}$", go_mod)
    assert re.search(rf"(?m)^\s+{re.escape(part.go.module)} v{re.escape(part.version())}( // indirect)?$", go_mod)
    manifests = [parts.find(part.part).manifest, *labs.FOLDER.glob("*/setup.yaml")]
    images = {name for path in manifests for name in re.findall(rf"\S*externalname-{part.part}:\S+", path.read_text())}
    assert images == {part.image()}


def test_a_programs_key_follows_what_it_is_made_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = programs.HELM.key()
    copytree(programs.HELM.folder, tmp_path / "helm")
    monkeypatch.setattr(programs, "FOLDER", tmp_path)
    assert programs.HELM.key() == before
    (tmp_path / "helm" / "go.sum").write_text("")
    assert programs.HELM.key() != before


def test_what_is_ours_of_a_program_is_in_its_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = programs.RECORDS.key()
    copytree(programs.RECORDS.folder, tmp_path / "records")
    monkeypatch.setattr(programs, "FOLDER", tmp_path)
    assert programs.RECORDS.key() == before
    (tmp_path / "records" / "external-dns" / "main.go").write_text("package main")
    assert programs.RECORDS.key() != before


@pytest.mark.parametrize("part", PROGRAMS, ids=lambda part: part.part)
def test_each_go_that_may_be_used_is_new_enough_for_it(part: programs.Programs) -> None:
    (needed,) = re.findall(r"(?m)^go (\S+)$", (part.folder / "go.mod").read_text())
    assert as_numbers(needed) <= as_numbers(pinned().go_minimum) and as_numbers(needed) <= as_numbers(tools.go_wheel())
