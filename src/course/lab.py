"""The labs from Python, for notebooks: `from course import lab`, then lab.start("odd-port"), lab.check("odd-port").

Each verb prints what the CLI prints. `show(slug)` shows the same as text and buttons.
"""

import os

from course import paths as _paths
from course import shell as _shell
from course.practice import labs as _labs
from course.practice import manifest as _manifest


def connect() -> None:
    """kubectl in this notebook's shell cells talks to the course's cluster, whatever your own kubeconfig says."""
    ours = _shell.environment()
    os.environ.update({name: ours[name] for name in ("KUBECONFIG", "KUBECACHEDIR", "PATH")})
    print(f"kubectl in this notebook talks to the cluster {_paths.cluster_name()}.")


def show(slug: str) -> None:
    """The lab's text, and its buttons below."""
    from IPython.display import Markdown, display

    from course.ui.labs import Panel

    text = _manifest.find(slug).text.replace("./course ", "course ")  # JupyterLab's terminals have it on PATH
    display(Markdown(text), Panel(slug))  # type: ignore[no-untyped-call]


def table() -> None:
    """All labs with your state."""
    from course.cli_lab import _table

    print(_table(_labs.rows()))


def text(slug: str) -> None:
    """What the lab is about."""
    print(_manifest.find(slug).text)


def start(slug: str) -> None:
    """Begin a lab, always afresh."""
    _labs.start(slug)
    print(f"{slug} is ready. Next: lab.check({slug!r}), and look at what it says.")


def check(slug: str) -> None:
    """What is right already and what is not, with the reasons. Changes nothing."""
    report = _labs.check(slug)
    print(report.text() + _labs.afterword(report))


def hint(slug: str) -> None:
    """The next of three hints."""
    print(_labs.hint(slug).text())


def apply(slug: str, manifest: str) -> None:
    """Apply a manifest, to the lab's own namespace where it names none."""
    print(_labs.apply(slug, manifest).strip())


def solve(slug: str) -> None:
    """Show the reference with its reasons, apply it, check it."""
    print(_labs.solve(slug).text())


def reset(slug: str) -> None:
    """Remove the lab from the cluster; your progress stays."""
    _labs.reset(slug)
    print("Removed.")
