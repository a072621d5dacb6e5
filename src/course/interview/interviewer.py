"""For the other side of the table: a set of questions with rubrics, and a live task for the candidate."""

from collections.abc import Sequence

from course.base import advice, dice
from course.base.errors import CourseError
from course.interview import draw, judge
from course.interview.pool import LEVELS, Question
from course.tasks import index

A_LEVEL = 3  # questions of each level, of different topics
# Who sits there -> how many questions of each level, in the order of LEVELS: five fill 45 minutes with a live task.
CANDIDATES = {"junior": (3, 2, 0), "mid": (2, 3, 0), "senior": (0, 3, 2), "staff": (0, 2, 3)}
A_QUESTION = 5  # minutes, with what is asked next
LIVE = 15  # minutes of a live task, at most, where 45 are all there are
REST = " What is left of 45 is for the candidate's own questions."
ASKER = "Ask next"
DEPTH = {
    "junior": "the short answer, and how they would look it up or try it.",
    "senior": "the reasons, the limits, and what they would check with a command.",
    "staff": "the alternatives, what each costs other people, and what is true of CoreDNS only.",
}
HOW = (
    "Ask, let the candidate talk, then ask what comes next. Tick the points that you heard, in whatever words.\n"
    "Half of them or more: the answer holds. Fewer: help once, with what you ask next or with the options, and go on.\n"
    "Read the options only where the question needs them (which of these ...), or when the candidate is stuck.\n"
    "What you ask next has no printed answer: hear the reason, and how the candidate would show it with a command."
)


def drawn(seed: int, candidate: str = "") -> tuple[list[Question], list[Question]]:
    """(questions by level, at most one live task) of a seed: the same pool and the same seed give the same set.

    candidate: one of CANDIDATES, for whom five of the nine are chosen, and a short live task. CourseError for another.
    """
    if candidate and candidate not in CANDIDATES:
        onward = f"./course interview --for-interviewer {seed} --candidate mid"
        raise CourseError(f"There is no candidate {candidate!r}.", f"There are: {', '.join(CANDIDATES)}.", onward)
    spoken: list[Question] = []
    kept: list[Question] = []
    for level, count in zip(LEVELS, CANDIDATES.get(candidate, [A_LEVEL] * len(LEVELS)), strict=True):
        used = {question.topic for question in spoken}
        left = [question for question in draw.chosen(level=level) if question.kind not in ("do", "number", "name")]
        mixed = dice.shuffled(left, seed, level)
        by_topic = {question.topic: question for question in reversed(mixed)}
        fresh = [question for question in mixed if by_topic[question.topic] is question and question.topic not in used]
        of_level = (fresh + [question for question in mixed if question not in fresh])[:A_LEVEL]
        spoken += of_level
        kept += of_level[:count]
    labs = [question for question in draw.chosen() if question.task and index.find(question.task).kind == "lab"]
    if candidate:
        levels = {question.level for question in kept}
        labs = [lab for lab in labs if lab.minutes <= LIVE and lab.level in levels]
    return kept, draw.live(labs, seed)


def text(seed: int, candidate: str = "") -> str:
    """The set as text: what to ask, what to listen for, what is asked next, how deep each level goes."""
    spoken, tasks = drawn(seed, candidate)
    levels = [level for level in LEVELS if any(question.level == level for question in spoken)]
    head = [
        f"# A set for interviewers, seed {seed}" + (f", for a {candidate} candidate" if candidate else ""),
        HOW,
        _minutes(spoken, tasks) + (REST if candidate else ""),
        "\n".join(f"- {level}: {DEPTH[level]}" for level in levels),
    ]
    parts = [_question(number, question, seed) for number, question in enumerate(spoken, 1)]
    return "\n\n".join([*head, *parts, *(_task(task) for task in tasks)])


def _minutes(spoken: Sequence[Question], tasks: Sequence[Question]) -> str:
    """How long the set takes."""
    live = sum(task.minutes for task in tasks)
    talk = len(spoken) * A_QUESTION
    return (
        f"About {talk + live} minutes: {A_QUESTION} for each question with what comes next, {live} for the live task."
    )


def _question(number: int, question: Question, seed: int) -> str:
    points = "\n".join(f"[ ] {point}" for point in question.rubric)
    lines = [f"## {number}. {judge.put(question, seed)}", *_right(question, seed)]
    return "\n\n".join([*lines, f"Listen for:\n{points}", judge.explanation(question, ASKER)])


def _right(question: Question, seed: int) -> list[str]:
    """The right answer; an order as a list, because it is read aloud from here. Empty for what is said freely."""
    right = judge.solution(question, seed)
    if question.kind == "order":
        return ["\n".join([f"Right: {right}", *(f"{place}. {item}" for place, item in enumerate(question.items, 1))])]
    return [f"Right: {judge.in_words(question, seed, right)}"] if right else []


def _task(question: Question) -> str:
    slug = question.task
    steps = [
        f"./course lab start {slug}   (before the candidate comes: it takes up to a minute)",
        f"./course lab check {slug}   (what is fixed, with reasons; changes nothing)",
        f"./course lab hint {slug}    (three hints, one after the other)",
        f"./course lab reset {slug}   (afterwards)",
    ]
    commands = "\n".join(f"    {advice.for_here(step)}" for step in steps)
    points = "\n".join(f"[ ] {point}" for point in question.rubric)
    head = f"## Live task, {question.minutes} minutes: {question.ask}\n\n{commands}"
    return f"{head}\n\nListen for:\n{points}\n\n{judge.explanation(question, ASKER)}"
