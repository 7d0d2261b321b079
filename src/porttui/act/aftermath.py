"""What really happened after a signal: looked at, not assumed.

A program may ignore SIGTERM, finish its clients first, leave its port to a child, or be started again by somebody. The
port is never tried with bind(2) here: for that moment a server that is just coming back could not have it.
"""

from __future__ import annotations

import enum
import os
import select
import time

from porttui.act.signals import open_pidfd, same_start
from porttui.model.base import Value
from porttui.model.facts import Facts, Process, Socket, Sockets
from porttui.observe import this_platform
from porttui.observe.platform import Platform
from porttui.reading import words
from porttui.reading.acts import Act
from porttui.reading.comes_back import comes_back
from porttui.reading.consequences import listens_on

_PAUSED = ("T", "t")
_STEP = 0.05
_CALM = 1.0
"""Seconds for which a port has to stay free when nobody is known to start the server again."""
_AGAIN = 0.2
"""Seconds for which a resumed process is watched: one that reads from its terminal is paused again (SIGTTIN)."""


class Became(enum.StrEnum):
    """What became of a process."""

    IGNORED = "ignored"
    """It is still there as before."""
    ENDING = "ending"
    """It has closed its port and is still there: it finishes what it had begun."""
    PAUSED = "paused"
    RESUMED = "resumed"
    HELD = "port held"
    """It is gone, and its very socket is held by another process that had it too."""
    BACK = "back"
    """It is gone, and another process has opened the port since."""
    FREE = "port free"
    """It is gone, and nobody listens on its port."""
    UNSEEN = "gone, port not seen"
    """It is gone; who has the port now can't be seen."""


class Aftermath(Value, frozen=True, kw_only=True):
    """What became of a process and of its port."""

    became: Became
    text: str
    """One or two plain sentences that say so."""
    state: str = ""
    """The letter of proc(5) while the process is still there."""
    by: tuple[Process, ...] = ()
    """HELD and BACK: who has the port now, as far as this user is told."""
    brought_by: str = ""
    """BACK: who started it: "systemd (app.service)", "bash, pid 4100"; empty when not known."""
    seconds: float
    """How long was looked."""


def after(
    facts: Facts, process: Process, act: Act, *, seconds: float = 3.0, platform: Platform | None = None
) -> Aftermath:
    """Wait until it is clear what an act brought about, and tell it. Blocks; call it in a thread.

    Args:
        facts: what was seen before the act: the listeners, and whether somebody would start the process again.
        process: to which it was done.
        act: what was done.
        seconds: how long to wait at the most. A port that came free is watched to the end where somebody may start
            the server again, else for one second.
        platform: the eyes to look with; those of this system when None.
    """
    return _Watch(facts, process, act, seconds, platform or this_platform()).tell()


