"""What a task is: whatever a learner does and the course can judge.

A lab (catalog.Lab), an exercise of a lesson, a prediction. The verbs take any of them by its slug.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from course.base.errors import CourseError
from course.tasks import cells
from course.tasks.checks import Check
from course.tasks.probe import Probe

# Seconds for which a change may be on its way, where a task says nothing: CoreDNS and kube-proxy hear of it within one.
PATIENCE = 2.0


@dataclass(frozen=True, kw_only=True)
class Task:
    """What all kinds have. lesson: the slug of the lesson that it belongs to. minutes: what a first try takes."""

    slug: str
    lesson: str
    title: str
    minutes: int
    hints: tuple[str, ...]
    kind: ClassVar[str]
    label: ClassVar[str]  # of the namespaces that it happens in; owner is its value

    @property
    def owner(self) -> str:
        """Whose its namespaces are: the value of their label."""
        raise NotImplementedError

    @property
    def goal(self) -> str:
        """What is to be done, for people."""
        raise NotImplementedError

    def checks(self, given: object = None) -> Sequence[Check]:
        """What is asked of the cluster to judge it. given: what the learner handed in, where it asks for something."""
        raise NotImplementedError

    def explanation(self) -> str:
        """Why the reference is right."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class WrongAnswer:
    """What must be seen of a plausible mistake. fails: the checks that fail, all of them.

    says: check -> words of its `observed` or `why` that no other state of the task brings about.
    in_force: a shell command that succeeds once the answer has taken effect; a solve.sh needs one, manifests are
    compared.
    """

    fails: tuple[str, ...]
    says: Mapping[str, str]
    in_force: str = ""


@dataclass(frozen=True, kw_only=True)
class Wrong(WrongAnswer):
    """A wrong answer to an exercise. cell: what a learner writes between the marks of its cell."""

    cell: str


@dataclass(frozen=True, kw_only=True)
class Exercise(Task):
    """One "Your turn" of a lesson; its goal and the reference stand in the lesson's notebook, in the cell `slug`.

    judge: the checks, or a function of what is handed in that makes them. fresh: the checks that fail before anything
    is done, and words that each then says. why: why the reference is right, in Markdown. setup: a shell script that
    brings it to its beginning, from whatever state. patience: seconds for which a change may still be on its way.
    right: other right answers, by name: what is typed between the marks in the place of the reference. stage: the cell
    up to which its lesson makes what it needs, if that is not the cell of its own goal.
    """

    judge: Sequence[Check] | Callable[[Any], Sequence[Check]]
    fresh: Mapping[str, str]
    wrong: Mapping[str, Wrong]
    why: str
    setup: str = ""
    patience: float = PATIENCE
    right: Mapping[str, str] = field(default_factory=dict)
    stage: str = ""
    lesson: str = ""
    kind: ClassVar[str] = "exercise"
    label: ClassVar[str] = "externalname-course/lesson"

    @property
    def owner(self) -> str:
        """The lesson."""
        return self.lesson

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Where its checks look."""
        pods = (probe.pod for check in self.checks() for probe in check.probes)
        return tuple(dict.fromkeys(name for name in (pod.partition("/")[0] for pod in pods) if name))

    def checks(self, given: object = None) -> Sequence[Check]:
        """As the lesson's file lists them, or makes them of what was handed in."""
        return self.judge(given) if callable(self.judge) else self.judge

    def explanation(self) -> str:
        """Why the reference is right."""
        return self.why

    @property
    def text(self) -> str:
        """Its goal, as the notebook has it."""
        return cells.source(self.lesson, f"{self.slug}-text")

    @property
    def goal(self) -> str:
        """The same without what is folded below it."""
        return cells.FOLDED.sub("", self.text).strip()

    def reference(self) -> str:
        """The cell of the lesson's notebook with the reference in it, without the marks."""
        return cells.with_answer(self.source, cells.answer(self.source))

    @property
    def source(self) -> str:
        """The exercise's cell, marks included."""
        return cells.source(self.lesson, self.slug)


@dataclass(frozen=True, kw_only=True)
class Prediction(Task):
    """One question to answer before the cell below shows it. Its words are those after **Predict:** in the notebook.

    options: what `reads` may return -> the words of that option; empty where a number or a line is asked for.
    asks: what is asked of the cluster when it is compared; without it the cell hands over what it measured.
    reads: what came (a Reply, or what was handed over) as one of the options, a number or a line.
    near: for a number, how far it may be off; None where no number is asked for.
    """

    reads: Callable[[Any], str | float]
    options: Mapping[str, str] = field(default_factory=dict)
    asks: Probe | None = None
    near: float | None = None
    title: str = ""
    minutes: int = 1
    hints: tuple[str, ...] = ()
    lesson: str = ""
    kind: ClassVar[str] = "prediction"

    @property
    def question(self) -> str:
        """What is asked, in the notebook's own words."""
        return cells.question(self.lesson, self.slug)

    @property
    def letters(self) -> dict[str, str]:
        """Letter -> key of its option, in order."""
        return dict(zip("abcdefgh", self.options, strict=False))

    def meant(self, answer: object) -> str | float:
        """A learner's answer (letter, key, number or line) in the form that `reads` has; CourseError if it is none."""
        text = str(answer).strip()
        if self.options:
            key = self.letters.get(text.lower().rstrip(")"), text)
            if key in self.options:
                return key
            raise self._refusal(answer, f"Choose one of {', '.join(self.letters)}.")
        if self.near is None:
            return text
        try:
            return float(text)
        except ValueError:
            raise self._refusal(answer, "A number is asked for.") from None

    def is_answer(self, seen: str | float) -> bool:
        """Whether what `reads` made of the cluster's words is an option, a number, or a line that is not empty."""
        if self.options:
            return str(seen) in self.options
        return isinstance(seen, (int, float)) if self.near is not None else bool(str(seen).strip())

    def short(self, meant: str | float) -> str:
        """An answer as the progress file keeps it: the letter of its option, or itself."""
        letters = {key: letter for letter, key in self.letters.items()}
        return letters.get(str(meant), str(meant))

    def _refusal(self, answer: object, why: str) -> CourseError:
        return CourseError(
            f"{answer!r} is no answer here.", why, f'lesson.predict("{self.slug}", "skip") leaves it out'
        )

    def agrees(self, answer: str | float, seen: str | float) -> bool:
        """Whether the prediction was right."""
        if self.near is not None:
            return abs(float(answer) - float(seen)) <= self.near
        return str(answer).casefold() == str(seen).casefold()

    def words(self, value: str | float) -> str:
        """An answer for people: the words of its option, or itself."""
        return self.options.get(str(value), f"{value:g}" if isinstance(value, float) else str(value))
