"""For the other side of the table: a set of questions with rubrics, and a live task for the candidate."""

from course.base import advice, dice
from course.interview import draw, judge
from course.interview.pool import LEVELS, Question
from course.tasks import index

A_LEVEL = 3  # questions of each level, of different topics
ASKER = "Ask next"
DEPTH = {
    "junior": "the short answer, and how they would look it up or try it.",
    "senior": "the reasons, the limits, and what they would check with a command.",
    "staff": "the alternatives, what each costs other people, and what is true of CoreDNS only.",
}


def drawn(seed: int) -> tuple[list[Question], list[Question]]:
    """(questions by level, at most one live task) of a seed: the same pool and the same seed give the same set."""
    spoken: list[Question] = []
    for level in LEVELS:
        used = {question.topic for question in spoken}
        left = [question for question in draw.chosen(level=level) if question.kind not in ("do", "number", "name")]
        mixed = dice.shuffled(left, seed, level)
        by_topic = {question.topic: question for question in reversed(mixed)}
        fresh = [question for question in mixed if by_topic[question.topic] is question and question.topic not in used]
        spoken += (fresh + [question for question in mixed if question not in fresh])[:A_LEVEL]
    labs = [question for question in draw.chosen() if question.task and index.find(question.task).kind == "lab"]
    return spoken, draw.live(labs, seed)


def text(seed: int) -> str:
    """The set as text: what to ask, what to listen for, what is asked next, how deep each level goes."""
    spoken, tasks = drawn(seed)
    head = [
        f"# A set for interviewers, seed {seed}",
        "Ask, let the candidate talk, then ask what comes next. Tick the points that you heard.\n"
        "Read the options only where the question needs them (which of these ...), or when the candidate is stuck.",
        "\n".join(f"- {level}: {DEPTH[level]}" for level in LEVELS),
    ]
    parts = [_question(number, question, seed) for number, question in enumerate(spoken, 1)]
    return "\n\n".join([*head, *parts, *(_task(task) for task in tasks)])


def _question(number: int, question: Question, seed: int) -> str:
    points = "\n".join(f"[ ] {point}" for point in question.rubric)
    right = judge.solution(question, seed)
    lines = [f"## {number}. {judge.put(question, seed)}"]
    lines += [f"Right: {judge.in_words(question, seed, right)}"] if right else []
    return "\n\n".join([*lines, f"Listen for:\n{points}", judge.explanation(question, ASKER)])


def _task(question: Question) -> str:
    lab = question.task
    steps = [
        f"./course lab start {lab}   (before the candidate comes: it takes up to a minute)",
        f"./course lab check {lab}   (what is mended, with reasons; changes nothing)",
        f"./course lab hint {lab}    (three hints, one after the other)",
        f"./course lab reset {lab}   (afterwards)",
    ]
    commands = "\n".join(f"    {advice.for_here(step)}" for step in steps)
    points = "\n".join(f"[ ] {point}" for point in question.rubric)
    head = f"## Live task, {question.minutes} minutes: {question.ask}\n\n{commands}"
    return f"{head}\n\nListen for:\n{points}\n\n{judge.explanation(question, ASKER)}"
