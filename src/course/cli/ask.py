"""The verb `ask`: parse, call, print.

By argparse, not typer: it is typed like dig, again and again, and typer's start would take longer than the rest of it.
"""

import argparse
import json
import subprocess
import threading
from collections.abc import Callable, Sequence

Said = subprocess.CompletedProcess[str]

SUMMARY = "What a Pod gets for a name: each question, each record, who it came from, and what it means."


def parser() -> argparse.ArgumentParser:
    """The words that `ask` takes."""
    made = argparse.ArgumentParser("course ask", description=SUMMARY, epilog="Exit codes: 0 there is an answer, 1 there is none, 2 the call or the machine is wrong.")  # fmt: skip
    made.add_argument("name", help="A name as an app would write it: external-database, or a full name.")
    made.add_argument("--from", dest="namespace", default="default", help="The namespace of the Pod that asks.")
    made.add_argument("--type", dest="kind", default="A", help="A, AAAA, CNAME, SRV, MX, TXT, NS, PTR, ANY...")
    made.add_argument("--json", action="store_true", help="Print JSON for programs.")
    return made


def ahead(call: Callable[[], Said]) -> Callable[[], Said]:
    """Begin the call now, beside what follows. Calling what comes back waits for it, and returns or raises what it did.

    concurrent.futures can do this, but to import it takes 17 ms, a tenth of the question.
    """
    outcome: list[Said | Exception] = []

    def work() -> None:
        try:
            outcome.append(call())
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()

    def result() -> Said:
        thread.join()
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return outcome[0]

    return result


def main(words: Sequence[str]) -> int:
    """Ask, print, and return the exit code."""
    from course.dns import question

    given = parser().parse_args(words)
    kind = question.check_kind(given.kind)
    names = question.candidates(given.name, given.namespace)
    said = ahead(lambda: question.send(names, kind))
    from course.dns import query  # a sixth of the time of a question, and dig does not wait for it

    answer = query.interpret(given.name, given.namespace, names, kind, said())
    print(json.dumps(answer.as_dict()) if given.json else answer.text())
    return 0 if answer.resolved else 1
