"""REST below /course/api/: JSON in, JSON out; a token as everywhere in jupyter_server, and its XSRF check.

200 what was asked for; 404 no such task; 409 the course says no, with what happened, why, and what to type next;
500 the course failed, with the same three; 400 a request that is none. Each verb runs in a thread, so the server
answers meanwhile.
"""

import json
import threading
from asyncio import wrap_future
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

from course.base import advice, files, shell
from course.base.errors import CourseError
from course.dns import query, watching
from course.jupyter.server import changes, place, views
from course.jupyter.server.lights import LIGHTS
from course.lessons import search
from course.tasks import verbs

Say = Callable[[str], None]
NOT_FOUND, REFUSED, FAILED = 404, 409, 500
BUSY: dict[str, str] = {}  # task -> the verb that is at work; one at a time for each
BESIDE = {"manifest"}  # what is typed is kept when the focus leaves it, often for the button that applies it
LONGEST_NAME = 300  # characters of a path or an id; more is none


async def in_thread(call: Callable[[], Any]) -> Any:
    """What the call returns or raises. Its thread does not hold up the end of the server."""
    outcome: Future[Any] = Future()

    def work() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return await wrap_future(outcome)


def failed(error: Exception) -> CourseError:
    """What nobody thought of, in three sentences; all of it is in JupyterLab's log."""
    why = f"{type(error).__name__}: {str(error)[:200]}. All of it is in {shell.log_file('jupyter')}."
    return CourseError("The course failed here.", why, "./course doctor")


class Handler(APIHandler):
    """What all have: an answer, or what the course says instead."""

    auth_resource = "course"

    async def answer(self, call: Callable[[], Any]) -> None:
        """Reply with what the call returns."""
        try:
            self.finish(json.dumps(await in_thread(call)))
        except CourseError as error:
            self.refuse(error, REFUSED)
        except OSError as error:  # a full disk, a file of somebody else's
            self.refuse(files.unusable(error), REFUSED)
        except Exception as error:
            self.log.error("The course failed", exc_info=error)
            self.refuse(failed(error), FAILED)

    def refuse(self, error: CourseError, status: int) -> None:
        """Reply with what happened, why, and what to type next."""
        self.set_status(status)
        body = {"what": error.what, "why": error.why, "next": advice.for_here(error.next)}
        self.finish(json.dumps(body | {"message": error.what}))

    def given(self, name: str) -> str:
        """A text of the request's JSON; 400 where it has none."""
        body = self.get_json_body()
        value = body.get(name) if isinstance(body, dict) else None
        if not isinstance(value, str):
            raise web.HTTPError(400, f"A text is missing: {name}")
        return value


class Course(Handler):
    """GET course: ways, lessons, labs, and what comes next."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """See views.course."""
        root = Path(self.settings["server_root_dir"]).expanduser()
        await self.answer(lambda: views.course(root))


class Status(Handler):
    """GET status: the cluster, and the steps of its set-up."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """See views.status."""
        await self.answer(views.status)


class Ask(Handler):
    """GET ask?name=NAME: what a Pod gets for a name. Also from (its namespace), type."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """As `course ask NAME --json`, with the text beside it, and as `--watch` has it: a line, and what it is of."""
        name = self.get_query_argument("name")
        namespace, kind = self.get_query_argument("from", "default"), self.get_query_argument("type", "A")

        def ask() -> views.View:
            answer = query.ask(name, namespace, kind)
            watched = {"line": watching.line(answer), "content": repr(watching.content(answer))}
            return answer.as_dict() | {"text": answer.text()} | watched

        await self.answer(ask)


class Timeline(Handler):
    """GET timeline: who answers the clients of lesson 05, in the last seconds."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """See views.timeline."""
        await self.answer(views.timeline)


class Search(Handler):
    """GET search?words=WORDS: the places of the course that have them."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """As `course search WORDS --json`."""
        words = self.get_query_argument("words")
        await self.answer(lambda: [hit.as_dict() for hit in search.search(words)])


class Place(Handler):
    """PUT place: where the learner is. GET course says it."""

    @web.authenticated
    @authorized
    async def put(self) -> None:
        """Keep notebook and cell."""
        notebook, cell = self.given("notebook"), self.given("cell")
        if max(len(notebook), len(cell)) > LONGEST_NAME:
            raise web.HTTPError(400, "No notebook has such a name")
        await self.answer(lambda: place.write(notebook, cell))


class AtHand(Handler):
    """PUT task: which one is at hand. GET course says it."""

    @web.authenticated
    @authorized
    async def put(self) -> None:
        """Keep it; 409 for what is no task of the panel."""
        slug = self.given("task")
        await self.answer(lambda: place.hold(views.find(slug).slug))


class Tour(Handler):
    """PUT tour: it was taken or declined. GET course says it."""

    @web.authenticated
    @authorized
    async def put(self) -> None:
        """Keep it."""
        await self.answer(place.tour)


class Room(Handler):
    """GET room: what the facilitator says. PUT room: whether help is wanted, {"help": true}."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """See views.room."""
        await self.answer(views.room)

    @web.authenticated
    @authorized
    async def put(self) -> None:
        """See views.help_wanted."""
        body = self.get_json_body()
        wanted = body.get("help") if isinstance(body, dict) else None
        if not isinstance(wanted, bool):
            raise web.HTTPError(400, "It is not said whether help is wanted")
        await self.answer(lambda: views.help_wanted(wanted))


class TaskHandler(Handler):
    """For one task."""

    def known(self, slug: str) -> bool:
        """Whether there is such a task; where not, that is the reply."""
        try:
            views.find(slug)
        except CourseError as error:
            self.refuse(error, NOT_FOUND)
            return False
        return True


class Task(TaskHandler):
    """GET tasks/SLUG: one task."""

    @web.authenticated
    @authorized
    async def get(self, slug: str) -> None:
        """See views.task."""
        if self.known(slug):
            await self.answer(lambda: views.task(slug))


class Lights(TaskHandler):
    """GET lights/SLUG: each check's light, which turns by itself for as long as somebody asks."""

    @web.authenticated
    @authorized
    async def get(self, slug: str) -> None:
        """See Lights.view. A verb that is at work, and a cell that runs, are left alone."""
        kernels = self.kernel_manager.list_kernels()  # type: ignore[no-untyped-call]
        busy = bool(BUSY) or any(kernel["execution_state"] == "busy" for kernel in kernels)
        if self.known(slug):
            await self.answer(lambda: LIGHTS.view(slug, busy))


