"""The command `course`: what it was told, and what went wrong, in words."""

import signal
import sys

from course.base.errors import CourseError, in_words

INTERRUPTED = 130  # the exit code that the shell and typer give to Ctrl-C


def main() -> None:
    """Run the CLI; a CourseError becomes three sentences on stderr and its exit code."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM):  # a background shell starts us with SIGINT ignored
            signal.signal(number, signal.default_int_handler)
        _run(sys.argv[1:])
    except CourseError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        again = "Check the disk (df -h) and whose the file is (ls -l), then run the same command again."
        print(CourseError(f"{error.filename or 'A file'} cannot be used.", in_words(error), again), file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        _interrupted()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            _interrupted()
        raise


def _run(arguments: list[str]) -> None:
    if arguments[:1] == ["ask"]:  # without typer, which takes its time to start
        from course.cli import ask

        sys.exit(ask.main(arguments[1:]))
    from course.cli.app import app

    app(prog_name="course", standalone_mode=True)


def _interrupted() -> None:
    print("Stopped. Nothing is lost: the same command goes on from here.", file=sys.stderr)
    sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
