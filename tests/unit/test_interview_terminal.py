"""Interview practice through a real terminal: typed line by line, interrupted, killed, and resumed."""

import json
import os
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from course.base import paths, waiting
from course.interview import desk, pool
from course.tasks import progress
from tests.unit.candidate import good

SEED = "5"


class Terminal:
    """`course` in a terminal of its own, with a state of its own and no cluster."""

    def __init__(self, state: Path, *words: str, rows: int = 1000, columns: int = 4000) -> None:
        env = {**os.environ, "COURSE_STATE": str(state), "COURSE_CLUSTER": "nobody"}
        for size in ("LINES", "COLUMNS"):  # they would be taken instead of what the terminal says
            env.pop(size, None)
        argv = ["-P", "-m", "course", "interview", *words]
        self.child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable, argv, cwd=str(paths.ROOT), env=env, encoding="utf-8", timeout=60, dimensions=(rows, columns)
        )
        self.child.delaybeforesend = None  # what is typed waits for the prompt, and for no time

    def shown(self) -> str:
        """What was printed until the prompt, or until the end."""
        end = self.child.expect(["\r\n> ", pexpect.EOF])
        assert self.child.before is not None
        text = self.child.before.replace("\r\n", "\n")
        assert "\x1b" not in text, "a screen reader reads lines, no cursor moves"
        return text if end == 0 else f"{text}\nTHE END"

    def types(self, line: str) -> str:
        """Type a line; what is shown next, without the echo."""
        self.child.sendline(line)
        return self.shown().removeprefix(line)

    def screens(self) -> list[str]:
        """What is shown at a time, of a text that asks nothing."""
        screens, more = list[str](), True
        while more:
            more = self.child.expect(["Enter shows the rest, Ctrl-C leaves it. ", pexpect.EOF]) == 0
            screens.append(str(self.child.before).replace("\r\n", "\n").lstrip("\n"))
            if more:
                self.child.sendline("")
        return screens

    def leaves(self, way: str = "sendintr") -> None:
        """Ctrl-C (or Ctrl-D: "sendeof"), as people type it: when the program reads, and not in the moment before."""
        task = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/wchan")
        if sys.platform == "linux":
            waiting.until(
                lambda: task.read_text().startswith(("wait_woken", "n_tty_read", "poll", "do_select")),
                seconds=60,
                what="That the program reads from its terminal",
            )
        getattr(self.child, way)()

    def exit_code(self) -> int:
        """The command's exit code, once it is over."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return int(self.child.exitstatus or 0)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A folder for the state of the test's own."""
    yield tmp_path
    assert not list(tmp_path.rglob("*damaged*"))


def answered(terminal: Terminal, shown: str, count: int = 1000) -> str:
    """Answer as many questions, or all; what is shown then."""
    for _ in range(count):
        if shown.endswith("THE END"):
            break
        shown = terminal.types(good(shown, int(SEED)))
    return shown


