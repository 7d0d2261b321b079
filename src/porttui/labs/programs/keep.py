"""The small supervisor of the labs: it starts page.py with its own options, and again whenever that has ended."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

if not __package__:  # started by its path
    sys.path[0] = str(Path(__file__).parents[3])
from porttui.labs.programs.tie import failed, ready, tie

_PAUSE = 0.2
"""Seconds between an end and the next start."""
_TRIES = 5
"""Starts that may meet the port in use: what the keeper before this one had started ends a moment after it."""


def main() -> None:
    """Keep the server there until porttui goes away."""
    tie()
    told, tries = False, 0
    words = (sys.executable, "-SE", str(Path(__file__).with_name("page.py")), *sys.argv[1:])
    while True:
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            line = server.stdout.readline().decode() if server.stdout else ""
            word, _, rest = line.strip().partition(" ")
            tries += 1
            if not told and word != "ready" and ("in use" not in line or tries > _TRIES):
                failed("keep.py", line.strip())
            if not told and word == "ready":
                ready(int(rest))
                told = True
            server.wait()
        time.sleep(_PAUSE)


if __name__ == "__main__":
    main()
