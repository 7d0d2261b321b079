"""The TUI: which screens there are, how it starts, how it ends, and what it says to the system it runs on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import ClassVar

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
if os.environ.get("NO_COLOR") == "":  # no-color.org: only a value that is not empty counts
    del os.environ["NO_COLOR"]
if os.environ.get("TEXTUAL_COLOR_SYSTEM", "auto") not in {"auto", "standard", "256", "truecolor", "windows"}:
    del os.environ["TEXTUAL_COLOR_SYSTEM"]  # Textual ends with a traceback on any other

from textual.app import App  # Textual reads its variables when it is imported
from textual.binding import BindingType
from textual.filter import LineFilter

from porttui.model.facts import Facts, Process, Sockets, Unseen
from porttui.model.report import Report, Severity
from porttui.model.target import Asked
from porttui.ui import live
from porttui.ui.keys import APP, bindings
from porttui.ui.plain_ascii import AsciiFilter
from porttui.ui.screens.diagnosis import DiagnosisScreen
from porttui.ui.screens.start import StartScreen
from porttui.ui.shown import Here
from porttui.ui.theme import THEME

LookAt = Callable[[Asked], Iterator[Facts]]
Judge = Callable[[Facts], Report]
Owners = Callable[[tuple[int, ...]], tuple[Process, ...]]

_EXIT_OK, _EXIT_FAULT, _EXIT_UNKNOWN, _EXIT_FAILED = 0, 1, 3, 4
_MOST_OWNERS = 200
"""How many processes are described for the names in the table of sockets."""


class PortTui(App[int]):
    """porttui in a terminal. It reads Reports; all that reads the machine is handed to it."""

    TITLE = "porttui"
    CSS = "Screen { background: $background; color: $foreground; } * { scrollbar-size: 0 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(APP)]
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False

    def __init__(  # noqa: PLR0913  # each of them is one thing the app is given instead of reaching for it
        self,
        asked: Asked | None,
        look: LookAt,
        sockets: Callable[[], Sockets | Unseen],
        *,
        judge: Judge | None = None,
        owners: Owners | None = None,
        here: Here | None = None,
        ascii_only: bool = False,
    ) -> None:
        """Make the app.

        Args:
            asked: what to look at; None begins with the start screen.
            look: makes a look, ever fuller facts; blocking.
            sockets: reads the listeners for the start screen; blocking.
            judge: makes a report of facts; `porttui.diagnose.diagnose` when None.
            owners: describes processes by pid, for their names; blocking; None leaves them unknown.
            here: who sits where, known before the first look.
            ascii_only: write ASCII only.
        """
        super().__init__()
        self.asked = asked
        self.look = look
        self.sockets = sockets
        self.judge = judge or _diagnose
        self.here = here
        self.last: Report | None = None
        self.before: Report | None = None
        """The first result about the target, when the last one is about the same."""
        self.failure: Exception | None = None
        self._owners = owners
        self._ascii = AsciiFilter(enabled=ascii_only)
        self.register_theme(THEME)
        self.theme = THEME.name

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Add the ASCII filter to Textual's own."""
        return [*super().get_line_filters(), *[self._ascii] * self._ascii.enabled]

    def on_mount(self) -> None:
        """Catch the signals that end a program, and begin."""
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())
        if not self.is_headless:
            self._catch_signals()
        if self.asked is None:
            self.push_screen(StartScreen())
        else:
            self.push_screen(DiagnosisScreen(self.asked))

    def _catch_signals(self) -> None:
        """Leave with a restored terminal when told to end or when the terminal hangs up; not known on Windows."""
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is None:
                continue
            try:
                loop.add_signal_handler(number, partial(self._told_to_end, int(number)))
            except (NotImplementedError, RuntimeError):
                return

    def _told_to_end(self, number: int) -> None:
        self.exit(128 + number)

    def exit_code(self) -> int:
        """Return the exit code for the last result: 0 healthy, 1 a fault, 3 undetermined, 4 porttui failed."""
        if self.failure is not None:
            return _EXIT_FAILED
        if self.last is None:
            return _EXIT_OK
        return {Severity.FAULT: _EXIT_FAULT, Severity.UNKNOWN: _EXIT_UNKNOWN}.get(self.last.verdict.severity, _EXIT_OK)

    def answered(self, report: Report) -> None:
        """Remember a finished look for the exit code and for the last words."""
        if self.last is None or self.last.target != report.target or self.last.question != report.question:
            self.before = report
        self.last = report
        self.failure = None

    def failed(self, error: Exception) -> None:
        """Remember that porttui itself failed."""
        self.failure = error

    async def owners(self, report: Report) -> tuple[Process, ...]:
        """Describe the owners of the sockets of a report that it does not describe itself."""
        table = report.facts.sockets
        if self._owners is None or not isinstance(table, Sockets):
            return ()
        return await self.named(table, {process.pid for process in report.facts.processes or ()})

    async def named(self, table: Sockets, known: set[int]) -> tuple[Process, ...]:
        """Describe the owners of rows of a socket table, apart from those already known."""
        describe = self._owners
        pids = tuple(sorted({pid for row in table.rows for pid in row.pids} - known))[:_MOST_OWNERS]
        return await live.in_thread(lambda: describe(pids)) if describe is not None and pids else ()

    def diagnose(self, asked: Asked) -> None:
        """Show a target on a diagnosis screen of its own; the one before is gone."""
        for screen in self.screen_stack:
            if isinstance(screen, DiagnosisScreen):
                found = screen
                while self.screen is not found:
                    self.pop_screen()
                found.ask(asked)
                return
        self.switch_screen(DiagnosisScreen(asked))

    def ask_for_target(self) -> None:
        """Show the start screen over the diagnosis."""
        self.push_screen(StartScreen())

    def action_leave(self) -> None:
        """Leave."""
        self.exit(self.exit_code())

    def action_redraw(self) -> None:
        """Draw everything again: after the shell had the terminal, the screen is not what Textual thinks."""
        self.screen.refresh(layout=True)


def _diagnose(facts: Facts) -> Report:
    from porttui.diagnose import diagnose  # the whole catalogue; the screen is drawn before

    return diagnose(facts)


def run(asked: Asked | None, *, ascii_only: bool = False, mouse: bool = True) -> int:
    """Run the TUI on this machine.

    Args:
        asked: what to look at; None begins with the start screen.
        ascii_only: write ASCII only; so it is anyway when stderr, to which Textual writes, is not UTF-8.
        mouse: let the terminal report the mouse.

    Returns:
        The exit code. What stays on the normal screen was printed on stdout by then.
    """
    from porttui.observe import Look as Options  # what reads the machine is drawn in by nothing but a real run
    from porttui.observe import observe, this_platform

    platform = this_platform()
    utf8 = (sys.stderr.encoding or "").lower().replace("-", "") == "utf8"
    app = PortTui(
        asked,
        lambda question: observe(question, Options()),
        lambda: platform.sockets(0),
        owners=platform.processes,
        here=Here(privileges=platform.privileges(), host=platform.host()),
        ascii_only=ascii_only or not utf8,
    )
    code = app.run(mouse=mouse)
    if app.last is not None:
        from porttui.render.text import last_words

        before = app.before if app.before is not app.last else None
        sys.stdout.write(last_words(app.last, before).rstrip("\n") + "\n")
    if app.failure is not None:
        sys.stderr.write(f"porttui: the look failed: {type(app.failure).__name__}: {app.failure}\n")
    return code if code is not None else app.return_code or app.exit_code()
