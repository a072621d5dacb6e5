"""The command `course`: what it was told, and what went wrong, in words."""

import io
import os
import signal
import sys
from pathlib import Path
from types import ModuleType

from course.base import files, paths, settings, venv
from course.base.errors import CourseError, Paused, in_words

INTERRUPTED = 130  # the exit code that the shell and typer give to Ctrl-C


class Unheard(Exception):
    """What is printed cannot be written. No OSError: those are of files."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


class Output(io.TextIOWrapper):
    """Standard output whose failures are told from those of files."""

    def write(self, text: str) -> int:
        """As of any file, but for the exception."""
        try:
            return super().write(text)
        except OSError as error:
            raise Unheard(error) from None

    def flush(self) -> None:
        """As of any file, but for the exception."""
        try:
            super().flush()
        except OSError as error:
            raise Unheard(error) from None


def main() -> None:
    """Run the CLI; a CourseError becomes three sentences on stderr and its exit code."""
    if sys.stdout is sys.__stdout__ and isinstance(sys.stdout, io.TextIOWrapper):
        terminal = sys.stdout.isatty()
        # A file of its own, for sys.__stdout__ must stay usable: shutil asks it for the size of the terminal.
        buffer = io.BufferedWriter(io.FileIO(sys.stdout.fileno(), "w", closefd=False))
        sys.stdout = Output(buffer, encoding="utf-8", errors="backslashreplace", line_buffering=terminal)
    try:
        for number in (signal.SIGINT, signal.SIGTERM):  # a background shell starts us with SIGINT ignored
            signal.signal(number, signal.default_int_handler)
        _run(sys.argv[1:])
    except CourseError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except (ImportError, SyntaxError, AttributeError) as error:
        print(_incomplete(error), file=sys.stderr)
        sys.exit(2)
    except Unheard as reason:
        sys.exit(_unheard(reason.error))
    except OSError as error:
        print(files.unusable(error), file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        _interrupted()
    except SystemExit as end:
        if end.code == INTERRUPTED and not isinstance(end, Paused):
            _interrupted()
        raise


def _run(arguments: list[str]) -> None:
    settings.check()
    try:
        _dispatch(arguments)
    finally:
        sys.stdout.flush()


def _dispatch(arguments: list[str]) -> None:
    if arguments[:1] == ["ask"]:  # without typer, which takes its time to start
        from course.cli import ask

        code = ask.main(arguments[1:])
        sys.stdout.flush()
        os._exit(code)  # Python would take itself apart first, which takes longer than to read the answer
    from course.cli.app import app

    app(prog_name="course", standalone_mode=True)


def _unheard(error: OSError) -> int:
    """The exit code where nobody reads on.

    A reader that ended, as `head` does, had enough; a full disk is said.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python flushes once more at its end
    if isinstance(error, BrokenPipeError):
        return 0
    print(
        CourseError("What this command prints cannot be written.", in_words(error), "Print it elsewhere."),
        file=sys.stderr,
    )
    return 2


def _incomplete(error: ImportError | SyntaxError | AttributeError) -> CourseError:
    """A module is not there, or not whole: a folder was half deleted, or an installation was interrupted.

    Any other error of these kinds is ours, and raised again.
    """
    module = _module(error)
    if module.partition(".")[0] == "course":
        return CourseError(
            f"A part of the course is missing: {module}.", "A file of this clone was removed.", "git restore src"
        )
    if not module:
        raise error
    return venv.incomplete(Path(sys.prefix), f"the module {module}")


def _module(error: ImportError | SyntaxError | AttributeError) -> str:
    """The module that an error is about; "" where it is about none."""
    if isinstance(error, SyntaxError):
        file = error.filename or ""
        own = file.startswith(str(paths.ROOT / "src"))
        return "course" if own else file.removeprefix(sys.prefix).lstrip("/")
    if isinstance(error, AttributeError):
        return error.obj.__name__ if isinstance(error.obj, ModuleType) else ""
    return error.name or ""


def _interrupted() -> None:
    print("Stopped. Nothing is lost: the same command goes on from here.", file=sys.stderr)
    sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
