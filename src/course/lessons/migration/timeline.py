"""A timeline of recorded operations: an SVG picture, and the same facts as text.

One lane a client. In each lane the outside server's answers are filled circles on the upper rail, the inside server's
are open squares on the lower one, failures are crosses between them: position and shape say all that colour says.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from course.base.tables import table
from course.lessons.migration.accounting import Operation, between
from course.lessons.migration.place import CLIENTS, Recordings

WIDTH, LEFT, RIGHT, TOP, LANE, PITCH = 960, 120, 16, 68, 78, 5
AXIS = 18  # pixels for the seconds below the lanes
STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300)  # seconds between two numbers of the axis, of which there are few
RAIL = {"outside": 20, "failed": 39, "inside": 58}
COLOUR = {"outside": "#3b82d0", "inside": "#c8681a", "failed": "#e0455a"}  # they stand out from white and from black
# JupyterLab's theme, dark too, and what stands for it elsewhere.
INK, PAPER = "var(--jp-content-font-color0,#222)", "var(--jp-layout-color0,#fff)"
BAND, RULE = "var(--jp-layout-color2,#f4f4f4)", "var(--jp-border-color1,#ccc)"


@dataclass(frozen=True)
class Scale:
    """Time to pixels."""

    start: float
    end: float

    def x(self, at: float) -> float:
        """Where this time is drawn."""
        return LEFT + (at - self.start) / max(self.end - self.start, 1e-9) * (WIDTH - LEFT - RIGHT)


def state(entry: Operation) -> str:
    """outside, inside or failed."""
    return str(entry["side"]) if entry["ok"] else "failed"


def window(recordings: Recordings) -> Scale:
    """From the first to the last operation."""
    times = [entry["at"] for entry in recordings.operations] or [0.0]
    return Scale(min(times), max(times))


def shape(kind: str, x: float, y: float) -> str:
    """One mark: circle, square or cross."""
    colour = COLOUR[kind]
    if kind == "outside":
        return f'<circle cx="{x:g}" cy="{y:g}" r="2.4" fill="{colour}"/>'
    if kind == "inside":
        box = f'x="{x - 2.2:g}" y="{y - 2.2:g}" width="4.4" height="4.4"'
        return f'<rect {box} style="fill:{PAPER}" stroke="{colour}" stroke-width="1.3"/>'
    return f'<path d="M{x - 2.6:g} {y - 2.6:g}l5.2 5.2m0 -5.2l-5.2 5.2" stroke="{colour}" stroke-width="1.6"/>'


def label(x: float, y: float, caption: str, *, size: int = 12, anchor: str = "start", weight: str = "normal") -> str:
    """Some text."""
    look = f'font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" style="fill:{INK}"'
    return f'<text x="{x:g}" y="{y:g}" {look}>{escape(caption)}</text>'


def lane(number: int, client: str, operations: list[Operation], scale: Scale) -> Iterator[str]:
    """A client's name, its two rails, and at most one mark of a kind every PITCH pixels."""
    top = TOP + number * LANE
    ground = PAPER if number % 2 else BAND
    yield f'<rect x="0" y="{top}" width="{WIDTH}" height="{LANE - 6}" style="fill:{ground}"/>'
    yield label(8, top + 43, client, size=13, weight="bold")
    for side in ("outside", "inside"):
        y = top + RAIL[side]
        yield label(LEFT - 8, y + 3, side, size=9, anchor="end")
        yield f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" style="stroke:{RULE}" stroke-width="1"/>'
    slots = {(state(entry), round(scale.x(entry["at"]) / PITCH) * PITCH) for entry in operations}
    for kind, x in sorted(slots):
        yield shape(kind, x, top + RAIL[kind])


def phase_lines(phases: list[tuple[float, str]], scale: Scale, bottom: float) -> Iterator[str]:
    """A dashed line with a number for each phase; numbers that would overlap go one row higher."""
    last, row = -99.0, 0
    for number, (at, _) in enumerate(phases, 1):
        x = scale.x(at)
        row = (row + 1) % 3 if x - last < 18 else 0
        last = x
        top = TOP - 16 - row * 13
        line = f'd="M{x:.1f} {top + 10}V{bottom}" style="stroke:{INK}"'
        yield f'<path {line} stroke-width="1" stroke-dasharray="3 3"/>'
        yield f'<rect x="{x - 8:.1f}" y="{top}" width="16" height="12" rx="3" style="fill:{INK}"/>'
        middle = f'font-size="9" text-anchor="middle" style="fill:{PAPER}"'
        yield f'<text x="{x:.1f}" y="{top + 9.5}" {middle}>{number}</text>'


def axis(scale: Scale, top: float) -> Iterator[str]:
    """Seconds since the first operation."""
    whole = int(scale.end - scale.start)
    step = next((step for step in STEPS if whole / step <= 12), STEPS[-1])
    for second in range(0, whole + 1, step):
        yield label(scale.x(scale.start + second), top, f"{second} s", size=9, anchor="middle")


def legend(phases: list[tuple[float, str]], scale: Scale, top: float) -> Iterator[str]:
    """What the shapes and the numbers mean."""
    for number, (kind, meaning) in enumerate(
        (("outside", "the outside server answered"), ("inside", "the inside server answered"), ("failed", "failed"))
    ):
        x = LEFT + number * 220
        yield shape(kind, x, top)
        yield label(x + 10, top + 4, meaning)
    for number, (at, name) in enumerate(phases):
        x, y = 8 + number % 4 * 236, top + 24 + number // 4 * 18
        yield label(x, y, f"{number + 1}  {name}  (+{at - scale.start:.1f} s)")


def svg(recordings: Recordings, title: str = "Who answered whom") -> str:
    """The picture."""
    scale = window(recordings)
    phases = [(at, name) for at, name in recordings.phases if scale.start <= at <= scale.end]
    bottom = TOP + LANE * len(CLIENTS)
    height = bottom + AXIS + 36 + (len(phases) + 3) // 4 * 18
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="sans-serif" role="img" aria-label="{escape(title)}">',
        f"<title>{escape(title)}</title><desc>{escape(text(recordings))}</desc>",
        f'<rect width="{WIDTH}" height="{height}" style="fill:{PAPER}"/>',
        label(8, 18, title, size=14, weight="bold"),
    ]
    for number, client in enumerate(CLIENTS):
        parts += lane(number, client, [entry for entry in recordings.operations if entry["client"] == client], scale)
    parts += [*phase_lines(phases, scale, bottom), *axis(scale, bottom + 8)]
    parts += [*legend(phases, scale, bottom + AXIS + 14), "</svg>"]
    return "\n".join(parts)


def sections(recordings: Recordings) -> list[tuple[str, list[Operation]]]:
    """Each phase's name and the operations that ended in it."""
    starts = [(float("-inf"), "before"), *recordings.phases]
    ends = [at for at, _ in starts[1:]] + [float("inf")]
    by_phase = [(name, between(recordings.operations, at, end)) for (at, name), end in zip(starts, ends, strict=True)]
    return by_phase if by_phase[0][1] else by_phase[1:]


def tally(operations: Iterable[Operation], client: str) -> str:
    """How often which side answered this client: `outside 12, failed 3`."""
    states = [state(entry) for entry in operations if entry["client"] == client]
    return ", ".join(f"{kind} {states.count(kind)}" for kind in RAIL if kind in states) or "-"


def text(recordings: Recordings) -> str:
    """The picture's twin: for each phase and client, how many operations each side answered and how many failed."""
    rows = [(name, *(tally(operations, client) for client in CLIENTS)) for name, operations in sections(recordings)]
    return table(("phase", *CLIENTS), *rows)
