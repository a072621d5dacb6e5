"""Lights that turn by themselves: the checks of a task that is open in a browser, asked when the cluster changed.

A browser asks every few seconds for as long as it shows the task. That costs next to nothing: the cluster itself is
asked after a change, then at growing distances, because a change may be on its way (a Pod that starts, a cache) or be
one of the world outside, which the API does not know.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from course.base import advice, files, paths
from course.base.errors import CourseError
from course.kube.watch import Watch
from course.tasks import progress, verbs

View = dict[str, Any]
Seen = tuple[int, int]  # when the kubeconfig was written, and how many changes of that cluster there were
SOONEST, LATEST = 3.0, 60.0  # seconds between two looks: after a change, and when nothing changes
UNWATCHED = 15.0  # seconds without a browser that asks, after which nobody watches the cluster any more


@dataclass
class Lamps:
    """The lights of one task. seen: the changes up to the last look. wait, due: seconds, for the next."""

    shown: View = field(default_factory=dict)
    seen: Seen = (0, -1)
    wait: float = SOONEST
    due: float = 0.0
    looking: bool = False


class Lights:
    """The lights of all tasks that are open somewhere, and the one watch of the cluster for them."""

    def __init__(self) -> None:
        self.watch: Watch | None = None
        self.kubeconfig = 0  # when the one was written that the watch began with
        self.asked = 0.0
        self.lamps: dict[str, Lamps] = {}

    def view(self, slug: str, busy: bool) -> View:
        """The lights of a task: {"checks": [{"name", "passed"}], "asked", "trouble", "paused"}.

        busy: the learner has something at work, which nothing may disturb: then the lights stay as they are.
        """
        self.asked = time.monotonic()
        lamps = self.lamps.setdefault(slug, Lamps())
        if not (busy or lamps.looking):
            lamps.looking = True
            try:
                self._look_if_due(slug, lamps)
            finally:
                lamps.looking = False
        return {"checks": [], "asked": "", "trouble": "", **lamps.shown, "paused": busy}

    def _look_if_due(self, slug: str, lamps: Lamps) -> None:
        changed = self._changes() != lamps.seen
        if not changed and time.monotonic() < lamps.due:
            return
        seen = self._changes()
        view = _look(slug)
        if view is None:
            return
        lamps.seen, lamps.shown = seen, view
        lamps.wait = SOONEST if changed else min(2 * lamps.wait, LATEST)
        lamps.due = time.monotonic() + lamps.wait

    def _changes(self) -> Seen:
        """Which cluster is watched, and how often it changed since."""
        written = files.written_at(paths.KUBECONFIG)
        if written != self.kubeconfig:  # another cluster, or the same one at another address
            self._stop()
            self.kubeconfig = written
        try:
            self.watch = self.watch or Watch()
        except CourseError:  # no cluster: the look itself says so
            return written, -1
        return written, self.watch.changes

    def _stop(self) -> None:
        if self.watch:
            self.watch.stop()
            self.watch = None

    def rest(self) -> None:
        """Stop watching where no browser has asked for a while. Called again and again."""
        if self.watch and time.monotonic() - self.asked > UNWATCHED:
            self._stop()
            self.lamps.clear()


def _look(slug: str) -> View | None:
    """What one look found; None where the learner asks at this moment."""
    try:
        report = verbs.look(slug)
    except CourseError as error:
        return {"trouble": " ".join(filter(None, (error.what, advice.for_here(error.next)))), "asked": progress.now()}
    if report is None:
        return None
    return {"checks": [{"name": one.name, "passed": one.passed} for one in report.checks], "asked": progress.now()}


LIGHTS = Lights()
