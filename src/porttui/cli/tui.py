"""`porttui [TARGET]`: the TUI where there is a terminal for it, else the same in lines, else a report."""

from __future__ import annotations

import gc
import os
import stat
import sys
from typing import TYPE_CHECKING

from porttui.cli import exits, settings
from porttui.cli.arguments import called_as, typed_as, understand, width_of_stdout
from porttui.cli.parser import Parser

if TYPE_CHECKING:
    from pathlib import Path

    from porttui.labs.exam import Exam
    from porttui.labs.lab import Lab
    from porttui.model.target import Asked
    from porttui.ui.app import Ended
    from porttui.ui.keymap import Keymap
    from porttui.ui.terminal.looks import Looks

_MOST_COLUMNS = 80
"""Of the words that stay."""
_HOW_TO_ASK = """
To find out why a connection to one of them fails:   porttui check TARGET
  porttui check 5173                       is anything there on this machine?
  porttui check http://localhost:3000/     why does this page not come?
  porttui check 'connect ECONNREFUSED 127.0.0.1:5173'    what does this error mean here?
  porttui check 8080 --bind                why can't my server start?
"""


def run(argv: list[str], parser: Parser) -> int:
    """Start the TUI, or the plain mode, or print the report, or the listeners and how to ask about one."""
    args = parser.parse_intermixed_args(argv)
    asked = understand(args.target) if args.target else None
    if (args.plain and not _into_a_file()) or (not terminal_for_tui() and somebody_types()):
        from porttui.cli.plain import run as run_plain

        return run_plain(asked)
    if args.plain or not terminal_for_tui():
        if asked is None:
            return _listeners()
        from porttui.cli.check import report_on
        from porttui.observe.look import Look

        return report_on(asked, Look())
    return show(asked, theme=args.theme, ascii_only=args.ascii, mouse=args.mouse)


def show(  # noqa: PLR0913  # what the command line may say about the screen
    asked: Asked | None,
    *,
    theme: str | None = None,
    ascii_only: bool = False,
    mouse: bool = True,
    labs: tuple[Lab, ...] | None = None,
    lab: Lab | None = None,
    exam: Exam | None = None,
) -> int:
    """Show the screen until it is left; return the exit code.

    Args:
        asked: what to look at; None begins with the start screen.
        theme: the one asked for; None: as the settings or the terminal say.
        ascii_only: write ASCII only.
        mouse: let the terminal report the mouse.
        labs: to begin with a list of these; None: begin as usual.
        lab: the one of them to start at once.
        exam: to be played at once.
    """
    with exits.doing("showing the screen"):
        from porttui.ui import machine
        from porttui.ui.terminal.no_tls import import_asyncio

        machine.return_memory()
        gc.disable()  # until the first screen is drawn: what Textual makes while it is imported stays
        import_asyncio()
        from porttui.ui.app import run as run_tui

        path = settings.usual_path()
        found = settings.read(path)
        looks = looks_of(theme or found.theme, ascii_only=ascii_only or found.ascii_only)
        keymap = keys_of(path, found)
        practice = machine.practice()._replace(labs=labs or (), at_once=labs is not None, first=lab, exam=exam)
        ended = run_tui(
            asked,
            looks=looks,
            mouse=mouse,
            called_as=called_as(),
            typed_as=typed_as(),
            keymap=keymap,
            practice=practice,
        )
    for problem in keymap.problems:
        exits.talk(f"porttui: {problem}")
    return finish(ended)


def looks_of(theme: str | None = None, *, ascii_only: bool = False) -> Looks:
    """Return how porttui is to look in the terminal that it was started in; stderr is what Textual writes to.

    Args:
        theme: the one asked for; None: as the terminal is, where it says so.
        ascii_only: whether ASCII was asked for.
    """
    from porttui.observe.terminal import environment, is_utf8
    from porttui.ui.terminal.looks import Glyphs, Looks, depth_of, glyphs_of, has_second_screen, is_light

    variables = environment()
    written = (sys.stderr.encoding or "").lower().replace("-", "")
    glyphs = glyphs_of(variables, utf8=written == "utf8" and is_utf8(variables))
    return Looks(
        theme=theme or ("light" if is_light(variables) else "dark"),
        glyphs=Glyphs.ASCII if ascii_only else glyphs,
        depth=depth_of(variables),
        second_screen=has_second_screen(variables),
    )


def keys_of(path: Path, found: settings.Settings | None = None) -> Keymap:
    """Return the keys that a file of settings asks for; each problem of the file names it.

    Args:
        path: the file.
        found: what it says; it is read when None.
    """
    from porttui.ui.keymap import read_keymap

    found = found or settings.read(path)
    keymap = read_keymap(found.keys)
    return keymap._replace(problems=tuple(f"{path}: {each}" for each in (*found.problems, *keymap.problems)))


def finish(ended: Ended) -> int:
    """Print what stays on the normal screen after the TUI, and return the exit code."""
    if ended.report is not None:
        from porttui.render.text import last_words

        width = min(width_of_stdout(), _MOST_COLUMNS)
        typed = typed_as()
        exits.emit(last_words(ended.report, ended.before, todo=ended.todo, undo=ended.undo, width=width, typed=typed))
        exits.tell_failures(ended.report.facts)
    if ended.stopped and not ended.signal:
        exits.talk("porttui: stopped before the answer")
    if ended.signal:
        return 128 + ended.signal
    return exits.failed(ended.failure) if ended.failure is not None else exit_code(ended)


def exit_code(ended: Ended) -> int:
    """Return the exit code for how the TUI was left: that of the last result; 0 when nothing was asked."""
    if ended.signal:
        return 128 + ended.signal
    if ended.failure is not None:
        return exits.Exit.FAILED
    if ended.report is None:
        return exits.Exit.INTERRUPTED if ended.stopped else exits.Exit.HEALTHY
    return exits.of_report(ended.report)


def terminal_for_tui() -> bool:
    """Tell whether a TUI can be shown and steered: Textual reads stdin and draws on stderr, and refuses no terminal."""
    if sys.stdin is None or sys.stderr is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return os.name == "nt" or os.environ.get("TERM", "") not in {"", "dumb", "unknown"}


def somebody_types() -> bool:
    """Tell whether a person sits at stdin and stdout: plain mode can then ask, on whatever terminal it is."""
    return bool(sys.stdin is not None and sys.stdout is not None and sys.stdin.isatty() and sys.stdout.isatty())


def _into_a_file() -> bool:
    """Tell whether somebody at a terminal sends the output into a file: no question would be seen there."""
    if sys.stdin is None or sys.stdout is None or not sys.stdin.isatty():
        return False
    return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)


def _listeners() -> int:
    from porttui.cli.sockets import run as run_sockets

    code = run_sockets([])
    exits.emit(_HOW_TO_ASK)
    return code
