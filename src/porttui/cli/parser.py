"""The parser of each subcommand: it answers in one line, and never guesses."""

from __future__ import annotations

import argparse
from typing import NamedTuple, NoReturn

from porttui.cli.exits import UsageError


class Argument(NamedTuple):
    """An option or a positional argument of a subcommand."""

    flags: tuple[str, ...]
    """"--timeout"; none for a positional argument."""
    value: str
    """What is to be given, as --help calls it: "TARGET", "S"; empty where nothing is."""
    help: str
    choices: tuple[str, ...] = ()
    """All that may be given, where that is a list."""


class Parser(argparse.ArgumentParser):
    """A parser whose error is one line with an example, and which never guesses at shortened options."""

    def __init__(self, command: str, description: str, example: str, more: str = "") -> None:
        """Make a parser for `porttui COMMAND`.

        Args:
            command: the subcommand; empty for porttui itself.
            description: the first sentence of --help.
            example: one call that works.
            more: what stands at the end of --help, as it is, in place of the example.
        """
        name = f"porttui {command}".rstrip()
        super().__init__(
            prog=name, description=description, epilog=f"example: {example}", allow_abbrev=False, add_help=True
        )
        if more:
            self.formatter_class, self.epilog = argparse.RawDescriptionHelpFormatter, more
        self.example = example

    def arguments(self) -> tuple[Argument, ...]:
        """Return what may be given, as --help tells it."""
        return tuple(
            Argument(
                flags=tuple(action.option_strings),
                value="" if action.nargs == 0 else str(action.metavar or action.dest),
                help=action.help or "",
                choices=tuple(map(str, action.choices or ())),
            )
            for action in self._actions
            if action.help != argparse.SUPPRESS
        )

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError` instead of printing the usage and leaving."""
        raise UsageError(f"{message}. Example: {self.example}")
