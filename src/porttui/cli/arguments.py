"""What the subcommands share: reading TARGET, and how porttui was called."""

from __future__ import annotations

import os
import sys

from porttui.cli.exits import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from porttui.model.target import Asked, Question

_MOST_INPUT = 64 * 1024
"""Bytes of stdin that are read for TARGET: an error message with its trace, not a log."""
_ON_EVERY_PATH = ("/usr/bin", "/usr/local/bin", "/bin")
"""Folders that sudo's secure_path has (sudoers(5)); a program elsewhere is called by its path."""


def read_target(words: list[str]) -> str:
    """Return TARGET: the words of the command line, or what stdin holds when it is a single "-".

    Raises:
        UsageError: stdin was asked for and is closed.
    """
    if words != ["-"]:
        return " ".join(words)
    if sys.stdin is None:
        raise UsageError("TARGET - reads stdin, and stdin is closed. Example: echo 5173 | porttui check -")
    return sys.stdin.buffer.read(_MOST_INPUT).decode("utf-8", "replace")


def understand(words: list[str], question: Question | None = None) -> Asked:
    """Return what is asked.

    Raises:
        UsageError: the words name no endpoint.
    """
    from porttui.model.parse import parse
    from porttui.model.target import TargetError

    try:
        return parse(read_target(words), question)
    except TargetError as error:
        raise UsageError(str(error)) from error


def called_as() -> tuple[str, ...]:
    """Return how this porttui can be called again, also by root, whose PATH may lack it."""
    called = os.path.abspath(sys.argv[0])  # noqa: PTH100 - a link into a virtual environment must stay one
    folder, name = os.path.split(called)
    if name == "__main__.py":
        return (sys.executable, "-m", "porttui")
    return (name,) if folder in _ON_EVERY_PATH else (called,)


def typed_as() -> tuple[str, ...]:
    """Return what is typed here for porttui: its name where the shell finds one, else as it was called itself.

    In a checkout that `make run` has set up, porttui is in no folder of PATH.
    """
    import shutil

    return ("porttui",) if shutil.which("porttui") else called_as()


def width_of_stdout() -> int:
    """Return the columns of the terminal that stdout is; 80 where it is none, or does not tell."""
    try:
        told = os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout is not None else 0
    except (OSError, ValueError):
        told = 0
    return max(told, _LEAST_WIDTH) if told else _NO_TERMINAL


_NO_TERMINAL = 80
_LEAST_WIDTH = 40


def colour_wanted() -> bool:
    """Tell whether stdout may be coloured: a terminal that can, and no NO_COLOR (https://no-color.org)."""
    return bool(
        sys.stdout is not None
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM", "") not in {"", "dumb", "unknown"}
    )
