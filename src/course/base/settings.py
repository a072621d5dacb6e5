"""What the course's environment variables may say, checked before anything is done with it."""

import re

from course.base import paths
from course.base.errors import CourseError


def check() -> None:
    """CourseError for a COURSE_CLUSTER that can be no name, and for a COURSE_STATE that can be no folder of ours.

    Containers and the node, NAME-control-plane, have the name. A colon parts what is mounted, and kubeconfigs.
    """
    name = paths.cluster_name()
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{,47}[a-z0-9])?", name):
        raise CourseError(
            f"COURSE_CLUSTER is {name[:60]!r}: no name for a cluster.",
            "At most 49 small letters, digits and hyphens, and no hyphen first or last.",
            "unset COURSE_CLUSTER",
        )
    if ":" in str(paths.STATE):
        raise CourseError(
            f"{paths.STATE} has a colon in it.",
            "Engines and kubectl take it for two folders.",
            "Move the clone." if ":" in str(paths.ROOT) else "unset COURSE_STATE, then the same command again",
        )
