"""What can go wrong, in the words a learner needs."""

import json

from course.base import advice

AS_JSON = "COURSE_ERRORS_AS_JSON"  # set for a command of the course that is run by another one: it needs the kind, too
KIND = '{"kind": '  # so the line of such an error begins


class CourseError(Exception):
    """The call or the machine is wrong: the CLI prints all three sentences and ends with exit code 2.

    what: what happened. why: the cause, as far as it is known. next: what to type now.
    """

    exit_code = 2

    def __init__(self, what: str, why: str = "", next: str = "") -> None:
        super().__init__(what)
        self.what, self.why, self.next = what, why, next

    def _render_traceback_(self) -> list[str]:
        """IPython asks for this: a notebook shows the three lines instead of a traceback."""
        return str(self).splitlines()

    def __str__(self) -> str:
        """Three labelled lines, empty ones left out.

        The last one works in the terminal or the notebook it is read in.
        """
        lines = [f"Error: {self.what}", f"Why:   {self.why}", f"Next:  {advice.for_here(self.next)}"]
        return "\n".join(line for line, text in zip(lines, (self.what, self.why, self.next), strict=True) if text)

    def as_json(self) -> str:
        """One line, {"kind": the class's name, "what", "why", "next"}, for the command that asked by AS_JSON."""
        return json.dumps({"kind": type(self).__name__, "what": self.what, "why": self.why, "next": self.next})


def in_words(reason: Exception) -> str:
    """The cause alone: an OSError's own text leads with a number and ends with the path."""
    return getattr(reason, "strerror", None) or str(reason)


class Paused(SystemExit):
    """Ctrl-C by a reader who was told already what is kept: exit code 130 without another word."""

    def __init__(self) -> None:
        super().__init__(130)


class NotReady(CourseError):
    """Nothing is wrong with the call, but the answer is no: exit code 1."""

    exit_code = 1


class Foreign(CourseError):
    """Something has a name of ours that this copy of the course did not make: it is left alone."""
