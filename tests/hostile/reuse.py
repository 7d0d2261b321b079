"""A pid is used again while porttui looks: run as pid 1 of a pid namespace, `python -m tests.hostile.reuse`.

After the socket table was read, its owner is killed, and an innocent process gets the very same pid. Writes the names
of the processes that the facts tell of, one a line.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from porttui.model.facts import Sockets, Unseen
from porttui.model.parse import parse
from porttui.observe import this_platform
from porttui.observe.look import Look
from porttui.observe.observe import observe


def child(listener: socket.socket | None) -> int:
    """Fork a process that keeps a listener, or nothing, and waits to be killed."""
    pid = os.fork()
    if pid == 0:
        name = "owner" if listener is not None else "innocent"
        Path("/proc/self/comm").write_text(name)
        threading.Event().wait()
    return pid


class Eyes:
    """The eyes of this system; once the sockets were read, their owner is another process."""

    def __init__(self, owner: int) -> None:
        self._real = this_platform()
        self._owner = owner
        self._pending = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def sockets(self, port: int) -> Sockets | Unseen:
        """Read them, and use the owner's pid again, once."""
        found = self._real.sockets(port)
        if self._pending:
            self._pending = False
            os.kill(self._owner, signal.SIGKILL)
            os.waitpid(self._owner, 0)
            # The next pid is the one after this (pid_namespaces(7)). A thread takes one, too, and there is none now.
            Path("/proc/sys/kernel/ns_last_pid").write_text(str(self._owner - 1))
            if child(None) != self._owner:
                sys.exit("the pid was not used again")
        return found


if __name__ == "__main__":
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        place = f"127.0.0.1:{one.getsockname()[1]}"
        owner = child(one)
    eyes: Any = Eyes(owner)
    *_, facts = observe(parse(place), Look(timeout=1.5, settle=0), eyes)
    table = facts.sockets
    told = [each.name for each in facts.processes or ()]
    told += [str(row.pids) for row in table.rows] if isinstance(table, Sockets) else []
    sys.stdout.write("\n".join((*(each.what for each in facts.failures), "done", *told)))
