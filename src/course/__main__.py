"""The command `course`: what it was told, and what went wrong, in words."""

import io
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from course.base import clone, paths, settings, shell, venv
from course.base.errors import AS_JSON, CourseError, Paused, in_words

SILENCE = 20.0  # seconds of work without a word after which it is said for what program is waited
INTERRUPTED = 130  # the exit code that the shell and typer give to Ctrl-C


class Unheard(Exception):
    """What is printed cannot be written. No OSError: those are of files."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


class Output(io.TextIOWrapper):
    """Standard output whose failures are told from those of files. spoken: when it was last written to."""

    spoken = 0.0

    def write(self, text: str) -> int:
        """As of any file, but for the exception."""
        self.spoken = time.monotonic()
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


def _pressed_again(ignored: "sys.UnraisableHookArgs") -> None:
    """Ctrl-C in a destructor or a callback, such as those of an import, is ignored by Python: it comes once more.

    From another thread and a moment later, for here it would be ignored again.
    """
    if ignored.exc_type is KeyboardInterrupt:
        main = threading.main_thread().ident or 0
        threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGINT)).start()  # it also ends a wait
    else:
        sys.__unraisablehook__(ignored)


def main() -> None:
    """Run the CLI; a CourseError becomes three sentences on stderr and its exit code."""
    _open_what_is_closed()
    if sys.stdout is sys.__stdout__ and isinstance(sys.stdout, io.TextIOWrapper):
        terminal = sys.stdout.isatty()
        # A file of its own, for sys.__stdout__ must stay usable: shutil asks it for the size of the terminal.
        buffer = io.BufferedWriter(io.FileIO(sys.stdout.fileno(), "w", closefd=False))
        sys.stdout = Output(buffer, encoding="utf-8", errors="backslashreplace", line_buffering=terminal)
        threading.Thread(target=_break_the_silence, args=(sys.stdout,), daemon=True).start()
    try:
        sys.unraisablehook = _pressed_again
        for number in (signal.SIGINT, signal.SIGTERM):  # a background shell starts us with SIGINT ignored
            signal.signal(number, signal.default_int_handler)
        _run(sys.argv[1:])
    except CourseError as error:
        _complain(error)
        sys.exit(error.exit_code)
    except (ImportError, SyntaxError, AttributeError) as error:
        _complain(_incomplete(error) or _damaged() or _unexpected(error))
        sys.exit(2)
    except Unheard as reason:
        sys.exit(_unheard(reason.error))
    except OSError as error:
        _complain(_lost(error) or clone.explained(error))
        sys.exit(2)
    except KeyboardInterrupt:
        _interrupted()
    except Exception as error:  # the last resort: whoever learns is no reader of tracebacks
        _complain(_half_compiled(error) or _damaged() or _unexpected(error))
        sys.exit(2)
    except SystemExit as end:
        if end.code == INTERRUPTED and not isinstance(end, Paused):
            _interrupted()
        raise


def _open_what_is_closed() -> None:
    """What is said goes nowhere where the caller closed a stream, and no file of ours gets its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
        if getattr(sys, name) is None:
            stream = open(number, "w" if number else "r", closefd=False, encoding="utf-8")  # noqa: SIM115
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)


def _break_the_silence(output: Output) -> None:
    """Say what is waited for, where a program takes long and the command has nothing to say."""
    quiet_since = last_at_work = time.monotonic()
    while True:
        time.sleep(1)
        now, at_work = time.monotonic(), list(shell.waited_for.values())
        if at_work:
            last_at_work = now
        if now - last_at_work > 3:  # it waits for a person
            quiet_since = now
        quiet_since = max(quiet_since, output.spoken)
        if at_work and now - quiet_since > SILENCE:
            quiet_since = now
            with suppress(OSError, ValueError):
                print(f"      waiting for {at_work[0][:60]}", file=sys.stderr, flush=True)


def _unexpected(error: Exception) -> CourseError:
    """What nobody thought of, in three sentences; the rest of it goes into a log."""
    import traceback  # a fifth of the time until a command begins, and hardly ever needed

    last = traceback.extract_tb(error.__traceback__)[-1]
    why = f"{type(error).__name__}: {str(error)[:200]}, in {Path(last.filename).name}, line {last.lineno}."
    with suppress(OSError):
        shell.log_file("unexpected").write_text("".join(traceback.format_exception(error)))
        why += f" All of it is in {shell.log_file('unexpected')}."
    return CourseError("The course met something that it does not understand.", why, "./course doctor")


def _complain(error: CourseError) -> None:
    """The error's sentences; where nobody can hear them, the exit code says that there is one."""
    try:
        print(error.as_json() if os.environ.get(AS_JSON) else error, file=sys.stderr, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # Python flushes once more at its end


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
    from course.base import advice
    from course.cli.app import app

    app(prog_name=advice.course(), standalone_mode=True)  # what is wrong with a call is said with a line to type


def _unheard(error: OSError) -> int:
    """The exit code where nobody reads on.

    A reader that ended, as `head` does, had enough; a full disk is said.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python flushes once more at its end
    if isinstance(error, BrokenPipeError):
        return 0
    _complain(CourseError("What this command prints cannot be written.", in_words(error), "Print it elsewhere."))
    return 2


def _incomplete(error: ImportError | SyntaxError | AttributeError) -> CourseError | None:
    """A module is not there, or not whole: a folder was half deleted, or an installation was interrupted.

    None for any other error of these kinds.
    """
    module = _module(error)
    if module.partition(".")[0] == "course":
        return _of_the_clone(module)
    if not module:
        return None
    return venv.incomplete(Path(sys.prefix), f"the module {module}")


def _of_the_clone(part: str) -> CourseError:
    what = f"A part of the course is missing or damaged: {part}."
    return CourseError(what, "A file of this clone was removed, or is not whole.", clone.restore("src"))


def _damaged() -> CourseError | None:
    """Where a power cut or a full disk left zeros or half of a file, in the clone or in .venv; None elsewhere."""
    for file in (paths.ROOT / "src").rglob("*.py"):
        if b"\0" in file.read_bytes():
            return _of_the_clone(str(file.relative_to(paths.ROOT)))
    print("Looking whether all that is installed is whole (some seconds)", file=sys.stderr)
    part = venv.damaged()
    return venv.incomplete(Path(sys.prefix), part) if part else None


def _lost(error: OSError) -> CourseError | None:
    """A file of a package is not there, such as a schema; None for any other file."""
    file = Path(str(error.filename))
    gone = isinstance(error, FileNotFoundError) and file.is_relative_to(sys.prefix)
    return venv.incomplete(Path(sys.prefix), str(file.relative_to(sys.prefix))) if gone else None


def _half_compiled(error: Exception) -> CourseError | None:
    """What Python keeps of a module was written half: it is removed, and Python writes it again. None for all else."""
    frame = error.__traceback__
    while frame and "bytecode_path" not in frame.tb_frame.f_locals:  # of the import that failed
        frame = frame.tb_next
    kept = frame and frame.tb_frame.f_locals["bytecode_path"]
    source = "null bytes" in str(error)  # of the module itself: a ValueError before Python 3.11.4
    if source or not (kept and isinstance(error, (EOFError, ValueError, TypeError))):
        return None
    Path(kept).unlink(missing_ok=True)
    why = "It was written half. It is removed, and Python makes it anew."
    return CourseError(f"What Python had compiled cannot be read: {kept}.", why, "the same command again")


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
