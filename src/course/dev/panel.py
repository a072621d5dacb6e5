"""`course dev panel`: builds our part of JupyterLab from panel/src.

Its files are in the repository: who takes the course needs no Node.js.
"""

import hashlib

from course.base import paths, shell
from course.base.errors import CourseError
from course.jupyter import jupyterlab

FOLDER = paths.ROOT / "panel"
BUILT = jupyterlab.PANEL / "externalname-course"
STAMP = BUILT / "sources.sha256"  # what it was built from: a test without Node.js sees that a build was forgotten
SOURCES = ("src/*", "style/*", "package.json", "tsconfig.json", "webpack.config.js", "yarn.lock", ".yarnrc.yml")


def digest() -> str:
    """One number for all that it is built from."""
    sources = sorted(path for pattern in SOURCES for path in FOLDER.glob(pattern))
    parts = [f"{path.relative_to(FOLDER)} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in sources]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def build() -> list[str]:
    """Build it; what is not as it was before, a line each. CourseError where Node.js is missing or a step fails."""
    before = _files()
    _jlpm("build")
    STAMP.write_text(digest() + "\n")
    after = _files()
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return [f"{name} is {'removed' if name not in after else 'written anew'}" for name in changed]


def test() -> None:
    """Run its units with Jest. CourseError where Node.js is missing or one is red."""
    _jlpm("test")


def has_node() -> bool:
    """Whether this machine can build it: learners' need not."""
    return shell.first_on_path(["npm"]) is not None


def _jlpm(script: str) -> None:
    """A script of package.json, with the packages that yarn.lock names."""
    if not has_node():
        raise CourseError("npm is missing.", "The panel is TypeScript.", "sudo apt-get install nodejs npm")
    # jlpm, JupyterLab's own yarn, reads nothing of npm's settings: where packages come from is this machine's choice.
    registry = shell.output(["npm", "config", "get", "registry"], doing="Asking npm for its registry").strip()
    env = shell.environment({"YARN_NPM_REGISTRY_SERVER": registry})
    for words in (["install", "--immutable"], [script]):
        shell.logged(["jlpm", *words], log="panel", doing=f"jlpm {words[0]}", env=env, cwd=FOLDER)


def _files() -> dict[str, bytes]:
    files = (path for path in BUILT.rglob("*") if path.is_file())
    return {str(path.relative_to(paths.ROOT)): path.read_bytes() for path in files}
