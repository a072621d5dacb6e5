"""kind and kubectl: what cannot be run is not taken for a tool."""

from pathlib import Path

import pytest

from course.base import paths, venv
from course.base.errors import CourseError
from course.base.versions import pinned
from course.provision import tools


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("damage", ["", "no program", "#!/bin/sh\necho kind v0.1.0 go\n", None])
def test_a_damaged_kind_in_the_cache_is_built_again(
    damage: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Built by a script here: what a compiler makes is asked by tests/machine."""
    built = tmp_path / "parts" / "kind" / "kind"
    good = f"#!/bin/sh\necho kind v{pinned().kind_version} go1.26\n"
    builds: list[str] = []

    def build(name: str, *_: object, **__: object) -> Path:
        if not built.parent.exists():
            builds.append(name)
            program(built, good)
        return built.parent

    monkeypatch.setattr(tools, "build", build)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert tools.kind() == built and builds == ["kind"]
    assert tools.kind() == built and builds == ["kind"], "what works is kept"
    if damage is None:
        built.unlink()
    else:
        program(built, damage)
    assert tools.kind() == built and builds == ["kind", "kind"] and built.read_text() == good


@pytest.mark.parametrize("damage", ["", "no program", None])
def test_a_damaged_kubectl_has_venv_made_anew(
    damage: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "VENV_BIN", tmp_path / "bin")
    (tmp_path / venv.MADE).touch()
    kubectl = program(tmp_path / "bin" / "kubectl", "#!/bin/sh\necho Client Version\n")
    tools.require_kubectl()
    assert (tmp_path / venv.MADE).exists()
    kubectl.unlink() if damage is None else kubectl.write_text(damage)
    with pytest.raises(CourseError, match="kubectl") as caught:
        tools.require_kubectl()
    assert "the same command again" in caught.value.next and (tmp_path / venv.MADE).read_text() == "half\n"
