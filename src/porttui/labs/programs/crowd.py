"""Clients that connect and wait: as many as are asked for, and they stay.

crowd.py 127.0.0.1 45131 4
"""

from __future__ import annotations

import select
import socket
import sys
import threading
from pathlib import Path

if not __package__:  # started by its path
    sys.path[0] = str(Path(__file__).parents[3])
from porttui.labs.programs.tie import ready, tie

_SECONDS = 0.3
"""The longest wait for those that still get in."""


def main() -> None:
    """Connect, tell so, and stay until porttui goes away."""
    tie()
    _, address, port, count = sys.argv
    crowd = [socket.socket() for _ in range(int(count))]
    for one in crowd:
        one.setblocking(False)
        one.connect_ex((address, int(port)))
    select.select([], crowd[:2], [], _SECONDS)
    ready(int(port))
    threading.Event().wait()


if __name__ == "__main__":
    main()
