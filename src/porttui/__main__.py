"""Where `porttui` and `python -m porttui` begin."""

from __future__ import annotations

import sys


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


if __name__ == "__main__":
    sys.exit(main())
