"""The desk for real: its image is built, run as the README says, and a learner works in it, also after a restart."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection

import pytest

from course.base.waiting import until
from course.provision import engine
from course.provision.engine import Engine
from course.workshop import image

pytestmark = pytest.mark.engines
LESSON = "02_first_externalname.ipynb"
NBVAL = f"""
from pathlib import Path
from course.dev.nbval import code_cells, nbval
path = Path("/course/notebooks/{LESSON}")
run = nbval(path, Path("/tmp/report.xml"))
print(run.output[-3000:])
print(int(run.failed), run.collected, len(code_cells(path)))
"""


@dataclass
class Desk:
    """A container of the desk's image. lines: how many its log had when it was last started."""

    engine: Engine
    container: str
    lines: int = 0

    def log(self) -> list[str]:
        """What it said since it was last started."""
        done = self.engine.run("logs", self.container)
        return done.stdout.splitlines()[self.lines :]

    def wait(self) -> list[str]:
        """Its log when it is ready; AssertionError with the log where it ended before."""

        def ready() -> list[str] | None:
            said = self.log()
            running = self.engine.inspect("container", self.container, "{{.State.Running}}")
            assert running == "true" and not [line for line in said if line.startswith("Error")], said
            return said if any(line.startswith("Ready.") for line in said) else None

        return until(ready, seconds=900, what="The desk being ready")

    def course(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return self.engine.run("exec", self.container, "course", *words, timeout=900)

    def python(self, code: str) -> str:
        words = ("exec", self.container, "python", "-P", "-c", code)
        return self.engine.output(*words, doing="Running Python in the desk", timeout=900)

    def restart(self) -> None:
        self.lines += len(self.log())
        self.engine.output("restart", self.container, doing="Restarting the desk")


def get(port: str, path: str, token: str = "") -> tuple[int, str]:
    """Code and body of one page of the desk's."""
    with closing(HTTPConnection(port, timeout=30)) as connection:
        connection.request("GET", path, headers={"Authorization": f"token {token}"} if token else {})
        with connection.getresponse() as reply:
            return reply.status, reply.read().decode()


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    chosen = engine.choose()
    name = f"{image.REPOSITORY}:test-{os.getpid()}"
    container = ""
    try:
        image.build(chosen, name, print)
        words = ("run", "-d", "--privileged", "-p", "127.0.0.1::8888", name)
        container = chosen.output(*words, doing="Running the desk").strip()
        made = Desk(chosen, container)
        made.wait()
        yield made
    finally:
        if container:
            chosen.run(*chosen.removal, container, timeout=300)
        chosen.run("rmi", name)


def test_it_says_each_step_and_its_address_leads_to_jupyterlab(desk: Desk) -> None:
    said = desk.wait()
    assert [line[:5] for line in said if line.startswith("[")] == [f"[{number}/7]" for number in range(1, 8)]
    token = next(line for line in said if line.startswith("JupyterLab: ")).rpartition("token=")[2]
    port = desk.engine.output("port", desk.container, "8888", doing="Asking for the port").strip()
    assert port.startswith("127.0.0.1:"), "nobody else than this machine"
    code, contents = get(port, "/api/contents", token)
    assert code == 200 and LESSON in {entry["name"] for entry in json.loads(contents)["content"]}
    code, page = get(port, f"/lab?token={token}")
    assert code == 200 and "jupyter-config-data" in page
    assert get(port, "/api/contents")[0] == 403


def test_a_learner_works_in_it_also_after_a_restart(desk: Desk) -> None:
    status = desk.course("status")
    assert status.returncode == 0, status
    assert desk.course("lab", "start", "lost-database").returncode == 0
    assert desk.course("lab", "check", "lost-database").returncode == 1
    assert desk.course("lab", "solve", "lost-database").returncode == 0
    desk.restart()
    desk.wait()
    check = desk.course("lab", "check", "lost-database")
    assert check.returncode == 0, check


def test_a_lesson_is_green_in_it(desk: Desk) -> None:
    *output, counts = desk.python(NBVAL).splitlines()
    failed, collected, cells = map(int, counts.split())
    assert failed == 0 and collected == cells > 0, output


def test_nothing_of_the_build_is_in_it(desk: Desk) -> None:
    """No setting of this machine's pip, no file that Git does not keep, no cache."""
    look = "find / -xdev ( -name pip.conf -o -name pip.crt -o -name course.tar -o -path */.git -o -path */.cache/pip )"
    assert desk.engine.output("exec", desk.container, *look.split(), doing="Looking for what was left") == ""
    assert desk.python("import os; print(os.environ.get('PIP_CONFIG_FILE'))") == "None\n"
