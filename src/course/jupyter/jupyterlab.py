"""JupyterLab on 127.0.0.1 with a token, all its files inside the clone."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass

from course.base import paths, shell
from course.base.errors import CourseError
from course.base.waiting import until
from course.jupyter import kernel

RECORD = paths.STATE / "jupyter.json"
HOME = paths.STATE / "jupyter"
SETTINGS: dict[str, dict[str, object]] = {  # where JupyterLab's own defaults do not fit a course
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},  # nothing is asked of the internet
    "notebook-extension/tracker": {"codeCellConfig": {"lineWrap": True}},  # a command is read whole, without scrolling
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

    def answers(self) -> bool:
        """Whether it is there and is ours: it takes the token."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/status", headers={"Authorization": f"token {self.token}"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=2) as reply:
                return bool(reply.status == 200)
        except (OSError, urllib.error.URLError):
            return False


def running() -> Server | None:
    """The JupyterLab this clone started, if it still answers."""
    try:
        server = Server(**json.loads(RECORD.read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return server if server.answers() else None


def free_port(wanted: int, say: Callable[[str], None]) -> int:
    """`wanted`, or the next free port of the following twenty, said."""
    for port in range(wanted, wanted + 20):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            if port != wanted:
                say(f"Port {wanted} is taken by another program: using {port}.")
            return port
    raise CourseError(
        f"Ports {wanted} to {wanted + 19} are all taken.", "Other programs listen there.", f"./course start --port {wanted + 100}"
    )


def environment() -> dict[str, str]:
    """JupyterLab's settings, kernels and history live in .course; nothing under the user's home is read or written."""
    places = {
        "JUPYTER_CONFIG_DIR": HOME / "config",
        "JUPYTER_DATA_DIR": HOME / "data",
        "JUPYTER_RUNTIME_DIR": HOME / "runtime",
        "IPYTHONDIR": HOME / "ipython",
        "JUPYTERLAB_SETTINGS_DIR": HOME / "lab" / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": HOME / "lab" / "workspaces",
        "TMPDIR": HOME / "tmp",  # the Kubernetes client keeps its key in a file there, and a kernel that is killed leaves it
        "npm_config_cache": HOME / "npm",  # a server extension asks npm, where there is one, and npm writes a log of it
    }
    startup = HOME / "ipython" / "profile_default" / "startup"
    for place in (*places.values(), startup):
        place.mkdir(parents=True, exist_ok=True)
    (startup / "00-course.py").write_text(kernel.STARTUP)
    for name, settings in SETTINGS.items():
        path = places["JUPYTERLAB_SETTINGS_DIR"] / "@jupyterlab" / f"{name}.jupyterlab-settings"
        if not path.exists():  # from then on they are the learner's
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(settings))
    return shell.environment({name: str(place) for name, place in places.items()} | {"JUPYTER_PLATFORM_DIRS": "0"})


def start(wanted_port: int, say: Callable[[str], None]) -> tuple[Server, subprocess.Popen[bytes] | None]:
    """Start JupyterLab and wait until it answers; the running one where there is one (then no process is returned)."""
    if found := running():
        return found, None
    port, token = free_port(wanted_port, say), secrets.token_hex(24)
    words = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", f"--ServerApp.root_dir={paths.WORKSPACE}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None",
        # A login shell would reset PATH, and kubectl and course with it.
        "--ServerApp.terminado_settings={'shell_command': ['/bin/sh', '-c', 'exec ${SHELL:-bash}']}",
    ]  # fmt: skip
    if os.geteuid() == 0:
        words.append("--allow-root")
    path = shell.log_file("jupyter")
    with path.open("a") as log:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            env=environment() | {"JUPYTER_TOKEN": token},  # not as a word of the command, which every user of the machine can read
        )  # fmt: skip
    server = Server(process.pid, port, token)
    try:
        until(
            lambda: process.poll() is not None or server.answers(),
            seconds=60,
            what="JupyterLab answering",
            next=f"Read {path}",
        )
    except BaseException:  # Ctrl-C, too: in a session of its own it would live on, and nobody would know it
        process.terminate()
        raise
    if process.poll() is not None:
        raise CourseError("JupyterLab ended at once.", shell.last_words(path.read_text(errors="replace")), f"Read {path}")
    RECORD.touch(mode=0o600)  # it holds the token
    RECORD.chmod(0o600)
    RECORD.write_text(json.dumps(asdict(server)))
    return server, process


def stop() -> bool:
    """End the JupyterLab this clone started; whether there was one."""
    server = running()
    if server is None:
        return False
    os.kill(server.pid, signal.SIGTERM)
    until(lambda: not server.answers(), seconds=15, what="JupyterLab ending")
    RECORD.unlink(missing_ok=True)
    return True
