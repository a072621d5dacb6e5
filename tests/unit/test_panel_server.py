"""The course as REST and events, asked of a real JupyterLab server. What needs a cluster is in tests/browser."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.ioloop import IOLoop
from tornado.websocket import websocket_connect

from course.base import files, paths
from course.jupyter import jupyterlab
from course.jupyter.server import handlers, lights, views
from course.lessons import catalog as lessons
from course.lessons import path, routes
from course.tasks import catalog, checks, index, progress, verbs
from tests.browser.learner import learner

Reply = tuple[int, Any]


@dataclass(frozen=True)
class Panel:
    """A server, and where it keeps the learner's progress."""

    server: jupyterlab.Server
    folder: Path

    def ask(self, path: str, body: object = None, token: str | None = None, method: str = "") -> Reply:
        """(status, JSON) of a request; with a body it is a POST. A token of "" sends none."""
        wanted = self.server.token if token is None else token
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.server.port}/course/api/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {wanted}"} if wanted else {},
            method=method or None,
        )
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as reply:
                return reply.status, json.loads(reply.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    folder = tmp_path_factory.mktemp("panel")
    with learner(folder, 8920) as server:
        yield Panel(server, folder)


def test_the_course_is_as_the_lists_say(panel: Panel) -> None:
    status, course = panel.ask("course")
    assert status == 200
    assert [lesson["slug"] for lesson in course["lessons"]] == [lesson.slug for lesson in lessons.lessons()]
    assert [lab["slug"] for lab in course["labs"]] == [lab.slug for lab in catalog.labs()]
    assert {lesson["minutes"] for lesson in course["lessons"]} == {lesson.minutes for lesson in lessons.lessons()}
    assert course["place"] == {"notebook": "00_start_here.ipynb", "cell": ""}
    assert course["begun"] is False
    assert course["notes"] == []


def test_every_task_can_be_shown(panel: Panel) -> None:
    shown = [slug for slug, task in index.tasks().items() if task.kind != "prediction"]
    assert len(shown) > len(catalog.labs())
    for slug in shown:
        status, task = panel.ask(f"tasks/{slug}")
        assert (status, task["slug"]) == (200, slug)
        assert task["goal"]
        assert "<details>" not in task["goal"]
        assert "./course" not in task["goal"]
        assert not task["hints"]


def test_a_task_that_is_handed_in_says_where_when_it_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """There, Check is off. Of each it is known whether its beginning changes the cluster."""
    monkeypatch.setattr(verbs, "start", lambda slug, _: verbs.checked_task(slug))
    for slug in (slug for slug, task in index.tasks().items() if task.kind != "prediction"):
        view, said = views.task(slug), handlers.PLAIN["start"](slug, print)
        assert ("in the notebook" in said, "press Check" in said) == (view["hands_in"], not view["hands_in"])
        assert view["sets_up"] == (view["kind"] == "lab" or bool(getattr(index.find(slug), "setup", "")))


@pytest.mark.parametrize("path", ["course", "status", "tasks/lost-database", "ask?name=kubernetes"])
def test_without_the_token_nothing_is_said(panel: Panel, path: str) -> None:
    assert [panel.ask(path, token=word)[0] for word in ("", "wrong")] == [403, 403]


def test_without_the_token_nothing_is_done(panel: Panel) -> None:
    assert panel.ask("tasks/lost-database/hint", {}, token="")[0] == 403
    assert progress.record("lost-database").hints == 0


def test_a_cookie_alone_does_nothing_without_the_xsrf_token(panel: Panel) -> None:
    """What a page of somebody else's can send: the browser adds the cookie by itself."""
    jar = urllib.request.HTTPCookieProcessor()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)
    opener.open(panel.server.address, timeout=60).read()
    names = {cookie.name for cookie in jar.cookiejar}
    assert any(name.startswith("username-") for name in names), names
    where = f"http://127.0.0.1:{panel.server.port}/course/api/tasks/lost-database/hint"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        opener.open(urllib.request.Request(where, data=b"{}"), timeout=60)
    assert progress.record("lost-database").hints == 0


def test_an_unknown_task_is_404_and_names_the_near_one(panel: Panel) -> None:
    for reply in (panel.ask("tasks/lost-databse"), panel.ask("tasks/lost-databse/check", {})):
        assert reply[0] == 404
        assert "lost-database" in reply[1]["why"]


def test_a_prediction_is_no_task_of_the_panel(panel: Panel) -> None:
    slug = next(slug for slug, task in index.tasks().items() if task.kind == "prediction")
    assert panel.ask(f"tasks/{slug}")[0] == 404


