"""The learner's turns in a lesson's cells: each prints what the verb of the same name says."""

from course.tasks import verbs


def start(slug: str) -> None:
    """Put an exercise to its beginning: what it needs is there, what was tried before is gone."""
    task = verbs.start(slug)
    print(f"{task.slug}: {task.title}. Your turn.")


def check(slug: str, given: object = None) -> None:
    """What is right already and what is not, with the reasons. given: the answer, where the exercise asks for one."""
    report = verbs.check(slug, given)
    print(report.text() + verbs.afterword(report))


def hint(slug: str) -> None:
    """The next of three hints."""
    print(verbs.hint(slug).text())


def solution(slug: str) -> None:
    """One right answer, and why it is right. Nothing is run."""
    print(verbs.solution(slug))


def need(slug: str) -> None:
    """What the cells below need of an exercise, whether you solved it or not."""
    print(f"{slug}: {'there, go on' if verbs.make(slug, {}) else 'made for you, go on'}.")


def predict(slug: str, answer: object = None) -> object:
    """Ask what the next cell will show, or take your answer: a letter, a number, a line, or "skip"."""
    if answer is not None:
        print(f"Your prediction: {verbs.predict(slug, answer)}. Now run the next cell.")
        return None
    from course.jupyter.prediction import Question  # widgets take half a second to load

    return Question(verbs.prediction(slug))


def reveal(slug: str, *measured: object) -> None:
    """Your prediction beside what the cluster says. measured: what the cell above measured, where it hands it over."""
    print(verbs.reveal(slug, *measured).text())
