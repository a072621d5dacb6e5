"""The chain of one answer, from the name a Pod asked for to an address: as a picture and as text.

The two say the same. The picture needs no colour: what CoreDNS holds has a solid border, what comes from outside a
dashed one, and words beside each box say who answered.
"""

from dataclasses import dataclass
from html import escape

from course.dns import dig
from course.dns.cluster_names import in_cluster
from course.dns.query import Answer
from course.jupyter.drawing import Drawing

HOLDERS = {"CoreDNS": "CoreDNS itself", "outside": "a DNS server outside, asked by CoreDNS"}
# Pixels. A character of the 13-pixel monospace font is a little under 8 wide.
CHARACTER, LINE, MARGIN, ARROW, NOTE = 8, 20, 12, 34, 310
HEAD = 40
INK, PAPER = "var(--jp-content-font-color0,black)", "var(--jp-layout-color0,white)"  # JupyterLab's theme, dark too


@dataclass(frozen=True)
class Box:
    """One stop of the chain.

    link: the type of the record that leads here ("" for the first); holder: who answers for it.
    """

    lines: tuple[str, ...]
    holder: str
    link: str = ""

    @property
    def height(self) -> int:
        """In pixels."""
        return LINE * len(self.lines) + 10


def title(answer: Answer) -> str:
    """Who asked, for what, and the status of the response that settled it."""
    last = answer.last
    return f"A Pod in {answer.namespace} asks for {answer.name}, type {last.kind}: {last.status}"


def boxes(answer: Answer) -> list[Box]:
    """The stops of the chain: the name that was found, each alias's target, and what stands at the end."""
    last = answer.last
    first = last.question or answer.name  # a question that timed out comes back without its name
    stops = [Box((first,), _holder(first))]
    stops += [Box((alias.value,), _holder(alias.value), "CNAME") for alias in last.aliases]
    if last.kind == "CNAME" and last.aliases:
        return stops
    values = tuple(record.value for record in last.answer if record.kind != "CNAME")
    return [*stops, Box(values or (_dead_end(last),), "", last.kind)]


def _holder(name: str) -> str:
    return "CoreDNS" if in_cluster(name) else "outside"


def _dead_end(last: dig.Response) -> str:
    if last.status == "NXDOMAIN":
        return "no such name"
    if last.status != "NOERROR":
        return f"no answer: {last.status}"
    return f"no {last.kind} record came: nothing to connect to"


def text(answer: Answer) -> str:
    """The chain as lines of text, the twin of `draw`."""
    lines = [title(answer)]
    for box in boxes(answer):
        lines += [f"    |  {box.link}"] if box.link else []
        lines += list(box.lines[:-1])
        lines.append(f"{box.lines[-1]}   [{HOLDERS[box.holder]}]" if box.holder else box.lines[-1])
    return "\n".join(lines)


def draw(answer: Answer) -> Drawing:
    """The chain as a picture for a notebook."""
    stops = boxes(answer)
    width = CHARACTER * max(len(line) for box in stops for line in box.lines) + 24
    parts, top = [], HEAD
    for box in stops:
        if box.link:
            parts.append(_arrow(MARGIN + 40, top, box.link))
            top += ARROW
        parts.append(_box(box, top, width))
        top += box.height
    across = max(width + NOTE, CHARACTER * len(title(answer))) + 2 * MARGIN
    return Drawing(_page(answer, across, top + MARGIN, parts), text(answer))


def _page(answer: Answer, width: int, height: int, parts: list[str]) -> str:
    spoken = escape(text(answer), quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{spoken}" font-family="monospace" font-size="13">'
        f'<rect width="{width}" height="{height}" style="fill:{PAPER}"/>'
        f"{_label(MARGIN, 22, title(answer), weight='bold')}{''.join(parts)}</svg>"
    )


def _label(x: int, y: int, text: str, weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" style="fill:{INK}" font-weight="{weight}">{escape(text)}</text>'


def _box(box: Box, top: int, width: int) -> str:
    dashes = ' stroke-dasharray="6 4"' if box.holder == "outside" else ""
    thickness = 2 if box.holder else 1
    frame = (
        f'<rect x="{MARGIN}" y="{top}" width="{width}" height="{box.height}" '
        f'style="fill:{PAPER};stroke:{INK}" stroke-width="{thickness}"{dashes}/>'
    )
    names = [_label(MARGIN + 12, top + LINE * number - 1, line) for number, line in enumerate(box.lines, 1)]
    note = _label(MARGIN + width + 12, top + LINE - 1, HOLDERS[box.holder]) if box.holder else ""
    return frame + "".join(names) + note


def _arrow(x: int, top: int, link: str) -> str:
    end = top + ARROW - 2
    return (
        f'<path d="M{x} {top + 2} V{end} M{x - 5} {end - 8} L{x} {end} L{x + 5} {end - 8}" fill="none" '
        f'style="stroke:{INK}"/>'
        f"{_label(x + 14, top + 21, link)}"
    )