def test_no_such_verb_and_no_such_body(panel: Panel) -> None:
    assert panel.ask("tasks/lost-database/explode", {})[0] == 404
    assert panel.ask("tasks/lost-database/apply", {})[0] == 400
    assert panel.ask("tasks/lost-database/apply", ["kind: Service"])[0] == 400
    assert panel.ask("tasks/lost-database/apply", {"manifest": 5})[0] == 400
    assert panel.ask("tasks/lost-database/check")[0] == 405


def test_hints_come_one_by_one_and_stay(panel: Panel) -> None:
    hints = catalog.find("loop").hints
    for number in range(len(hints)):
        _, task = panel.ask("tasks/loop/hint", {})
        assert len(task["hints"]) == number + 1
        assert f"Hint {number + 1} of {len(hints)}" in task["said"]
    assert panel.ask("tasks/loop")[1]["hints_left"] == 0


def test_a_manifest_is_kept_as_it_was_typed(panel: Panel) -> None:
    hostile = "kind: Service # </script><img src=x onerror=alert(1)> $(touch /tmp/x) \u0000 \U0001f40d"
    assert panel.ask("tasks/loop/manifest", {"manifest": hostile})[0] == 200
    assert panel.ask("tasks/loop")[1]["manifest"] == hostile
    status, refusal = panel.ask("tasks/loop/manifest", {"manifest": "x" * (progress.LONGEST_TEXT + 1)})
    assert (status, set(refusal)) == (409, {"what", "why", "next", "message"})
    for verb in ("manifest", "apply"):
        status, refusal = panel.ask(f"tasks/loop/{verb}", {"manifest": "kind: \ud800"})
        assert (status, "no text" in refusal["what"]) == (409, True)
    assert panel.ask("tasks/loop")[1]["manifest"] == hostile


def test_what_the_course_refuses_comes_with_why_and_next(panel: Panel) -> None:
    status, refusal = panel.ask("ask?name=" + "a" * 300)
    assert status == 409
    assert refusal["what"]
    assert refusal["why"]


def test_a_last_report_is_shown_with_the_commands_of_its_advice(panel: Panel) -> None:
    result = checks.Result("name", False, "<b>asked</b>", "came", "wanted", "why", "kubectl -n x get svc, then look")
    report = checks.Report("odd-port", (result,))
    with progress.editing("odd-port") as record:
        record.report, record.checked = report.stored(progress.LONGEST_TEXT), progress.now()
    shown = panel.ask("tasks/odd-port")[1]["report"]
    assert shown["checks"][0]["asked"] == "<b>asked</b>"
    assert shown["checks"][0]["commands"] == ["kubectl -n x get svc"]
    with progress.editing("odd-port") as record:
        record.report = "odd-port: not passed yet, as an older course wrote it"
    assert panel.ask("tasks/odd-port")[1]["report"] is None


def test_of_a_try_before_there_is_no_report(panel: Panel) -> None:
    report = checks.Report("short-name", (checks.Result("name", True, *"aoewn"),))
    with progress.editing("short-name") as record:
        record.report, record.checked = report.stored(progress.LONGEST_TEXT), "2026-11-28T10:00:00+00:00"
    assert panel.ask("tasks/short-name")[1]["report"]["passed"] is True
    with progress.editing("short-name") as record:
        progress.begin(record, "")
    assert panel.ask("tasks/short-name")[1]["report"] is None


@pytest.mark.parametrize("kept", ["", "[]", "5", "{}", '{"checks": [], "lab": ""}', '{"passed": true, "checks": [{}]}'])
def test_what_is_no_report_is_none(kept: str) -> None:
    assert views._report(progress.Record(report=kept)) is None


def test_a_long_report_is_stored_whole_in_structure() -> None:
    results = [checks.Result(f"check-{number}", False, "a", "o" * 5000, "e", "w", "n") for number in range(10)]
    kept = checks.Report("x", tuple(results)).stored(progress.LONGEST_TEXT)
    assert 0 < len(kept) <= progress.LONGEST_TEXT
    assert [check["name"] for check in json.loads(kept)["checks"]] == [result.name for result in results]


def test_where_you_were_is_kept_while_the_notebook_is_there(panel: Panel) -> None:
    notebook = "02_first_externalname.ipynb"
    here = {"notebook": notebook, "cell": "mend-the-alias"}
    assert panel.ask("place", here, method="PUT")[0] == 200
    _, course = panel.ask("course")
    assert (course["place"], course["begun"]) == (here, True)
    assert panel.ask("place", {"notebook": "00_start_here.ipynb", "cell": "map"}, method="PUT")[0] == 200
    cells = {lesson["notebook"]: lesson["cell"] for lesson in panel.ask("course")[1]["lessons"]}
    assert (cells[notebook], cells["00_start_here.ipynb"]) == ("mend-the-alias", "map")
    assert panel.ask("place", {"notebook": "gone.ipynb", "cell": "map"}, method="PUT")[0] == 200
    assert panel.ask("course")[1]["begun"] is False
    assert panel.ask("course")[1]["place"]["notebook"] == "00_start_here.ipynb"
    assert panel.ask("place", {"notebook": notebook}, method="PUT")[0] == 400


