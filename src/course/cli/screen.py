"""A text in a terminal: its lines broken between words, a screen at a time; to a file as it is."""

import itertools
import math
import re
import shutil
import sys
import textwrap

import typer

from course.base import advice
from course.base.errors import Paused

MARKS = re.compile(r"(?:\d+\.|[a-z]\)|-|\[ \]) ")  # what begins a point of a list
NEXT_QUESTION = "\nEnter shows the next question. "


def read(text: str, left: str = "Stopped.") -> None:
    """Show a text that asks nothing. Ctrl-C and Ctrl-D leave it, and then `left` is said."""
    try:
        page(text, "\nEnter shows the rest, Ctrl-C leaves it. ")
    except (KeyboardInterrupt, EOFError):
        typer.echo(f"\n{advice.for_here(left)}")
        raise Paused from None


def page(text: str, more: str) -> str:
    """Print a text a screen at a time, so that nothing scrolls away unread; in a terminal alone.

    more: what is asked before the next screen. What was typed before its end, "" for nothing.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        typer.echo(_fitted(text))
        return ""
    rows, early = max(shutil.get_terminal_size().lines - 2, 1), ""
    lines = [whole[at : at + rows] for whole in map(_wrapped, text.splitlines()) for at in range(0, len(whole), rows)]
    while len(lines) > 1 and sum(map(_height, lines)) > rows:
        cut = _cut(lines, rows)
        typer.echo(_joined(lines[:cut]))
        lines = lines[cut:]
        early = input(NEXT_QUESTION if _is_asked(lines) else more).strip() or early
    typer.echo(_joined(lines))
    return early


def _joined(lines: list[list[str]]) -> str:
    return "\n".join(row for line in lines for row in line)


def _height(line: list[str]) -> int:
    """How many rows of the terminal a line takes: a row that stayed longer than the terminal is broken by it."""
    return sum(max(1, math.ceil(len(row) / shutil.get_terminal_size().columns)) for row in line)


def _is_asked(lines: list[list[str]]) -> bool:
    """Whether a question begins here, after an empty line."""
    return lines[0] == [""] and len(lines) > 1 and lines[1][0].startswith("Question ")


def _cut(lines: list[list[str]], rows: int) -> int:
    """How many lines a screen takes; a question is to stand on one screen.

    Up to a question; else up to an empty line in the lower half; else as many as are whole. lines: each as the rows
    that it takes, at most as many as the screen has.
    """
    heights = list(itertools.accumulate(map(_height, lines)))
    whole = [count for count, height in enumerate(heights, 1) if height <= rows] or [1]
    asked = [count for count in whole if _is_asked(lines[count:])]
    parts = [count for count in whole if lines[count] == [""] and heights[count - 1] * 2 >= rows]
    return max(asked or parts or whole)


def _fitted(text: str) -> str:
    """The text with its long lines broken between words, where a terminal would break them anywhere.

    Indented lines, which are commands and outputs, stay as they are, and so does what goes to a file.
    """
    return _joined(list(map(_wrapped, text.splitlines()))) if sys.stdout.isatty() else text


def _wrapped(line: str) -> list[str]:
    """A line as the rows that it takes."""
    width = shutil.get_terminal_size().columns
    if len(line) <= width or line.startswith(" "):
        return [line]
    mark = MARKS.match(line)
    indent = " " * len(mark[0]) if mark else ""
    return textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
