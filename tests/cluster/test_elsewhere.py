"""What a lesson tells its reader to type on another cluster can be typed."""

import pytest

from course.base import shell
from course.lessons import catalog
from tests.notebooks import elsewhere

# A lesson with parts asks for kinds that come with them, and its own cells do so, too.
COMMANDS = {
    command: None  # each once, in order
    for lesson in catalog.lessons()
    if not lesson.parts
    for command in elsewhere.commands(lesson)
    if command.startswith("kubectl") and elsewhere.whole(command)
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_for_other_clusters_works(command: str) -> None:
    done = shell.run(["sh", "-c", command])
    assert done.returncode == 0, done.stderr
    assert done.stdout or "No resources found" in done.stderr
