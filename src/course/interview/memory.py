"""What a learner answered, when each question comes back, and a timed run that is not over.

It is kept in the one progress file under `interview`: {"cards": {SLUG: Card}, "runs": [Run], "open": Open}.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import product
from typing import Any

import fsrs
from fsrs.card import CardDict

from course.base import files, shape, state
from course.interview.judge import Result
from course.tasks import progress

KEY = "interview"
RUNS_KEPT = 50
ANSWER_KEPT = 2000  # characters of an answer in a run that is not over
FRESH_A_DAY = 5  # questions never seen before that `daily` adds
SOON = (timedelta(minutes=10),)  # FSRS's last step of learning: what was missed comes back on the same day
SCHEDULER = fsrs.Scheduler(learning_steps=SOON, relearning_steps=SOON, enable_fuzzing=False)
DAILY = "daily"
YEARS = 9000  # a moment is of an earlier one: FSRS adds up to a hundred to it, and a zone some hours
SET_BACK = timedelta(days=1)  # no clock of a time zone is further back


@dataclass
class Card:
    """One question as its learner knows it.

    first, last: moments of answers; fsrs: as that library writes a card; by: the mode that asked it first, "" where an
    older course wrote the file.
    """

    first: str
    last: str
    missed: bool
    fsrs: CardDict
    by: str = ""

    @property
    def due(self) -> datetime:
        """When it should come back."""
        return fsrs.Card.from_dict(self.fsrs).due


@dataclass
class Run:
    """One sitting that is over. began: a moment; seconds: what its answers took; results in their order."""

    mode: str
    seed: int
    minutes: int
    began: str
    seconds: float
    results: list[Result]


@dataclass
class Open:
    """A timed run that is not over.

    slugs: what is asked, in order. spent: seconds until now. answers: as typed, "" where left out; took: seconds of
    each. said: how a choice was defended. ticks: points of the rubric. live: the lab that is set up for it, hints, and
    the second of the clock when it began.
    """

    seed: int
    minutes: int
    began: str
    slugs: list[str]
    spent: float = 0.0
    answers: dict[str, str] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    ticks: dict[str, int] = field(default_factory=dict)
    live: str = ""
    live_began: float = 0.0
    hints: int = 0
    ended: bool = False


@dataclass
class Memory:
    """All of it."""

    cards: dict[str, Card] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    open: Open | None = None


def parse(kept: object) -> Memory:
    """What the file holds, checked; ValueError says what is wrong with it."""
    memory = shape.fill(KEY, kept, Memory)
    for slug, card in memory.cards.items():
        _check_moments(card.first, card.last, card.fsrs["due"], str(card.fsrs["last_review"]))
        _check_goes_on(slug, card)
    unfinished = memory.open
    _check_moments(*(run.began for run in memory.runs), *([unfinished.began] if unfinished else []))
    if unfinished and not (set(unfinished.answers) <= set(unfinished.slugs) and unfinished.spent >= 0):
        raise ValueError("the open run does not fit together")
    return memory


def _check_moments(*texts: str) -> None:
    """Each with its zone, and of a year that every other zone knows, too."""
    for text in texts:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{state.shown(text)} is no moment") from None
        if moment.tzinfo is None or not 1970 <= moment.year < YEARS:
            raise ValueError(f"{state.shown(text)} has no zone, or no year that can be")


def _check_goes_on(slug: str, card: Card) -> None:
    """Whether FSRS can take the next answer: what its numbers must be, it says by no error of its own."""
    known = fsrs.Card.from_dict(card.fsrs)
    try:
        for rating, days in product(fsrs.Rating, (0, 1)):  # an answer of the same day is counted otherwise
            SCHEDULER.review_card(known, rating, datetime.fromisoformat(card.last).astimezone(UTC) + timedelta(days))
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError):
        raise ValueError(f"FSRS cannot go on with {state.shown(slug)}") from None


def _understood(kept: dict[str, Any]) -> Memory:
    """What the file holds; what cannot be read is kept beside it, and that is said."""
    try:
        return parse(kept)
    except ValueError as reason:
        aside = progress.file().with_name(f"progress.damaged-interview-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.json")
        files.replace(aside, json.dumps(kept))
        print(f"Note: your interview practice could not be read ({reason}). It is kept as {aside}; a new one begins.",
              file=sys.stderr)  # fmt: skip
        return Memory()


def read() -> Memory:
    """All that is known. What cannot be read is taken out of the file: it is said once, and an export is whole."""
    try:
        return parse(progress.part(KEY))
    except ValueError:
        with editing() as memory:
            return memory


@contextmanager
def editing() -> Iterator[Memory]:
    """Change it; nobody else writes in between."""
    with progress.editing_part(KEY) as kept:
        memory = _understood(kept)
        yield memory
        kept.clear()
        kept.update(asdict(memory))


def now(memory: Memory) -> datetime:
    """This moment; where the clock was set back a little, the last moment that is known: time does not run backwards.

    A moment that is far ahead was noted under a clock that was wrong: it would stop the time for years.
    """
    clock = datetime.now(UTC)
    known = [datetime.fromisoformat(card.last) for card in memory.cards.values()]
    return max([clock, *(moment for moment in known if moment <= clock + SET_BACK)])


def note(memory: Memory, result: Result, mode: str = "") -> None:
    """An answer: the question comes back the later, the better it was; what was missed on the same day."""
    moment = now(memory)
    known = memory.cards.get(result.slug)
    card = fsrs.Card.from_dict(known.fsrs) if known else fsrs.Card(card_id=0)
    card, _ = SCHEDULER.review_card(card, _rating(result), moment)
    stamp = moment.isoformat(timespec="milliseconds")
    first, by = (known.first, known.by) if known else (stamp, mode)
    memory.cards[result.slug] = Card(first, stamp, result.missed, card.to_dict(), by)


def _rating(result: Result) -> fsrs.Rating:
    if result.missed:
        return fsrs.Rating.Again
    return fsrs.Rating.Hard if result.said < result.points * 0.8 else fsrs.Rating.Good


def keep(memory: Memory, run: Run) -> None:
    """A run that is over; old ones are forgotten."""
    memory.runs = [*memory.runs, run][-RUNS_KEPT:]


def due(memory: Memory) -> list[str]:
    """The questions that are due until the end of this day of the learner, the longest waiting first.

    Shortly before midnight, what was just missed still belongs to the day: it comes back within SOON.
    """
    moment = now(memory)
    tomorrow = moment.astimezone().date() + timedelta(days=1)
    until = max(datetime.combine(tomorrow, time()).astimezone(), moment + max(SOON))
    ahead = moment + SET_BACK  # of a card that was noted under a clock that was wrong nobody knows when it is due
    waiting = {
        slug: card.due
        for slug, card in memory.cards.items()
        if card.due <= until or datetime.fromisoformat(card.last) > ahead
    }
    return sorted(waiting, key=lambda slug: waiting[slug])


def fresh_left(memory: Memory) -> int:
    """How many questions never seen before `daily` may still bring on this day; other modes use up none of them."""
    today = now(memory).astimezone().date()
    brought = [card.first for card in memory.cards.values() if card.by == DAILY]
    return max(0, FRESH_A_DAY - sum(datetime.fromisoformat(first).astimezone().date() == today for first in brought))


def next_due(memory: Memory, known: Callable[[str], bool]) -> str:
    """The day on which the next question of `known` comes back; "" where there is none."""
    days = [card.due.astimezone().date() for slug, card in memory.cards.items() if known(slug)]
    return f"{min(days):%a %Y-%m-%d}" if days else ""


def forecast(memory: Memory, known: Callable[[str], bool], days: int = 7) -> str:
    """How many questions are due on each of the next days, a line each; those of `known` only."""
    today = now(memory).astimezone().date()
    counts = Counter(max(card.due.astimezone().date(), today) for slug, card in memory.cards.items() if known(slug))
    dates = [today + timedelta(days=ahead) for ahead in range(days)]
    return "\n".join(f"{date:%a %Y-%m-%d}  {counts[date]:3} due" for date in dates)


def taken_in(mine: Any, theirs: Any) -> dict[str, Any]:
    """The same of what two progress files hold; ValueError for what cannot be read of theirs."""
    came = parse(theirs)
    return asdict(merged(_understood(mine), came))


def merged(mine: Memory, theirs: Memory) -> Memory:
    """Two machines' practice as one: of each question the later answer, all runs, and the open run of this machine."""
    cards = {**theirs.cards, **mine.cards}
    for slug in mine.cards.keys() & theirs.cards.keys():
        cards[slug] = max(mine.cards[slug], theirs.cards[slug], key=lambda card: datetime.fromisoformat(card.last))
    runs = {(run.began, run.mode): run for run in (*theirs.runs, *mine.runs)}
    kept = sorted(runs.values(), key=lambda run: datetime.fromisoformat(run.began))[-RUNS_KEPT:]
    return Memory(cards, kept, mine.open)
