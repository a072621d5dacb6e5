"""The verbs of the labs: list, start, check, hint, apply, solve, reset. The CLI and the notebook call these."""

import json
import os
import shlex
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from tempfile import NamedTemporaryFile

from course.base import advice, paths, shell, tables
from course.base.errors import CourseError, NotReady
from course.base.waiting import until
from course.kube import kubectl
from course.labs import capabilities, catalog, checks, probe, progress, stage
from course.labs.catalog import Lab

Say = Callable[[str], None]
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
    """One of a lab's three hints."""

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
    """A learner's standing in one lab, in words."""
    if record.passed:
        return "passed"
    if record.solution_seen:
        return "solution shown"
    return "started" if record.started and record.cluster == cluster else "not started"


def rows() -> list[Row]:
    """All labs with the learner's standing; needs no cluster."""
    known, cluster = progress.records(), cluster_id()
    return [_row(lab, known.get(lab.slug, progress.Record()), cluster) for lab in catalog.labs()]


def _row(lab: Lab, record: progress.Record, cluster: str) -> Row:
    said = state(record, cluster)
    return Row(lab.number, lab.slug, lab.title, lab.level, lab.minutes, lab.lesson, said, record.best_seconds)


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
    return f"{int(seconds) // 60}m{int(seconds) % 60:02d}s" if seconds else "-"


def start(slug: str, say: Say = print) -> Lab:
    """A fresh try, without what an earlier one or a lesson left. NotReady where the cluster lacks what it needs."""
    from course.provision import world

    lab = catalog.find(slug)
    kubectl.require_ready()
    world.restore()
    if stage.present([lab]):
        say(f"{lab.slug}: removing what an earlier try left")
    stage.clean([lab])
    say(f"{lab.slug}: preparing {', '.join(lab.namespaces)}")
    stage.fill(lab)
    capabilities.require(lab)
    _require_fresh(lab)
    with progress.editing(lab.slug) as record:
        progress.begin(record, cluster_id())
    return lab


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


def check(slug: str) -> checks.Report:
    """Ask and judge; changes nothing in the cluster. CourseError if the lab is not there to be checked."""
    lab = catalog.find(slug)
    if not paths.KUBECONFIG.exists():
        kubectl.require_ready()
    report = _checked(lab)
    if report.passed:
        _note_pass(lab.slug)
    return report


def _checked(lab: Lab) -> checks.Report:
    with ThreadPoolExecutor(1) as pool:  # beside the probes, so that it costs no time of its own
        absent = pool.submit(stage.missing, lab)
        try:
            report = checks.run(lab)
        except probe.Unreachable as reason:
            _require_started(lab, absent.result())
            again = f"./course lab start {lab.slug} (a fresh try)"
            raise CannotCheck(f"{lab.slug} cannot be checked.", f"{reason.what} {reason.why}", again) from None
        _require_started(lab, absent.result())
    return report


def _require_started(lab: Lab, absent: Sequence[str]) -> None:
    if not absent:
        return
    what = f"A part of {lab.slug} is gone." if len(absent) < len(lab.namespaces) else f"{lab.slug} is not started."
    raise CourseError(what, f"Not there: namespace {', '.join(absent)}.", f"./course lab start {lab.slug}")


def _note_pass(slug: str) -> None:
    with progress.editing(slug) as record:
        if record.done or not record.started:
            return
        record.done = True
        if not record.shown:
            took = round(progress.took(record), 1)
            record.passed = record.passed or progress.now()
            if took > 0:  # else somebody set the clock back meanwhile, and nobody knows
                record.best_seconds = min(filter(None, (record.best_seconds, took)))


def afterword(report: checks.Report) -> str:
    """The explanation, for whoever has the answer already; "" before."""
    if not report.passed:
        return ""
    why = (catalog.find(report.lab).folder / "solution" / "README.md").read_text().strip()
    return f"\nWell done.\n\n{why}\n\nClean up: ./course lab reset {report.lab}"


def hint(slug: str) -> Hint:
    """The next of the lab's hints; after the last one, the last one again."""
    lab = catalog.find(slug)
    with progress.editing(lab.slug) as record:
        record.hints = min(record.hints + 1, len(lab.hints))
        return Hint(record.hints, len(lab.hints), lab.hints[record.hints - 1])


def apply(slug: str, text: str) -> str:
    """Apply a learner's manifest; what names no namespace goes to the lab's own.

    The API's refusal is passed on in words, with what was made before it: kubectl goes on after a refusal.
    """
    lab = catalog.find(slug)
    kubectl.require_ready()
    _require_started(lab, stage.missing(lab))
    process = apply_in(lab.namespace, text)
    if process.returncode:
        again = f"Mend what it names, then apply again. See where you are: ./course lab check {lab.slug}"
        raise CourseError(*_refusal(process.stdout, process.stderr), again)
    return process.stdout + process.stderr


def _refusal(made: str, refused: str) -> tuple[str, str]:
    """(what happened, why) of a manifest that was not applied whole, from what kubectl printed."""
    words = shell.last_words(refused, 6)
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
    kubectl.require_ready()
    _require_started(lab, stage.missing(lab))
    with progress.editing(lab.slug) as record:
        record.shown = True
        record.solution_seen = record.solution_seen or progress.now()
    say(f"{lab.slug}: applying the reference and waiting for it to take effect")
    applied = stage.apply_answer(lab.folder / "solution")
    report = settled(lab, lambda report: report.passed)
    return Solution((lab.folder / "solution" / "README.md").read_text(), applied, report)


def settled(lab: Lab, wanted: Callable[[checks.Report], bool], seconds: float = SETTLED_WITHIN) -> checks.Report:
    """Ask until the report is as wanted, or time is up; the last report. No pass is noted: nobody asked for a check."""
    reports: list[checks.Report] = []

    def asked() -> bool:
        try:
            reports.append(_checked(lab))
        except CannotCheck:  # on a busy machine that may pass
            return False
        return wanted(reports[-1])

    try:
        until(asked, seconds=seconds, what=f"{lab.slug} taking effect")
    except NotReady:
        return reports[-1] if reports else _checked(lab)
    return reports[-1]


def reset(slug: str, say: Say = print) -> None:
    """Remove the lab from the cluster; the learner's progress stays."""
    reset_all(say, [catalog.find(slug)])


def reset_all(say: Say = print, labs: Sequence[Lab] | None = None) -> None:
    """The same for several labs at once; None is all. NotReady names what is stuck; what is gone by then stays gone."""
    chosen = catalog.labs() if labs is None else labs
    kubectl.require_ready()
    slugs = ", ".join(lab.slug for lab in chosen)
    say(f"Removing {slugs} (at most {stage.GONE_WITHIN} s; Ctrl-C stops, run again to go on)")
    stage.clean(chosen)
    for slug in {lab.slug for lab in chosen} & set(progress.records()):
        with progress.editing(slug) as record:
            record.started, record.cluster, record.hints, record.shown, record.done = "", "", 0, False, False
