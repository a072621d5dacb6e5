"""The quiz, for notebooks: `from course import quiz`, then quiz.show() and quiz.check("bca")."""

from course.lessons.quiz import check, show

__all__ = ["check", "show"]
