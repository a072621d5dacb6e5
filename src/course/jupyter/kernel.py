"""What each notebook kernel starts with: the course's cluster and no other, and a sentence after a failed command."""

import subprocess
from types import TracebackType
from typing import Any

from course.base.shell import use_environment
from course.tasks import experiment

STARTUP = "from course.jupyter import kernel\nkernel.install(get_ipython())\ndel kernel\n"


def install(shell: Any) -> None:
    """Called by the startup file of the course's IPython profile."""
    use_environment()
    experiment.watch()
    shell.set_custom_exc((Exception,), show)
    shell.events.register("post_run_cell", note)
    shell.events.register("post_run_cell", advise)


def note(result: Any) -> None:
    """After a cell that ran to its end: a comparison further down may rest on it."""
    if result.success:
        experiment.note(getattr(result.info, "cell_id", None), result.info.raw_cell)


def show(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """A failure as IPython shows it, with the lines of cells alone: those of what they call are longer than a screen.

    Of a cell in another language there is no line: what it typed and what was said to it stand above.
    """
    own = _of_cells(shell, trace)
    if isinstance(error, subprocess.CalledProcessError) and own and "run_cell_magic" in own.tb_frame.f_code.co_names:
        words = f"The commands of this cell ended with exit code {error.returncode}; their own words are above."
        error._render_traceback_ = lambda: [words]  # type: ignore[attr-defined]  # IPython asks for this
    shell.showtraceback((kind, error, own or trace), tb_offset=0 if own else tb_offset)


def _of_cells(shell: Any, trace: TracebackType | None) -> TracebackType | None:
    """The traceback without what is not written in a cell; None where nothing is left."""
    frames = []
    while trace is not None:  # a loop: a cell that recurses without end has as many frames as Python allows
        frames.append(trace)
        trace = trace.tb_next
    own = None
    for one in reversed(frames):
        if shell.compile.format_code_name(one.tb_frame.f_code.co_filename) is not None:
            own = TracebackType(own, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return own


def advise(result: Any) -> None:
    """After a failed cell: what to do, for cells run out of order, twice, or a lesson left half done."""
    if is_out_of_order(result.error_in_exec):
        from course.lessons import begin  # loads much, and most cells do not fail
        from course.tasks import index

        lesson, cell = begin.begun(), getattr(result.info, "cell_id", None)
        own = lesson is not None and cell in {exercise.slug for exercise in index.exercises(lesson)}
        print(advice(lesson, cell if own else None))


def is_out_of_order(error: BaseException | None) -> bool:
    """What cells raise whose objects or variables are not as the lesson left them: a command, the API, a missing name.

    The API's exception is known by its name, for its kinds have names of their own: to import the Kubernetes client
    takes longer than a kernel's start.
    """
    by_name = any(kind.__name__ == "ApiException" for kind in type(error).__mro__)
    return isinstance(error, (subprocess.CalledProcessError, NameError)) or by_name


def advice(begun: str | None, exercise: str | None = None) -> str:
    """The sentence. begun: the lesson whose first cell has run in this kernel; exercise: whose cell it was, if any."""
    if begun is None:
        return (
            "Next: this cell failed; its own words are above. If no cell above it has run here yet, run them from "
            "the top. If nothing answers at all: course doctor"
        )
    if exercise:
        return (
            "Next: what you typed failed; its own words are above. Change it, and run the cell again. "
            f'To see what is right already: lesson.check("{exercise}"). A hint: lesson.hint("{exercise}")'
        )
    return (
        "Next: this cell failed; its own words are above. If you ran cells out of order or left the lesson half "
        "done, run it from the top: the first cell makes fresh namespaces. If nothing answers at all: course doctor"
    )
