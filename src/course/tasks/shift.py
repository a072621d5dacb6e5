"""On call: exercises of a lesson drawn and shuffled by a seed, broken all at once, and a light for each.

There is one shift at a time. It is kept in the progress file under `on-call`, so that it outlives a kernel.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace

from course.base import dice
from course.base.errors import CourseError
from course.base.waiting import until
from course.tasks import checks, index, probe, progress, verbs
from course.tasks.task import Exercise

KEY = "on-call"
SIDE_BY_SIDE = 4  # beginnings that are made at a time: more would wait for each other


@dataclass(frozen=True)
class Shift:
    """What was drawn. slugs: in their order. minutes: 0 where no clock runs. took: seconds until all were green, or 0.

    boot, ticks: as progress.Record has them, of its beginning. best: number of faults -> seconds of the best round with
    a clock.
    """

    lesson: str
    seed: int
    slugs: tuple[str, ...]
    minutes: int
    began: str
    took: float = 0.0
    best: dict[str, float] = field(default_factory=dict)
    boot: str = ""
    ticks: float = 0.0

    @property
    def seconds(self) -> float:
        """From its beginning to the last repair, or to now."""
        return self.took or progress.elapsed(self.boot, self.ticks, self.began)


@dataclass(frozen=True)
class Light:
    """One fault. hints: how many were read in this try."""

    slug: str
    title: str
    green: bool
    hints: int

    def text(self) -> str:
        """In one line; the sign and the word say what the colour says."""
        hints = f"  (hints read: {self.hints})" if self.hints else ""
        return f"{'[x] green' if self.green else '[ ] red  '}  {self.slug:<16} {self.title}{hints}"


@dataclass(frozen=True)
class Board:
    """All lights of a shift, as one look at the cluster found them."""

    shift: Shift
    lights: tuple[Light, ...]

    @property
    def head(self) -> str:
        """How many are green, and the clock where one runs."""
        green, hints = sum(light.green for light in self.lights), sum(light.hints for light in self.lights)
        summary = (
            f"On call, seed {self.shift.seed}: {green} of {len(self.lights)} lights are green, hints read: {hints}."
        )
        return f"{summary} {self._clock()}".strip()

    def _clock(self) -> str:
        shift = self.shift
        if not shift.minutes:
            return ""
        if not shift.took:
            return f"The clock: {clock(shift.seconds)} of {shift.minutes} min."
        within = "within" if shift.took <= shift.minutes * 60 else "after"
        best = shift.best.get(str(len(shift.slugs)), 0.0)
        record = f" Your best round of {len(shift.slugs)}: {clock(best)}." if best else ""
        return f"All green after {clock(shift.took)}, {within} the {shift.minutes} min.{record}"

    def text(self) -> str:
        """The head, and a line for each light."""
        return "\n".join([self.head, *(light.text() for light in self.lights)])


def clock(seconds: float) -> str:
    """12.3 s, or 6 min 12 s."""
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


def draw(lesson: str, seed: int, count: int = 0) -> list[Exercise]:
    """So many of a lesson's exercises, 0 is all, in an order that the seed decides. CourseError where there are not."""
    everything = index.exercises(lesson)
    if not everything or not 0 <= count <= len(everything):
        why = f"The lesson {lesson} has {len(everything)} exercises."
        raise CourseError(f"{count or 'All'} of them cannot be drawn.", why, "course progress")
    return dice.shuffled(everything, lesson, seed)[: count or len(everything)]


def begin(lesson: str, seed: int, count: int = 0, minutes: int = 0) -> Board:
    """Break what the seed draws, in the lesson's namespaces, and return when each is broken in its own way.

    CourseError where the lesson is not begun; NotReady where a fault does not come into force.
    """
    drawn = draw(lesson, seed, count)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(lambda exercise: verbs.start(exercise.slug), drawn))
    until(lambda: _broken(drawn), seconds=verbs.SETTLED_WITHIN, what="Each of the faults being in force")
    with progress.editing_part(KEY) as kept:
        made = Shift(
            lesson,
            seed,
            tuple(exercise.slug for exercise in drawn),
            minutes,
            progress.now(),
            best=_best(kept.get("best")),
            boot=progress.boot(),
            ticks=progress.ticks(),
        )
        kept.clear()
        kept.update(asdict(made))
    return Board(made, tuple(Light(exercise.slug, exercise.title, False, 0) for exercise in drawn))


def _broken(drawn: Sequence[Exercise]) -> bool:
    return all(report.failing == set(one.fresh) for one, report in zip(drawn, _asked(drawn), strict=True))


def _asked(tasks: Sequence[Exercise]) -> list[checks.Report]:
    try:
        return checks.run_each({task.slug: task.checks() for task in tasks})
    except probe.Unreachable as reason:
        again = f'lesson.begin("{tasks[0].lesson}") (the lesson afresh), then lesson.on_call again'
        raise CourseError("The lights cannot be asked.", f"{reason.what} {reason.why}", again) from None


def look() -> Board:
    """Ask the cluster about every fault of the shift, and note what passes. CourseError where nobody is on call."""
    shift = current()
    tasks = [task for slug in shift.slugs if isinstance(task := index.find(slug), Exercise)]
    reports = _asked(tasks)
    for task, report in zip(tasks, reports, strict=True):
        if report.passed:
            verbs.note(task, report)
    if all(report.passed for report in reports):
        shift = _over(shift)
    known = progress.records()
    hints = [known.get(task.slug, progress.Record()).hints for task in tasks]
    lights = zip(tasks, reports, hints, strict=True)
    return Board(shift, tuple(Light(task.slug, task.title, report.passed, read) for task, report, read in lights))


def current() -> Shift:
    """The shift that is on; CourseError where there is none."""
    shift = _read(progress.part(KEY))
    if shift is None:
        raise CourseError("You are not on call.", "No faults were drawn.", 'lesson.on_call("troubleshooting", seed=12)')
    return shift


def _over(shift: Shift) -> Shift:
    """Note when the last light turned green; the first look that finds it so counts."""
    if shift.took:
        return shift
    measured, number = shift.seconds, str(len(shift.slugs))
    took, best = round(max(measured, 0.1), 1), dict(shift.best)
    if shift.minutes and measured > 0:  # else the clock on the wall was set back, and nobody knows
        best[number] = min(filter(None, (best.get(number), took)))
    ended = replace(shift, took=took, best=best)
    with progress.editing_part(KEY) as kept:
        kept.update(asdict(ended))
    return ended


def merge(mine: dict[str, object], theirs: dict[str, object]) -> dict[str, object]:
    """What is here of a shift, with the best rounds of both."""
    rounds = [_best(mine.get("best")), _best(theirs.get("best"))]
    best = {number: min(each[number] for each in rounds if number in each) for number in {*rounds[0], *rounds[1]}}
    return {**(mine or theirs), "best": best}


def _best(kept: object) -> dict[str, float]:
    """The best rounds of a file, whatever else is odd in it: number of faults -> seconds."""
    rounds = kept.items() if isinstance(kept, dict) else ()
    return {str(number): float(took) for number, took in rounds if type(took) in (int, float) and took > 0}


def _read(kept: dict[str, object]) -> Shift | None:
    """What the file holds, if it is a shift; a file may come from anywhere."""
    try:
        shift = Shift(**kept)  # type: ignore[arg-type]
        shift = replace(shift, slugs=tuple(map(str, shift.slugs)), best=_best(shift.best))
        clock(shift.seconds + shift.minutes)
    except (TypeError, ValueError, AttributeError):
        return None
    return shift if shift.slugs and all(slug in index.tasks() for slug in shift.slugs) else None
