"""Practice: labs, their checks, and the learner's progress."""
