import re
import subprocess
from pathlib import Path

import pytest

from course.base import paths, versions
from course.base.errors import CourseError
from course.provision.tools import GO_MODULES, go_wheel


def test_the_file_is_complete() -> None:
    assert versions.read().kind_version


def _changed(tmp_path: Path, old: str, new: str) -> Path:
    text = versions.FILE.read_text()
    assert old in text
    path = tmp_path / "versions.toml"
    path.write_text(text.replace(old, new))
    return path


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        versions.read(_changed(tmp_path, "[kind]\n", '[kind]\nverison = "1"\n'))
    assert "unknown keys: kind.verison (did you mean kind.version?)" in caught.value.why


def test_an_unknown_section_and_a_loose_key_are_named(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        versions.read(_changed(tmp_path, "[etcd]", "[ectd]"))
    assert "unknown keys: ectd (did you mean etcd?)" in caught.value.why
    loose = re.sub(r"\[etcd\]\nversion = .*\n", "", versions.FILE.read_text())
    (tmp_path / "loose.toml").write_text(f'etcd = "3"\n{loose}')
    with pytest.raises(CourseError) as caught:
        versions.read(tmp_path / "loose.toml")
    assert "etcd is '3', not a section" in caught.value.why


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        versions.read(_changed(tmp_path, f'version = "{versions.pinned().kind_version}"', ""))
    assert "it lacks: kind.version" in caught.value.why


def test_a_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        versions.read(_changed(tmp_path, f'minimum = "{versions.pinned().go_minimum}"', "minimum = 1.26"))
    assert "go.minimum is 1.26, not str" in caught.value.why


def test_broken_toml_is_said(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="cannot be read"):
        versions.read(_changed(tmp_path, "[kind]", "[kind"))


@pytest.mark.parametrize(
    ("folder", "module", "version"),
    [
        ("kind", "sigs.k8s.io/kind", versions.pinned().kind_version),
        (".", "k8s.io/kubernetes", versions.pinned().kubernetes_version),
        ("containerd", "github.com/containerd/containerd/v2", versions.pinned().containerd_version),
        (".", "go.etcd.io/etcd/server/v3", versions.pinned().etcd_version),
        (".", "github.com/coredns/coredns", versions.pinned().coredns_version),
        (".", "github.com/cloudnativelabs/kube-router/v2", versions.pinned().policies_kube_router),
        (".", "github.com/rancher/local-path-provisioner", versions.pinned().storage_local_path_provisioner),
    ],
)
def test_go_modules_repeat_the_same_versions(folder: str, module: str, version: str) -> None:
    text = (GO_MODULES / folder / "go.mod").read_text()
    assert re.search(rf"(?m)^(require )?\s*{re.escape(module)} v{re.escape(version)}( // indirect)?$", text), module


def test_staging_modules_follow_the_kubernetes_version() -> None:
    text = (GO_MODULES / "go.mod").read_text()
    staging = re.findall(r"(?m)^(?:\s*|replace )(k8s\.io/\S+) => \1 (\S+)$", text)
    assert len(staging) > 30
    assert {version for _, version in staging} == {"v0" + versions.pinned().kubernetes_version.removeprefix("1")}


@pytest.mark.parametrize("folder", ["kind", "containerd", "."])
def test_each_go_that_may_be_used_is_new_enough(folder: str) -> None:
    needed = re.findall(r"(?m)^go (\S+)$", (GO_MODULES / folder / "go.mod").read_text())
    assert [
        version
        for version in needed
        if versions.as_numbers(versions.pinned().go_minimum) < versions.as_numbers(version)
    ] == []
    assert [version for version in needed if versions.as_numbers(go_wheel()) < versions.as_numbers(version)] == []


def _versions(folder: str) -> dict[str, str]:
    """What a go.mod requires, by module; a module that is replaced has the version that replaces it."""
    text = (GO_MODULES / folder / "go.mod").read_text()
    return dict(re.findall(r"(?m)^\t(\S+) (v\S+)(?: // indirect)?$", text)) | dict(
        re.findall(r"(?m)^(?:\t|replace )(\S+) => \S+ (v\S+)$", text)
    )


def test_what_two_modules_share_is_compiled_once() -> None:
    node, containerd = _versions("."), _versions("containerd")
    differing = {module for module in node.keys() & containerd.keys() if node[module] != containerd[module]}
    # containerd is written for the CRI of the minor before, which has other names for signals.
    assert {module for module in differing if not module.startswith("k8s.io/")} == set()


def test_every_file_names_the_one_course_image() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=paths.ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    texts = [
        (paths.ROOT / name).read_text(errors="ignore") for name in tracked if name and (paths.ROOT / name).is_file()
    ]
    images = {image for text in texts for image in re.findall(r"localhost/externalname-lab:[\w.]+", text)}
    assert images == {versions.pinned().lab_image}


@pytest.mark.parametrize(
    ("text", "numbers"), [("v1.26.3", (1, 26, 3)), ("go1.27rc1", (1, 27)), ("28.2.2-ce", (28, 2, 2)), ("none", ())]
)
def test_as_numbers(text: str, numbers: tuple[int, ...]) -> None:
    assert versions.as_numbers(text) == numbers


def test_the_manifest_of_the_network_policies_names_the_version_that_is_built() -> None:
    text = (paths.CLUSTER_FOLDER / "node" / "network-policy.yaml").read_text()
    images = re.findall(r"image: (\S+)", text)
    assert images == [f"localhost/externalname-kube-router:v{versions.read().policies_kube_router}"]
