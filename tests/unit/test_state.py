"""Every state file, damaged in every way: it is made again, or said with the file and a way out; never a traceback."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from course.base import files, paths, state
from course.base.errors import CourseError
from course.dev import dockerd, site
from course.kube import corefile, kubectl
from course.provision import engine, images, kind_cluster, outside, reporter, system
from course.tasks import progress

COREFILE = ".:53 {\n    forward . /etc/resolv.conf {\n    }\n}\n"
MANIFESTS = "kind: ConfigMap\ndata:\n  Corefile: |\n" + "".join(f"    {line}\n" for line in COREFILE.splitlines())
UNKNOWN = "unknown"
PODMAN = engine.Engine("podman", "5")


def record() -> object:
    known = kind_cluster.read_record()
    return known.container_id if known else UNKNOWN


# Of each file: where its path is, how the course writes it, how it reads it, and what it reads from a good one.
FILES: dict[str, tuple[object, str, Callable[[], object], Callable[[], object], object]] = {
    "cluster": (
        kind_cluster, "RECORD",
        lambda: kind_cluster._write_record("a" * 64, "image"), record, "a" * 64,
    ),
    "engine": (
        engine, "REMEMBERED",
        PODMAN.remember, lambda: engine._remembered() or UNKNOWN, "podman",
    ),
    "corefile": (
        corefile, "ORIGINAL",
        lambda: corefile.keep(MANIFESTS), lambda: corefile.original() or UNKNOWN, COREFILE,
    ),
    "up": (
        reporter, "PROGRESS",
        lambda: reporter.Reporter(lambda text: None)._write(), lambda: len(reporter.progress()) or UNKNOWN, 7,
    ),
    "pulled": (
        images, "PULLED",
        lambda: state.write(images.PULLED, podman={"a": "b"}), lambda: images._noted(PODMAN) or UNKNOWN, {"a": "b"},
    ),
    "outside": (
        outside, "MADE",
        lambda: state.write(outside.MADE, id="c"), lambda: state.text(state.read(outside.MADE), "id") or UNKNOWN, "c",
    ),
    "network": (
        outside, "MADE_NETWORK",
        lambda: state.write(outside.MADE_NETWORK, podman="n"),
        lambda: outside.noted_network(PODMAN) or UNKNOWN, "n",
    ),
    "system": (
        system, "MANIFESTS",
        lambda: system._keep([{"metadata": {}}]), lambda: system._kept() or UNKNOWN,
        [{"metadata": {}}],
    ),
    "packages": (
        engine, "INSTALLED",
        lambda: engine.INSTALLED.write_text("podman\n"), lambda: engine.installed_packages() or UNKNOWN, ["podman"],
    ),
    "kubeconfig": (
        paths, "KUBECONFIG",
        lambda: files.replace(paths.KUBECONFIG, "current-context: kind-x\n"), lambda: kubectl.context() or UNKNOWN,
        "kind-x",
    ),
}  # fmt: skip


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def _directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _foreign(path: Path) -> None:
    """As another user's file is met: it cannot be opened. To root all can be opened."""
    if os.geteuid() == 0:
        os.chown(path, 4711, 4711)
    path.chmod(0)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "empty": lambda path: path.write_text(""),
    "cut": _cut,
    "garbage": lambda path: path.write_bytes(bytes(range(128, 256))),
    "another type": lambda path: path.write_text("[1, 2]"),
    "nested too deeply": lambda path: path.write_text("[" * 100_000),
    "numbers for texts": lambda path: path.write_text('{"version": 1, "id": 5, "name": 5, "images": 5, "steps": [5]}'),
    "newer": lambda path: path.write_text(json.dumps({"version": state.VERSION + 1, "colour": "blue"})),
    "a folder": _directory,
    "another user's": _foreign,
    "read-only": lambda path: path.chmod(0o400),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "STATE", tmp_path)
    return tmp_path


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_unknown_or_said(
    name: str, damage: str, folder: Path, monkeypatch: pytest.MonkeyPatch, proves: Callable[..., None]
) -> None:
    module, attribute, write, read, good = FILES[name]
    path = folder / name
    monkeypatch.setattr(module, attribute, path)
    write()
    assert read() == good, "it is read as it was written"
    DAMAGES[damage](path)
    try:
        printed_only = name == "packages" and damage == "cut"  # half a name is a name; they are shown, and no more
        assert read() in (UNKNOWN, good) or printed_only
        assert damage in ("another user's", "read-only", "a folder", "cut") or read() == UNKNOWN
    except CourseError as error:
        assert str(path) in error.what and error.next, "said with the file and a way out"
        assert damage in ("a folder", "another user's")
    if damage != "a folder":
        if path.exists():
            path.chmod(0o600)
        write()
        assert read() == good
        assert name == "packages" or path.stat().st_mode & 0o777 == 0o600
    proves("state files damaged")


