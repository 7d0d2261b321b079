"""What a screen may ask of the app that shows it.

`porttui.ui.app` knows the screens; they know the app by this alone, and mypy holds it to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from porttui.act.recent import Recent
    from porttui.labs.exam import Exam
    from porttui.labs.lab import Lab
    from porttui.model.facts import Process, Sockets, Unseen
    from porttui.model.report import Report
    from porttui.model.table import Table
    from porttui.model.target import Asked
    from porttui.ui.given import Hands, Inspect, Judge, JudgeSender, LookAt, Watch
    from porttui.ui.keymap import Keymap
    from porttui.ui.practice import Practice
    from porttui.ui.shown import Here, Shown


class Tui(Protocol):
    """The app. What it was given is told where it is made, `porttui.ui.app.PortTui`."""

    look: LookAt
    judge: Judge
    sockets: Callable[[], Sockets | Unseen]
    listeners: Callable[[], Sockets | Unseen] | None
    watcher: Watch | None
    elsewhere: JudgeSender | None
    hands: Hands | None
    inspect: Inspect | None
    recent: Recent | None
    save: Callable[[Report], str] | None
    here: Here | None
    called_as: tuple[str, ...]
    typed_as: tuple[str, ...]
    keymap: Keymap
    practice: Practice

    # What was found

    def answered(self, shown: Shown) -> None:
        """Remember a finished look for the exit code and for the last words."""

    def failed(self, error: Exception) -> None:
        """Remember that porttui itself failed."""

    async def owners(self, report: Report) -> tuple[Process, ...]:
        """Describe the owners of the sockets of a report that it does not describe itself."""

    async def named(self, table: Sockets, known: set[int]) -> tuple[Process, ...]:
        """Describe the owners of rows of a socket table, apart from those already known."""

    @property
    def live(self) -> bool:
        """Whether there is a table of all sockets that can be looked at again and again."""

    def table(self, namespaces: bool) -> Table | Unseen:
        """Look at all sockets, if wanted also at those of other network namespaces; blocking."""

    # Where to go

    def diagnose(self, asked: Asked) -> None:
        """Show a target on a diagnosis screen of its own."""

    def ask_for_target(self) -> None:
        """Show the start screen over the diagnosis."""

    def learn(self) -> None:
        """Show the first lesson."""

    def practise(self, first: Lab | None = None) -> None:
        """Show the labs over what is in sight, one of them in focus; None: the first that was not solved."""

    def play(self, lab: Lab) -> None:
        """Start a lab, in place of one that is under way."""

    def examine(self, exam: Exam) -> None:
        """Start an exam."""

    # The terminal

    @property
    def has_shell(self) -> bool:
        """Whether there is a shell to go back to for a while."""

    def lend_mouse(self, *, lend: bool) -> None:
        """Leave the mouse to the terminal for a while, or take it back when it was porttui's before."""

    def rows_that_go_on(self, rows: tuple[int, ...]) -> None:
        """Tell which rows of the screen go on in the next one."""

    def draw_all(self) -> None:
        """Write the whole screen again."""
