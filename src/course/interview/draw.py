"""Which questions a sitting asks."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest

from course.base import dice
from course.interview import memory, pool
from course.interview.memory import Memory
from course.interview.pool import Question

WARM_UP = 10
RISE = (*["junior"] * 4, *["senior"] * 4, *["staff"] * 2)  # the levels of a warm-up
# Seconds that an answer takes, about; a live task takes the minutes that it states.
SECONDS = {
    "choose-all": 80,
    "predict": 80,
    "debug": 90,
    "order": 80,
    "number": 40,
    "name": 40,
    "design": 150,
    "open": 150,
}
OTHERS = 60
SET_UP = 60


def seconds(question: Question) -> int:
    """What an answer takes, about."""
    return question.minutes * 60 if question.kind == "do" else SECONDS.get(question.kind, OTHERS)


def _by_turns(questions: Iterable[Question], key: Callable[[Question], str], seed: int) -> list[Question]:
    """Shuffled so that the groups of `key` take turns: no sitting is about one thing."""
    groups: dict[str, list[Question]] = {}
    for question in dice.shuffled(questions, seed):
        groups.setdefault(key(question), []).append(question)
    rounds = zip_longest(*(groups[name] for name in dice.shuffled(sorted(groups), seed, "turns")))
    return [question for turn in rounds for question in turn if question]


def spoken_or_typed(questions: Iterable[Question]) -> list[Question]:
    """Without the live tasks."""
    return [question for question in questions if question.kind != "do"]


def warm_up(questions: Sequence[Question], seed: int) -> list[Question]:
    """Ten of all topics, the easiest first: of each level as many as RISE says, as far as there are so many."""
    left, drawn = dice.shuffled(spoken_or_typed(questions), seed), list[Question]()
    for level in RISE[: len(left)]:
        used = Counter(question.topic for question in drawn)
        drawn.append(min(left, key=lambda one: (used[one.topic], abs(_rank(one.level) - _rank(level)))))
        left.remove(drawn[-1])
    return sorted(drawn, key=lambda question: _rank(question.level))


def _rank(level: str) -> int:
    return pool.LEVELS.index(level)


def gaps(questions: Sequence[Question], known: Memory, seed: int) -> list[Question]:
    """What was missed last time, then what was never seen; ten at most."""
    typed = spoken_or_typed(questions)
    missed = [question for question in typed if question.slug in known.cards and known.cards[question.slug].missed]
    unseen = [question for question in typed if question.slug not in known.cards]
    return [*dice.shuffled(missed, seed), *_by_turns(unseen, lambda question: question.topic, seed)][:WARM_UP]


def daily(questions: Sequence[Question], known: Memory, seed: int) -> list[Question]:
    """What is due today, then a few that were never seen."""
    typed = {question.slug: question for question in spoken_or_typed(questions)}
    waiting = [typed[slug] for slug in memory.due(known) if slug in typed]
    unseen = [question for question in typed.values() if question.slug not in known.cards]
    return waiting + _by_turns(unseen, lambda question: question.topic, seed)[: memory.fresh_left(known)]


def shortest_with_live(questions: Iterable[Question]) -> int:
    """The minutes of the shortest run that has a live task in it: half of them are its own."""
    return min((2 * question.minutes for question in questions if question.kind == "do"), default=0)


def timed(questions: Sequence[Question], minutes: int, seed: int, live: bool) -> list[Question]:
    """A mix of kinds that fills the minutes, with one live task in the middle where there can be one.

    Without it, the same questions and some more.
    """
    tasks = [question for question in questions if question.kind == "do" and question.minutes * 2 <= minutes]
    task = dice.shuffled(tasks, seed, "live")[:1] if live else []
    left = minutes * 60 - sum(seconds(question) for question in task)
    chosen = []
    for question in _by_turns(spoken_or_typed(questions), lambda question: question.kind, seed):
        if (left := left - seconds(question)) < 0:
            break
        chosen.append(question)
    middle = len(chosen) // 2
    return [*chosen[:middle], *task, *chosen[middle:]]


def live(questions: Sequence[Question], seed: int) -> list[Question]:
    """One live task."""
    return dice.shuffled([question for question in questions if question.kind == "do"], seed, "live")[:1]


def chosen(topic: str = "", level: str = "") -> list[Question]:
    """The questions of a topic and a level; "" is all."""
    return [
        question for question in pool.questions() if topic in ("", question.topic) and level in ("", question.level)
    ]
