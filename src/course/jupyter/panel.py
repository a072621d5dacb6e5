"""A lab in JupyterLab: a place for a manifest, and buttons whose answers are text.

`course.lab` is the plain twin.
"""

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from course.base import advice
from course.base.errors import CourseError
from course.lessons import path
from course.tasks import catalog, progress, verbs


def alert(text: str) -> str:
    """Text for a screen and for a screen reader.

    An alert, because it is put in anew each time: a new one is read out, where a live region would have to be there
    before its text.
    """
    return f'<pre role="alert" style="white-space: pre-wrap; word-break: normal">{html.escape(text)}</pre>'


class Panel(widgets.VBox):  # type: ignore[misc]
    """The buttons of one lab, a text area for a manifest, and the last answer.

    A long verb says that it works. Its button stays enabled and keeps the focus: the kernel works off presses one after
    another. An error is its three sentences, no traceback.
    """

    def __init__(self, slug: str) -> None:
        self.slug = catalog.find(slug).slug
        self.asked = False  # whether the learner was asked to begin a running lab afresh
        self.answer = widgets.HTML(alert(self._greeting()))
        self.manifest = widgets.Textarea(
            value=progress.record(self.slug).manifest,
            placeholder="Write or paste a manifest here, then press Apply.",
            layout=widgets.Layout(width="auto", height="12em"),
            description="Manifest",
        )
        actions = {
            "Start": self._start,
            "Apply": self._apply,
            "Check": self._check,
            "Hint": lambda: verbs.hint(self.slug).text(),
            "Reset": self._reset,
        }
        self.buttons = {name: self._button(name, verb) for name, verb in actions.items()}
        super().__init__([widgets.HBox(list(self.buttons.values())), self.manifest, self.answer])

    def _button(self, name: str, verb: Callable[[], str]) -> Any:
        button = widgets.Button(description=name, tooltip=f"{name} the lab {self.slug}")
        button.on_click(lambda _: self._press(name, verb))
        return button

    def _press(self, name: str, verb: Callable[[], str]) -> None:
        self._say(f"{name}: working ...")
        try:
            self._say(verb())
        except CourseError as error:
            self._say(str(error))

    def _say(self, text: str) -> None:
        self.answer.value = alert(text)

    def _greeting(self) -> str:
        if verbs.is_running(self.slug):
            return f"{self.slug} is running: go on, and press Check."
        if verbs.is_passed(self.slug):
            return f"{self.slug} is passed. Start begins it afresh."
        return "Begin with the button: Start"

    def _start(self) -> str:
        if verbs.is_running(self.slug) and not self.asked:
            self.asked = True
            return f"{self.slug} is running. To begin afresh removes what you made in it: press Start once more."
        self.asked = False
        verbs.start(self.slug, self._say)
        return f"{self.slug} is ready. Look around, fix it, then press Check."

    def _apply(self) -> str:
        verbs.keep_manifest(self.slug, self.manifest.value)
        return verbs.apply(self.slug, self.manifest.value).strip()

    def _check(self) -> str:
        report = verbs.check(self.slug)
        return report.text() + advice.for_here(path.afterword(report))

    def _reset(self) -> str:
        verbs.reset(self.slug, lambda _: None)
        return f"{self.slug} is removed. Your progress stays."
