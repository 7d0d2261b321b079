"""One lab in plain lines: what the learner types, and a look every second; a line only when something has changed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self

from porttui.act import solved
from porttui.cli import exits
from porttui.cli.arguments import called_as
from porttui.labs import telling
from porttui.labs.lab import Look
from porttui.labs.play import MINUTES, Play
from porttui.labs.stage import environment
from porttui.render.lines import ascii_text

_EVERY = 1.0
"""Seconds between two looks."""


class Lines(Protocol):
    """Lines that a learner types."""

    def line(self) -> str | None:
        """Return what was typed within the next second, empty when nothing was; None when there will be no more."""


class Typed:
    """The lines that the learner types; those that came together are kept for the next round."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lines: list[str] = []
        self._rest = b""

    def line(self) -> str | None:
        """Return what was typed within the next second, empty when nothing was; None when there will be no more."""
        if self._lines:
            return self._lines.pop(0)
        if sys.stdin is None:
            return None
        if not select.select([sys.stdin], [], [], _EVERY)[0]:
            return ""
        data = os.read(sys.stdin.fileno(), 4096)
        if not data:
            return None
        *whole, self._rest = (self._rest + data).split(b"\n")
        self._lines += [line.decode("utf-8", "replace").strip() for line in whole]
        return self._lines.pop(0) if self._lines else ""


class Session:
    """A lab that is under way. Use it in a with statement: whatever happens, what it started is ended."""

    def __init__(
        self,
        play: Play,
        *,
        until: float,
        heading: str = "",
        typed: Lines | None = None,
        call: str = "porttui lab",
    ) -> None:
        """Prepare a session; the fault is made by `with`.

        Args:
            play: the lab.
            until: when it ends by itself, as time.monotonic() counts.
            heading: of a round of the exam, which stands in place of the lab's title; empty for a lab on its own.
            typed: the lines of the learner, where they go on after this lab.
            call: what stands before the name of another lab.
        """
        self._heading, self._call = heading, call
        self._typed = typed or Typed()
        self.left = False
        """The learner wanted to go."""
        self._until = until
        self.play = play
        self._word = ""

    def __enter__(self) -> Self:
        """Make the fault.

        Raises:
            StartError: it cannot be made.
        """
        self.play.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what was started."""
        self.play.end()

    def run(self) -> int:
        """Talk with the learner until the lab is solved, left, or its time is over; return the exit code."""
        self._say(telling.opening(self.play, MINUTES, self._heading))
        while time.monotonic() < self._until:
            look = self._look()
            if look.solved:
                return self._end()
            typed = self._typed.line()
            if typed == "n" and self._heading:
                self._say(["Given up.", *telling.solution(self.play)])
                return exits.Exit.FAULT
            if typed is None or typed in ("q", "quit", "exit"):
                self.left = True
                self._say(["Left. All that the lab started has been ended."])
                return exits.Exit.FAULT
            self._obey(typed)
        self._say(["The time is over. All that the lab started has been ended."])
        return exits.Exit.FAULT

    def serve(self) -> int:
        """Print the target and keep the fault until ctrl+c or the end of its time; tell once when it is solved."""
        exits.emit(self.play.scene.target + "\n")
        for line in (*telling.start_line(self.play), *telling.second_terminal(self.play)):
            exits.talk(line)
        done = False
        while time.monotonic() < self._until:
            if self._look().solved and not done:
                done = True
                self._end()
            time.sleep(_EVERY)
        return exits.Exit.HEALTHY if done else exits.Exit.FAULT

    def _end(self) -> int:
        if self._heading:
            self._say(["", "Solved.", *telling.solution(self.play)[1:]])
        else:
            solved.remember(solved.usual_path(), self.play.lab.name)
            self._say(telling.ending(self.play, self._call))
        return exits.Exit.HEALTHY

    def _say(self, lines: list[str]) -> None:
        exits.emit("".join(f"{ascii_text(line)}\n" for line in lines))

    def _look(self) -> Look:
        look = self.play.look()
        if look.word != self._word:
            self._word = look.word
            goal = "goal reached" if look.solved else "not yet"
            self._say([f"{time.strftime('%H:%M:%S')}  {goal}: {look.word}"])
        return look

    def _obey(self, typed: str) -> None:
        """Do what was typed: a letter, and for some of them what belongs to it."""
        letter, rest = typed[:1], typed[1:].strip()
        if letter == "!":
            self._command(rest)
        elif typed and not (typed[1:2].isspace() or len(typed) == 1):
            self._say([f"{typed[:20]!r} is none of these: {telling.KEYS}"])
        elif letter == "h":
            self.play.open_hint()
            self._say(telling.hint(self.play))
        elif letter == "d":
            self.play.diagnosed = True
            self._foreground((*self.play.stage.inside(), *called_as(), *self.play.check))
            if self.play.options:
                changed = "sets its variables" if self.play.sets_variables else "starts its server otherwise"
                self._say(["", f"Back in the lab: e OPTIONS {changed}, as in  e {self.play.options}"])
        elif letter == "e":
            self._edit(rest)
        elif letter == "a":
            self.play.stage.answer, self._word = rest, ""
        elif letter == "z":
            self._again()
        elif letter == "w":
            self._say(telling.opening(self.play, MINUTES, self._heading))
        elif letter:
            self._say(_KEYS if letter == "?" else [f"{letter!r} is none of these: {telling.KEYS}"])

    def _edit(self, options: str) -> None:
        """Start the server with other options."""
        edited = self.play.edit(options)
        started = edited.changed and not self.play.sets_variables
        self._say([*(telling.start_line(self.play) if started else []), *edited.text.splitlines()])
        if started:
            self._word = ""

    def _again(self) -> None:
        """Start over, with a fault that is as new."""
        self.play.again()
        self._word = ""
        self._say(telling.opening(self.play, MINUTES, self._heading))

    def _command(self, command: str) -> None:
        """Run a command of the learner's, in the lab's network."""
        if command:
            self._foreground((*self.play.stage.inside(), "sh", "-c", command))

    def _foreground(self, argv: tuple[str, ...]) -> None:
        """Run a program on the learner's terminal to its end; ctrl+c is its own."""
        stdin = None if sys.stdin is not None and sys.stdin.isatty() else subprocess.DEVNULL
        with _ctrl_c_ignored():
            subprocess.run(argv, stdin=stdin, check=False, env={**environment(), **self.play.stage.variables})
        self._word = ""


@contextmanager
def _ctrl_c_ignored() -> Iterator[None]:
    """Let ctrl+c end what runs in the foreground, and not porttui; a handler is not inherited (signal(7))."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_KEYS = [
    "h          the next hint",
    "d          porttui's own diagnosis, which names the cause",
    "e OPTIONS  start the server with these options; the port stays",
    "a ANSWER   say what was found, where the goal asks for it",
    "! COMMAND  run a command, in the lab's own network where it has one",
    "z          start over",
    "w          the story once more",
    "q          leave; all that the lab started is ended",
]
