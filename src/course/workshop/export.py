"""What participants did, written to files: from the desks that are up, and from the volumes of those that are stopped.

A desk is its participant's, and may send anything: what comes is stored as it is, up to a limit, and never unpacked.
"""

import io
import json
import re
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import yaml

from course.base import files, shell, state
from course.base.errors import CourseError, NotReady
from course.provision.engine import Say
from course.workshop import contents, hub
from course.workshop.rows import printable

MOST = 2_000_000_000  # bytes of an archive: the volume of a desk is 1 GiB
LOOKING, FETCHING = 120, 1800  # seconds: what a desk sends may have no end, however slowly it comes
READER = "reader"
FILE = re.compile(r"[\w.@+-]*[\w@+-][\w.@+-]*")  # a name as the hub lets it in, and dots alone are none
LONGEST = 200  # bytes of such a name, as a file system counts: it takes 255, some of them for what stands behind it
# tar ends with 1 where a file changed while it was read: that is a participant at work.
PACK = f"tar -C {contents.HERE} -czf - .; test $? -le 1"


@dataclass(frozen=True)
class Volume:
    """Where a participant's work is. name: as signed in with. pod: of the desk, "" where it is stopped."""

    name: str
    claim: str
    uid: str
    pod: str


def volumes(say: Say) -> list[Volume]:
    """Every participant's, by name. NotReady where there is no hub."""
    hub.refuse_without()
    every = json.loads(hub.kubectl("get", "persistentvolumeclaims", "-o", "json"))["items"]
    if not (claims := [(claim["metadata"], whose) for claim in every if (whose := hub.whose(claim))]):
        return []
    pods = json.loads(hub.kubectl("get", "pods", *hub.AT_WORK, "-o", "json"))["items"]
    desks = {hub.whose(pod): str(pod["metadata"]["name"]) for pod in pods}
    names = _names(say)
    everyone = [
        Volume(names.get(whose, whose), claim["name"], claim["uid"], desks.get(whose, "")) for claim, whose in claims
    ]
    return sorted(everyone, key=lambda volume: (volume.name, volume.claim))


def _names(say: Say) -> dict[str, str]:
    """Seats -> who has taken them; {} where the hub does not run: the volumes are there without it."""
    try:
        return hub.taken()
    except CourseError as silent:
        say(f"The hub does not say who has which seat: {silent.why} Desks are named as it made them, such as seat-01.")
        return {}


