"""Where things are: the clone, its state, and the cache that all clones share."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def _real(path: Path) -> Path:
    """The path without links. One that leads to itself stays: whoever opens it says so, with the way out."""
    return Path(os.path.realpath(path))


# What the course knows and writes. COURSE_STATE moves it, for a second cluster from the same clone: always into a
# folder of the course's own, because `down --all` removes it whole.
STATE = _real(ROOT / os.environ.get("COURSE_STATE", "") / ".course")
# Where the learner's progress is kept. COURSE_PROGRESS moves it: authors' and tests' runs are nobody's progress.
PROGRESS = _real(ROOT / os.environ["COURSE_PROGRESS"]) if os.environ.get("COURSE_PROGRESS") else STATE
LOGS = STATE / "logs"
KUBECONFIG = STATE / "kubeconfig"
CLUSTER_FOLDER = ROOT / "cluster"
NOTEBOOKS = ROOT / "notebooks"
WORKSPACE = ROOT / "workspace"
VENV_BIN = ROOT / ".venv" / "bin"
CACHE_NAME = "externalname-course"
PORT = 8888  # where JupyterLab listens, or the next free one


def cache() -> Path:
    """The folder for finished parts of the node image, in the user's caches or in COURSE_CACHE.

    `down --all` removes it whole.
    """
    if base := os.environ.get("COURSE_CACHE"):
        return _real(ROOT / base) / CACHE_NAME
    import platformdirs  # only where it is needed: each start of the command imports this module

    return _real(platformdirs.user_cache_path(CACHE_NAME, appauthor=False))


def cluster_name() -> str:
    """The kind cluster's name: `externalname` unless COURSE_CLUSTER says otherwise (a second copy of the course)."""
    return os.environ.get("COURSE_CLUSTER") or "externalname"
