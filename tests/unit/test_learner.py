"""How advice is read by the tests that follow it: commands are typed, prose is not."""

import pytest

from tests.cluster import learner

AGAIN = "./course status"


@pytest.mark.parametrize(
    ("advice", "commands"),
    [
        ("./course up", [["./course up"]]),
        ("./course down, then ./course up. Your notebooks and your progress stay.", [["./course down", "./course up"]]),
        ("mv /a/b /a/b.old, then the same command again", [["mv /a/b /a/b.old", AGAIN]]),
        ("the same command again: it makes .venv anew, which takes one minute", [[AGAIN]]),
        ("Make docker answer, then the same command again. Or: COURSE_ENGINE=podman ./course up",
         [[AGAIN], ["COURSE_ENGINE=podman ./course up"]]),
        ("Rename it (podman rename a NEW-NAME), or use another name here: COURSE_CLUSTER=b COURSE_STATE=c ./course up",
         [["podman rename a NEW-NAME", "COURSE_CLUSTER=b COURSE_STATE=c ./course up"]]),
        ("""kubectl -n x patch configmap/held --type=merge -p '{"metadata":{"finalizers":null}}', then ./course up""",
         [["""kubectl -n x patch configmap/held --type=merge -p '{"metadata":{"finalizers":null}}'""", "./course up"]]),
        ("Check the disk and whose the file is", []),
    ],
)  # fmt: skip
def test_the_commands_of_advice(advice: str, commands: list[list[str]]) -> None:
    assert learner.ways(advice, AGAIN) == commands


def test_a_terminal_keeps_what_was_exported_and_hears_both_streams() -> None:
    somebody = learner.Learner({"COLOUR": "blue"})
    said = somebody.type("echo $COLOUR; echo red >&2; exit 3")
    assert (said.text, said.returncode) == ("blue\nred\n", 3)
    somebody.type("unset COLOUR")
    assert somebody.type("echo ${COLOUR-none}").text == "none\n"
