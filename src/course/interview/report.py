"""The result page of a run: by topic and level, what to look at again, earlier runs; as text and as HTML."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from course.base import advice, tables
from course.interview import judge, pool, proof, web
from course.interview.judge import Result
from course.interview.memory import Run
from course.interview.pool import Question

NOTHING_MISSED = "Nothing missed."
OWN = (
    "Points are what you ticked yourself: they are as honest as you were. Less than half of them counts as missed, "
    "also beside a right choice: an interviewer wants the reason."
)


@dataclass(frozen=True)
class Page:
    """What the result page says, for both of its forms.

    total: the sum of the run, and how to read it. by: (heading, rows); a row is name, right by the machine, points by
    the learner, seconds. again: what to look at; read: a command that shows the first of it. earlier: earlier runs of
    this mode, the newest last.
    """

    title: str
    total: list[str]
    by: list[tuple[str, list[tuple[str, str, str, str]]]]
    again: list[str]
    read: str
    earlier: list[str]


def _judged(results: Iterable[Result]) -> str:
    verdicts = [one.right for one in results if one.right is not None]
    return f"{sum(verdicts)} of {len(verdicts)}" if verdicts else "-"


def _said(results: Iterable[Result]) -> str:
    kept = list(results)
    points = sum(one.points for one in kept)
    return f"{sum(one.said for one in kept)} of {points}" if points else "-"


def _summary(results: Sequence[Result]) -> str:
    hints, spoken = sum(one.hints for one in results), sum(one.right is None for one in results)
    parts = [f"right {_judged(results)}" + (f" ({spoken} said aloud: no machine judges those)" if spoken else "")]
    parts += [f"points by your own judgement {_said(results)}"] if _has_points(results) else []
    parts += [f"hints {hints}"] if hints else []
    return "; ".join(parts)


def _has_points(results: Iterable[Result]) -> bool:
    """Whether the learner had points to tick."""
    return any(one.points for one in results)


def _rows(
    results: Sequence[tuple[Question, Result]], groups: Iterable[tuple[str, str]], key: Callable[[Question], str]
) -> list[tuple[str, str, str, str]]:
    """A row for each group that was asked. groups: (key, name)."""
    rows = []
    for group, name in groups:
        if mine := [one for question, one in results if key(question) == group]:
            rows.append((name, _judged(mine), _said(mine), f"{sum(one.seconds for one in mine):.0f}"))
    return rows


def page(run: Run, earlier: Sequence[Run]) -> Page:
    """The page of a run. earlier: all runs that were kept before it."""
    known = {question.slug: question for question in pool.questions()}
    results = [(known[one.slug], one) for one in run.results if one.slug in known]
    missed = [(question, one) for question, one in results if one.missed]
    topics = [(topic.slug, topic.title) for topic in pool.topics()]
    moment = datetime.fromisoformat(run.began).astimezone()
    return Page(
        f"Interview practice: {run.mode}, {moment:%Y-%m-%d %H:%M}" + (f", seed {run.seed}" if run.seed else ""),
        [
            f"{len(run.results)} questions: {_summary(run.results)}; {run.seconds:.0f} s.",
            *([OWN] if _has_points(run.results) else []),
        ],
        [
            ("Topic", _rows(results, topics, lambda question: question.topic)),
            ("Level", _rows(results, [(level, level) for level in pool.LEVELS], lambda question: question.level)),
        ],
        _again(missed),
        _read(question for question, _ in missed),
        [_line(before) for before in earlier if before.mode == run.mode][-5:],
    )


def _line(run: Run) -> str:
    return f"{datetime.fromisoformat(run.began).astimezone():%Y-%m-%d %H:%M}: {_summary(run.results)}"


def _read(missed: Iterable[Question]) -> str:
    cells = [one for question in missed for one in question.proof if one.lesson]
    return advice.for_here(f"./course interview cell {cells[0].lesson} {cells[0].cell}") if cells else ""


def _again(missed: Sequence[tuple[Question, Result]]) -> list[str]:
    """The proofs of what was missed, and the labs of live tasks; of a right choice also why it counts as missed."""
    lines = []
    for question, one in missed:
        places = list(dict.fromkeys(_short(one) for one in question.proof))
        places += [advice.for_here(f"./course lab start {question.task}")] if question.task else []
        places += [f"right, but {one.said} of {one.points} points"] if one.right else []
        lines.append(f"{judge.unmarked(question.ask)} ({'; '.join(places)})")
    return lines


def _short(one: pool.Proof) -> str:
    if one.source:
        return f"{one.source} {one.version}"
    return proof.place(one)


def text(run: Run, earlier: Sequence[Run]) -> str:
    """The page as lines of text."""
    made = page(run, earlier)
    parts = [f"== {made.title}", *made.total]
    parts += [tables.table((heading, "right", "points", "seconds"), *rows) for heading, rows in made.by]
    parts.append("\n".join(["Look at again:", *(f"- {line}" for line in made.again)]) if made.again else NOTHING_MISSED)
    if made.read:
        parts.append(f"A cell can be read here, by its lesson and its own name:  {made.read}")
    if made.earlier:
        parts.append("\n".join([f"Earlier runs of {run.mode}:", *(f"- {line}" for line in made.earlier)]))
    onward = "gaps" if made.again else "timed" if run.mode == "daily" else "daily"
    return "\n\n".join([*parts, advice.for_here(f"Next:  ./course interview {onward}")])


def html(run: Run, earlier: Sequence[Run]) -> str:
    """The page as one HTML file."""
    made = page(run, earlier)
    body = [f"<p>{escape(line)}</p>" for line in made.total]
    body += [web.table((heading, "right", "points", "seconds"), rows) for heading, rows in made.by]
    body += ["<h2>Look at again</h2>", web.points(made.again)] if made.again else [f"<p>{NOTHING_MISSED}</p>"]
    body += [f"<h2>Earlier runs of {escape(run.mode)}</h2>", web.points(made.earlier)] if made.earlier else []
    return web.document(made.title, body)
