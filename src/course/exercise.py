"""What a lesson's tasks are written with, in notebooks/exercises/LESSON.py: exercises, predictions, checks."""

from course.tasks.checks import Check, each_address_is_one, leads_to, reads_ada, stays_closed, why_empty
from course.tasks.probe import Pod, Probe, Reply, handed_in
from course.tasks.task import Exercise, Prediction, Wrong

__all__ = [
    "Check",
    "Exercise",
    "Pod",
    "Prediction",
    "Probe",
    "Reply",
    "Wrong",
    "each_address_is_one",
    "handed_in",
    "leads_to",
    "reads_ada",
    "stays_closed",
    "why_empty",
]
