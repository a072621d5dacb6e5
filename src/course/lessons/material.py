"""Files that lessons apply, beside the notebooks."""

from course.base import clone, paths


def material(name: str) -> str:
    """The text of a file in notebooks/, which a lesson applies as it is."""
    return clone.text(paths.NOTEBOOKS / name)
