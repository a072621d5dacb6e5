"""The timeline as a widget that draws itself while the clients run."""

import threading

import ipywidgets as widgets

from course.base.errors import CourseError
from course.lessons.migration import place, pod_shell, timeline


class Live:
    """Shows the last seconds, anew every two seconds, until stop() is called or the recordings are gone."""

    def __init__(self, seconds: float = 30) -> None:
        """Begin to draw at once."""
        self.seconds = seconds
        self.view = widgets.HTML(value="Waiting for the first operations.", layout=widgets.Layout(width="auto"))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.wait(2):
            try:
                self.draw()
            except CourseError:  # the recordings are gone: the last picture stays
                break
        pod_shell.close()

    def draw(self) -> None:
        """Draw what is recorded by now."""
        recordings = place.latest(self.seconds)
        if recordings.operations:
            self.view.value = timeline.svg(recordings, "Live: who answers whom")

    def stop(self) -> None:
        """Stop; the last picture stays."""
        self._stopped.set()
        self._thread.join()
