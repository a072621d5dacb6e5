"""What is on a participant's volume: written down by the desk, and looked at from outside by the room's `export`."""

import hashlib
from dataclasses import dataclass

from course.base import files, paths, shell, state

HERE = "/course/workspace"  # in a desk, and in the Pod that reads a volume
MOST = state.LARGEST + 1  # bytes of the progress file: of a larger one nothing is read anyway
GIVEN = "given"  # beside the progress: the sum of the files as the first start gave them
NOTHING = hashlib.sha256(b"").hexdigest()
# One line, another one when any file is: by what is in it, for each start of a desk writes some files anew as they
# were. What JupyterLab keeps beside a notebook is no work.
SUM = (
    "find . -path ./.progress -prune -o -name .ipynb_checkpoints -prune -o -type f -print0"
    " | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum"
)
# Files alone, and no more of them than is read: in their place may be a pipe, or a link to a device without an end.
LOOK = (
    f"cd {HERE} && for file in .progress/progress.json .progress/{GIVEN}; do"
    f" [ ! -f $file ] || head -c {MOST} $file 2>/dev/null; echo; done && {SUM}"
)


@dataclass(frozen=True)
class Contents:
    """book: the progress file, "" where there is none. files: the sum of all others. given: as the desk gave them."""

    book: str
    files: str
    given: str

    @property
    def mark(self) -> str:
        """Another one when any of it is."""
        return hashlib.sha256(f"{self.book}\n{self.files}".encode()).hexdigest()

    @property
    def worked_on(self) -> bool:
        """Whether a task was begun, or a file is another one than was given. A damaged progress file may say so."""
        if self.files != (self.given or NOTHING):
            return True
        try:
            return bool(self.book.strip() and state.loads(self.book).get("tasks"))
        except ValueError:
            return True


def read(said: str) -> Contents:
    """What LOOK printed; a desk may print anything in its place, or nothing."""
    before, _, files = said.rstrip("\n").rpartition("\n")
    book, _, given = before.rpartition("\n")
    return Contents(book, files.partition(" ")[0], given)


def is_new() -> bool:
    """Whether this desk has given its participant nothing yet."""
    return not paths.WORKSPACE.exists() or not any(paths.WORKSPACE.glob("*.ipynb"))


def note_given() -> None:
    """Write down the sum of what is in the workspace."""
    said = shell.output(["sh", "-c", f"cd {paths.WORKSPACE} && {SUM}"], doing="Noting what is in the workspace")
    files.replace(paths.PROGRESS / GIVEN, said.split()[0])
