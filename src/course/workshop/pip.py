"""pip's settings of this machine, for a container that is built in: they are in no layer, for they may hold secrets."""

import sys
from pathlib import Path
from shutil import copyfile

from course.base import shell

FILE = "pip.conf"
CERTIFICATES = "pip.crt"
KEPT = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout")  # what says where packages come from


def write(folder: Path, there: str) -> None:
    """Write pip's settings into `folder`, which is at `there` in the container; the certificates it trusts, too."""
    known = settings(shell.output([sys.executable, "-m", "pip", "config", "list"], doing="Asking pip for its settings"))
    lines = [f"{key} = {known[key]}" for key in KEPT if key in known]
    if certificates := known.get("cert"):
        copyfile(certificates, folder / CERTIFICATES)
        lines.append(f"cert = {there}/{CERTIFICATES}")
    (folder / FILE).write_text("\n".join(["[global]", *lines, ""]))


def settings(listed: str) -> dict[str, str]:
    """What `pip config list` says, by key: the environment before the sections of `install`, those before all else."""
    rank = {"global": 0, "install": 1, ":env:": 2}
    ranked: dict[str, tuple[int, str]] = {}
    for line in listed.splitlines():
        place, _, value = line.partition("=")
        section, _, key = place.rpartition(".")
        if section in rank and rank[section] >= ranked.get(key, (-1, ""))[0]:
            ranked[key] = rank[section], value.strip("'\"").replace("\\n", "\n")
    return {key: value.replace("\n", " ").strip() for key, (_, value) in ranked.items()}
