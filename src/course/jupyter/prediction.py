"""A prediction as something to press, with the same as text beside it.

Where no widgets are (GitHub, a page, nbval) the text is what is seen and compared: one output holds both.
"""

import html
from contextlib import suppress
from typing import Any

import ipywidgets as widgets

from course.base.errors import CourseError
from course.tasks import progress, verbs
from course.tasks.task import Prediction


def text(prediction: Prediction) -> str:
    """The options, and how to answer by a plain call."""
    options = [f"{letter}) {prediction.options[key]}" for letter, key in prediction.letters.items()]
    example = '"LETTER"' if options else ("NUMBER" if prediction.near is not None else '"LINE OF TEXT"')
    return "\n".join([*options, f'Answer: lesson.predict("{prediction.slug}", {example}), or "skip".'])


def notice(words: str) -> str:
    """What is said below the options; put in anew each time, so it is read out."""
    return f'<p role="alert">{html.escape(words)}</p>'


def said(prediction: Prediction, kept: str) -> str:
    """An answer as the progress file keeps it, in the words that were chosen."""
    with suppress(CourseError):  # an answer of an older course
        return kept if kept == verbs.SKIP else prediction.words(prediction.meant(kept))
    return kept


class Question(widgets.VBox):  # type: ignore[misc]
    """A button for each option, or a place to write; what was taken is said below."""

    def __init__(self, prediction: Prediction) -> None:
        self.prediction = prediction
        kept = progress.record(prediction.slug).answer
        self.notice = widgets.HTML(notice(f"You said before: {said(prediction, kept)}.") if kept else "")
        self.typed = widgets.Text(placeholder="your prediction", layout=widgets.Layout(width="24em"))
        rows = [self._button(f"{letter}) {prediction.options[key]}", key) for letter, key in prediction.letters.items()]
        own = [] if rows else [widgets.HBox([self.typed, self._button("Predict", None)])]
        super().__init__([*rows, *own, self._button("Skip", verbs.SKIP), self.notice])

    def _button(self, label: str, answer: str | None) -> Any:
        button = widgets.Button(description=label, tooltip=label, layout=widgets.Layout(width="max-content"))
        button.on_click(lambda _: self._take(self.typed.value if answer is None else answer))
        return button

    def _take(self, answer: str) -> None:
        try:
            words = f"Your prediction: {verbs.predict(self.prediction.slug, answer)}. Now run the next cell."
        except CourseError as error:
            words = str(error)
        self.notice.value = notice(words)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The widget, and in the place of its Python name the text that says the same."""
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": text(self.prediction)}

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(text(self.prediction))
