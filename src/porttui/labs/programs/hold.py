"""Holds a lab's private network as long as the lab lasts; does nothing else."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

if not __package__:  # started by its path
    sys.path[0] = str(Path(__file__).parents[3])
from porttui.labs.programs.tie import ready, tie

if __name__ == "__main__":
    tie()
    ready(0)
    threading.Event().wait()