def export(folder: Path, say: Say) -> list[Path]:
    """Write each participant's archive and progress into `folder`, and say where; and who had nothing.

    NotReady that names whose could not be read; all others are written. OSError where this machine cannot write them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written, empty, failed = list[Path](), list[str](), list[str]()
    for name, volume in named(volumes(say)).items():
        shown, archive = printable(volume.name), folder / f"{name}.tar.gz"
        try:
            found = _save(volume, archive, say)
        except CourseError as error:
            failed.append(shown)
            say(f"{shown}: {_reason(error)}")
            continue
        state.add(hub.EXPORTED, **{volume.uid: found.mark, _place(volume): str(archive.resolve())})
        written.append(archive)
        empty += [] if found.worked_on else [shown]
        say(f"{shown}: {archive} ({archive.stat().st_size / 1e6:.1f} MB), beside it the progress")
    if empty:
        say(f"Nothing done yet: {', '.join(empty)}")
    if failed:
        again = f"./course workshop export {shlex.quote(str(folder))}"
        raise NotReady(
            f"Not exported: {', '.join(failed)}.",
            f"Why, stands above. Of {len(written) + len(failed)} volumes {len(written)} are written.",
            f"{again}; whose fails again: stop that desk on the hub's page Admin, then the same",
        )
    if not written:
        say("Nobody has taken a seat: nothing to write.")
    return written


def _save(volume: Volume, archive: Path, say: Say) -> contents.Contents:
    """Write the archive of a volume and the progress, and say what is on it.

    What this volume was written to before is replaced; files of these names from another room are kept beside it.
    """
    book = archive.with_name(archive.name.removesuffix(".tar.gz") + ".json")
    with _open(volume) as pod:
        found = _look(pod)
        with _fetched(pod, archive) as part:
            if state.text(state.read(hub.EXPORTED), _place(volume)) != str(archive.resolve()):
                for path in filter(Path.exists, (archive, book)):
                    say(f"What was there before is kept as {files.aside(path)}")
            files.replace(book, found.book, mode=0o644)
            part.replace(archive)
    return found


def _place(volume: Volume) -> str:
    """Under what key it is kept where a volume was written to last."""
    return f"{volume.uid} in"


def _reason(error: CourseError) -> str:
    """Why it failed, in one line; a desk may have said it."""
    return printable(f"{error.what} {error.why}", 300)


def named(volumes: Iterable[Volume]) -> dict[str, Volume]:
    """What the files of each volume are called -> the volume. A second one of a participant's has its claim behind it.

    No participant's name has a tilde.
    """
    files = dict[str, Volume]()
    for volume in volumes:
        name = file_name(volume)
        files[f"{name}~{volume.claim}" if name in files else name] = volume
    return files


def file_name(volume: Volume) -> str:
    """The participant's name, where that is a file's: a name that is a path leads nowhere, whoever let it in."""
    is_one = FILE.fullmatch(volume.name) and len(volume.name.encode()) <= LONGEST
    return volume.name if is_one else f"unnamed~{volume.claim}"


def refuse_to_lose(say: Say) -> None:
    """CourseError where somebody has done something that no export has seen, or where that cannot be looked at."""
    try:
        lost = _not_exported(say) if hub.RECORD.exists() and hub.is_whole() else []
    except CourseError as failed:
        next = f"{failed.next}; or, to lose what was done: {hub.LOSE}"
        raise CourseError(f"What was done cannot be looked at: {failed.what}", failed.why, next) from None
    if lost:
        raise CourseError(
            f"What was done is not exported: {', '.join(lost)}.",
            "With the hub go the desks, and all that is in them.",
            f"./course workshop export FOLDER, then ./course workshop down; or, to lose it: {hub.LOSE}",
        )


def _not_exported(say: Say) -> list[str]:
    """Who has done something that no export has seen, as names to print."""
    exported = state.read(hub.EXPORTED)
    lost = []
    for volume in volumes(say):
        name = printable(volume.name)
        say(f"looking at what {name} did")
        try:
            with _open(volume) as pod:
                found = _look(pod)
        except CourseError as error:
            say(f"{name}: {_reason(error)}")
            lost.append(f"{name} (cannot be looked at)")
            continue
        known = exported.get(volume.uid)
        if known != found.mark and (known or found.worked_on):
            lost.append(name)
    return lost


def _look(pod: str) -> contents.Contents:
    said = io.BytesIO()
    _pour(pod, contents.LOOK, said, 3 * contents.MOST, LOOKING)
    return contents.read(said.getvalue().decode(errors="backslashreplace"))


def _pour(pod: str, script: str, into: IO[bytes], most: int, seconds: float) -> None:
    """Write what a script prints in a Pod, within these limits: its programs are a participant's."""
    words = hub.command("exec", pod, "--", "sh", "-c", script)
    shell.poured(words, into, doing=f"Reading {pod}", most=most, timeout=seconds)


@contextmanager
def _open(volume: Volume) -> Iterator[str]:
    """A Pod that has the volume: the desk, or one made for it, which goes with the block."""
    if volume.pod:
        yield volume.pod
        return
    hub.kubectl("delete", "pod", READER, "--ignore-not-found", "--now", timeout=120)
    hub.kubectl("create", "-f", "-", text=yaml.safe_dump(reader(volume.claim, hub.image_in_use())))
    try:
        hub.kubectl("wait", f"pod/{READER}", "--for=condition=Ready", "--timeout=120s", timeout=130)
        yield READER
    finally:
        hub.kubectl("delete", "pod", READER, "--now", timeout=120)


def reader(claim: str, image: str) -> dict[str, object]:
    """A Pod that only has a volume of a stopped desk, and may not write it."""
    mount = {"name": "work", "mountPath": contents.HERE, "readOnly": True}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": READER, "namespace": hub.NAMESPACE},
        "spec": {
            "automountServiceAccountToken": False,
            "containers": [
                {"name": READER, "image": image, "command": ["sleep", "infinity"], "volumeMounts": [mount]},
            ],
            "volumes": [{"name": "work", "persistentVolumeClaim": {"claimName": claim, "readOnly": True}}],
        },
    }


@contextmanager
def _fetched(pod: str, archive: Path) -> Iterator[Path]:
    """The workspace of a Pod, whole, in a file beside `archive`; it goes again where nobody renames it."""
    part = archive.with_name(archive.name + ".part")
    try:
        with part.open("wb") as out:
            _pour(pod, PACK, out, MOST, FETCHING)
        yield part
    except OSError as error:
        error.filename = error.filename or str(archive)  # a disk that is full names no file
        raise
    finally:
        part.unlink(missing_ok=True)
