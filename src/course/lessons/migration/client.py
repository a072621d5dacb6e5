"""One client of `user-db`: it reads and writes numbered rows and records what it was told, one JSON line an operation.

Runs in a Pod, from a ConfigMap; it needs Python and psycopg only. CLIENT says how it connects:

reconnect      opens a connection for every operation, by name
pool           keeps two connections open, by name, and opens a new one when one breaks or is older than LIFETIME
resolved-once  asks DNS when it starts, and uses that address for ever

A write that was not acknowledged is tried again with the same key: whether the first try was stored does not matter,
because the key is unique. The key is CLIENT-NUMBER, so that a client that was restarted goes on where it stopped.
"""

import json
import os
import signal
import socket
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

import psycopg

CLIENT = os.environ.get("CLIENT", "reconnect")
POD = socket.gethostname()
HOST = os.environ.get("DB_HOST", "user-db")
PACE = float(os.environ.get("PACE", "0.2"))  # seconds for one read and one write
# seconds; half an hour is what pools use where nobody says otherwise
LIFETIME = float(os.environ.get("LIFETIME", "1800"))
RECORDINGS = Path(os.environ.get("RECORDINGS", "/recordings"))

WHO = "SELECT current_setting('course.side'), host(inet_server_addr())"
READ = "SELECT count(*) FROM entries WHERE key = %(key)s"
WRITE = """
    INSERT INTO entries (client, number, key) VALUES (%(client)s, %(number)s, %(key)s)
    ON CONFLICT (key) DO NOTHING
"""


class Link:
    """A connection, and the server at its other end: a connection never changes servers."""

    def __init__(self, host: str) -> None:
        """Connect, and ask the server who it is."""
        self.connection: psycopg.Connection[Any] = psycopg.connect(
            host=host, dbname="migration", user="app", password="app", application_name=CLIENT, autocommit=True,
            connect_timeout=2, tcp_user_timeout=2000, options="-c statement_timeout=2000",
        )  # fmt: skip
        self.born = time.monotonic()
        row: tuple[str, str] = self.connection.execute(WHO).fetchone() or ("", "")
        self.side, self.address = row

    def run(self, sql: str, number: int) -> int:
        """The count that a read finds; for a write, 1: that it came back is the acknowledgement."""
        values = {"client": CLIENT, "number": number, "key": f"{CLIENT}-{number}"}
        cursor = self.connection.execute(sql, values)
        row = cursor.fetchone() if cursor.description else None
        return int(row[0]) if row else 1


class Reconnect:
    """A connection for every operation."""

    def __init__(self, host: str) -> None:
        """The host is a name or an address."""
        self.host = host

    def take(self) -> Link:
        """A new connection."""
        return Link(self.host)

    def give(self, link: Link) -> None:
        """Close it."""
        link.connection.close()


class Pool(Reconnect):
    """Long-lived connections, used in turn."""

    size = 2

    def __init__(self, host: str) -> None:
        """An empty pool."""
        super().__init__(host)
        self.idle: deque[Link] = deque()

    def take(self) -> Link:
        """The connection that rested longest, or a new one while there are too few."""
        return self.idle.popleft() if len(self.idle) >= self.size else Link(self.host)

    def give(self, link: Link) -> None:
        """Keep it, unless it is broken or too old."""
        if link.connection.closed or link.connection.broken or time.monotonic() - link.born > LIFETIME:
            link.connection.close()
        else:
            self.idle.append(link)


def first_address(host: str) -> str:
    """The address of the name, as soon as it has one."""
    while True:
        try:
            return str(socket.getaddrinfo(host, 5432, socket.AF_INET, socket.SOCK_STREAM)[0][4][0])
        except socket.gaierror:
            time.sleep(PACE)


def client(kind: str) -> Reconnect:
    """The client of this kind."""
    if kind == "pool":
        return Pool(HOST)
    return Reconnect(first_address(HOST) if kind == "resolved-once" else HOST)


def operation(source: Reconnect, name: str, number: int) -> dict[str, Any]:
    """One read or write, and what the client knows about it afterwards."""
    started = time.monotonic()
    link: Link | None = None
    result: dict[str, Any] = {"client": CLIENT, "pod": POD, "op": name, "number": number, "ok": False}
    try:
        link = source.take()
        count = link.run(READ if name == "read" else WRITE, number)
        result |= {"ok": True, "found": count, "side": link.side, "address": link.address}
    except psycopg.Error as error:
        result["error"] = " ".join(str(error).split())
    if link:
        source.give(link)
    return result | {"at": time.time(), "ms": round((time.monotonic() - started) * 1000, 1)}


def record(entry: dict[str, Any]) -> None:
    """One line to the file and to the Pod's log; a single write, so that no line is ever half there."""
    line = (json.dumps(entry) + "\n").encode()
    file = os.open(RECORDINGS / f"{CLIENT}.jsonl", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    os.write(file, line)
    os.close(file)
    os.write(1, line)


def acknowledged() -> int:
    """The last number this client was told is stored; 0 for a new client."""
    path = RECORDINGS / f"{CLIENT}.jsonl"
    entries = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return max((entry["number"] for entry in entries if entry["op"] == "write" and entry["ok"]), default=0)


def main() -> None:
    """Read the last row, write the next one, at a bounded rate, until stopped."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    number, source = acknowledged() + 1, client(CLIENT)
    while True:
        started = time.monotonic()
        if number > 1:
            record(operation(source, "read", number - 1))
        write = operation(source, "write", number)
        record(write)
        number += write["ok"]
        time.sleep(max(0.0, PACE - (time.monotonic() - started)))  # the rate is the point, not a wait for something


if __name__ == "__main__":
    main()
