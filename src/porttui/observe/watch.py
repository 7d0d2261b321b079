"""Watching a target: one look a second that reads the socket tables, and a whole look only when it is needed.

Being watched must cost the watched server nothing. A connection that nobody accepts stays in the server's queue, and
a request is a line in its log. So a whole look is made when the tables show that something changed; where they cannot
show it, at intervals that grow; and never while connections wait in the queue of the listener.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator

from msgspec.structs import replace

from porttui.model.facts import Facts, Process, Socket, Unseen
from porttui.model.target import Asked
from porttui.observe.look import Look
from porttui.observe.observe import observe
from porttui.observe.platform import Platform
from porttui.reading import history, seen
from porttui.reading.glance import fitting, tables_tell

INTERVALS = (1.0, 2.0, 4.0, 8.0, 10.0)
"""Seconds between whole looks where the tables cannot show the fault."""

Shown = tuple[frozenset[history.Mark], tuple[tuple[int, dt.datetime | None, bool], ...]]


def watch(  # noqa: PLR0913 - each is one independent choice of the caller
    asked: Asked,
    look: Look | None = None,
    *,
    every: float = 1.0,
    longest: float = INTERVALS[-1],
    platform: Platform | None = None,
    first: Facts | None = None,
) -> Watch:
    """Watch a target for as long as the result is read from.

    Args:
        asked: the target and the question.
        look: bounds and choices of a whole look; `settle` is of no use here.
        every: seconds between looks.
        longest: seconds between two whole looks at most, where the tables cannot show the fault.
        platform: the eyes to use; those of this system when None.
        first: what is known already, from a finished look; it is not yielded. None: a whole look comes at once.

    Returns:
        An iterator of finished Facts, one a look, that never ends by itself. When a look read only the tables, it
        yields the facts of the last whole look with a new `at`. `close` ends it, from any thread.
    """
    return Watch(asked, look or Look(), every=every, longest=longest, platform=platform, first=first)


class Watch(Iterator[Facts]):
    """A watch under way. Made by `watch`."""

    def __init__(  # noqa: PLR0913
        self,
        asked: Asked,
        look: Look,
        *,
        every: float,
        longest: float,
        platform: Platform | None,
        first: Facts | None,
    ) -> None:
        from porttui.observe import this_platform

        self._asked = asked
        self._look = replace(look, settle=0.0)
        self._every = every
        self._longest = longest
        self._eyes = platform or this_platform()
        self._facts = first
        self._shown: Shown | None = self._of_facts(first) if first else None
        self._wholly_at = time.monotonic()
        self._interval = 0
        self._wake = threading.Event()
        self._closed = False
        self._again = False

    def __iter__(self) -> Watch:
        """Return itself."""
        return self

    def __next__(self) -> Facts:
        """Wait for the next look and return what it showed.

        Raises:
            StopIteration: the watch was closed.
        """
        if self._facts is not None:
            self._wake.wait(self._every)
        self._wake.clear()
        if self._closed:
            raise StopIteration
        again, self._again = self._again, False
        facts = self._facts
        if facts is None or again or self._needs_whole(facts):
            return self._whole()
        self._facts = replace(facts, at=dt.datetime.now().astimezone())
        return self._facts

    def close(self) -> None:
        """End the watch: a reader that waits is told at once, a look under way ends with its next step."""
        self._closed = True
        self._wake.set()

    def recheck(self) -> None:
        """Make the next look a whole one, and at once."""
        self._again = True
        self._wake.set()

    def _needs_whole(self, facts: Facts) -> bool:
        """Read the tables; tell whether they ask for a whole look, or whether it is time for one."""
        rows = self._rows()
        if rows is None:
            return self._due()
        shown = self._of_tables(rows, facts)
        if shown != self._shown:
            self._interval = 0
            return True
        return not tables_tell(facts) and not _crowded(rows, facts) and self._due()

    def _due(self) -> bool:
        pause = min(INTERVALS[min(self._interval, len(INTERVALS) - 1)], self._longest)
        return time.monotonic() - self._wholly_at >= max(pause, self._every) - 0.01

    def _whole(self) -> Facts:
        before = self._facts
        facts: Facts | None = None
        for facts in observe(self._asked, self._look, self._eyes):  # noqa: B007 - the last one is what is wanted
            if self._closed:
                raise StopIteration
        if facts is None:
            raise RuntimeError("the look ended without facts")
        self._facts = facts
        self._wholly_at = time.monotonic()
        self._shown = self._of_facts(facts)
        self._interval = self._interval + 1 if before and _outcomes(before) == _outcomes(facts) else 0
        return facts

    def _rows(self) -> tuple[Socket, ...] | None:
        rows = self._eyes.listeners(self._asked.target.port)
        return None if isinstance(rows, Unseen) else rows

    def _of_tables(self, rows: tuple[Socket, ...], facts: Facts) -> Shown:
        """Return what a light look shows: the listeners, and whether their owners still are the same and not paused."""
        pids = [each.pid for each in _owners(facts)]
        return history.marks(rows), _states(self._eyes.processes(pids) if pids else ())

    def _of_facts(self, facts: Facts) -> Shown:
        """Return what a light look would have shown at the time of a whole one."""
        return history.marks(seen.listeners(facts)), _states(_owners(facts))


def _owners(facts: Facts) -> tuple[Process, ...]:
    pids = {pid for socket in seen.listeners(facts) for pid in socket.pids}
    return tuple(each for each in facts.processes or () if each.pid in pids)


def _states(processes: tuple[Process, ...]) -> tuple[tuple[int, dt.datetime | None, bool], ...]:
    return tuple(sorted((each.pid, each.started, each.state in {"T", "t"}) for each in processes))


def _crowded(rows: tuple[Socket, ...], facts: Facts) -> bool:
    """Tell whether connections wait in the queue of the target's listener: one more would only stay there."""
    wanted = history.marks(fitting(facts))
    return any(row.queue for row in rows if history.marks((row,)) <= wanted)


def _outcomes(facts: Facts) -> tuple[object, ...]:
    """Return what a client met, to be compared: intervals grow only while it stays the same."""
    return (
        facts.name.addresses if facts.name else (),
        tuple((each.address, each.outcome) for each in facts.attempts or ()),
        tuple((each.sent, each.outcome, each.http.status if each.http else 0) for each in facts.exchanges or ()),
        tuple((each.address, each.error) for each in facts.binds) if isinstance(facts.binds, tuple) else (),
    )
