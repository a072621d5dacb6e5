"""Lesson interview has no tasks: what it asks of the learner is a quiz."""

TASKS = ()
