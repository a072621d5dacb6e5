"""The verbs of interview practice: what the terminal and the notebook call."""

from course.base import advice, tables
from course.base.errors import CourseError, NotReady
from course.interview import dialog as dialogs
from course.interview import draw, judge, memory, pool, report
from course.interview import live as tasks
from course.interview import timed as clocked
from course.interview.dialog import Dialog, Say
from course.interview.pool import Question
from course.lessons import catalog as lessons

MODES = ("warm-up", "gaps", "daily")


def overview() -> str:
    """What there is, what this learner knows of it, what is due, and what to type."""
    known, questions = memory.read(), pool.questions()
    typed = {question.slug for question in draw.spoken_or_typed(questions)}
    rows = []
    for topic in pool.topics():
        mine = [question for question in questions if question.topic == topic.slug]
        seen = [known.cards[question.slug] for question in mine if question.slug in known.cards]
        rows.append((topic.slug, len(mine), len(seen), sum(card.missed for card in seen)))
    lines = [
        f"{len(questions)} questions. You saw {sum(row[2] for row in rows)}, and missed {sum(row[3] for row in rows)}"
        " of them last time.",
        tables.table(("topic", "questions", "seen", "missed"), *rows),
    ]
    if known.cards:
        lines.append(f"Due, as your answers set it:\n{memory.forecast(known, typed.__contains__)}")
    if known.open:
        done = f"{len(known.open.answers)} of {len(known.open.slugs)}"
        lines.append(f"A timed run is paused, {done} answered. It goes on: ./course interview timed")
    lines.append(
        "Ten questions with feedback:      ./course interview warm-up\n"
        "Only one level, or one topic:     ./course interview warm-up --level junior\n"
        "What you missed or never saw:     ./course interview gaps\n"
        "What is due today:                ./course interview daily\n"
        "20 minutes as in an interview:    ./course interview timed\n"
        "One live task:                    ./course interview live\n"
        "A lesson's own questions:         ./course interview quiz first_externalname\n"
        "A page to print:                  ./course interview page page.html"
    )
    return advice.for_here("\n\n".join(lines))


def dialog(mode: str, seed: int, topic: str = "", level: str = "") -> Dialog:
    """A sitting with feedback. CourseError for an unknown mode, topic or level, and where there is nothing to ask."""
    topic, level = topic.lower(), level.lower()
    _require("mode", mode, MODES)
    _require("topic", topic, ["", *(one.slug for one in pool.topics())])
    _require("level", level, ["", *pool.LEVELS])
    questions, known = draw.chosen(topic, level), memory.read()
    drawn = {
        "warm-up": lambda: draw.warm_up(questions, seed),
        "gaps": lambda: draw.gaps(questions, known, seed),
        "daily": lambda: draw.daily(questions, known, seed),
    }[mode]()
    return dialogs.practise(mode, drawn, seed)


def _require(key: str, given: str, there: "list[str] | tuple[str, ...]") -> None:
    if given not in there:
        raise CourseError(
            f"There is no {key} {given!r}.", f"There are: {', '.join(filter(None, there))}.", "./course interview"
        )


def of_lesson(lesson: str) -> tuple[Question, ...]:
    """The questions of a lesson's quiz, in the order of the pool."""
    slug = lessons.find(lesson).slug
    return tuple(question for question in pool.questions() if question.lesson_quiz == slug)


def quiz(lesson: str, seed: int) -> Dialog:
    """The questions of a lesson, with feedback."""
    return dialogs.practise(f"quiz {lessons.find(lesson).slug}", of_lesson(lesson), seed)


def timed(minutes: int, seed: int, say: Say, anew: bool = False) -> Dialog:
    """A timed run, or the one that is paused."""

    def begin() -> memory.Open:
        busy = [] if tasks.absent() else tasks.free(draw.chosen())
        questions = draw.timed(
            [*draw.spoken_or_typed(draw.chosen()), *(one for one in busy if one.kind == "do")],
            minutes,
            seed,
            live=bool(busy),
        )
        return clocked.begin(questions, minutes, seed)

    return clocked.timed(begin, say, anew)


def live(seed: int, say: Say) -> Dialog:
    """One live task. CourseError where there is no cluster to do it on."""
    if why := tasks.absent():
        raise CourseError("A live task needs the cluster.", why, "./course up")
    drawn = draw.live(tasks.free(draw.chosen()), seed)
    if not drawn:
        raise CourseError("Every lab is being worked on.", "A live task begins afresh.", "./course lab reset --all")
    return dialogs.live(drawn[0], say)


def result(as_html: bool = False) -> str:
    """The result page of the last run; NotReady where there was none."""
    runs = memory.read().runs
    if not runs:
        raise NotReady("There is no result yet.", "No run was finished.", "./course interview warm-up")
    return (report.html if as_html else report.text)(runs[-1], runs[:-1])


LESSON_SEED = 1  # in a lesson the options stand in one order, so that its stored output stays true


def quiz_text(lesson: str) -> str:
    """A lesson's questions as text, numbered."""
    parts = [judge.put(question, LESSON_SEED) for question in of_lesson(lesson)]
    return "\n\n".join(f"{number}. {part}" for number, part in enumerate(parts, 1))


def quiz_checked(lesson: str, *answers: str) -> str:
    """A verdict for each answer, in the order of the questions; "" leaves one out. CourseError for no answer at all."""
    questions = of_lesson(lesson)
    if len(answers) > len(questions):
        raise CourseError(f"{len(answers)} answers cannot be checked.", f"There are {len(questions)} questions.")
    lines, right = [], 0
    for number, (question, typed) in enumerate(zip(questions, answers, strict=False), 1):
        if not typed.strip():
            continue
        try:
            answer = judge.read(question, LESSON_SEED, typed)
        except judge.NoAnswer as reason:
            raise CourseError(f"Answer {number} cannot be checked.", str(reason)) from None
        right += judge.is_right(question, LESSON_SEED, answer)
        lines.append(f"{number}. {judge.verdict(question, LESSON_SEED, answer)}\n{judge.explanation(question)}\n")
    given = sum(bool(typed.strip()) for typed in answers)
    return "\n".join([*lines, f"{right} right, {given - right} wrong, of {len(questions)} questions."])
