"""Runs the steps one after the other, and says each with its time.

It writes them down for lesson 00 and `course status`.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass

from course.base import paths, state
from course.provision import steps

PROGRESS = paths.STATE / "up.json"
HEARTBEAT = 15.0  # seconds between two lines of a step that has nothing new to say


@dataclass
class Step:
    """One line of the list.

    state: waiting, running, done, failed. seconds: how long it took. doing: or why it failed.
    """

    title: str
    state: str = "waiting"
    seconds: float = 0.0
    doing: str = ""


class Reporter:
    """Runs the steps, says each with its time, and writes them down for lesson 00."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.steps = [Step(title) for title, _ in steps.STEPS]
        self.say = say
        self.work = steps.Work(self._doing)
        self.current = self.steps[0]
        self.started = self.spoken = 0.0

    def run(self) -> None:
        """All steps in order; a heartbeat speaks while one takes long."""
        stop = threading.Event()
        heart = threading.Thread(target=self._beat, args=(stop,), daemon=True)
        heart.start()
        try:
            for number, (_, action) in enumerate(steps.STEPS):
                self._run_step(number, action)
        finally:
            stop.set()
            self._write()

    def _run_step(self, number: int, action: Callable[[steps.Work], None]) -> None:
        self.current = step = self.steps[number]
        self.started = self.spoken = time.monotonic()
        step.state = "running"
        self._write()
        try:
            action(self.work)
            step.state = "done"
        except BaseException as error:
            step.doing, step.state = str(error) or "It was interrupted.", "failed"
            raise
        finally:
            step.seconds = round(time.monotonic() - self.started, 1)
        self.say(f"[{number + 1}/{len(steps.STEPS)}] {step.title}: done, {step.seconds:.1f} s")

    def _doing(self, text: str) -> None:
        self.current.doing = text
        self.spoken = time.monotonic()
        self.say(f"      {text}")
        self._write()

    def _beat(self, stop: threading.Event) -> None:
        while not stop.wait(2):
            self._write()
            now = time.monotonic()
            if now - self.spoken > HEARTBEAT:
                self.spoken = now
                step = self.current
                self.say(f"      {step.title}: {now - self.started:.0f} s so far. {step.doing}")

    def _write(self) -> None:
        if self.current.state == "running":
            self.current.seconds = round(time.monotonic() - self.started, 1)
        with suppress(OSError):  # a courtesy to lesson 00: on a full disk it is the step's own error that counts
            state.write(PROGRESS, pid=os.getpid(), steps=[asdict(step) for step in self.steps])


def progress() -> list[Step]:
    """The steps of the last or running `up`, or [] before the first."""
    try:
        listed = [Step(**step) for step in state.read(PROGRESS)["steps"]]
    except (KeyError, TypeError):
        return []
    return listed if all(isinstance(step.seconds, float | int) for step in listed) else []
