"""The visible list of steps from a machine to a ready cluster."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from course.base import paths
from course.base.errors import CourseError
from course.kube import corefile
from course.provision import engine, images, kind_cluster, known_issues, outside, tools

MODULES, MADE_MODULES = Path("/lib/modules"), paths.STATE / "made-lib-modules"


@dataclass
class Work:
    """What the steps hand on to each other."""

    say: Callable[[str], None]
    engine: engine.Engine = field(init=False)
    image: str = ""
    new: bool = False


def _engine(work: Work) -> None:
    for limit in known_issues.limits():  # a container gets those of this terminal, and keeps them
        raise CourseError(limit.what, limit.why, limit.next)
    work.engine = engine.choose(work.say)
    for issue in known_issues.without_root(work.engine):  # said now, not after an image was pulled
        raise CourseError(issue.what, issue.why, issue.next)
    kind_cluster.refuse_foreign(work.engine, kind_cluster.container_state(work.engine)[0])
    outside.refuse_foreign(work.engine)
    work.say(f"{work.engine.name} {work.engine.version}")


def _tools(work: Work) -> None:
    tools.require_kubectl()
    tools.kind()


def _images(work: Work) -> None:
    work.image = images.node_image(work.engine, work.say)


def _cluster(work: Work) -> None:
    _mountable_modules()
    kind_cluster.ensure(work.engine, work.image, say=work.say, before_making=lambda: _before_making(work))


def _before_making(work: Work) -> None:
    """The servers outside start while the node does; the first cluster ever makes the network that they need."""
    work.new = True
    if outside.has_network(work.engine):
        outside.begin(work.engine)


def _mountable_modules() -> None:
    """kind mounts /lib/modules into the node; a machine without kernel modules gets an empty one, written down."""
    if sys.platform == "linux" and os.geteuid() == 0 and not MODULES.exists():
        MODULES.mkdir()
        MADE_MODULES.touch()


def _dns(work: Work) -> None:
    """As early as can be: a new cluster's CoreDNS has no Pods yet.

    So its first ones begin with the right Corefile.
    """
    outside.begin(work.engine)
    changed = kind_cluster.restore(work.engine, work.say, new=work.new)
    address = outside.known_addresses(work.engine).primary
    if corefile.forward_to(address, wait=False, anew=changed):
        work.say(f"CoreDNS forwards to {address}")


def _outside(work: Work) -> None:
    outside.wait_until_answering(work.engine)


def _verify(work: Work) -> None:
    kind_cluster.verify(work.engine, work.say, new=work.new)


STEPS: list[tuple[str, Callable[[Work], None]]] = [
    ("Container engine", _engine),
    ("kubectl and kind", _tools),
    ("Node image and lab image", _images),
    ("kind cluster", _cluster),
    ("CoreDNS forwards to the world outside", _dns),
    ("The world outside the cluster", _outside),
    ("Checked by asking: API, node, DNS from a Pod", _verify),
]
