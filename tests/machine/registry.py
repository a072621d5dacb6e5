"""A container registry on loopback, made of an image in a store: as much of the distribution API as a pull needs.

Source: github.com/opencontainers/distribution-spec, "Pull". Its mood says what it does wrong.
"""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MOODS = (
    "well",
    "dies in the middle",
    "is slow",
    "wants a login",
    "has given enough",
    "serves other manifests",
    "serves other blobs",
)
CHUNK = 1 << 16
SLOWLY = 2.0  # seconds between two chunks of a registry that is slow
WANTED = re.compile(r"/v2/(?P<name>.+)/(?P<kind>manifests|blobs)/(?P<reference>[^/]+)")


class Registry(ThreadingHTTPServer):
    """Serves the folder of an image in OCI layout. mood: one of MOODS. asked: each path that was asked for."""

    def __init__(self, layout: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Pull)
        self.layout, self.mood = layout, MOODS[0]
        self.asked: list[str] = []
        self.stopped = threading.Event()

    @property
    def host(self) -> str:
        """Its address, as it stands before an image's name."""
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def digest(self) -> str:
        """Of the image's manifest."""
        return self.manifest["digest"]

    @cached_property
    def manifest(self) -> dict[str, str]:
        """What the layout says of the image's manifest: its digest and its type."""
        found: dict[str, str] = json.loads((self.layout / "index.json").read_text())["manifests"][0]
        return found

    def blob(self, digest: str) -> Path:
        return self.layout / "blobs" / digest.replace(":", "/")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked has gone: that is what some moods are for."""


class _Pull(BaseHTTPRequestHandler):
    server: Registry
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the list `asked` is the log."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        wanted = WANTED.fullmatch(self.path)
        if self.server.mood == "wants a login":
            self._refuse(HTTPStatus.UNAUTHORIZED, "UNAUTHORIZED", {"WWW-Authenticate": 'Basic realm="a room"'})
        elif not wanted:
            self._send(b"{}", "application/json")
        elif self.server.mood == "has given enough":
            self._refuse(HTTPStatus.TOO_MANY_REQUESTS, "TOOMANYREQUESTS", {"Retry-After": "1"})
        elif not self.server.blob(wanted["reference"]).is_file():
            self._refuse(HTTPStatus.NOT_FOUND, "MANIFEST_UNKNOWN", {})
        else:
            self._give(wanted["kind"], self.server.blob(wanted["reference"]).read_bytes())

    def _give(self, kind: str, content: bytes) -> None:
        if self.server.mood == f"serves other {kind}":
            content = content[:-1] + bytes([content[-1] ^ 1])
        self._send(content, self.server.manifest["mediaType"] if kind == "manifests" else "application/octet-stream")

    def _refuse(self, status: HTTPStatus, code: str, headers: dict[str, str]) -> None:
        error = {"errors": [{"code": code, "message": status.phrase.lower()}]}
        self._send(json.dumps(error).encode(), "application/json", status, headers)

    def _send(
        self, content: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Type": kind, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        for start in range(0, len(content), CHUNK):
            if self.server.mood == "dies in the middle" and kind == "application/octet-stream" and start:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            if self.server.mood == "is slow" and start:
                self.server.stopped.wait(SLOWLY)
            self.wfile.write(content[start : start + CHUNK])


@contextmanager
def serving(layout: Path) -> Iterator[Registry]:
    """A registry that is there for as long as the block runs."""
    with Registry(layout) as registry:
        thread = threading.Thread(target=registry.serve_forever, daemon=True)
        thread.start()
        try:
            yield registry
        finally:
            registry.stopped.set()
            registry.shutdown()
            thread.join()
