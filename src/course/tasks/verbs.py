"""The verbs of the tasks: list, start, check, hint, apply, solve, solution, make, reset, predict, reveal.

Every face calls these: the command line, Python in a notebook, buttons. Labs and exercises go the same way wherever
they are alike.
"""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from course.base import advice, files, paths, shell, tables
from course.base.errors import CourseError, NotReady
from course.base.waiting import until
from course.kube import kubectl
from course.tasks import capabilities, catalog, cells, checks, experiment, index, probe, progress, room, stage
from course.tasks.catalog import Lab
from course.tasks.task import PATIENCE, Exercise, Prediction, Task

Say = Callable[[str], None]
Checked = Lab | Exercise  # what checks can be asked about
COMMAND = re.compile(r"(\$ )?(kubectl|course|\./course|dig|curl|psql|helm)( |$)")
# What kubectl proposes where it cannot read a manifest; it is no way to mend one.
UNWISE = "; if you choose to ignore these errors, turn validation off with --validate=false"
REPLACED_WITHIN = 10  # seconds until a Pod that somebody has just replaced can be asked
SETTLED_WITHIN = 180  # seconds until what was applied is in effect, on a machine with other things to do


class CannotCheck(CourseError):
    """The lab is there, and one of its Pods could not be asked."""


@dataclass(frozen=True)
class Row:
    """One line of `lab list`. state: not started, started, solution shown, passed."""

    number: int
    slug: str
    title: str
    level: str
    minutes: int
    lesson: str
    state: str
    best_seconds: float

    def as_dict(self) -> dict[str, object]:
        """For --json."""
        return asdict(self)


@dataclass(frozen=True)
class Hint:
    """One of a task's three hints."""

    number: int
    total: int
    words: str

    def text(self) -> str:
        """The hint, and how many are left."""
        left = self.total - self.number
        last = "" if left else ": this was the last one"
        return f"Hint {self.number} of {self.total}: {self.words}\n({left} left{last})"


@dataclass(frozen=True)
class Solution:
    """The reference: why it is right, what was applied, and what the checks say afterwards."""

    why: str
    applied: str
    report: checks.Report

    def text(self) -> str:
        """All three, for people."""
        return f"{self.why.strip()}\n\n{self.applied.strip()}\n\n{self.report.text()}"


def cluster_id() -> str:
    """The id of the cluster this clone made; "" if there is none."""
    from course.provision import kind_cluster

    record = kind_cluster.read_record()
    return record.container_id if record else ""


def state(record: progress.Record, cluster: str) -> str:
    """A learner's standing in one task, in words."""
    if record.passed:
        return "passed"
    if record.solution_seen:
        return "solution shown"
    return "started" if record.started and record.cluster == cluster else "not started"


def rows() -> list[Row]:
    """All labs with the learner's standing; needs no cluster."""
    known, cluster = progress.records(), cluster_id()
    return [_row(lab, known.get(lab.slug, progress.Record()), cluster) for lab in catalog.labs()]


def fresh_rows() -> list[Row]:
    """All labs as for a learner who has begun none."""
    return [_row(lab, progress.Record(), "") for lab in catalog.labs()]


def _row(lab: Lab, record: progress.Record, cluster: str) -> Row:
    current = state(record, cluster)
    return Row(lab.number, lab.slug, lab.title, lab.level, lab.minutes, lab.lesson, current, record.best_seconds)


def table(rows: Sequence[Row]) -> str:
    """The labs as lines of text, with what to type next."""
    head = ("", "lab", "state", "minutes", "best", "level", "after lesson", "title")
    lines = [
        (row.number, row.slug, row.state, row.minutes, _clock(row.best_seconds), row.level, row.lesson, row.title)
        for row in rows
    ]
    passed = sum(row.state == "passed" for row in rows)
    following = next((row.slug for row in rows if row.state != "passed"), rows[0].slug)
    return f"{tables.table(head, *lines)}\n{passed} of {len(rows)} passed. Begin one: ./course lab start {following}"