def test_what_cannot_be_opened_says_what_to_type(folder: Path) -> None:
    (folder / "x.json").mkdir()
    with pytest.raises(CourseError) as caught:
        state.read(folder / "x.json")
    assert caught.value.next.startswith(f"mv {folder}/x.json {folder}/x.json.old")
    (folder / "logs").write_text("a file where a folder belongs")
    with pytest.raises(CourseError) as caught:
        state.read(folder / "logs" / "x.json")
    assert caught.value.next.startswith(f"mv {folder}/logs {folder}/logs.old")
    (folder / "y.json").symlink_to("y.json")
    with pytest.raises(CourseError) as caught:
        state.read(folder / "y.json")
    assert caught.value.next.startswith(f"mv {folder}/y.json {folder}/y.json.old")
    in_cache = OSError(errno.EROFS, os.strerror(errno.EROFS), str(paths.cache() / "parts"))
    assert files.unusable(in_cache).next == "COURSE_CACHE=.course ./course up"
    for number, words in ((errno.EACCES, "chown"), (errno.EROFS, "COURSE_STATE="), (errno.ENOSPC, "df -h")):
        assert words in files.unusable(OSError(number, os.strerror(number), str(folder / "x.json"))).next


def test_what_a_variable_leads_to_is_not_moved_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HOME=/dev/null, or the name of a file where a folder's belongs: it is somebody's, and right where it is."""
    somebodys = tmp_path / "hostname"
    somebodys.write_text("mine")
    monkeypatch.setattr(paths, "STATE", somebodys / ".course")
    with pytest.raises(OSError, match="Not a directory") as caught:
        files.state()
    assert files.unusable(caught.value).next == "unset COURSE_STATE, then the same command again"
    monkeypatch.setattr(paths, "STATE", tmp_path / ".course")
    for variable in ("COURSE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(somebodys))
        with pytest.raises(OSError, match="Not a directory") as caught:
            (paths.cache() / "parts").mkdir(parents=True)
        assert files.unusable(caught.value).next == "COURSE_CACHE=.course ./course up"
        monkeypatch.delenv(variable)


def test_a_state_folder_that_is_a_link_to_itself_is_moved_away(tmp_path: Path) -> None:
    (tmp_path / ".course").symlink_to(".course")
    env = {**os.environ, "COURSE_STATE": str(tmp_path)}
    del env["COURSE_CLUSTER"]
    done = subprocess.run([sys.executable, "-m", "course", "progress"], env=env, capture_output=True, text=True)
    assert done.returncode == 2 and f"mv {tmp_path}/.course {tmp_path}/.course.old, then" in done.stderr, done


def test_every_state_file_is_one_that_down_all_knows() -> None:
    """What no pattern names would be taken for the learner's, and stay for ever."""
    import re

    known = re.compile("|".join(state.NAMES))
    ours = [getattr(module, attribute) for module, attribute, *_ in FILES.values()]
    ours += [progress.file(), engine.CONTAINERS_CONF, paths.LOGS, outside.FOLDER, site.FOLDER, dockerd.FOLDERS]
    assert [path.name for path in ours if not known.fullmatch(path.name)] == []
    assert not known.fullmatch("notes.txt") and not known.fullmatch("my-progress.json")


def test_objects_that_were_changed_in_the_state_folder_are_not_put_into_the_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "MANIFESTS", tmp_path / "system.json")
    system._keep([{"metadata": {"name": "coredns"}, "spec": {"replicas": 2}}])
    assert system._kept()[0]["spec"] == {"replicas": 2}
    written = system.MANIFESTS.read_text()
    for damaged in (written.replace('"replicas": 2', '"replicas": 0'), '{"version": 1, "objects": [{"metadata": {}}]}'):
        system.MANIFESTS.write_text(damaged)
        assert system._kept() == []


def test_a_try_is_timed_by_the_clock_that_nobody_sets() -> None:
    """The clock on the wall is set back an hour during a try: its date is wrong then, and its seconds are not."""
    try_ = progress.Record()
    progress.begin(try_, "cluster")
    try_.started = try_.started.replace("T", "T", 1)[:11] + "00:00:00.000+00:00"
    assert 0 <= progress.took(try_) < 60


def test_a_network_that_was_noted_without_its_engine_is_still_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "MADE_NETWORK", tmp_path / "network.json")
    state.write(outside.MADE_NETWORK, id="n")
    assert outside.noted_network(PODMAN) == "n"
    state.write(outside.MADE_NETWORK, id="n", podman="m")
    assert outside.noted_network(PODMAN) == "m"


@pytest.mark.parametrize(
    ("number", "file", "words"),
    [
        (errno.EROFS, paths.WORKSPACE / "x.ipynb", "mkdir ~/externalname-course && tar -C"),
        (errno.EFBIG, paths.WORKSPACE / "x.ipynb", "ulimit -f unlimited"),
    ],
)
def test_no_other_state_is_advised_where_it_would_not_help(number: int, file: Path, words: str) -> None:
    error = files.unusable(OSError(number, os.strerror(number), str(file)))
    assert words in error.next and "COURSE_STATE" not in error.next
