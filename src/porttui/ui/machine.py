"""What a real run of the screen reads and changes, each part imported when it is first needed.

All of it together takes as long to import as half of Textual, and the first screen needs next to nothing of it.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from porttui.act.aftermath import Aftermath
    from porttui.act.signals import Result
    from porttui.labs.own import Loaded
    from porttui.model.facts import Facts, Process, Sockets, Unseen
    from porttui.model.report import Report
    from porttui.model.rules import Judged
    from porttui.model.table import Table
    from porttui.model.target import Asked
    from porttui.observe.platform import Platform
    from porttui.observe.snapshots import Snapshots
    from porttui.reading.acts import Act
    from porttui.reading.inspected import Inspected
    from porttui.reading.sender import Sender
    from porttui.ui.given import Watched
    from porttui.ui.practice import Practice


_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Options of mallopt(3)."""
_LARGE = 128 * 1024


def return_memory() -> None:
    """Let the C library give memory back to the system as soon as it is free, where it is glibc.

    A table of fifty thousand sockets is made anew each second, in a thread. By itself glibc keeps an arena for each
    thread, and the more of what was free the larger the blocks were that were freed (mallopt(3), M_MMAP_THRESHOLD).
    """
    import ctypes

    with contextlib.suppress(AttributeError, OSError, TypeError):  # another C library, another system
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _LARGE)):
            mallopt(option, value)


def look(asked: Asked) -> Iterator[Facts]:
    """Make a look at a target."""
    from porttui.observe.look import Look
    from porttui.observe.observe import observe

    return observe(asked, Look())


def listeners(platform: Platform) -> Sockets | Unseen:
    """Read what listens, without who holds it."""
    from porttui.model.facts import Sockets

    rows = platform.listeners(0)
    if not isinstance(rows, tuple):
        return rows
    rows = tuple(sorted(rows, key=lambda row: (row.port, row.address)))
    return Sockets(rows=rows, total=len(rows), source="netlink")


def watch(asked: Asked, first: Facts | None) -> Watched:
    """Go on looking at a target."""
    from porttui.observe.look import Look
    from porttui.observe.watch import watch

    return watch(asked, Look(), first=first)


class Tables:
    """Looks at all sockets, one after the other."""

    def __init__(self) -> None:
        self._looks: Snapshots | None = None

    def take(self, namespaces: bool) -> Table | Unseen:
        """Make one look, if wanted also at the listeners of other network namespaces."""
        if self._looks is None:
            from porttui.observe.snapshots import Snapshots

            self._looks = Snapshots(described=True)
        self._looks.namespaces = namespaces
        return self._looks.take()


def judge(platform: Platform, facts: Facts, sender: Sender) -> Judged | Unseen:
    """Tell what the rules do with another machine's connection."""
    from porttui.observe.judging import judge_sender

    return judge_sender(facts, platform, sender)


def inspect(platform: Platform, process: Process) -> Inspected:
    """Look closely at a process."""
    from porttui.observe.inspect import inspect

    return inspect(process, platform)


def send(pid: int, started: dt.datetime, act: Act) -> Result:
    """Send a process what an act needs."""
    from porttui.act.signals import send

    return send(pid, started, act)


def after(facts: Facts, process: Process, act: Act) -> Aftermath:
    """Wait for what has become of it."""
    from porttui.act.aftermath import after

    return after(facts, process, act)


def save(report: Report) -> str:
    """Write a report to files."""
    from porttui.act.save import save

    return save(report)


def practice() -> Practice:
    """Return what labs need: those that come with porttui, and what this user has solved."""
    from porttui.ui.practice import Practice

    return Practice(_solved, _remember, _time, own=_own)


def _own() -> Loaded:
    from porttui.labs.own import load_usual

    return load_usual()


def _solved() -> tuple[str, ...]:
    from porttui.act import solved

    return solved.solved(solved.usual_path())


def _remember(name: str) -> None:
    from porttui.act import solved

    solved.remember(solved.usual_path(), name)


def _time(minutes: int) -> str:
    import datetime as dt

    from porttui.observe.clock import now

    return (now() + dt.timedelta(minutes=minutes)).strftime("%H:%M:%S")