def test_the_task_at_hand_is_kept(panel: Panel) -> None:
    assert panel.ask("course")[1]["task"] == ""
    assert panel.ask("task", {"task": "loop"}, method="PUT")[0] == 200
    assert panel.ask("task", {"task": "no-such"}, method="PUT")[0] == 409
    assert panel.ask("place", {"notebook": "00_start_here.ipynb", "cell": "map"}, method="PUT")[0] == 200
    assert panel.ask("course")[1]["task"] == "loop"
    notebooks = {lab["slug"]: lab["notebook"] for lab in panel.ask("course")[1]["labs"]}
    assert notebooks["loop"] == "lab_loop.ipynb"


def test_a_file_that_cannot_be_used_is_said_with_what_to_type(panel: Panel) -> None:
    """As on a full disk, or where it is somebody else's: the page need not guess that JupyterLab was stopped."""
    kept = progress.file().read_text()
    progress.file().unlink()
    progress.file().mkdir()
    try:
        for reply in (panel.ask("course"), panel.ask("tasks/loop/hint", {})):
            assert reply[0] == 409
            assert "progress.json cannot be used" in reply[1]["what"] and reply[1]["next"].startswith("mv ")
    finally:
        progress.file().rmdir()
        progress.file().write_text(kept)


def test_what_nobody_thought_of_is_said() -> None:
    said = handlers.failed(ZeroDivisionError("division by zero"))
    assert (said.what, said.next) == ("The course failed here.", "./course doctor")
    assert "ZeroDivisionError: division by zero" in said.why and "jupyter" in said.why


def test_the_path_that_was_chosen_is_said(panel: Panel) -> None:
    chosen = routes.routes()[0].slug
    for name, said in ((chosen, chosen), (path.NONE, "")):
        path.choose(name)
        assert panel.ask("course")[1]["path"] == said


def test_what_is_handed_in_is_not_checked_without_an_answer(panel: Panel) -> None:
    """The palette can be quicker than the panel, where Check is off; and a report that passed must stay."""
    slug = next(slug for slug, task in index.tasks().items() if callable(getattr(task, "judge", None)))
    before = progress.record(slug)
    status, refusal = panel.ask(f"tasks/{slug}/check", {})
    assert (status, refusal["what"]) == (409, f"{slug} is handed in.")
    assert "notebook" in refusal["next"]
    assert progress.record(slug) == before


def test_a_newer_progress_file_is_said_and_left_alone(panel: Panel) -> None:
    kept = progress.file().read_text()
    newer = '{"version": 99, "tasks": {}}'
    try:
        progress.file().write_text(newer)
        _, course = panel.ask("course")
        assert "version 99" in course["notes"][0]
        panel.ask("tasks/loop/hint", {})
        assert progress.file().read_text() == newer
    finally:
        progress.file().write_text(kept)


def test_with_a_newer_progress_file_nothing_waits_for_a_beginning_that_cannot_be_noted(panel: Panel) -> None:
    kept = progress.file().read_text()
    assert panel.ask("tasks/loop")[1]["running"] is False
    try:
        progress.file().write_text('{"version": 99, "tasks": {}}')
        assert panel.ask("tasks/loop")[1]["running"] is True
    finally:
        progress.file().write_text(kept)


def test_that_a_progress_file_was_damaged_stays_said(panel: Panel) -> None:
    """Whoever asked first moved it aside; that need not be the panel, and it is not the only tab."""
    kept = progress.file().read_text()
    try:
        progress.file().write_text("{")
        panel.ask("tasks/loop")
        for _ in range(2):
            assert ["could not be read" in note for note in panel.ask("course")[1]["notes"]] == [True]
    finally:
        progress.file().write_text(kept)


def test_pressed_twice_it_is_done_once(panel: Panel) -> None:
    """A verb that takes a while: the lock of the progress file is held, so it waits."""
    with ThreadPoolExecutor(2) as pool, progress._locked():
        first = pool.submit(panel.ask, "tasks/short-name/hint", {})
        second = pool.submit(panel.ask, "tasks/short-name/hint", {})
        while not (first.done() or second.done()):
            assert panel.ask("ask?name=" + "a" * 300)[0] == 409  # the server answers meanwhile
        refused = first if first.done() else second
        assert refused.result()[0] == 409
        assert "still at work" in refused.result()[1]["what"]
    # the lock is free: the other one goes through
    assert {first.result()[0], second.result()[0]} == {200, 409}
    assert progress.record("short-name").hints == 1


