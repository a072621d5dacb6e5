"""What the course's environment variables may say, checked before anything is done with it."""

import os
import re

from course.base import paths
from course.base.errors import CourseError


def check() -> None:
    """CourseError for a COURSE_CLUSTER that can be no name, and for a folder of ours with a colon in it.

    Containers and the node, NAME-control-plane, have the name. A colon parts what is mounted, and kubeconfigs.
    """
    name = paths.cluster_name()
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{,47}[a-z0-9])?", name):
        raise CourseError(
            f"COURSE_CLUSTER is {name[:60]!r}: no name for a cluster.",
            "At most 49 small letters, digits and hyphens, and no hyphen first or last.",
            "unset COURSE_CLUSTER",
        )
    for variable, folder in (("COURSE_STATE", str(paths.STATE)), ("COURSE_CACHE", os.environ.get("COURSE_CACHE", ""))):
        if ":" in folder:
            raise CourseError(
                f"{folder} has a colon in it.",
                "Engines, compilers and kubectl take it for two folders.",
                "Move the clone." if ":" in str(paths.ROOT) else f"unset {variable}, then the same command again",
            )
