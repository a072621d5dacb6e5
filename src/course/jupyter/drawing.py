"""A picture as a notebook shows it: HTML, because JupyterLab makes of SVG an image without its words."""

from dataclasses import dataclass

from course.lessons.migration import timeline as drawn
from course.lessons.migration.place import Recordings


@dataclass(frozen=True)
class Drawing:
    """A picture, and the text that says the same, for where there are no pictures."""

    svg: str
    text: str

    def __repr__(self) -> str:
        """The text twin."""
        return self.text

    def _repr_html_(self) -> str:
        """What is too wide scrolls, by keyboard too: shrunk, nobody could read its words."""
        frame = 'class="picture" tabindex="0" role="group" aria-label="A picture" style="overflow-x:auto"'
        return f"<div {frame}>{self.svg}</div>"

    def _repr_svg_(self) -> str:
        """For programs that show no HTML."""
        return self.svg


def timeline(recordings: Recordings, title: str = "Who answered whom") -> Drawing:
    """Recorded operations of lesson 05's clients as a picture."""
    return Drawing(drawn.svg(recordings, title), drawn.text(recordings))