def _clock(seconds: float) -> str:
    whole = max(int(seconds), 1)  # 0 s would look like a mistake of ours
    return f"{whole // 60}m{whole % 60:02d}s" if seconds else "-"


def checked_task(slug: str) -> Checked:
    """The lab or exercise of this slug; CourseError for a prediction, which is compared and not checked."""
    task = index.find(slug)
    if isinstance(task, (Lab, Exercise)):
        return task
    raise CourseError(
        f"{slug} is a {task.kind}.", "It has no checks.", f'In a cell of its lesson: lesson.reveal("{slug}")'
    )


def start(slug: str, say: Say = print) -> Checked:
    """A fresh try, without what an earlier one left. NotReady where the cluster lacks what it needs."""
    task = checked_task(slug)
    kubectl.require_ready()
    if isinstance(task, Lab):
        _prepare_lab(task, say)
    else:
        _prepare_exercise(task)
    with progress.editing(task.slug) as record:
        progress.begin(record, cluster_id())
    return task


def is_running(slug: str) -> bool:
    """Whether a try of it goes on in this cluster, and is not passed yet."""
    record = progress.record(index.find(slug).slug)
    return bool(record.started) and record.cluster == cluster_id() and not record.done


def is_passed(slug: str) -> bool:
    """Whether its checks passed once without the reference."""
    return bool(progress.record(index.find(slug).slug).passed)


def require_not_running(slug: str, afresh: str) -> None:
    """NotReady where a try goes on: to begin afresh would remove what the learner made. afresh: how to say it."""
    if is_running(slug):
        raise NotReady(f"{slug} is running.", "To begin afresh removes what you made in it.", afresh)


def _prepare_lab(lab: Lab, say: Say) -> None:
    from course.provision import world

    world.restore()
    stage.remove_beyond(stage.beyond())
    if stage.present([lab]):
        say(f"{lab.slug}: removing what an earlier try left")
    stage.clean([lab])
    say(f"{lab.slug}: preparing {', '.join(lab.namespaces)}")
    stage.fill(lab)
    capabilities.require(lab)
    _require_fresh(lab)


def _prepare_exercise(exercise: Exercise) -> None:
    """Its namespaces are the lesson's: what it needs is put there, whatever was done before."""
    _require_started(exercise, stage.missing(exercise))
    cells.script(exercise.setup)


def _require_fresh(lab: Lab) -> None:
    """Wait until the lab is broken in its own way: a Service just made needs a moment until every node knows it."""
    report = settled(lab, lambda report: report.failing == set(lab.fresh))
    if report.failing != set(lab.fresh):
        again = f"./course lab start {lab.slug}; if it stays so: ./course doctor"
        raise NotReady(f"{lab.slug} does not begin as it should after {SETTLED_WITHIN} s.", report.text(), again)


def shell_advice() -> str:
    """How a terminal gets this course's kubectl and cluster; "" where it has them, as JupyterLab's does."""
    if advice.has_course():
        return ""
    return (
        "kubectl for this course, once in each terminal of your own (JupyterLab's has it):\n"
        f"  export KUBECONFIG={shlex.quote(str(paths.KUBECONFIG))} PATH={shlex.quote(str(paths.VENV_BIN))}:$PATH\n"
    )


def check(slug: str, given: object = None) -> checks.Report:
    """Ask and judge; changes nothing in the cluster. CourseError if the task is not there to be checked.

    given: what the learner hands in, where the exercise asks for something. A task that does not pass is asked again
    for its patience, because what was just changed may be on its way.
    """
    task = checked_task(slug)
    if not paths.KUBECONFIG.exists():
        kubectl.require_ready()
    with files.lock(_at_check(), shared=True):
        report = _patiently(task, given)
    note(task, report)
    return report


