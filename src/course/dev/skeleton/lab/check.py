"""$slug: TODO: what is true when the lab is solved."""

from course.lab import Check, Pod, Reply

probe = Pod("lab-$slug")
TARGET = "todo.invalid"  # TODO: the name at the provider that the solution leads to


def why_no_address(reply: Reply) -> str:
    """The cause, read from the answer."""
    if reply.aliases:
        return "TODO: the alias is there and its target has no address. Say why that matters in this story."
    return "TODO: there is no such name, or its target looks like an address. Say why that matters in this story."


CHECKS = [
    Check(
        "name-answers",
        probe.dig("database"),
        lambda reply: bool(reply.addresses),
        "an address for database",
        why_no_address,
        "TODO: where to look: a command, or a lesson by its slug",
    ),
    Check(
        "follows-the-provider",
        probe.dig("database"),
        lambda reply: TARGET in reply.aliases,
        f"an alias of {TARGET}",
        "TODO: why another way that answers today is not enough",
        "TODO: where to look: a command, or a lesson by its slug",
    ),
]
