"""The verbs of interview practice: what the terminal and the notebook call."""

from course.base import advice, tables
from course.base.errors import CourseError, NotReady
from course.interview import dialog as dialogs
from course.interview import draw, judge, memory, pool, proof, report
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
        answered = f"{len(known.open.answers)} of {len(known.open.slugs)}"
        lines.append(f"A timed run is paused, {answered} answered. It goes on: ./course interview timed")
    lines.append(
        "Ten questions with feedback:      ./course interview warm-up\n"
        "Only one level, or one topic:     ./course interview warm-up --level junior\n"
        "What you missed or never saw:     ./course interview gaps\n"
        "What is due today:                ./course interview daily\n"
        "20 minutes as in an interview:    ./course interview timed\n"
        "One live task:                    ./course interview live\n"
        "A lesson's own questions:         ./course interview quiz\n"
        "Ten sentences to begin with:      ./course interview page\n"
        "The same as a page to print:      ./course interview page page.html\n"
        "For interviewers, a set:          ./course interview --for-interviewer 12 --candidate mid"
    )
    return advice.for_here("\n\n".join(lines))


def dialog(mode: str, seed: int, topic: str = "", level: str = "") -> Dialog:
    """A sitting with feedback; over at once where nothing is due. CourseError for an unknown mode, topic or level."""
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
    if not drawn:
        return dialogs.nothing(_nothing(mode, known, questions))
    return dialogs.practise(mode, drawn, seed, _opening(len(drawn), topic, level) if mode == "warm-up" else "")


def _opening(count: int, topic: str, level: str) -> str:
    """What a warm-up begins with: how to choose, and where to begin from nothing."""
    of = " and ".join(filter(None, [topic and f"the topic {topic}", level and f"the level {level}"]))
    fewer = f" There are no more of {of}, live tasks aside." if of and count < draw.WARM_UP else ""
    return advice.for_here(
        f"Questions: {count}, the easiest first.{fewer} You choose with --level {'|'.join(pool.LEVELS)}"
        " and --topic NAME; the names: ./course interview\n"
        "New to ExternalName Services? Begin with --level junior. Ten sentences first: ./course interview page\n"
        "What they ask next has no printed answer: say yours aloud, then look where the proof leads.\n\n"
    )


def _nothing(mode: str, known: memory.Memory, questions: list[Question]) -> str:
    """Why there is nothing to ask, when there will be, and what to do until then."""
    asked = {question.slug for question in draw.spoken_or_typed(questions)}
    lines = ["You missed nothing of it last time, and there is no question of it that you never saw."]
    if mode == "daily":
        lines = ["Nothing is due today, and today's new questions are done."]
    if day := memory.next_due(known, asked.__contains__):
        lines.append(f"The next one comes back on {day}.")
    if mode == "daily" and asked - known.cards.keys():
        lines.append(f"Tomorrow brings {memory.FRESH_A_DAY} new ones.")
    onward = "gaps" if mode == "daily" else "daily"
    return advice.for_here(f"{' '.join(lines)}\nNow, if you like:  ./course interview {onward}")


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
    chosen = lessons.find(lesson)
    opening = f"Quiz of lesson {chosen.number:02d}: {chosen.title}\n\n"
    return dialogs.practise(f"quiz {chosen.slug}", of_lesson(lesson), seed, opening)


def quizzes() -> str:
    """The lessons that have a quiz, and what to type for one."""
    rows = [(f"{one.number:02d}", one.slug, len(of_lesson(one.slug))) for one in lessons.lessons()]
    typed = advice.for_here("By its number or its name:  ./course interview quiz first_externalname")
    return f"{tables.table(('number', 'lesson', 'questions'), *rows)}\n\n{typed}"


def cell(lesson: str, name: str) -> str:
    """A cell of a lesson as it is stored: its heading, text, and what it printed. CourseError for an unknown one."""
    wanted = pool.Cell(lessons.find(lesson).slug, name)
    stored = proof.stored(wanted)
    if stored is None:
        raise CourseError(f"Lesson {lesson} has no cell {name!r}.", proof.nearest(wanted), "./course interview result")
    parts = [proof.place(pool.Proof(wanted.lesson, name)), stored.source.strip()]
    return "\n\n".join([*parts, *([f"It printed:\n{stored.printed.rstrip()}"] if stored.printed else [])])


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


def after_timed() -> str:
    """What is said of a timed run that was left: it waits, or there was nothing to keep."""
    if memory.read().open:
        return "Paused. What you answered is kept.\nIt goes on with: ./course interview timed"
    return "Stopped. Nothing was answered, so nothing is kept.\nAnew: ./course interview timed"


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