def test_a_change_by_another_program_is_told_to_the_browser(panel: Panel) -> None:
    async def first_change() -> Any:
        where = f"ws://127.0.0.1:{panel.server.port}/api/events/subscribe"
        socket = await websocket_connect(HTTPRequest(where, headers={"Authorization": f"token {panel.server.token}"}))
        with progress.editing("rogue-alias") as record:  # as the command line does
            record.hints = 1
        while True:
            message = json.loads(str(await socket.read_message()))
            if message["schema_id"] == "urn:externalname-course:changed":
                socket.close()
                return message

    begun = time.monotonic()
    message = IOLoop(make_current=False).run_sync(first_change, timeout=30)
    assert message["what"] == "progress"
    assert time.monotonic() - begun < 10


def test_lights_wait_for_the_learner(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a cell or a verb is at work nothing is asked; a check of any other program is no less left alone."""
    asked: list[str] = []

    def checked(task: verbs.Checked) -> checks.Report:
        asked.append(task.slug)
        return checks.Report(task.slug, ())

    monkeypatch.setattr(verbs, "_checked", checked)
    keeper = lights.Lights()
    monkeypatch.setattr(keeper, "_changes", lambda: 1)
    assert keeper.view("loop", busy=True)["paused"] is True
    with files.lock(verbs._at_check(), shared=True):  # as verbs.check holds it
        assert keeper.view("loop", busy=False)["checks"] == []
    assert asked == []
    assert keeper.view("loop", busy=False)["asked"]
    assert asked == ["loop"]


def test_lights_are_asked_after_a_change_and_then_ever_more_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper, now, changes, looks = lights.Lights(), [0.0], [1], list[float]()

    def look(_: str) -> views.View:
        looks.append(now[0])
        return {}

    monkeypatch.setattr(keeper, "_changes", lambda: changes[0])
    monkeypatch.setattr(lights, "_look", look)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for second in range(0, 300, 3):
        now[0], changes[0] = float(second), 1 + (second >= 150)
        keeper.view("loop", busy=False)
    assert looks == [0, 3, 9, 21, 45, 93, 150, 153, 159, 171, 195, 243]


def test_a_new_cluster_is_watched_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`course down` and `course up` while the page is open: the new cluster has another address."""

    class Cluster:
        changes, stopped = 7, False

        def __init__(self) -> None:
            made.append(self)

        def stop(self) -> None:
            self.stopped = True

    made: list[Cluster] = []
    kubeconfig = tmp_path / "kubeconfig"
    monkeypatch.setattr(paths, "KUBECONFIG", kubeconfig)
    monkeypatch.setattr(lights, "Watch", Cluster)
    keeper = lights.Lights()
    kubeconfig.write_text("first")
    first = keeper._changes()
    assert keeper._changes() == first and len(made) == 1
    kubeconfig.unlink()
    kubeconfig.write_text("second")
    assert keeper._changes() != first
    assert [cluster.stopped for cluster in made] == [True, False]


def test_no_lights_without_the_token_nor_for_what_is_no_task(panel: Panel) -> None:
    assert panel.ask("lights/lost-database", token="")[0] == 403
    assert panel.ask("lights/no-such")[0] == 404


def test_commands_are_found_in_all_advice_and_only_look() -> None:
    found = [
        command
        for task in index.tasks().values()
        if task.kind == "lab"
        for check in task.checks()
        for command in views.commands(check.next)
    ]
    assert len(found) > 20
    for command in found:
        assert not command.endswith((",", ":", ".", " ", "and", "then")), command
        assert not any(verb in command for verb in (" apply", " delete", " patch", " edit")), command


def test_outside_of_a_workshop_there_is_no_room_and_nobody_to_ask(panel: Panel) -> None:
    nothing = {"there": False, "message": "", "lesson": None, "held": False, "help": ""}
    assert panel.ask("room") == (200, nothing)
    status, refusal = panel.ask("room", {"help": True}, method="PUT")
    assert status == 409 and "no desk of a workshop" in refusal["what"]
    assert panel.ask("room", {"help": "yes"}, method="PUT")[0] == panel.ask("room", [], method="PUT")[0] == 400
    assert panel.ask("room", token="")[0] == panel.ask("room", {"help": True}, token="", method="PUT")[0] == 403
