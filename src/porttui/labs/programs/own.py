"""Runs a program of somebody's own lab, tied to porttui like those that come with it.

own.py /home/dev/labs/slow.py --port 45131

The program prints "ready PORT" when everything is in place, and else why it could not start.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

if not __package__:  # started by its path
    sys.path[0] = str(Path(__file__).parents[3])
from porttui.labs.programs.tie import tie

if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    tie()
    sys.dont_write_bytecode = True
    sys.path.append(str(Path(sys.argv[0]).parent))
    runpy.run_path(sys.argv[0], run_name="__main__")
