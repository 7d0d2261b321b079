"""A lab under way: what has been started for it, what the learner has done so far, and what the world looks like.

The same on the shell and on the screen. Everything here blocks, and belongs to one thread: on Linux a program of a lab
ends with the thread that started it (PR_SET_PDEATHSIG, prctl(2)).
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import NamedTuple

from porttui.labs.lab import Lab, Look, Scene
from porttui.labs.registry import LABS
from porttui.labs.stage import Stage

MINUTES = 30
"""After which a lab ends by itself."""


class Edited(NamedTuple):
    """What became of a change of how the server starts."""

    changed: bool
    text: str
    """What to tell: "Runs on 45131.", or why it cannot be."""


class Play:
    """A lab under way. `end` it, whatever happens."""

    def __init__(self, lab: Lab, labs: Sequence[Lab] = LABS) -> None:
        """Prepare it; nothing is started yet.

        Args:
            lab: which one.
            labs: among which it stands; those that come with porttui.
        """
        self.lab = lab
        self.labs = labs
        self.stage = Stage(private=lab.private, mounts=lab.mounts)
        self.scene = Scene(target="")
        self.opened = 0
        """Hints."""
        self.diagnosed = False
        """porttui's own diagnosis was asked for."""

    def begin(self) -> None:
        """Make the fault.

        Raises:
            StartError: it cannot be made here; nothing is left of it.
        """
        self.stage.__enter__()
        try:
            self.scene = self.lab.start(self.stage)
        except BaseException:
            self.stage.close()
            raise

    def end(self) -> None:
        """End all that was started; may be called twice."""
        self.stage.close()

    def again(self) -> None:
        """Start over, with a fault that is as new.

        Raises:
            StartError: it cannot be made here any more.
        """
        self.end()
        self.stage = Stage(private=self.lab.private, mounts=self.lab.mounts)
        self.begin()

    def look(self) -> Look:
        """Look at the world; takes under a second."""
        return self.lab.look(self.stage, self.scene)

    def open_hint(self) -> int:
        """Open the next hint; return its number, counted from 1."""
        self.opened = min(self.opened + 1, len(self.lab.hints))
        return self.opened

    @property
    def check(self) -> tuple[str, ...]:
        """How porttui is asked about it: what follows `porttui`."""
        return ("check", self.scene.target, *(("--bind",) * (self.lab.question == "bind")))

    @property
    def sets_variables(self) -> bool:
        """Whether the learner is to change variables, and not how a server starts; those in capitals only follow."""
        return any(map(str.islower, self.stage.variables))

    @property
    def options(self) -> str:
        """What the learner may edit: the options of the server, or the variables of the learner's programs."""
        if self.sets_variables:
            return shlex.join(f"{name}={value}" for name, value in self.stage.variables.items() if name.islower())
        return shlex.join(self.stage.line.words) if self.stage.line is not None else ""

    def edit(self, typed: str, *, whole: bool = False) -> Edited:
        """Start the server with other options; its port stays where none is named. Or set variables: NAME=VALUE.

        Args:
            typed: options, or variables.
            whole: these are all its options, as in a line that was edited; else the lab may keep the others.
        """
        try:
            words = shlex.split(typed)
        except ValueError as error:
            return Edited(False, f"These options cannot be read: {error}.")
        variables = self.stage.variables
        if words and variables and all(word.partition("=")[0] in variables for word in words):
            variables |= dict(word.split("=", 1) for word in words if "=" in word)
            return Edited(True, "\n".join(f"{name}={value}" for name, value in variables.items()))
        line = self.stage.line
        if line is None:
            return Edited(False, "No server of this lab can be started otherwise.")
        if not words:
            return Edited(False, f"Type behind the letter the options with which it is to start: e {self.options}")
        if words[0] in {line.program, f"{line.program}.py"} and len(words) > 1:
            words = words[1:]  # the whole line was typed, as it is shown
        if self.lab.keeps and not whole:
            words = _merged(line.words, words)
        if "--port" in line.words and not any(word.startswith("--port") for word in words):
            words += ["--port", str(line.port or self.scene.words["port"])]
        try:
            started = self.stage.start_line(line.program, *words)
        except (OSError, ValueError) as error:  # no process can be made, or not with a NUL in its arguments
            return Edited(False, f"It cannot be started: {error}")
        return Edited(True, f"Runs on {started.port}." if started.port else started.said)


def _merged(before: Sequence[str], words: Sequence[str]) -> list[str]:
    """Return options with some of them changed; each has a name and a value."""
    named = {word for word in words if word.startswith("--")}
    pairs = [(name, value) for name, value in zip(before[::2], before[1::2], strict=False) if name not in named]
    return [*(word for pair in pairs for word in pair), *words]