def kept(state: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((state / ".course" / "progress.json").read_text())["interview"]
    return content


@pytest.mark.slow
def test_a_whole_timed_run_interrupted_killed_and_resumed(state: Path) -> None:
    first = Terminal(state, "timed", "--minutes", "20", "--seed", SEED)
    shown = first.shown()
    assert "Without a live task" in shown and "20 min 00 s left. Question 1 of" in shown
    shown = answered(first, shown, 2)
    assert "Question 3 of" in shown and "In short" not in shown
    first.leaves()
    assert "Paused" in first.shown() and first.exit_code() == 130

    second = Terminal(state, "timed")
    shown = second.shown()
    assert f"seed {SEED} goes on: 2 of" in shown and "Question 3 of" in shown
    done = 2
    while "Type one letter" not in shown:
        shown, done = answered(second, shown, 1), done + 1
    assert "'no option' is no answer here. Type one letter" in second.types("no option")
    answered(second, second.types("again"), 1)
    second.child.kill(9)
    second.child.wait()

    third = Terminal(state, "timed", "--minutes", "45", "--seed", "99")
    shown = third.shown()
    assert f"seed {SEED} goes on: {done + 1} of" in shown
    left = re.search(r"(\d+) min \d+ s left", shown)
    assert left and 15 <= int(left[1]) < 20
    shown = answered(third, shown)
    assert "Interview practice: timed" in shown and f"seed {SEED}" in shown and third.exit_code() == 0
    assert kept(state)["open"] is None

    result = Terminal(state, "result")
    assert "Interview practice: timed" in result.shown() and result.exit_code() == 0


def test_the_end_of_input_pauses(state: Path) -> None:
    terminal = Terminal(state, "warm-up", "--seed", SEED)
    answered(terminal, terminal.shown(), 1)
    terminal.child.sendeof()
    said = terminal.shown()
    assert "Stopped. What you answered is kept" in said and "Paused" not in said and terminal.exit_code() == 130
    cards = kept(state)["cards"]
    assert isinstance(cards, dict) and len(cards) == 1


def rows(text: str) -> int:
    """How many rows of 80 columns a text takes, about."""
    return sum(len(textwrap.wrap(line, 79)) or 1 for line in text.splitlines())


def seed_of_a_feedback_that_fills_a_screen() -> int:
    """A warm-up whose first question fits a small screen, and what follows it does not, though each part does."""
    for seed in range(1, 5000):
        sitting = desk.dialog("warm-up", seed)
        first, second = next(sitting), sitting.send("skip")
        sitting.close()
        said, _, asked = second.partition("\nQuestion 2 of")
        if rows(first) < 19 and max(rows(said), rows(asked)) < 18 and rows(second) > 26:
            return seed
    raise AssertionError("no warm-up begins so")


def test_a_small_terminal_breaks_lines_between_words_and_scrolls_nothing_away(
    state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(progress, "FOLDER", tmp_path)
        seed = seed_of_a_feedback_that_fills_a_screen()
    terminal = Terminal(state, "warm-up", "--seed", str(seed), rows=24, columns=80)
    terminal.child.sendline("skip")  # the feedback and the next question do not fit together
    terminal.child.expect("Enter shows the next question. ")
    first = str(terminal.child.before).replace("\r\n", "\n")
    assert "Left out." in first and "In short" in first and max(map(len, first.splitlines())) <= 80
    assert len(first.partition("Left out.")[2].splitlines()) < 24
    words = set(re.findall(r"\w+", " ".join(" ".join(question.ask.split()) for question in pool.questions())))
    ask = first.partition("Question 1 of")[2].partition("a)")[0]
    assert len(ask.splitlines()) > 2 and set(re.findall(r"\w+", ask.partition("\n\n")[2])) <= words
    assert "Question 2 of" not in first, "a question stands on one screen"
    rest = terminal.types("b")
    assert "Question 2 of" in rest and rest.count("\n") < 24
    assert "'b' was typed before all was shown and is not taken" in rest
    terminal.leaves()
    assert "course interview gaps" in terminal.shown().replace("\n", " ") and terminal.exit_code() == 130


@pytest.mark.parametrize(("rows", "columns"), [(12, 40), (30, 60), (50, 120)])
def test_a_page_takes_the_terminal_as_it_is(rows: int, columns: int, state: Path) -> None:
    screens = Terminal(state, "page", rows=rows, columns=columns).screens()
    assert max(len(line) for screen in screens for line in screen.splitlines()) <= columns
    assert all(2 < screen.rstrip().count("\n") < rows for screen in screens[:-1]), "no heading alone, nothing scrolls"
    assert all(re.match(r"==|\d+\.|Error words|- |With a", screen) for screen in screens), "points are whole"


def test_what_a_cell_printed_does_not_scroll_away_in_a_narrow_terminal(state: Path) -> None:
    screens = Terminal(state, "cell", "inside_the_answer", "floor-and-cap", rows=16, columns=40).screens()
    heights = [sum(max(1, -(-len(line) // 40)) for line in screen.splitlines()) for screen in screens]
    assert len(screens) > 1 and max(map(len, "".join(screens).splitlines())) > 40 and max(heights) < 16


@pytest.mark.slow
def test_whoever_leaves_the_last_text_is_told_that_the_result_is_kept(state: Path) -> None:
    for leave in ("sendintr", "sendeof"):
        terminal = Terminal(state, "quiz", "interview", "--seed", SEED, rows=12, columns=60)
        last = ["Enter shows the rest, Ctrl-C leaves it. ", "\r\n> ", "Enter shows the [a-z ;]+[.] "]
        while (place := terminal.child.expect(last)) != 0:
            terminal.child.sendline("skip" if place == 1 else "")
        terminal.leaves(leave)
        assert "The result is kept: ./course interview result" in terminal.shown() and terminal.exit_code() == 130
        result = Terminal(state, "result")
        assert "quiz interview" in result.shown() and result.exit_code() == 0


@pytest.mark.slow
def test_two_terminals_with_a_timed_run_each(state: Path) -> None:
    first = Terminal(state, "timed", "--seed", SEED)
    shown = first.shown()
    second = Terminal(state, "timed")
    assert "going on elsewhere" in second.shown() and second.exit_code() == 2
    answered(first, shown, 1)
    first.leaves()
    assert first.exit_code() == 130


@pytest.mark.slow
def test_no_result_yet_is_a_no_and_a_wrong_word_is_a_wrong_call(state: Path) -> None:
    assert Terminal(state, "result").exit_code() == 1
    assert Terminal(state, "warm-up", "--topic", "cooking").exit_code() == 2
    assert Terminal(state, "live").exit_code() == 2
    assert Terminal(state).exit_code() == 0
