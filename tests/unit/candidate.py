"""A candidate who knows everything: what they type for the text that is shown."""

from course.interview import judge, pool


def asked(shown: str) -> pool.Question | None:
    """The question that a text puts. A terminal shows no marks of emphasis."""
    put = _plain(shown.rpartition("They ask next")[2])
    found = [question for question in pool.questions() if _plain(question.ask) in put]
    return max(found, key=lambda question: len(question.ask)) if found else None


def _plain(text: str) -> str:
    return text.replace("*", "")


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
