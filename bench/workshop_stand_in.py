"""A desk that only says it is ready: a program for a small Pod of the hub's image, with nothing of the course in it.

To the hub it is a server that answers; to the board it speaks every two seconds with the desk's own token, as a desk
does, and says something new every half minute: a task that is named after the moment at which it was first said.
"""

import json
import os
import random
import threading
import time
import urllib.request
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EVERY, NEWS = 2.0, 30.0  # seconds between two words, and on average between two that are news


class Answer(BaseHTTPRequestHandler):
    """Whatever is asked for is there."""

    def do_GET(self) -> None:
        """Nothing in it."""
        self.send_response(200)
        self.send_header("X-JupyterHub-Version", "6.1.1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: there are some hundred of these."""


def speak() -> None:
    """Tell the board, for ever; the seconds until a server's first word differ, or all would speak at once."""
    headers = {"Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}", "Content-Type": "application/json"}
    task, due = "none-yet", time.time()
    wait = threading.Event().wait
    wait(random.uniform(0, EVERY))  # noqa: S311  # no secret
    while True:
        if time.time() >= due:
            task, due = f"at-{time.time() * 1000:.0f}", time.time() + random.uniform(0, 2 * NEWS)  # noqa: S311
        report = {"cluster": "ready", "lesson": "first_externalname", "task": task, "good": 1, "of": 4}
        body = json.dumps({"report": report | {"checked": "2026-11-28T12:00:00+00:00"}}).encode()
        request = urllib.request.Request(os.environ["COURSE_BOARD"], data=body, headers=headers)  # noqa: S310
        with suppress(OSError):
            urllib.request.urlopen(request, timeout=10).close()  # noqa: S310  # the hub's own address
        wait(EVERY)


threading.Thread(target=speak, daemon=True).start()
ThreadingHTTPServer(("", 8888), Answer).serve_forever()
