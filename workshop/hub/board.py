"""The facilitator's board: a service of the hub, which starts it. A page for the facilitator, and an address for desks.

The page is made here and sent again whenever it is another one (Server-Sent Events). Who may see it is the hub's to
say: its own OAuth, and the scope access:services, which admins have. A desk speaks with the token that the hub gave
it, and so about itself alone.
"""

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlparse

from ended import Ended
from jinja2 import Environment, FileSystemLoader
from jupyterhub.services.auth import HubOAuth, HubOAuthCallbackHandler, HubOAuthenticated
from jupyterhub.utils import url_path_join
from rows import LARGEST, MESSAGE, STUCK, Board, as_dicts, minutes, parse
from tornado import web
from tornado.httpclient import AsyncHTTPClient, HTTPClientError
from tornado.ioloop import IOLoop, PeriodicCallback

HERE, DATA = Path(__file__).parent, Path("/srv/hub")
PREFIX = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
API = "http://127.0.0.1:8081/hub/api"  # the hub is in the same Pod
LOOK, SEND = 3000, 1000  # milliseconds between two questions to the hub, and between two looks at the rows
# Nothing but this service's own files, no script in the page, in nobody's frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
TEMPLATES = Environment(loader=FileSystemLoader(HERE), autoescape=True)
LESSONS = json.loads((HERE / "lessons.json").read_text())


class Room:
    """The board, what the hub has up, and who looks at the page."""

    def __init__(self):
        self.board = Board(DATA / "board.json")
        self.servers, self.taken = {}, {}
        self.shown = ""
        self.looking = set()

    async def look(self):
        """Ask the hub for its desks."""
        headers = {"Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}"}
        url = f"{API}/users?state=active&limit=300"
        try:
            users = json.loads((await AsyncHTTPClient().fetch(url, headers=headers)).body)
        except (OSError, HTTPClientError):  # the hub is at work; what it said last is shown
            return
        self.servers = {user["name"]: _server(user) for user in users if user.get("servers")}
        self.board.up({name for name, state in self.servers.items() if state == "ready"})
        self.taken = {path.name: path.read_text() for path in (DATA / "seats").glob("*")}

    def send(self):
        """The rows as they are now, to all who look, where they are others than before."""
        if (now := self.rows()) != self.shown:
            self.shown = now
            for queue in self.looking:
                queue.put_nowait(now)

    def seats(self):
        """The rows, as data."""
        return self.board.seats(self.servers, self.taken, datetime.now(UTC), Ended(DATA / "ended.json").all())

    def rows(self):
        """The part of the page that changes."""
        titles = {lesson["slug"]: f"{lesson['number']:02} {lesson['title']}" for lesson in LESSONS}
        seats = self.seats()
        return TEMPLATES.get_template("rows.html").render(
            seats=seats,
            titles=titles,
            progress=[row for row in self.board.progress(list(titles)) if any(row[1:]) or row[0] == self.board.lesson],
            missed=self.board.missed(),
            board=self.board,
            stuck=sum(seat.stuck for seat in seats),
            asking=sum(bool(seat.help) for seat in seats),
            ago=lambda moment: f"{minutes(moment, datetime.now(UTC)) or 0:.0f} min",
            longest=STUCK,
            quote=quote,
        )


def _server(user):
    server = user["servers"].get("", {})
    return server.get("pending") or ("ready" if server.get("ready") else "stop")


class Page(HubOAuthenticated, web.RequestHandler):
    """What all pages have: a facilitator, and no way out of the page."""

    def initialize(self, room):
        """Room: what it is about."""
        self.room = room

    def set_default_headers(self):
        """Also for what is refused."""
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")


class Shown(Page):
    """The page."""

    @web.authenticated
    def get(self):
        """With the rows of this moment."""
        token = self.xsrf_token.decode()
        own = {"prefix": PREFIX, "token": token, "lessons": LESSONS, "longest": MESSAGE}
        page = TEMPLATES.get_template("board.html")
        self.finish(page.render(rows=self.room.rows(), board=self.room.board, **own))


