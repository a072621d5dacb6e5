"""Lessons: their list, what their first cell does, the learner's copies."""