class _Watch:
    """One act whose end is waited for."""

    def __init__(self, facts: Facts, process: Process, act: Act, seconds: float, eyes: Platform) -> None:
        self.facts = facts
        self.process = process
        self.act = act
        self.eyes = eyes
        self.began = time.monotonic()
        self.deadline = self.began + seconds
        self.before = listens_on(facts, process)
        self.name = words.tool(process) or process.name

    def tell(self) -> Aftermath:
        try:
            descriptor = open_pidfd(self.process.pid)
        except ProcessLookupError:
            return self._port()
        try:
            if self.act.ends:
                return self._port() if self._ends(descriptor) else self._still_there()
            return self._paused() if self.act is Act.PAUSE else self._resumed()
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def _told(self, became: Became, text: str, *, by: tuple[Process, ...] = (), brought_by: str = "") -> Aftermath:
        now = self._now()
        return Aftermath(
            became=became,
            text=text,
            state=now.state if now else "",
            by=by,
            brought_by=brought_by,
            seconds=round(time.monotonic() - self.began, 3),
        )

    def _now(self) -> Process | None:
        """Return the process as it is now; None when it has ended, though its parent may not have collected it."""
        found = self.eyes.processes([self.process.pid])
        if not found or found[0].state in ("Z", "X") or not same_start(found[0].started, self.process.started):
            return None
        return found[0]

    def _ends(self, descriptor: int | None) -> bool:
        """Wait for the end: a pidfd becomes readable by it (pidfd_open(2)); without one, look 20 times a second."""
        if self._now() is None:
            return True
        if descriptor is not None:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            return bool(poll.poll(max(0.0, self.deadline - time.monotonic()) * 1000))
        while self._now() is not None:
            if time.monotonic() >= self.deadline:
                return False
            time.sleep(_STEP)
        return True

    def _paused(self) -> Aftermath:
        while (now := self._now()) is not None and now.state not in _PAUSED and time.monotonic() < self.deadline:
            time.sleep(_STEP)
        if now is None:
            return self._port()
        if now.state in _PAUSED:
            return self._told(Became.PAUSED, f"{self._who} is paused. It keeps its port and answers nobody.")
        return self._told(Became.IGNORED, f"{self._who} is not paused (state {now.state}).")

    def _resumed(self) -> Aftermath:
        since: float | None = None
        while (now := self._now()) is not None and time.monotonic() < self.deadline:
            if now.state in _PAUSED:
                since = None
            elif since is None:
                since = time.monotonic()
            elif time.monotonic() - since >= _AGAIN:
                return self._told(Became.RESUMED, f"{self._who} goes on (state {now.state}).")
            time.sleep(_STEP)
        if now is None:
            return self._port()
        if now.state == "t" or now.tracer:
            return self._told(Became.IGNORED, f"{self._who} is still held by a debugger, pid {now.tracer}.")
        if now.state != "T":
            return self._told(Became.RESUMED, f"{self._who} goes on (state {now.state}).")
        place = self.process.terminal
        hint = f" It may want to read from {place}: type fg there." if place else ""
        return self._told(Became.IGNORED, f"{self._who} is still paused, or paused again.{hint}")

    def _still_there(self) -> Aftermath:
        now = self._now()
        if now is None:
            return self._port()
        rows = self._rows()
        if self.before and rows is not None and not rows:
            text = f"{self._who} has closed its port and is still ending."
            return self._told(Became.ENDING, text)
        said = f"{self._who} is still there after {self._waited} (state {now.state})"
        if now.state in _PAUSED:
            what = "the debugger that holds it gets the signal first" if now.tracer else "a paused program ends only"
            why = what if now.tracer else f"{what} after it is resumed"
        elif now.state == "D":
            why = "it waits for a device, and ends only after that"
        elif self.act is Act.KILL:
            why = "the kernel has not ended it yet"
        else:
            why = "it ignores the signal, or takes its time"
        return self._told(Became.IGNORED, f"{said}: {why}.")

    def _port(self) -> Aftermath:
        """Look who has the port, now that the process is gone, until somebody has or the time is over."""
        if not self.before:
            return self._told(Became.FREE, f"{self._who} is gone. It had no port that was seen.")
        returns = comes_back(self.facts, self.process, self.act if self.act.ends else Act.KILL).returns
        until = self.deadline if returns is not False else min(self.deadline, time.monotonic() + _CALM)
        while True:
            rows = self._rows()
            if rows is None:
                return self._told(Became.UNSEEN, f"{self._who} is gone. Who has its port now can't be seen.")
            old = tuple(row for row in rows if self._had_it(row))
            new = tuple(row for row in rows if row not in old)
            if new:
                return self._back(new)
            if old and time.monotonic() - self.began > _CALM:  # those that end with it have had their time
                return self._held(old)
            if time.monotonic() >= until:
                break
            time.sleep(_STEP)
        if old:
            return self._held(old)
        places = " and ".join(dict.fromkeys(words.at(row) for row in self.before))
        return self._told(Became.FREE, f"{self._who} is gone, and {places} is free (looked for {self._waited}).")

    def _rows(self) -> tuple[Socket, ...] | None:
        """Return the listeners at the places where the process listened; None when they can't be seen."""
        places = {(row.address, row.port, row.namespace) for row in self.before}
        found: list[Socket] = []
        for port in sorted({row.port for row in self.before}):
            seen = self.eyes.sockets(port)
            if not isinstance(seen, Sockets):
                return None
            found += [
                row
                for row in seen.rows
                if row.protocol == "tcp"
                and row.state == "LISTEN"
                and row.port == port
                and (row.address, row.port, row.namespace) in places
            ]
        return tuple(found)

    def _had_it(self, row: Socket) -> bool:
        """Tell whether a listener is one from before the act: the same socket, or held by a process that had it."""
        if row.inode is not None and any(row.inode == each.inode for each in self.before):
            return True
        others = {pid for each in self.before for pid in each.pids} - {self.process.pid}
        return bool(others & set(row.pids))

    def _held(self, rows: tuple[Socket, ...]) -> Aftermath:
        by = self._owners(rows)
        who = ", ".join(f"{each.name}, pid {each.pid}" for each in by[:3]) or "a process that can't be seen"
        more = f" and {len(by) - 3} more" if len(by) > 3 else ""
        places = " and ".join(dict.fromkeys(words.at(row) for row in rows))
        return self._told(Became.HELD, f"{self._who} is gone, but {places} is still held by {who}{more}.", by=by)

    def _back(self, rows: tuple[Socket, ...]) -> Aftermath:
        by = self._owners(rows)
        who = f"{by[0].name}, pid {by[0].pid}" if by else "a process that can't be seen"
        brought = self._brought_by(by[0]) if by else (f"systemd ({rows[0].unit})" if rows[0].unit else "")
        text = f"{self._who} is gone, and {words.at(rows[0])} is taken again: by {who}"
        return self._told(
            Became.BACK, f"{text}{f', started by {brought}' if brought else ''}.", by=by, brought_by=brought
        )

    def _owners(self, rows: tuple[Socket, ...]) -> tuple[Process, ...]:
        return self.eyes.processes(sorted({pid for row in rows for pid in row.pids} - {self.process.pid})[:8])

    def _brought_by(self, process: Process) -> str:
        if process.container:
            return f"the engine of container {process.container}"
        parent = process.ancestors[-1] if process.ancestors else None
        if process.unit and (parent is None or parent.pid == 1 or parent.name == "systemd"):
            return f"systemd ({process.unit})"
        return f"{parent.name}, pid {parent.pid}" if parent else ""

    @property
    def _who(self) -> str:
        return f"{self.name}, pid {self.process.pid},"

    @property
    def _waited(self) -> str:
        return words.duration((time.monotonic() - self.began) * 1000)
