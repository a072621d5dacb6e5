"""One HTML file that needs nothing else: it can be kept, sent and printed."""

from collections.abc import Iterable
from html import escape

STYLE = """body { font-family: sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em; line-height: 1.4 }
table { border-collapse: collapse; margin: 1em 0 }
th, td { border: 1px solid #777; padding: .3em .6em; text-align: left; vertical-align: top }
@media print { body { margin: 0; max-width: none; font-size: 10pt } }"""


def document(title: str, body: Iterable[str]) -> str:
    """One HTML file that needs nothing else: it can be kept, sent and printed."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n<h1>{escape(title)}</h1>\n' + "\n".join(
        [*body, "</body></html>", ""]
    )


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table whose cells are text."""
    tops = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    return f"<table>\n<tr>{tops}</tr>\n" + "\n".join(f"<tr>{line}</tr>" for line in lines) + "\n</table>"


def points(lines: Iterable[str]) -> str:
    """A list whose points are text."""
    return "<ul>\n" + "\n".join(f"<li>{escape(line)}</li>" for line in lines) + "\n</ul>"
