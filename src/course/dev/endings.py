"""How a lesson and a lab end: what to practise, and what comes next, written from their lists."""

from course.lessons import catalog as lessons
from course.lessons.catalog import Lesson
from course.tasks import catalog as labs
from course.tasks.catalog import Lab

LAST = "`course interview` in a terminal asks what this course teaches, and remembers what you missed."


def from_lab(slug: str) -> str:
    """In a lab: the lesson that it practises."""
    return f"**You need** {_lesson(lessons.find(slug), '../../notebooks/')}."


def after_lesson(lesson: Lesson) -> str:
    """The last text of a lesson: its labs and the next lesson, as links."""
    practise = [
        f"- [{lab.slug}](../labs/{lab.slug}/{lab.notebook.name}), {lab.minutes} minutes: {lab.title}"
        for lab in labs.practice(lesson.slug)
    ]
    parts = ["## What next"]
    if practise:
        parts.append("**Practise** what you learned on a broken cluster:\n\n" + "\n".join(practise))
    return "\n\n".join(
        [*parts, f"**Next** {_after(lesson)} On a path that you chose, the cell above says what is next on it."]
    )


def after_lab(lab: Lab) -> str:
    """The last text of a lab: the next lab of the same lesson, or the next lesson."""
    siblings = [other for other in labs.labs() if other.lesson == lab.lesson and other.number > lab.number]
    lesson = lessons.find(lab.lesson)
    parts = ["## What next"]
    if siblings:
        following = siblings[0]
        link = f"[{following.slug}](../{following.slug}/{following.notebook.name})"
        parts.append(f"**Practise** once more: {link}, {following.minutes} minutes: {following.title}")
    parts.append(f"**Next** {_after(lesson, '../../notebooks/')} On a path that you chose: `course next`.")
    parts.append(f"**Back** to lesson {_lesson(lesson, '../../notebooks/')}. Your progress: `course progress`.")
    return "\n\n".join(parts)


def _after(lesson: Lesson, folder: str = "") -> str:
    following = lessons.after(lesson)
    return f"lesson {_lesson(following, folder)}, {following.minutes} minutes." if following else LAST


def _lesson(lesson: Lesson, folder: str = "") -> str:
    return f"[{lesson.number:02d} {lesson.title}]({folder}{lesson.notebook.name})"
