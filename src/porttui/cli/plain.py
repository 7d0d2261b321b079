"""`porttui --plain [TARGET]`: the wizard in numbered lines, for terminals that can do no more, and for scripts."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from porttui.cli import exits
from porttui.cli.arguments import width_of_stdout

if TYPE_CHECKING:
    from porttui.model.target import Asked
    from porttui.observe.look import Look


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
            left = Session(talk, asked, recent.Recent(recent.usual_path()), look=look, every=every).run()
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