def _patiently(task: Checked, given: object) -> checks.Report:
    """The report once it passes, or when patience is over; CannotCheck where a Pod cannot be asked for longer."""
    patience = task.patience if isinstance(task, Exercise) else PATIENCE
    try:
        report = _checked(task, given)
    except CannotCheck:  # its Pod may just be replaced
        report = settled(task, lambda report: True, REPLACED_WITHIN, given)
    return report if report.passed else settled(task, lambda report: report.passed, patience, given)


def look(slug: str) -> checks.Report | None:
    """One look for lights that turn by themselves: as `check`, without patience; of its reports only a pass is noted.

    None where a check is at work somewhere, which it must not disturb. What the course made for the learner is no pass.
    """
    task = checked_task(slug)
    with files.lock_if_free(_at_check()) as free:
        if not free:
            return None
    report = _checked(task)
    record = progress.record(task.slug)
    if report.passed and not record.done and not record.made:
        note(task, report)
    return report


def _at_check() -> Path:
    """The lock that every check holds, whichever face began it."""
    return progress.FOLDER / "check.lock"


def _checked(task: Checked, given: object = None) -> checks.Report:
    with ThreadPoolExecutor(1) as pool:  # beside the probes, so that it costs no time of its own
        absent = pool.submit(stage.missing, task)
        try:
            report = checks.run(task.slug, task.checks(given))
        except probe.Unreachable as reason:
            _require_started(task, absent.result())
            first = f'lesson.start("{task.slug}"), or ' if isinstance(task, Exercise) and task.setup else ""
            why = f"{reason.what} {reason.why}"
            raise CannotCheck(f"{task.slug} cannot be checked.", why, first + _again(task)) from None
        _require_started(task, absent.result())
    return report


def _again(task: Checked) -> str:
    if isinstance(task, Exercise):
        return f'lesson.begin("{task.lesson}", upto="{task.slug}") (the lesson afresh, up to here)'
    return f"./course lab start {task.slug} (a fresh try)"


def _require_started(task: Checked, absent: Sequence[str]) -> None:
    if not absent:
        return
    why = f"Not there: namespace {', '.join(absent)}."
    if isinstance(task, Exercise):
        what = f"{task.slug} belongs to the lesson {task.lesson}, which is not begun."
        raise CourseError(what, why.replace("there:", "there, or not made by the lesson:"), _again(task))
    what = f"A part of {task.slug} is gone." if len(absent) < len(task.namespaces) else f"{task.slug} is not started."
    raise CourseError(what, why, f"./course lab start {task.slug}")


def note(task: Checked, report: checks.Report) -> None:
    """Keep the report, and a pass. An exercise needs no start: each of its checks is a try."""
    with progress.editing(task.slug) as record:
        record.checked, record.report = progress.now(), report.stored(progress.LONGEST_TEXT)
        if isinstance(task, Exercise) and not record.done:
            record.tries += 1
    if report.passed:
        _note_pass(task.slug, started=isinstance(task, Exercise))


def _note_pass(slug: str, started: bool = False) -> None:
    """started: it counts even where nobody started it; then nobody knows how long it took."""
    with progress.editing(slug) as record:
        if record.done or not (record.started or started):
            return
        record.done = True
        if not record.shown:
            took = round(progress.took(record), 1) if record.started else 0.0
            record.passed = record.passed or progress.now()
            if 0 < took <= progress.TEN_YEARS:  # else somebody set the clock meanwhile, and nobody knows
                record.best_seconds = min(filter(None, (record.best_seconds, took)))


def afterword(report: checks.Report) -> str:
    """The explanation, for whoever has the answer already; "" before."""
    if not report.passed:
        return ""
    task = index.find(report.lab)
    end = f"\n\nClean up: ./course lab reset {report.lab}" if isinstance(task, Lab) else ""
    praise = "" if progress.record(task.slug).shown else "\nWell done.\n"
    return f"{praise}\n{task.explanation().strip()}{end}"


