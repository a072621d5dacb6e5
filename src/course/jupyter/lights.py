"""The lights of a shift on call as something to see and press, with the same as text beside it.

Where no widgets are (GitHub, a page, nbval) the text is what is seen and compared: one output holds both.
"""

import html
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from course.base.errors import CourseError
from course.tasks import shift
from course.tasks.checks import Report
from course.tasks.shift import Board, Light

ROW = '<div style="display:flex;gap:.6em"><span style="color:{colour}">&#x25CF;</span><span>{words}</span></div>'
COLOURS = {True: "#1a7f37", False: "#cf222e"}


class Lights(widgets.VBox):  # type: ignore[misc]
    """A light for each fault; `Look again` asks the cluster anew."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.shown = widgets.HTML()
        again = widgets.Button(description="Look again", tooltip="Ask the cluster about every fault")
        again.on_click(lambda _: self.look())
        super().__init__([self.shown, again])
        self._show()

    def look(self) -> None:
        """Ask anew; what stands in the way is said in the lights' place."""
        try:
            self.board = shift.look()
        except CourseError as error:
            self.shown.value = f'<p role="alert">{html.escape(str(error))}</p>'
        else:
            self._show()

    def checked(self, report: Report) -> None:
        """A check was asked elsewhere: its light follows, and the clock where it was the last one."""
        lights = tuple(
            replace(light, green=report.passed) if light.slug == report.lab else light for light in self.board.lights
        )
        changed = lights != self.board.lights
        self.board = replace(self.board, lights=lights)
        if changed and all(light.green for light in lights):
            self.look()
        else:
            self._show()

    def _show(self) -> None:
        rows = "".join(_row(light) for light in self.board.lights)
        self.shown.value = f'<div role="status"><p>{html.escape(self.board.head)}</p>{rows}</div>'

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The widget, and in the place of its Python name the text that says the same."""
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": self.board.text()}

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(self.board.text())


def _row(light: Light) -> str:
    return ROW.format(colour=COLOURS[light.green], words=html.escape(" ".join(light.text().split())))
