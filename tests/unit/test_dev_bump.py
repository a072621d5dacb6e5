"""`course dev bump`: what it reads and writes, and that nothing is ever half done.

The whole of it needs the Go proxy: weekly.
"""

import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from course.base import files, paths, versions
from course.base.errors import CourseError
from course.cli.app import app
from course.dev import bump
from course.provision import tools
from tests import daily
from tests.unit.clone import copied, environment, python

CONSTANTS = """
	// MinExternalEtcdVersion is older
	MinExternalEtcdVersion = "9.1.0-0"
	DefaultEtcdVersion = "9.7.1-0"
	CoreDNSVersion = "v9.14.6"
"""
GO_MOD = """
replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/client-go => ./staging/src/k8s.io/client-go
	example.com/fork => example.com/other v1.0.0
)
"""


def test_the_versions_that_kubeadm_asks_for() -> None:
    assert bump.kubeadm_versions(CONSTANTS) == ("9.7.1", "9.14.6")
    with pytest.raises(CourseError, match="no etcd or no CoreDNS"):
        bump.kubeadm_versions(CONSTANTS.replace("DefaultEtcdVersion", "Etcd"))


def test_the_modules_of_kubernetes_own_repository() -> None:
    assert bump.staging(GO_MOD) == ["k8s.io/api", "k8s.io/client-go"]


def test_versions_change_and_nothing_else(tmp_path: Path) -> None:
    text = versions.FILE.read_text()
    (tmp_path / "versions.toml").write_text(bump.with_versions(text, {"kubernetes": "9.9.9", "etcd": "8.8.8"}))
    old, new = versions.read(), versions.read(tmp_path / "versions.toml")
    assert (new.kubernetes_version, new.etcd_version) == ("9.9.9", "8.8.8")
    assert (new.kind_version, new.coredns_version, new.containerd_version) == (
        old.kind_version,
        old.coredns_version,
        old.containerd_version,
    )
    assert (tmp_path / "versions.toml").read_text().count("#") == text.count("#")
    with pytest.raises(CourseError, match=r"no \[nothing\]"):
        bump.with_versions(text, {"nothing": "1.0.0"})


def test_a_module_gets_its_pins_and_loses_what_follows_from_them() -> None:
    module = {
        "Tool": [{"Path": "k8s.io/kubernetes/cmd/kubelet"}, {"Path": "example.com/tool/cmd/x"}],
        "Require": [
            {"Path": "k8s.io/kubernetes", "Version": "v1.1.1", "Indirect": True},
            {"Path": "k8s.io/api", "Version": "v0.1.1"},
            {"Path": "example.com/tool", "Version": "v1.0.0", "Indirect": True},
            {"Path": "example.com/follows", "Version": "v1.0.0", "Indirect": True},
            {"Path": "example.com/direct", "Version": "v1.0.0"},
        ],
        "Replace": [{"Old": {"Path": "k8s.io/gone"}, "New": {"Path": "k8s.io/gone", "Version": "v0.1.1"}}],
    }
    pins = {"k8s.io/kubernetes": "1.2.3", "k8s.io/api": "0.2.3", "go.etcd.io/etcd/server/v3": "3.0.0"}
    edits = [
        "-require=k8s.io/kubernetes@v1.2.3",
        "-require=k8s.io/api@v0.2.3",
        "-droprequire=example.com/follows",
        "-dropreplace=k8s.io/gone",
        "-replace=k8s.io/api=k8s.io/api@v0.2.3",
    ]
    assert bump.module_edits(module, pins, ["k8s.io/api"], anew=True) == edits
    edits.remove("-droprequire=example.com/follows")
    assert bump.module_edits(module, pins, ["k8s.io/api"], anew=False) == edits, "a patch keeps what it can"
    kept = {"Old": {"Path": "k8s.io/api"}, "New": {"Path": "k8s.io/api", "Version": "v0.1.1"}}
    again = module | {"Replace": [{"Old": {"Path": "k8s.io/gone"}}, kept]}
    assert bump.module_edits(again, pins, ["k8s.io/api"], anew=False) == edits, "it is replaced in its place"
    client = {"Require": [{"Path": "k8s.io/api", "Version": "v0.35.0"}]}
    assert bump.module_edits(client, pins, ["k8s.io/api"], anew=True) == [], (
        "a user of the client chooses its own version"
    )


def test_each_tool_is_listed_alone() -> None:
    """Two of ours use logrus in two spellings, which one call of `go list` refuses."""
    two = {"Tool": [{"Path": "example.com/Upper"}, {"Path": "example.com/upper/cmd/x"}]}
    assert bump.programs(two) == ["./...", "example.com/Upper", "example.com/upper/cmd/x"]
    assert bump.programs({"Require": []}) == ["./..."]


