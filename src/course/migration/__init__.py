"""Lesson 5: a database moves into the cluster, and back, while applications write to it."""
