"""The labs from Python, for notebooks: `from course import lab`, then lab.start("odd-port"), lab.check("odd-port").

Each verb prints what the CLI prints. `show(slug)` shows the same as buttons. `Check`, `Pod`, `Probe`, `Reply`,
`leads_to`, `reads_ada`, `each_address_is_one` and `stays_closed` are what a lab's check.py is written with.
"""

from course.base import advice as _advice
from course.base import paths as _paths
from course.base import shell as _shell
from course.lessons import path as _path
from course.tasks import catalog as _catalog
from course.tasks import verbs as _verbs
from course.tasks.checks import Check, each_address_is_one, leads_to, reads_ada, stays_closed
from course.tasks.probe import Pod, Probe, Reply

__all__ = [
    "Check",
    "Pod",
    "Probe",
    "Reply",
    "apply",
    "check",
    "connect",
    "each_address_is_one",
    "hint",
    "leads_to",
    "reads_ada",
    "reset",
    "show",
    "solve",
    "start",
    "stays_closed",
    "table",
    "text",
]


def connect() -> None:
    """kubectl in this notebook's shell cells talks to the course's cluster, whatever your own kubeconfig says."""
    _shell.use_environment()
    print(f"kubectl in this notebook talks to the cluster {_paths.cluster_name()}.")


def show(slug: str) -> None:
    """The lab's buttons, and a place for a manifest."""
    from IPython.display import display

    from course.jupyter.panel import Panel

    display(Panel(slug))  # type: ignore[no-untyped-call]


def table() -> None:
    """All labs with your state."""
    print(_verbs.table(_verbs.rows()))


def text(slug: str) -> None:
    """What the lab is about."""
    print(_catalog.find(slug).text)


def start(slug: str, *, afresh: bool = False) -> None:
    """Begin a lab. One that runs is begun afresh, without what you made in it, only where you say so."""
    if not afresh:
        _verbs.require_not_running(slug, f'lab.start("{slug}", afresh=True)')
    _verbs.start(slug)
    print(f"{slug} is ready. Next: lab.check({slug!r}), and look at what it says.")


def check(slug: str) -> None:
    """What is right already and what is not, with the reasons. Changes nothing."""
    report = _verbs.check(slug)
    print(report.text() + _advice.for_here(_path.afterword(report)))


def hint(slug: str) -> None:
    """The next of three hints."""
    print(_verbs.hint(slug).text())


def apply(slug: str, manifest: str) -> None:
    """Apply a manifest, to the lab's own namespace where it names none."""
    print(_verbs.apply(slug, manifest).strip())


def solve(slug: str) -> None:
    """Show the reference with its reasons, apply it, check it."""
    print(_verbs.solve(slug).text())


def reset(slug: str) -> None:
    """Remove the lab from the cluster; your progress stays."""
    _verbs.reset(slug)
    print("Removed.")