def test_the_change_log_gets_one_line_on_top() -> None:
    once = bump.with_note("# Changelog\n\n## 0.1.0\n\nFirst.\n", "Kubernetes 9.")
    assert once == "# Changelog\n\n## Unreleased\n\n- Kubernetes 9.\n\n## 0.1.0\n\nFirst.\n"
    assert bump.with_note(once, "kind 2.") == once.replace("- Kubernetes 9.\n", "- kind 2.\n- Kubernetes 9.\n")


@pytest.mark.parametrize("version", ["1.37", "v1.37.2", "latest", "1.37.2-rc.1"])
@pytest.mark.parametrize("what", ["kubernetes", "kind"])
def test_what_is_no_version_is_refused(what: str, version: str) -> None:
    error = CliRunner().invoke(app, ["dev", "bump", what, version]).exception
    assert isinstance(error, CourseError) and error.exit_code == 2
    assert "is no version" in error.what


@pytest.mark.parametrize("what", ["kubernetes", "kind"])
def test_the_version_that_is_pinned_already_changes_nothing(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "go", lambda: (_ for _ in ()).throw(AssertionError("the Go proxy is asked")))
    now = getattr(versions.pinned(), f"{what}_version")
    error = CliRunner().invoke(app, ["dev", "bump", what, now]).exception
    assert isinstance(error, CourseError) and error.exit_code == 2
    assert error.what == f"{what} is {now} already." and f"./course dev bump {what} 0.0.0" in error.next


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of three files, in place of ours."""
    for name in ("cluster/versions.toml", "CHANGELOG.md", "requirements.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("before\n")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    return tmp_path


def state(clone: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in clone.rglob("*") if path.is_file() and ".git" not in path.parts}


def test_the_files_change_together(clone: Path) -> None:
    with bump._in_a_copy(lambda line: None) as copy:
        for name in ("cluster/versions.toml", "CHANGELOG.md"):
            (copy / name).write_text("after\n")
        assert set(state(clone).values()) == {"before\n"}
    assert state(clone) == {"versions.toml": "after\n", "CHANGELOG.md": "after\n", "requirements.txt": "before\n"}


def test_a_step_that_fails_changes_nothing(clone: Path) -> None:
    with pytest.raises(CourseError), bump._in_a_copy(lambda line: None) as copy:
        (copy / "CHANGELOG.md").write_text("after\n")
        raise CourseError("A later step failed.")
    assert set(state(clone).values()) == {"before\n"}


def test_a_disk_that_is_full_halfway_changes_nothing(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, written = files.replace, []

    def full_at_the_second(path: Path, text: str, *, mode: int) -> None:
        written.append(path.name)
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        replace(path, text, mode=mode)

    monkeypatch.setattr(files, "replace", full_at_the_second)
    with pytest.raises(OSError, match="No space"), bump._in_a_copy(lambda line: None) as copy:
        for name in ("cluster/versions.toml", "CHANGELOG.md"):
            (copy / name).write_text("after\n")
    assert len(written) == 4 and set(state(clone).values()) == {"before\n"}


weekly = pytest.mark.skipif(not daily.EVERYTHING, reason="needs the Go proxy and minutes: ./course test --all")


@pytest.mark.cluster  # not for the cluster: it belongs to the long half of the tests
@weekly
@pytest.mark.parametrize(("what", "module"), [("kubernetes", bump.KUBERNETES), ("kind", bump.KIND)])
def test_another_version_for_real(what: str, module: str, tmp_path: Path) -> None:
    """The release before the pinned one, in a copy: its modules resolve, and every file names it."""
    clone = copied(tmp_path)
    listed = subprocess.run(
        ["go", "list", "-m", "-versions", module], env=environment(clone), capture_output=True, text=True
    )
    earlier = [version.removeprefix("v") for version in listed.stdout.split()[1:] if "-" not in version]
    pinned = versions.as_numbers(getattr(versions.pinned(), f"{what}_version"))
    version = [one for one in earlier if versions.as_numbers(one) < pinned][-1]
    assert python(clone, "-m", "course", "dev", "bump", what, "1.999.0").returncode == 2
    assert f'"{version}"' not in (clone / "cluster/versions.toml").read_text()
    result = python(clone, "-m", "course", "dev", "bump", what, version)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f'"{version}"' in (clone / "cluster/versions.toml").read_text()
    subprocess.run(["git", "-C", str(clone), "add", "--all"], check=True)  # a rule reads what Git keeps
    # Of another minor this rule is its author's to mend, and bump says so.
    left = "tests/unit/test_versions.py::test_what_two_modules_share_is_compiled_once"
    assert what == "kind" or f"{left.partition(':')[0]}: where it names" in result.stdout
    theirs = ["--deselect", left] if what == "kubernetes" else []
    rules = python(clone, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/test_versions.py", *theirs)
    assert rules.returncode == 0, rules.stdout