class Events(Page):
    """The rows, whenever they are others."""

    @web.authenticated
    async def get(self):
        """Until who looks goes away."""
        self.set_header("Content-Type", "text/event-stream")
        queue = asyncio.Queue()
        queue.put_nowait(self.room.rows())
        self.room.looking.add(queue)
        self.queue = queue
        while (rows := await queue.get()) is not None:
            self.write("".join(f"data: {line}\n" for line in rows.splitlines()) + "\n")
            await self.flush()

    def on_connection_close(self):
        """End the loop above."""
        self.room.looking.discard(self.queue)
        self.queue.put_nowait(None)


class Deed(Page):
    """What the facilitator does: a form that is sent, and the page again."""

    @web.authenticated
    def post(self, deed):
        """One of: message, lesson, held, helped."""
        value = self.get_body_argument("value", "")
        if deed == "helped":
            self.room.board.helped(value)
        elif deed == "message" and len(value) <= MESSAGE:
            self.room.board.tell(message=value.strip())
        elif deed == "lesson" and value in ("", *(lesson["slug"] for lesson in LESSONS)):
            self.room.board.tell(lesson=value)
        elif deed == "held" and value in ("yes", "no"):
            self.room.board.tell(held=value == "yes")
        else:
            raise web.HTTPError(400, "The board does no such thing")
        self.room.send()
        self.redirect(PREFIX)


class Rows(Page):
    """The rows as data: for `course workshop board`."""

    @web.authenticated
    def get(self):
        """As rows.Seat has them."""
        self.finish(json.dumps(as_dicts(self.room.seats())))


class Desk(web.RequestHandler):
    """What a desk says of itself. Whose it is, its token says, and nothing in it."""

    def initialize(self, room, auth):
        """Room: what it is about. auth: asks the hub whose a token is."""
        self.room, self.auth = room, auth

    async def post(self):
        """A report, a wish for help, or both; the answer is what is said to the desk."""
        word, _, token = self.request.headers.get("Authorization", "").partition(" ")
        user = await self.auth.user_for_token(token, sync=False) if word == "token" and token else None
        if not user or user.get("kind") != "user":
            raise web.HTTPError(403, "A desk's token is needed")
        try:
            said = json.loads(self.request.body)
            report = parse(said["report"]) if "report" in said else None
            wanted = said.get("help")
            if wanted not in (True, False, None):
                raise ValueError("help is asked for or not")
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise web.HTTPError(400, f"Not understood: {error}") from None
        self.finish(self.room.board.hear(user["name"], report, wanted, datetime.now(UTC)))

    def check_xsrf_cookie(self):
        """No cookie counts here, only a token."""


def secret(file):
    """What cookies are signed with: kept, so that a page which is open works on after the hub was started again."""
    if not file.exists():
        file.touch(0o600)
        file.write_bytes(os.urandom(32))
    return file.read_bytes()


def main():
    """Serve, until the hub ends this process."""
    room, auth = Room(), HubOAuth.instance(api_url=API)
    given = {"room": room}
    handlers = [
        ("", Shown, given),
        ("events", Events, given),
        ("rows", Rows, given),
        ("(message|lesson|held|helped)", Deed, given),
        ("desk", Desk, {"room": room, "auth": auth}),
        ("oauth_callback", HubOAuthCallbackHandler),
        (r"(board\.css|board\.js)", web.StaticFileHandler, {"path": str(HERE)}),
    ]
    app = web.Application(
        [(url_path_join(PREFIX, path), *more) for path, *more in handlers],
        cookie_secret=secret(DATA / "board-secret"),
        xsrf_cookies=True,
    )
    address = urlparse(os.environ["JUPYTERHUB_SERVICE_URL"])
    app.listen(address.port, max_body_size=LARGEST, max_buffer_size=4 * LARGEST)
    PeriodicCallback(room.look, LOOK).start()
    PeriodicCallback(room.send, SEND).start()
    IOLoop.current().start()


if __name__ == "__main__":
    main()
