"""One process, looked at closely: what the Process tab shows beyond what a diagnosis needs."""

from __future__ import annotations

import datetime as dt

from porttui.model.base import Value
from porttui.model.facts import Process, Sockets, Unseen
from porttui.reading.exposure import Surroundings


class LogLine(Value, frozen=True, kw_only=True):
    """One line of a log; passwords, tokens and keys in it are hidden."""

    at: dt.datetime | None
    """None where the log does not tell."""
    text: str


class Log(Value, frozen=True, kw_only=True, tag="log"):
    """The end of the log of a unit or a container."""

    lines: tuple[LogLine, ...]
    """Oldest first; () when it was read and is empty."""
    command: tuple[str, ...]
    """What shows more of it."""


class Inspected(Value, frozen=True, kw_only=True):
    """What was seen of one process, at one moment."""

    at: dt.datetime
    process: Process
    """As it was then, with the share of a processor that it used just then; as it was before when it is gone."""
    gone: bool = False
    """It has ended, or its pid is another process's now. The rest is empty then."""
    sharing: tuple[Process, ...] = ()
    """Others that hold its listeners too: its workers, or what it is a worker of."""
    sockets: Sockets | Unseen | None = None
    """The sockets that it holds, all that have a port on their own side on which it listens, and every listener."""
    surroundings: Surroundings = Surroundings()
    """What decides who can reach its listeners."""
    log: Log | Unseen | None = None
    """None: it has no unit and no container, so there is none to read."""