class Verb(TaskHandler):
    """POST tasks/SLUG/VERB: the verb, then the task as it is now."""

    @web.authenticated
    @authorized
    async def post(self, slug: str, verb: str) -> None:
        """One verb at a time for each task: pressed twice, it is not done twice."""
        if not self.known(slug):
            return
        work = self.work(verb)
        tell = changes.emitter(self.event_logger)

        def perform() -> views.View:
            message = work(slug, lambda words: tell(what="said", task=slug, words=words))
            return views.task(slug) | {"said": message}

        if verb in BESIDE:
            await self.answer(perform)
            return
        if slug in BUSY:
            what = f"{slug}: {BUSY[slug]} is still at work."
            self.refuse(CourseError(what, "One thing at a time for each task."), REFUSED)
            return
        BUSY[slug] = verb
        try:
            await self.answer(perform)
        finally:
            del BUSY[slug]

    def work(self, verb: str) -> Callable[[str, Say], str]:
        """What the verb does with a slug; it returns what is to be said, in Markdown."""
        if verb in WITH_MANIFEST:
            text = self.given("manifest")
            return lambda slug, _: WITH_MANIFEST[verb](slug, text)
        if verb not in PLAIN:
            raise web.HTTPError(NOT_FOUND, f"No such verb: {verb}")
        return PLAIN[verb]


def _start(slug: str, say: Say) -> str:
    task = verbs.start(slug, say)
    then = "then hand in your answer in the notebook" if views.hands_in(task) else "fix it, then press Check"
    return f"{task.slug} is ready. Look around, {then}."


def _check(slug: str, _say: Say) -> str:
    if views.hands_in(views.find(slug)):
        why = "Its check needs your answer, which only the notebook has."
        raise CourseError(f"{slug} is handed in.", why, f'lesson.check("{slug}", answer) in its notebook')
    report = verbs.check(slug)
    good = len(report.checks) - len(report.failing)
    return f"{'Passed' if report.passed else 'Not passed yet'}: {good} of {len(report.checks)} checks pass."


def _hint(slug: str, _say: Say) -> str:
    return advice.for_here(verbs.hint(slug).text())


def _reset(slug: str, say: Say) -> str:
    verbs.reset(slug, say)
    return f"{slug} is put back. Your progress stays."


def _keep(slug: str, text: str) -> str:
    verbs.keep_manifest(slug, text)
    return ""


def _apply(slug: str, text: str) -> str:
    return _keep(slug, text) or verbs.apply(slug, text).strip()


PLAIN = {"start": _start, "check": _check, "hint": _hint, "solution": views.solve, "reset": _reset}
WITH_MANIFEST = {"apply": _apply, "manifest": _keep}


def handlers(base_url: str) -> list[tuple[str, type[Handler]]]:
    """Each address with its handler."""
    word = r"([\w-]+)"
    routes: list[tuple[str, type[Handler]]] = [
        ("course", Course),
        ("status", Status),
        ("ask", Ask),
        ("timeline", Timeline),
        ("search", Search),
        ("place", Place),
        ("task", AtHand),
        ("tour", Tour),
        ("room", Room),
        (f"lights/{word}", Lights),
        (f"tasks/{word}", Task),
        (f"tasks/{word}/{word}", Verb),
    ]
    return [(url_path_join(base_url, "course/api", path), handler) for path, handler in routes]
