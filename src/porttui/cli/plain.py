"""`porttui --plain [TARGET]`: the wizard in numbered lines, for terminals that can do no more, and for scripts."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from porttui.cli import exits
from porttui.cli.arguments import width_of_stdout

if TYPE_CHECKING:
    from porttui.model.target import Asked
    from porttui.observe.look import Look
    from porttui.plain.typed import Typed


def run(asked: Asked | None, *, look: Look | None = None, every: float = 1.0) -> int:
    """Talk until the user leaves; return the exit code of the last result, 0 when nothing was asked.

    Args:
        asked: the first target; None asks for it.
        look: bounds and choices of a look; the usual ones when None.
        every: seconds between two looks of a watch.
    """
    from porttui.act import recent
    from porttui.plain.session import Session
    from porttui.plain.talk import Talk
    from porttui.plain.typed import Typed

    stdin = sys.stdin
    typed = Typed(stdin.fileno() if stdin is not None else None)
    talk = Talk(exits.emit, typed, width_of_stdout, terminal=stdin is not None and stdin.isatty())
    if talk.terminal and hasattr(signal, "SIGCONT"):
        signal.signal(signal.SIGCONT, lambda *_: talk.repeat())
    with exits.doing("talking in plain mode"):
        try:
            session = Session(talk, asked, recent.Recent(recent.usual_path()), look=look, every=every)
            session.labs = _labs(typed)
            left = session.run()
        except KeyboardInterrupt:
            exits.emit("\n")
            raise
    if left.report is not None:
        exits.tell_failures(left.report.facts)
    if left.failure is not None:
        return exits.failed(left.failure)
    if left.stopped:
        exits.talk("porttui: stopped before the answer")
        return exits.Exit.INTERRUPTED
    return exits.of_report(left.report) if left.report is not None else exits.Exit.HEALTHY


def _labs(typed: Typed) -> Callable[[str], None]:
    """Return what plays a lab, or lists them, with the lines that are typed here; what cannot be done is told."""

    def play(wanted: str) -> None:
        from porttui.cli import lab

        try:
            lab.run(wanted.split(), typed=_LabLines(typed))
        except (exits.UsageError, exits.CannotSeeError) as error:
            exits.emit(f"{error}\n")

    return play


class _LabLines:
    """The lines of this conversation as a lab reads them."""

    def __init__(self, typed: Typed) -> None:
        """Read on where the conversation is."""
        self._typed = typed

    def line(self) -> str | None:
        """Return what was typed within the next second, empty when nothing was; None when there will be no more."""
        from porttui.plain.typed import EndOfInputError

        try:
            return (self._typed.within(1.0) or "").strip()
        except EndOfInputError:
            return None
