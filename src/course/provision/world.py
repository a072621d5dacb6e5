"""The world of the lessons and labs: the servers outside and CoreDNS, as they were at the start or changed since."""

from course.kube import corefile
from course.provision import engine, outside


def changed() -> list[str]:
    """What differs from the start in the outside world and in CoreDNS, in words; restore undoes it."""
    container_engine = engine.chosen()
    differences = outside.changed(container_engine)
    forwarded = corefile.is_forwarded_to(outside.addresses(container_engine).primary)
    return differences if forwarded else [*differences, "CoreDNS's Corefile"]


def restore() -> None:
    """The outside world and CoreDNS as they were at the start, whatever a lesson or a learner left changed."""
    container_engine = engine.chosen()
    outside.reset(container_engine)
    corefile.forward_to(outside.addresses(container_engine).primary)