def hint(slug: str) -> Hint:
    """The next of the task's hints; after the last one, the last one again."""
    task = checked_task(slug)
    with progress.editing(task.slug) as record:
        record.hints = min(record.hints + 1, len(task.hints))
        return Hint(record.hints, len(task.hints), task.hints[record.hints - 1])


def solution(slug: str) -> str:
    """An exercise's reference and why it is right, as text; nothing is run. The try counts as shown."""
    task = index.find(slug)
    if not isinstance(task, Exercise):
        raise CourseError(f"{slug} is a {task.kind}.", "", f"./course lab solve {slug}")
    room.require_released()
    _note_shown(task)
    return f"{task.reference().strip()}\n\n{task.explanation().strip()}"


def _note_shown(task: Task) -> None:
    with progress.editing(task.slug) as record:
        record.shown = True
        record.solution_seen = record.solution_seen or progress.now()


def forget_shown(exercises: Sequence[Exercise]) -> None:
    """What the reference made of these is gone with the lesson's namespaces: what comes now is the learner's own."""
    known = progress.records()
    for slug in (one.slug for one in exercises if known.get(one.slug, progress.Record()).shown):
        with progress.editing(slug) as record:
            record.shown, record.done = False, False


def make(slug: str, namespace: dict[str, object]) -> bool:
    """What an exercise leaves behind for the cells below it: made now, unless it is there; whether it was there.

    namespace: the variables that a cell in Python sees where there is no kernel. What was made now counts as shown: the
    checks will pass, and it is not the learner's doing.
    """
    task = index.find(slug)
    assert isinstance(task, Exercise), f"{slug} is no exercise"
    if not callable(task.judge) and _is_there(task):
        return True
    with progress.editing(task.slug) as record:
        record.shown = record.shown or not record.passed
    cells.script(task.setup)
    cells.run(task.reference(), namespace)
    if not callable(task.judge):
        report = settled(task, lambda report: report.passed, SETTLED_WITHIN)
        if not report.passed:
            raise NotReady(f"{task.slug}: the reference is made, and does not pass.", report.text(), _again(task))
    return False


def _is_there(task: Exercise) -> bool:
    """Whether what an exercise leaves behind is in the cluster; not, where it cannot even be asked."""
    try:
        return _checked(task).passed
    except CannotCheck:
        return False


@dataclass(frozen=True)
class Verdict:
    """A prediction beside what the cluster said. answer: "" where none was given. right: None then."""

    answer: str
    seen: str
    right: bool | None

    def text(self) -> str:
        """Both, in one or two lines."""
        if self.right is None:
            return f"The cluster says: {self.seen}."
        verdict = "Right." if self.right else "Not this time."
        return f"You said:         {self.answer}\nThe cluster says: {self.seen}. {verdict}"


SKIP = "skip"


def prediction(slug: str) -> Prediction:
    """The prediction of this slug."""
    task = index.find(slug, "prediction")
    if isinstance(task, Prediction):
        return task
    raise CourseError(f"{slug} is a {task.kind}, not a prediction.", "", "./course progress")


def predict(slug: str, answer: object) -> str:
    """Keep an answer, "skip" included; the words it stands for. The one that counts is the last before `reveal`."""
    task = prediction(slug)
    if answer == SKIP:
        words = kept = SKIP
    else:
        meant = task.meant(answer)
        words, kept = task.words(meant), task.short(meant)
    with progress.editing(task.slug) as record:
        record.tries += 1
        record.answer, record.started = kept[: progress.LONGEST_TEXT], progress.now()
    return words


