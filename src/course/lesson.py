"""What a lesson's cells may use, and all of it: `from course import lesson`, or names from here.

Names are loaded when they are first used: a kernel starts in less than a tenth of a second.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.base.tables import table
    from course.base.waiting import seconds_until, until
    from course.dns import querylog
    from course.dns.query import ask
    from course.dns.question import candidates
    from course.jupyter.turns import check, hint, lights, need, on_call, predict, reveal, solution, start
    from course.kube import coredns, corefile
    from course.kube.kubectl import apply
    from course.kube.kubectl import output as kubectl
    from course.kube.kubectl import run as try_kubectl
    from course.kube.network_policy import seconds_until_refused
    from course.lessons.begin import begin, wait_for_cluster
    from course.lessons.catalog import course_map
    from course.lessons.material import material
    from course.lessons.migration import accounting, phases, place
    from course.lessons.path import end, paths
    from course.provision.outside import authority

# Where each name of this face lives: a module, or `module:name`.
_HOMES = {
    "accounting": "course.lessons.migration.accounting",
    "apply": "course.kube.kubectl:apply",
    "ask": "course.dns.query:ask",
    "authority": "course.provision.outside:authority",
    "begin": "course.lessons.begin:begin",
    "candidates": "course.dns.question:candidates",
    "check": "course.jupyter.turns:check",
    "coredns": "course.kube.coredns",
    "corefile": "course.kube.corefile",
    "course_map": "course.lessons.catalog:course_map",
    "end": "course.lessons.path:end",
    "hint": "course.jupyter.turns:hint",
    "kubectl": "course.kube.kubectl:output",
    "lights": "course.jupyter.turns:lights",
    "material": "course.lessons.material:material",
    "need": "course.jupyter.turns:need",
    "on_call": "course.jupyter.turns:on_call",
    "paths": "course.lessons.path:paths",
    "phases": "course.lessons.migration.phases",
    "place": "course.lessons.migration.place",
    "predict": "course.jupyter.turns:predict",
    "querylog": "course.dns.querylog",
    "reveal": "course.jupyter.turns:reveal",
    "seconds_until": "course.base.waiting:seconds_until",
    "seconds_until_refused": "course.kube.network_policy:seconds_until_refused",
    "solution": "course.jupyter.turns:solution",
    "start": "course.jupyter.turns:start",
    "table": "course.base.tables:table",
    "try_kubectl": "course.kube.kubectl:run",
    "until": "course.base.waiting:until",
    "wait_for_cluster": "course.lessons.begin:wait_for_cluster",
}
__all__ = [
    "accounting",
    "apply",
    "ask",
    "authority",
    "begin",
    "candidates",
    "check",
    "coredns",
    "corefile",
    "course_map",
    "end",
    "hint",
    "kubectl",
    "lights",
    "material",
    "need",
    "on_call",
    "paths",
    "phases",
    "place",
    "predict",
    "querylog",
    "reveal",
    "seconds_until",
    "seconds_until_refused",
    "solution",
    "start",
    "table",
    "try_kubectl",
    "until",
    "wait_for_cluster",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"course.lesson has no {name}; it has {', '.join(__all__)}")
    module, _, attribute = _HOMES[name].partition(":")
    home = import_module(module)
    return getattr(home, attribute) if attribute else home
