"""The command line: which subcommand is meant, and what --help says about all of them."""

from __future__ import annotations

import gc
import importlib
import sys

from porttui.cli import exits, quick

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from porttui.cli.parser import Parser

COMMANDS = ("check", "firewall", "wait", "sockets", "who", "free", "explain", "learn", "lab", "replay", "completion")
"""Each is a module here with `run(argv) -> int`, `build_parser()` and a SUMMARY. Their names win over TARGET."""
_SELDOM = 50_000
"""After how many new objects garbage is looked for: what most commands make are modules and facts, which are none."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run porttui and return its exit code.

    Args:
        argv: the arguments without the program's name; those of this process when None.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    return exits.guarded(lambda: _dispatch(words))


def _dispatch(words: list[str]) -> int:
    try:
        if words and words[0] in quick.COMMANDS and (done := quick.answered(words)) is not None:
            return done
        import porttui.model.base  # noqa: F401  the first to import msgspec, which it does in half the time

        if words and words[0] in COMMANDS:
            gc.set_threshold(_SELDOM)
            return int(importlib.import_module(f"porttui.cli.{words[0]}").run(words[1:]))
        from porttui.cli import tui

        return tui.run(words, own_parser(with_commands=bool({"-h", "--help"} & set(words))))
    except SystemExit as end:  # argparse leaves this way after --help and --version
        return int(end.code or 0)


def own_parser(*, with_commands: bool) -> Parser:
    """Return the parser of porttui without a subcommand; its --help tells of the subcommands when that is wanted."""
    import argparse

    from porttui import __version__
    from porttui.cli.parser import Parser

    parser = Parser(
        "",
        "Find out why a connection to a local port fails, or why a server cannot start there.",
        "porttui localhost:3000",
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _commands_help() if with_commands else None
    parser.add_argument(
        "target", metavar="TARGET", nargs="*", help="port, address, URL or pasted error line; - is stdin"
    )
    parser.add_argument("--plain", action="store_true", help="ask and answer in plain lines instead of the TUI")
    parser.add_argument("--ascii", action="store_true", help="draw the TUI with ASCII characters only")
    parser.add_argument(
        "--theme", choices=("dark", "light"), help="draw the TUI in light letters on dark, or dark on light"
    )
    parser.add_argument("--no-mouse", dest="mouse", action="store_false", help="leave the mouse to the terminal")
    parser.add_argument("--version", action="version", version=f"porttui {__version__}")
    return parser


def _commands_help() -> str:
    """Return the subcommands and exit codes; made only when --help is asked for, as it imports them all."""
    summaries = {name: importlib.import_module(f"porttui.cli.{name}").SUMMARY for name in COMMANDS}
    from porttui.cli.settings import usual_path

    lines = [f"  porttui {name.ljust(12)}{summary}" for name, summary in summaries.items()]
    return "\n".join(
        [
            "subcommands (each has --help):",
            *lines,
            "",
            f"settings ([keys], theme, ascii; no file is needed): {usual_path()}",
            "",
            "exit codes: 0 healthy, 1 a fault was found, 2 usage, 3 could not determine,",
            "            4 porttui itself failed, 130 interrupted",
            "example: porttui 'connect ECONNREFUSED 127.0.0.1:5173'",
        ]
    )
