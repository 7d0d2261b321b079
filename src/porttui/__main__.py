"""Where `porttui` and `python -m porttui` begin."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> int:
    """Run porttui and return its exit code. `--version` alone imports nothing else."""
    if sys.argv[1:] == ["--version"]:
        from porttui import __version__

        print(f"porttui {__version__}")
        return 0
    try:
        from porttui.cli.main import main as run
    except KeyboardInterrupt:
        return 130
    return run()


def run() -> NoReturn:
    """Run porttui as a program, which ends with it.

    A look ends without Python's taking down of its 300 modules one by one, which takes a tenth of the time of the look:
    all was written, nothing is left to be put right at the exit, and its threads are daemons.
    """
    code = main()
    if sys.argv[1:2] != ["check"]:
        sys.exit(code)
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        sys.exit(code)  # as Python ends with a stream that cannot be written
    os._exit(code)


if __name__ == "__main__":
    run()
