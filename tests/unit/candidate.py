"""A candidate who knows everything: what they type for the text that is shown."""

from course.interview import judge, pool


def asked(shown: str) -> pool.Question | None:
    """The question that a text puts."""
    found = [question for question in pool.questions() if question.ask in shown.rpartition("They ask next")[2]]
    return max(found, key=lambda question: len(question.ask)) if found else None


def good(shown: str, seed: int) -> str:
    """What a candidate who knows everything types."""
    if "You are the judge" in shown:
        return "all"
    if "Defend it" in shown:
        return "One place changes."
    question = asked(shown)
    assert question, shown
    if question.kind == "do":
        return "skip"
    return "It is a name for a name." if question.kind == "open" else judge.solution(question, seed)
