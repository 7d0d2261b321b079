"""`porttui [TARGET]`: the TUI where there is a terminal for it, else the same in plain text."""

from __future__ import annotations

import os
import sys

from porttui.cli import exits
from porttui.cli.arguments import Parser, understand

_HOW_TO_ASK = """
To find out why a connection to one of them fails:   porttui check TARGET
  porttui check 5173                       is anything there on this machine?
  porttui check http://localhost:3000/     why does this page not come?
  porttui check 'connect ECONNREFUSED 127.0.0.1:5173'    what does this error mean here?
  porttui check 8080 --bind                why can't my server start?
"""


def run(argv: list[str], parser: Parser) -> int:
    """Start the TUI, or print the plain report, or print the listeners and how to ask about one."""
    args = parser.parse_intermixed_args(argv)
    asked = understand(args.target) if args.target else None
    if args.plain or not terminal_for_tui():
        if asked is None:
            return _listeners()
        from porttui.cli.check import report_on
        from porttui.observe.look import Look

        return report_on(asked, Look())
    with exits.doing("showing the screen"):
        from porttui.ui.app import run as run_tui

        return run_tui(asked, ascii_only=args.ascii, mouse=args.mouse)


def terminal_for_tui() -> bool:
    """Tell whether a TUI can be shown and steered: Textual reads stdin and draws on stderr, and refuses no terminal."""
    if sys.stdin is None or sys.stderr is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return os.name == "nt" or os.environ.get("TERM", "") not in {"", "dumb"}


def _listeners() -> int:
    from porttui.cli.sockets import run as run_sockets

    code = run_sockets([])
    exits.emit(_HOW_TO_ASK)
    return code
