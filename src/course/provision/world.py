"""The world of the lessons and labs: the servers outside and CoreDNS, as they were at the start or changed since."""

from course.kube import corefile
from course.provision import engine, outside


def changed() -> list[str]:
    """What differs from the start in the outside world and in CoreDNS, in words; restore undoes it."""
    found = engine.choose(install=False)
    world = outside.changed(found)
    forwarded = corefile.is_forwarded_to(outside.addresses(found).primary)
    return world if forwarded else [*world, "CoreDNS's Corefile"]


def restore() -> None:
    """The outside world and CoreDNS as they were at the start, whatever a lesson or a learner left changed."""
    found = engine.choose(install=False)
    outside.reset(found)
    corefile.forward_to(outside.addresses(found).primary)