def reveal(slug: str, *measured: object) -> Verdict:
    """The last answer beside what the cluster says now, or what the cell measured. The first verdict counts."""
    task = prediction(slug)
    if undone := experiment.undone(task):
        raise _not_yet(slug, f"Not run to its end since lesson.begin: {undone}")
    if task.asks is None and not measured:
        raise CourseError(f"{slug} has nothing to compare.", "The cell hands over what it measured.", "")
    seen = _read(task, [_reply(task, task.asks)] if task.asks else measured)
    kept = progress.record(task.slug).answer
    if kept in ("", SKIP):
        return Verdict("", task.words(seen), None)
    answer = task.meant(kept)
    right = task.agrees(answer, seen)
    with progress.editing(task.slug) as record:
        if not record.done:
            record.done = True
            record.passed = progress.now() if right else ""
    return Verdict(task.words(answer), task.words(seen), right)


def _not_yet(slug: str, why: str) -> CannotCheck:
    return CannotCheck(f"{slug} cannot be compared yet.", why, "Run the cells above this one first.")


def _reply(task: Prediction, asks: probe.Probe) -> probe.Reply:
    """What the cluster says, if it is asked where the lesson is: of an empty place it would say nothing, or "0"."""
    namespace = asks.pod.partition("/")[0]
    with ThreadPoolExecutor(1) as pool:  # beside the probe, so that it costs no time of its own
        lesson = pool.submit(stage.lesson_of, namespace)
        try:
            reply = probe.run([asks])[asks]
        except probe.Unreachable as reason:
            kubectl.require_ready()
            raise _not_yet(task.slug, reason.why) from None
        if lesson.result() not in ("", task.lesson):
            raise _not_yet(task.slug, f"Not there, or of another lesson: namespace {namespace}.")
    if reply.kind == "kubectl" and reply.status:
        kubectl.require_ready()
        raise _not_yet(task.slug, reply.observed)
    return reply


def _read(task: Prediction, measured: Sequence[object]) -> str | float:
    """What came, as one of the answers that there are: anything else was no answer to the question."""
    came = "; ".join(value.observed if isinstance(value, probe.Reply) else str(value) for value in measured)
    try:
        seen = task.reads(*measured)
    except (LookupError, ValueError):
        seen = ""
    if task.is_answer(seen):
        return seen
    raise _not_yet(task.slug, f"What came is none of the answers: {came}.")


def apply(slug: str, text: str) -> str:
    """Apply a learner's manifest; what names no namespace goes to the lab's own.

    The API's refusal is passed on in words, with what was made before it: kubectl goes on after a refusal.
    """
    lab = catalog.find(slug)
    require_text(text)
    _require_manifest(text)
    kubectl.require_ready()
    _require_started(lab, stage.missing(lab))
    process = apply_in(lab.namespace, text)
    if process.returncode:
        again = f"Fix what it names, then apply again. See where you are: ./course lab check {lab.slug}"
        raise CourseError(*_refusal(process.stdout, process.stderr), again)
    return process.stdout + process.stderr


def keep_manifest(slug: str, text: str) -> None:
    """Keep what the learner wrote, as far as the progress file takes it."""
    require_text(text)
    if len(text) > progress.LONGEST_TEXT:
        why = f"It has {len(text)} characters; {progress.LONGEST_TEXT} are kept."
        raise CourseError("This manifest is too long to be kept.", why, "Save it in a file: kubectl apply -f FILE")
    with progress.editing(checked_task(slug).slug) as record:
        record.manifest = text


def require_text(manifest: str) -> None:
    """CourseError for a manifest with bytes or halves of characters that are no text: nobody can be sent those."""
    try:
        manifest.encode()
    except UnicodeEncodeError as error:
        line = manifest.count("\n", 0, error.start) + 1
        why = f"Line {line} has bytes that are no text in UTF-8."
        raise CourseError("Your manifest is no text.", why, "Save it as UTF-8, then apply it again.") from None


