"""Where things are: the clone, its state, and the cache that all clones share."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What the course knows and writes; COURSE_STATE moves it, for a second cluster from the same clone.
STATE = Path(os.environ.get("COURSE_STATE") or ROOT / ".course").resolve()
LOGS = STATE / "logs"
KUBECONFIG = STATE / "kubeconfig"
CLUSTER_FOLDER = ROOT / "cluster"
NOTEBOOKS = ROOT / "notebooks"
WORKSPACE = ROOT / "workspace"
VENV_BIN = ROOT / ".venv" / "bin"


def cache() -> Path:
    """The user's cache folder for finished parts of the node image; COURSE_CACHE moves it."""
    own = os.environ.get("COURSE_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(own) if own else base / "externalname-course"


def cluster_name() -> str:
    """The kind cluster's name: `externalname` unless COURSE_CLUSTER says otherwise (a second copy of the course)."""
    return os.environ.get("COURSE_CLUSTER") or "externalname"
