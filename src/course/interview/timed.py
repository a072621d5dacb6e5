"""A timed run: a seed, a clock, no feedback before the end, and a pause that survives a restart."""

from collections.abc import Callable, Sequence

from course.base import advice
from course.base.errors import CourseError
from course.interview import dialog, draw, judge, memory, pool
from course.interview.dialog import SKIP, Clock, Dialog, Say, Step
from course.interview.judge import Result
from course.interview.live import Task
from course.interview.memory import Open, Run
from course.interview.pool import Question
from course.tasks import progress


def begin(questions: Sequence[Question], minutes: int, seed: int) -> Open:
    """A run that has not begun."""
    return Open(seed, minutes, progress.now(), [question.slug for question in questions])


def timed(start: Callable[[], Open], say: Say, anew: bool = False) -> Dialog:
    """The run that was interrupted goes on; else, or where it shall be anew, `start` begins one."""
    with dialog.alone():
        paused = None if anew else memory.read().open
        run = paused or start()
        clock = Clock(run.spent)
        try:
            _save(run, clock)
            before = _welcome(run, paused is not None)
            for question in _questions(run):
                if question.slug not in run.answers and not run.ended:
                    before = yield from _step(run, clock, before, question, say)
                    _save(run, clock)
            run.ended = True
            return (yield from _judged(run, clock, before))
        finally:
            _leave(run, clock)


def _questions(run: Open) -> list[Question]:
    """What is asked, without what a newer pool has no more."""
    known = {question.slug: question for question in pool.questions()}
    return [known[slug] for slug in run.slugs if slug in known]


def _save(run: Open, clock: Clock) -> None:
    run.spent = clock.spent
    with memory.editing() as known:
        known.open = run


def _leave(run: Open, clock: Clock) -> None:
    """At the end or at a pause; a run in which nothing was answered is not kept, it would only stand in the list."""
    if run.answers or run.live:
        if memory.read().open:
            _save(run, clock)
        return
    with memory.editing() as known:
        known.open = None


def _welcome(run: Open, resumed: bool) -> str:
    lines = [f"{len(run.slugs)} questions in {run.minutes} minutes, seed {run.seed}. No feedback before the end."]
    if resumed:
        lines = [
            f"The run of seed {run.seed} goes on: {len(run.answers)} of {len(run.slugs)} questions are answered.",
            f"Its {run.minutes} minutes and its questions stay. For another run: ./course interview timed --new",
        ]
    if not any(question.kind == "do" for question in _questions(run)):
        lines.append(f"Without a live task: {_why_none(run.minutes)}")
    lines.append("Ctrl-C pauses: the clock stands still, and the same command goes on.")
    return advice.for_here("\n".join(lines)) + "\n\n"


def _why_none(minutes: int) -> str:
    needed = draw.shortest_with_live(pool.questions())
    if minutes < needed:
        return f"{minutes} minutes are too short for one. From {needed} on there can be one: ./course interview live"
    return "the cluster is not up (./course up), or all of its labs are being worked on."


def _left(run: Open, clock: Clock) -> str:
    left = max(0, int(run.minutes * 60 - clock.spent))
    return f"{left // 60} min {left % 60:02d} s left. Question {len(run.answers) + 1} of {len(run.slugs)}. "


def _step(run: Open, clock: Clock, before: str, question: Question, say: Say) -> Step:
    """Put one question; an answer that comes after the time is no answer. What to show before the next one."""
    begun, place, words = clock.spent, _left(run, clock), ""
    if question.kind == "do":
        try:
            task = _ready(run, clock, question, say)
        except CourseError as error:
            run.slugs.remove(question.slug)
            return f"{before}The live task is left out.\n{error}\n\n"
        answer = yield from _worked(run, clock, before + place, task)
    else:
        answer = yield from dialog.answered(clock, before, place, question, run.seed)
        words = yield from dialog.defended(clock, question, run.seed, answer)
    if clock.spent > run.minutes * 60:
        run.ended = True
        return "Time is over. The last answer came too late and does not count.\n\n"
    run.answers[question.slug] = answer[: memory.ANSWER_KEPT]
    run.said[question.slug] = words[: memory.ANSWER_KEPT]
    run.took[question.slug] = round(clock.spent - begun, 1)
    return ""


