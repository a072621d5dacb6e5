"""How a command is written decides what it touches.

Advice works in the terminal it is read in, and on this course's cluster.

JupyterLab's terminals and kernels have the course's kubeconfig and tools: there `course` and `kubectl` are enough. In a
terminal of the reader's own, `course` is no command and `kubectl` means the reader's own cluster.
"""

import os
import re
import shlex
from pathlib import Path

from course.base import paths

VERBS = (
    "ask|completion|dev|doctor|down|interview|lab|neighbour|next|notebook|outside|parts|progress|search|start|status|test"
    "|up|workshop"
)
COURSE = re.compile(rf"(?<![\w./-])(?:\./)?course(?= (?:{VERBS})\b)")
# One with a KUBECONFIG of its own before it is about another cluster.
KUBECTL = re.compile(
    r"(?<![\w./-])(?P<other>KUBECONFIG=(?:'[^']*'|\S)+ )?"
    r"kubectl(?= (?:-[nA]\b|annotate|apply|config|create|delete|describe"
    r"|edit|exec|get|label|logs|patch|rollout|run|scale|wait)\b)"
)


GIT = re.compile(r"(?<![\w./-])git(?= (?:diff|pull|restore)\b)")
SUDO = re.compile(r"\bsudo (?!-)")


def has_kubeconfig() -> bool:
    """Whether a plain `kubectl` typed here means the course's cluster."""
    return os.environ.get("KUBECONFIG") == str(paths.KUBECONFIG)


def has_course() -> bool:
    """Whether a plain `course` typed here is this copy of the course."""
    return has_kubeconfig() and str(paths.VENV_BIN) in os.environ.get("PATH", "").split(os.pathsep)


def for_here(text: str) -> str:
    """A sentence or command of advice, each program in it written so that it works where it is read."""
    own = KUBECTL.sub(lambda found: found[0] if found["other"] else _kubectl(), COURSE.sub(lambda _: course(), text))
    own = GIT.sub(lambda _: _git(), own)
    return own if os.geteuid() else SUDO.sub("", own)  # root need not have sudo


def _here(folder: Path) -> bool:
    """Whether the terminal is in that folder; its own may have been removed."""
    try:
        return Path.cwd() == folder
    except FileNotFoundError:
        return False


def course() -> str:
    """This copy of the course as it is typed here."""
    if has_course():
        return "course"
    return "./course" if _here(paths.ROOT) else shlex.quote(str(paths.ROOT / "course"))


def _kubectl() -> str:
    if has_kubeconfig():
        return "kubectl"
    return f"{program()} --kubeconfig {shlex.quote(str(paths.KUBECONFIG))}"


def _git() -> str:
    """git in this clone: what is named behind it is, too."""
    return "git" if _here(paths.ROOT) else f"git -C {shlex.quote(str(paths.ROOT))}"


def program() -> str:
    """kubectl as it is found in this terminal."""
    from shutil import which  # only for advice: a name that resolves does not wait for it

    return "kubectl" if which("kubectl") else shlex.quote(str(paths.VENV_BIN / "kubectl"))
