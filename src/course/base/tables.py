"""Tables of plain text."""

from collections.abc import Iterable


def table(head: Iterable[object], *rows: Iterable[object]) -> str:
    """Columns as wide as they must be."""
    lines = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