def _ready(run: Open, clock: Clock, question: Question, say: Say) -> Task:
    """The live task, set up while the clock stands still; after a pause as it was left, if it is still there."""
    task = Task(question, run.hints)
    if run.live != question.task or not task.is_there():
        task.set_up(say)
        run.live, run.live_began = question.task, clock.spent
        _save(run, clock)
    task.began = run.live_began
    return task


def _worked(run: Open, clock: Clock, before: str, task: Task) -> Step:
    """Until the learner says done or skip; "passed", "failed" or "" where it was left out."""
    shown, line = f"{before}{judge.head(task.question)}\n\n{task.text()}", ""
    with task.watched(clock):
        while line not in (SKIP, "done"):
            line = (yield from dialog.typed(clock, f"{shown}\n\n{task.prompt(SKIP)}")).lower()
            shown = task.heard(line, clock) if line != SKIP else ""
            run.hints = task.hints
    task.clear()
    if line == SKIP:
        return ""
    return "passed" if task.result(clock).right else "failed"


def _judged(run: Open, clock: Clock, before: str) -> Step:
    """The end: the spoken answers are ticked, everything is explained, the run is kept."""
    results, told = [], list[tuple[bool, str]]()
    for question in _questions(run):
        answer = run.answers.get(question.slug, "")
        if question.kind in judge.SPOKEN and answer and question.slug not in run.ticks:
            run.ticks[question.slug] = int((yield from dialog.ticked(before + _recalled(run, question), question)) or 0)
            before = ""
            _save(run, clock)
        results.append(_result(run, question, answer))
        told.append((not results[-1].missed, f"{len(results)}. {_told(run, question, results[-1])}"))
    with memory.editing() as known:
        known.open = None
        for one in results:
            if one.slug in run.answers:  # what was not reached stays unseen
                memory.note(known, one, "timed")
    ended = Run("timed", run.seed, run.minutes, run.began, round(run.spent, 1), results)
    parts = [text for _, text in sorted(told, key=lambda one: one[0])]  # of two alike the earlier question
    if any(one.missed for one in results):
        parts.insert(0, "What you missed comes first.")
    return before + "\n\n".join(parts) + "\n\n" + dialog.finished(ended)


def _recalled(run: Open, question: Question) -> str:
    text = f"The questions are over. Now you judge what you said.\n\n{judge.put(question, run.seed)}\n\n"
    text += f"Your answer: {judge.in_words(question, run.seed, run.answers[question.slug])}\n\n"
    return text + dialog.recalled(run.said.get(question.slug, ""))


def _result(run: Open, question: Question, answer: str) -> Result:
    took = run.took.get(question.slug, 0.0)
    if question.kind == "do":
        return Result(question.slug, answer == "passed", 0, 0, took, run.hints)
    return dialog.result(question, run.seed, answer, run.ticks.get(question.slug, 0), took)


def _told(run: Open, question: Question, came: Result) -> str:
    """One question with its verdict."""
    if question.kind == "do":
        verdict = f"{'Passed' if came.right else 'Not passed'} in {came.seconds:.0f} s, hints read: {came.hints}."
    elif question.kind == "open":
        verdict = f"{came.said} of {came.points} points, by your own judgement."
    else:
        answer = run.answers.get(question.slug, "")
        verdict = judge.verdict(question, run.seed, answer)
        if answer and not came.right:
            verdict = f"You said {judge.in_words(question, run.seed, answer)}\n{verdict}"
    return f"{question.ask}\n{verdict}\n{judge.explanation(question)}"
