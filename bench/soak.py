"""A scripted learner for a while on one cluster, and what it leaves: python -m bench.soak [--minutes 40] [--seed 1].

It draws lessons, labs, resets and faults by the seed, types what is said after a fault, and cleans up behind itself.
At the end stands what is used as at the beginning, or the difference. Needs the cluster of ./course up and, for the
faults, the tests beside it. Ten minutes are about 12 turns on 2 cores.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from shutil import disk_usage

from bench.lessons import plain
from bench.speed import family, memory
from course.base import paths, shell
from course.base.tables import table
from course.kube import kubectl
from course.lessons import begin
from course.lessons import catalog as lessons
from course.provision import engine, kind_cluster, outside
from course.tasks import catalog as labs
from tests.cluster import faults
from tests.machine.stores import LISTED

MIB = 2**20
LONG = 20  # minutes: a lab or lesson that takes a learner longer is left out, so that there are many turns


@dataclass
class Used:
    """What is used at one moment. numbers: amounts by what they are of. names: what there is, by kind."""

    numbers: dict[str, float]
    names: dict[str, set[str]]


@dataclass
class Learner:
    """One learner at one cluster: what was done, and what went wrong."""

    engine: engine.Engine
    dice: random.Random
    turns: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def course(self, *words: str, code: int = 0) -> None:
        """One command as it is typed; another exit code is written down."""
        ended = subprocess.run(
            [paths.ROOT / "course", *words], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        if ended.returncode != code:
            self.wrong.append(f"course {' '.join(words)}: {shell.last_words(ended.stderr or ended.stdout)}")

    def lab(self) -> None:
        """Start one, fail, solve it, pass, and reset it."""
        slug = self.dice.choice([lab.slug for lab in labs.labs() if lab.minutes <= LONG])
        self.turns.append(f"lab {slug}")
        for verb, code in (("start", 0), ("check", 1), ("solve", 0), ("check", 0), ("reset", 0)):
            self.course("lab", verb, slug, code=code)

    def lesson(self) -> None:
        """Run one from its first cell to its last."""
        lesson = self.dice.choice([lesson for lesson in lessons.lessons() if lesson.minutes <= 2 * LONG])
        self.turns.append(f"lesson {lesson.slug}")
        try:
            plain(lesson.notebook)
        except Exception as error:  # a cell that fails is a finding, and the learner goes on
            self.wrong.append(f"lesson {lesson.slug}: {shell.last_words(str(error))}")

    def reset(self) -> None:
        """Change the world outside, and put it back."""
        self.turns.append("reset")
        self.course("outside", "record", "soak.example.com", "A", "primary")
        self.course("outside", "stop", "redis")
        self.course("outside", "reset")
        self.course("lab", "reset", "--all")

    def fault(self) -> None:
        """Inject one that nothing of the cluster is lost by, and type what is said."""
        name = self.dice.choice(sorted({*faults.FAULTS} - {*faults.LOSSES}))
        self.turns.append(f"fault {name}")
        with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
            try:
                scene = faults.Scene(self.engine, Path(folder), stack)
                faults.FAULTS[name](scene)
                faults.follow(scene)
            except AssertionError as error:
                self.wrong.append(f"fault {name}: {shell.last_words(str(error))}")
        self.course("up")


def used(container_engine: engine.Engine) -> Used:
    """What the course uses on this machine, by asking its engine, its node and the kernel."""
    places = (kind_cluster.node(), outside.container())
    first = [container_engine.inspect("container", name, "{{.State.Pid}}") for name in places]
    inside = container_engine.output("exec", places[0], "du", "-sm", "/var", doing="Measuring the node's disk").split()
    state = [path for path in paths.STATE.rglob("*") if path.is_file() and not path.is_symlink()]
    ours = [pid for pid in family(os.getpid()) if pid != os.getpid()]
    return Used(
        {
            "memory of node and outside, MiB": sum(memory(container_engine, name) for name in places) / MIB,
            "processes in node and outside": sum(len(family(int(pid))) for pid in first),
            "processes that this program started": len(ours),
            "disk of the node (/var), MiB": float(inside[0]),
            "disk used on this machine, MiB": disk_usage(paths.ROOT).used / MIB,
            "state folder, MiB": sum(path.stat().st_size for path in state) / MIB,
            "files in the state folder": len(state),
            "files in the folder for temporary files": len(list(Path(tempfile.gettempdir()).iterdir())),
        },
        {kind: set(container_engine.output(*words, doing=kind).split()) for kind, words in LISTED.items()}
        | {"state": {path.name for path in paths.STATE.iterdir()}},
    )


def differences(begin: Used, end: Used) -> str:
    """A table of the numbers, and a line for each kind of which something came or went."""
    rows = [
        (what, f"{value:.0f}", f"{end.numbers[what]:.0f}", f"{end.numbers[what] - value:+.0f}")
        for what, value in begin.numbers.items()
    ]
    lines = [table(("what", "begin", "end", "difference"), *rows)]
    for kind, names in begin.names.items():
        came, went = sorted(end.names[kind] - names), sorted(names - end.names[kind])
        lines.append(f"{kind}: {len(names)}, then {len(end.names[kind])}; came: {came or '-'}; went: {went or '-'}")
    return "\n".join(lines)


def soak(somebody: Learner, minutes: float) -> None:
    """Turn after turn until the time is over; each is said."""
    ends = time.monotonic() + minutes * 60
    kinds: Mapping[str, tuple[int, Callable[[], None]]] = {
        "lab": (4, somebody.lab),
        "lesson": (2, somebody.lesson),
        "reset": (1, somebody.reset),
        "fault": (4, somebody.fault),
    }
    while time.monotonic() < ends:
        begun, wrong = time.monotonic(), len(somebody.wrong)
        (chosen,) = somebody.dice.choices([*kinds], [weight for weight, _ in kinds.values()])
        kinds[chosen][1]()
        verdict = "; ".join(somebody.wrong[wrong:]) or "well"
        print(f"{somebody.turns[-1]}: {time.monotonic() - begun:.0f} s, {verdict}", flush=True)


def main() -> int:
    """0 where each turn ended as it should, else 1."""
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    given.add_argument("--minutes", type=float, default=40)
    given.add_argument("--seed", type=int, default=1)
    options = given.parse_args()
    with tempfile.TemporaryDirectory() as progress:
        os.environ |= {**shell.environment(), "COURSE_PROGRESS": progress}
        somebody = Learner(engine.choose(install=False), random.Random(options.seed))  # noqa: S311
        for words in (("up",), ("lab", "reset", "--all"), ("outside", "reset")):
            somebody.course(*words)
        before = used(somebody.engine)
        soak(somebody, options.minutes)
        for words in (("lab", "reset", "--all"), ("outside", "reset"), ("up",)):
            somebody.course(*words)
        _leave_nothing_of_lessons()
        print(f"\n{len(somebody.turns)} turns in {options.minutes:.0f} minutes, seed {options.seed}\n")
        print(differences(before, used(somebody.engine)))
    print("\n".join(["", f"Ended otherwise than they should: {len(somebody.wrong)}", *somebody.wrong]))
    return int(bool(somebody.wrong))


def _leave_nothing_of_lessons() -> None:
    """The namespaces of lessons stay until the next one begins: their Pods are no leak."""
    kubectl.output("delete", "namespace", "-l", begin.LABEL, "--wait=true", "--timeout=120s", timeout=130)


if __name__ == "__main__":
    sys.exit(main())
