"""A watch that is fed by a test, and what is seen while a server is fixed."""

from __future__ import annotations

import datetime as dt
import queue

from msgspec.structs import replace

from porttui.model.facts import Facts
from porttui.model.target import Asked
from tests import reports
from tests import worlds as w

BROKEN = reports.ipv6_only().facts
"""vite listens on [::1]:5173, and 127.0.0.1:5173 is refused."""


class Fed:
    """Yields what the test gives it, and remembers what was asked of it."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Facts | None] = queue.Queue()
        self.asked: list[Asked] = []
        self.rechecks = 0
        self.closed = 0

    def __call__(self, asked: Asked, first: Facts | None) -> Fed:  # noqa: ARG002
        """Begin to watch: this is what the app is given."""
        self.asked.append(asked)
        return self

    def __iter__(self) -> Fed:
        return self

    def __next__(self) -> Facts:
        """Wait for what the test gives."""
        facts = self._queue.get(timeout=30)
        if facts is None:
            raise StopIteration
        return facts

    def close(self) -> None:
        self.closed += 1
        self._queue.put(None)

    def recheck(self) -> None:
        self.rechecks += 1

    def give(self, *each: Facts) -> None:
        for facts in each:
            self._queue.put(facts)


def at(facts: Facts, seconds: float) -> Facts:
    """Return facts as of some seconds after the first look."""
    return replace(facts, at=BROKEN.at + dt.timedelta(seconds=seconds))


def nobody() -> Facts:
    """Return what is seen while vite is restarting."""
    return replace(BROKEN, sockets=w.sockets(), processes=())


def works(pid: int = 4388) -> Facts:
    """Return what is seen when vite listens where it was asked for."""
    row = w.listener("127.0.0.1", 5173, pids=(pid,), inode=pid)
    vite = replace(BROKEN.processes[0], pid=pid) if BROKEN.processes else w.node(pid)
    return replace(
        BROKEN,
        sockets=w.sockets(row),
        processes=(vite,),
        attempts=(w.opened("127.0.0.1", 5173),),
        exchanges=(replace(w.http(200), address="127.0.0.1", port=5173),),
    )
