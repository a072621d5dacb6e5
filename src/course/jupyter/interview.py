"""Interview practice in JupyterLab: the text of a dialog, a line for the answer, a button.

The terminal carries the same dialog: `course interview`.
"""

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from course.base.errors import CourseError
from course.interview.dialog import Dialog, Say
from course.jupyter.panel import alert


class Desk(widgets.VBox):  # type: ignore[misc]
    """One dialog. Enter or the button sends the line; the next text is read out by a screen reader."""

    def __init__(self, begin: Callable[[Say], Dialog]) -> None:
        self.text = widgets.HTML()
        self.dialog = begin(self._say)
        self.line = widgets.Text(description="Answer", layout=widgets.Layout(width="auto"))
        self.button = widgets.Button(description="Send", tooltip="Send the answer (Enter does the same)")
        self.line.on_msg(self._on_enter)
        self.button.on_click(self._send)
        super().__init__([self.text, self.line, self.button])
        self._go(lambda: next(self.dialog))

    def _on_enter(self, _: Any, content: dict[str, Any], __: Any) -> None:
        if content.get("event") == "submit":
            self._send(None)

    def _send(self, _: Any) -> None:
        typed, self.line.value = self.line.value, ""
        self._go(lambda: self.dialog.send(typed))

    def _say(self, text: str) -> None:
        self.text.value = alert(text)

    def _go(self, step: Callable[[], str]) -> None:
        try:
            self._say(step())
        except StopIteration as end:
            self._over(str(end.value))
        except CourseError as error:
            self._over(str(error))

    def _over(self, text: str) -> None:
        self._say(text)
        self.line.disabled = self.button.disabled = True
