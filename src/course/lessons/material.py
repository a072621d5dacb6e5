"""Files that lessons apply, beside the notebooks."""

from course.base import paths


def material(name: str) -> str:
    """The text of a file in notebooks/, which a lesson applies as it is."""
    return (paths.NOTEBOOKS / name).read_text()
