"""JupyterLab on 127.0.0.1 with a token, all its files inside the clone."""

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from course.base import files, ownership, paths, shell, state, venv
from course.base.errors import CourseError, NotReady
from course.base.waiting import until
from course.jupyter import kernel

HOME = paths.STATE / "jupyter"
LOOPBACK = "127.0.0.1"  # nobody else than this machine; only a desk, which is a container, listens elsewhere
PANEL = paths.ROOT / "panel" / "labextensions"  # our part of JupyterLab, built; from panel/src by `course dev panel`
SETTINGS: dict[str, dict[str, object]] = {  # where JupyterLab's own defaults do not fit a course
    # nothing is asked of the internet
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "filebrowser-extension/browser": {"showLastModifiedColumn": False},  # names are read in full
    "notebook-extension/tracker": {
        "codeCellConfig": {"lineWrap": True},  # a command is read whole, without scrolling
        "showEditorForReadOnlyMarkdown": False,  # Ctrl+F would open what is folded, and show all answers
        "windowingMode": "none",  # JupyterLab guesses the height of what is out of sight, and a link misses its cell
    },
}


@dataclass(frozen=True)
class Server:
    """A running JupyterLab."""

    pid: int
    port: int
    token: str

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://127.0.0.1:{self.port}/lab?token={self.token}"

    @property
    def page(self) -> Path:
        """A page of jupyter_server's that leads to the address.

        Unlike that, its name may stand in a browser's command line.
        """
        return runtime() / f"jpserver-{self.pid}-open.html"

    def answers(self) -> bool:
        """Whether it is there and is ours: it takes the token."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/status", headers={"Authorization": f"token {self.token}"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=10) as reply:
                return bool(reply.status == 200)
        except (OSError, http.client.HTTPException, ValueError, OverflowError):  # another program's port, or none
            return False


def runtime() -> Path:
    """Where jupyter_server keeps the records and tokens of what runs."""
    return HOME / "runtime"


def recorded() -> list[Server]:
    """What jupyter_server wrote down here; some may be gone. To import its own reader of these files takes a second."""
    servers = []
    for path in runtime().glob("jpserver-*.json"):
        try:
            record = state.loads(files.text(path))
            servers.append(Server(int(record["pid"]), int(record["port"]), str(record["token"])))
        except (OSError, ValueError, KeyError, TypeError):  # it is being written or removed, or damaged
            continue
    return servers


def running() -> Server | None:
    """The JupyterLab this clone started, if it still answers."""
    return next((server for server in recorded() if _is_ours(server.pid) and server.answers()), None)


def environment() -> dict[str, str]:
    """JupyterLab's settings, kernels and history live in .course; nothing under the user's home is read or written."""
    places = {
        "JUPYTER_CONFIG_DIR": HOME / "config",
        "JUPYTER_DATA_DIR": HOME / "data",
        "JUPYTER_RUNTIME_DIR": runtime(),
        "IPYTHONDIR": HOME / "ipython",
        "JUPYTERLAB_SETTINGS_DIR": HOME / "lab" / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": HOME / "lab" / "workspaces",
        # the Kubernetes client keeps its key in a file there, and a kernel that is killed leaves it
        "TMPDIR": HOME / "tmp",
        "npm_config_cache": HOME / "npm",  # a server extension asks npm, where there is one, and npm writes a log of it
    }
    startup = HOME / "ipython" / "profile_default" / "startup"
    files.state()
    for place in (*places.values(), startup):
        place.mkdir(parents=True, exist_ok=True)
    runtime().chmod(0o700)  # who reads the records there has the token
    (startup / "00-course.py").write_text(kernel.STARTUP)
    for name, settings in SETTINGS.items():
        path = places["JUPYTERLAB_SETTINGS_DIR"] / "@jupyterlab" / f"{name}.jupyterlab-settings"
        if not path.exists():  # from then on they are the learner's
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(settings))
    return shell.environment({name: str(place) for name, place in places.items()} | {"JUPYTER_PLATFORM_DIRS": "0"})


def start(
    wanted_port: int, say: Callable[[str], None], listen: str = LOOPBACK
) -> tuple[Server, subprocess.Popen[bytes] | None]:
    """Start JupyterLab and wait until it answers; the running one where there is one (then no process is returned)."""
    if server := running():
        return server, None
    process = None
    try:
        with _ctrl_c_later():
            process = _launch(wanted_port, listen)
        answering, log = partial(_answering, process), shell.log_file("jupyter")
        server = until(answering, seconds=120, what="JupyterLab answering", next=f"Read {log}")
    except BaseException:  # Ctrl-C, too: in a session of its own it would live on, and nobody would know it
        if process:
            end(process)
        raise
    server.page.chmod(0o600)
    if server.port != wanted_port:
        say(f"Port {wanted_port} is taken by another program: using {server.port}.")
    return server, process


@contextmanager
def _ctrl_c_later() -> Iterator[None]:
    """Ctrl-C comes when the block has ended: in the middle of it there may be a process that nobody knows yet."""
    if threading.current_thread() is not threading.main_thread():  # it hears of no Ctrl-C
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        signal.raise_signal(signal.SIGINT)


def _answering(process: subprocess.Popen[bytes]) -> Server | None:
    """The server of this process, once it answers; CourseError where it has ended."""
    if process.poll() is not None:
        log = shell.log_file("jupyter")
        said = shell.last_words(log.read_text(errors="replace"))
        if missing := venv.MISSING.search(said):
            raise venv.incomplete(Path(sys.prefix), f"the module {missing[1]}")
        if part := venv.damaged():
            raise venv.incomplete(Path(sys.prefix), part)
        raise CourseError("JupyterLab ended at once.", said, f"Read {log}")
    return next((server for server in recorded() if server.pid == process.pid and server.answers()), None)


def _launch(port: int, listen: str) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--ServerApp.ip={listen}", f"--ServerApp.port={port}"]
    # The token not as a word of the command, which every user of the machine can read.
    env = environment() | {"JUPYTER_TOKEN": secrets.token_hex(24)}
    with shell.log_file("jupyter").open("a") as log:
        return subprocess.Popen(
            [*words, *options()], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=env
        )


def options() -> list[str]:
    """What makes a JupyterLab the course's, whoever starts it."""
    words = [
        f"--ServerApp.root_dir={paths.WORKSPACE}",
        "--ServerApp.jpserver_extensions={'course.jupyter.server': True}", f"--LabApp.extra_labextensions_path={PANEL}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None",
        # A login shell would reset PATH, and kubectl and course with it.
        "--ServerApp.terminado_settings={'shell_command': ['/bin/sh', '-c', 'exec ${SHELL:-bash}']}",
    ]  # fmt: skip
    if os.geteuid() == 0:
        words.append("--allow-root")
    return words


def end(process: subprocess.Popen[bytes]) -> None:
    """End a JupyterLab that this process started, and wait until it has gone."""
    _end([process.pid], lambda: process.poll() is not None)


def stop() -> bool:
    """End the JupyterLab this clone started; whether there was one."""
    ours = [server.pid for server in recorded() if _is_ours(server.pid)]
    _end(ours, lambda: not any(map(_is_ours, ours)))  # one that is too busy to answer, too
    return bool(ours)


def _end(pids: Iterable[int], ended: Callable[[], bool], patience: float = 25) -> None:
    """Tell these processes to end, also where they are stopped; after `patience` seconds without asking."""
    for number in (signal.SIGTERM, signal.SIGCONT):
        _send(pids, number)
    with suppress(NotReady):
        until(ended, seconds=patience, what="JupyterLab ending")
        return
    _send(pids, signal.SIGKILL)
    until(ended, seconds=25, what="JupyterLab ending")


def _send(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _is_ours(pid: int) -> bool:
    """Whether the process is a JupyterLab of this clone.

    A record may be old, and its process id another's by now; and it may be a copy, of the clone that was copied.
    """
    return ownership.is_our_process(pid, "jupyterlab", "JUPYTER_RUNTIME_DIR", str(runtime()))
