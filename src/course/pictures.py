"""The pictures of the lessons, each with a text twin: `from course import pictures`."""

from course.jupyter.chain import draw as chain
from course.jupyter.chain import text as chain_text
from course.jupyter.drawing import timeline
from course.lessons.migration.live import Live as LiveTimeline
from course.lessons.migration.timeline import text as timeline_text

__all__ = ["LiveTimeline", "chain", "chain_text", "timeline", "timeline_text"]