def _require_manifest(text: str) -> None:
    """CourseError for nothing, and for a command in its place: kubectl's own advice would be to leave out checks."""
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    write = "Write what should be there: apiVersion, kind, metadata, spec."
    if not first:
        raise CourseError("Your manifest is empty.", "There is nothing to apply.", write)
    if COMMAND.match(first):
        why = f"It begins with a command: {first[:60]}"
        raise CourseError("This is no manifest.", why, "Type commands in a terminal; here stands YAML.")


def _refusal(made: str, refused: str) -> tuple[str, str]:
    """(what happened, why) of a manifest that was not applied whole, from what kubectl printed."""
    words = shell.last_words(refused.replace(UNWISE, ""), 6)
    if not made.strip():
        return "The cluster refuses your manifest.", words
    objects = ", ".join(made.strip().splitlines())
    return "The cluster refuses a part of your manifest.", f"Made: {objects}. Refused: {words}"


def apply_in(namespace: str, text: str) -> "subprocess.CompletedProcess[str]":
    """kubectl apply with another default namespace; -n would refuse what names one of its own.

    The file says only that: cluster, user and key come from the course's kubeconfig, which kubectl reads after it.
    """
    context = f"kind-{paths.cluster_name()}"
    there = {"name": "there", "context": {"cluster": context, "user": context, "namespace": namespace}}
    config = {"apiVersion": "v1", "kind": "Config", "current-context": "there", "contexts": [there]}
    with NamedTemporaryFile("w", suffix=".json") as first:
        json.dump(config, first)
        first.flush()
        env = shell.environment({"KUBECONFIG": f"{first.name}{os.pathsep}{paths.KUBECONFIG}"})
        return shell.run(["kubectl", "apply", "-f", "-"], env=shell.without_proxies(env), text=text)


def solve(slug: str, say: Say = print) -> Solution:
    """Show and apply the reference on top of what is there, and check it. The try counts as shown."""
    lab = catalog.find(slug)
    room.require_released()
    kubectl.require_ready()
    _require_started(lab, stage.missing(lab))
    _note_shown(lab)
    say(f"{lab.slug}: applying the reference and waiting for it to take effect")
    applied = stage.apply_answer(lab.folder / "solution")
    report = settled(lab, lambda report: report.passed)
    return Solution(lab.explanation(), applied, report)


def settled(
    task: Checked, wanted: Callable[[checks.Report], bool], seconds: float = SETTLED_WITHIN, given: object = None
) -> checks.Report:
    """Ask until the report is as wanted, or time is up; the last report. No pass is noted: nobody asked for a check."""
    reports: list[checks.Report] = []

    def asked() -> bool:
        try:
            reports.append(_checked(task, given))
        except CannotCheck:  # on a busy machine that may pass
            return False
        return wanted(reports[-1])

    try:
        until(asked, seconds=seconds, what=f"{task.slug} taking effect")
    except NotReady:
        return reports[-1] if reports else _checked(task, given)
    return reports[-1]


def reset(slug: str, say: Say = print) -> None:
    """Remove the lab from the cluster, or put an exercise back to its beginning; the learner's progress stays."""
    task = checked_task(slug)
    if isinstance(task, Lab):
        reset_all(say, [task])
        return
    kubectl.require_ready()
    _prepare_exercise(task)
    _forget_try(task.slug)


def reset_all(say: Say = print, labs: Sequence[Lab] | None = None) -> None:
    """The same for several labs at once; None is all. NotReady names what is stuck; what is gone by then stays gone."""
    chosen = catalog.labs() if labs is None else labs
    kubectl.require_ready()
    slugs = ", ".join(lab.slug for lab in chosen)
    say(f"Removing {slugs} (at most {stage.GONE_WITHIN} s; Ctrl-C stops, run again to go on)")
    stage.clean(chosen)
    for slug in {lab.slug for lab in chosen} & set(progress.records()):
        _forget_try(slug)


def _forget_try(slug: str) -> None:
    with progress.editing(slug) as record:
        record.started, record.cluster, record.hints, record.shown, record.done = "", "", 0, False, False
