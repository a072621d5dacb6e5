"""Tells every browser that something changed: jupyter_server's own events, which JupyterLab listens to already.

An event says what to ask for again, never what it is: who missed one has lost nothing.
"""

from collections.abc import Callable
from typing import Any

from tornado.ioloop import IOLoop, PeriodicCallback

from course.base.files import written_at
from course.jupyter.server.lights import LIGHTS
from course.provision import reporter
from course.tasks import progress, room

SCHEMA_ID = "urn:externalname-course:changed"
SCHEMA = {
    "$id": SCHEMA_ID,
    "version": "1",
    "title": "Something of the course changed",
    "type": "object",
    "properties": {
        "what": {"enum": ["progress", "set-up", "room", "said"]},
        "task": {"type": "string", "description": "Of `said`: the slug of the task whose verb is at work"},
        "words": {"type": "string", "description": "Of `said`: what the verb does"},
    },
    "required": ["what"],
}
EVERY = 1000  # milliseconds between two looks at the files
Emit = Callable[..., None]


def watch(server: Any) -> None:
    """Look at the files that other processes write, for as long as the server runs."""
    server.event_logger.register_event_schema(SCHEMA)
    emit = emitter(server.event_logger)
    seen = _written()

    def look() -> None:
        now = _written()
        for what in (what for what in now if now[what] != seen[what]):
            emit(what=what)
        seen.update(now)
        LIGHTS.rest()

    PeriodicCallback(look, EVERY).start()


def emitter(logger: Any) -> Emit:
    """What sends an event to all who listen; it may be called from any thread."""
    loop = IOLoop.current()
    return lambda **data: loop.add_callback(logger.emit, schema_id=SCHEMA_ID, data=data)


def _written() -> dict[str, int]:
    paths = (("progress", progress.file()), ("set-up", reporter.PROGRESS), ("room", room.FILE))
    return {what: written_at(path) for what, path in paths}
