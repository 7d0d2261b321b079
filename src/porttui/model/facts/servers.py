"""Facts of what stands around a server: what holds its port, and where it hands connections on."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from porttui.model.base import Value
from porttui.model.facts.absence import Counters
from porttui.model.facts.processes import Doing, Process
from porttui.model.facts.sockets import Socket


class Outside(Value, frozen=True, kw_only=True):
    """A connection to the target's port outside of the container that porttui runs in, on the same machine."""

    name: str
    """"the default gateway", or the name that the hosts file has for it: "host.docker.internal"."""
    address: str
    interface: str
    """The container's own interface by which it is reached; a virtual one."""
    outcome: str
    """As in Attempt."""
    ms: float = 0.0


class AccessLine(Value, frozen=True, kw_only=True):
    """One line of the files of TCP wrappers (hosts_access(5))."""

    path: str
    line: int
    """Counted from 1, where it begins."""
    text: str


class Access(Value, frozen=True, kw_only=True, tag="access"):
    """What TCP wrappers say, and which holders of the listener ask them."""

    lines: tuple[AccessLine, ...]
    """Of /etc/hosts.allow, then of /etc/hosts.deny, without comments; at most 200 of each."""
    linked: tuple[int, ...] = ()
    """Holders whose program is linked with libwrap; whether it asks may depend on its own settings."""


class FarEnd(Value, frozen=True, kw_only=True):
    """Where a program that only hands connections on sends them, and what is there, as far as that takes no login.

    So is a target that is in another network namespace of this machine, and refuses.
    """

    pid: int
    """The program that holds the listener; 0 when the target itself is there."""
    host: str = ""
    """As its command line has it; empty when not told."""
    port: int | None = None
    place: Literal["here", "namespace", "elsewhere"]
    """here: an address of this machine; namespace: one of another network namespace of this machine (a container);
    elsewhere: on another machine, or not to be told."""
    namespace: int | None = None
    """As in Socket."""
    container: str | None = None
    """The container, by the cgroup of a process in that namespace."""
    listeners: tuple[Socket, ...] = ()
    """TCP listeners on `port` in that place, at whatever address; () also for elsewhere."""
    others: tuple[Socket, ...] = ()
    """TCP listeners on other ports in that namespace, at most 20; () for the other places."""


class Activation(Value, frozen=True, kw_only=True):
    """A listener that an activator holds until the first client comes: systemd, or systemd-socket-activate."""

    listener: Socket
    """As it was before porttui connected."""
    process: Process | None = None
    """The activator, as it was before porttui connected; None when only the unit of the socket is known."""
    looked_after: bool = False
    """Whether the rest was looked at, after the connections."""
    after: tuple[Socket, ...] = ()
    """The listeners on the port then."""
    processes: tuple[Process, ...] = ()
    """Who held them then, and what the activator's own pid was then: systemd-socket-activate becomes its service."""
    units: dict[str, str] = {}
    """What systemd said of the socket's unit and of the service that it starts: properties of systemctl(1) by
    "UNIT.PROPERTY"; empty when it was not asked, or did not answer."""


class Meanwhile(Value, frozen=True, kw_only=True):
    """A second look at the server, right after a connection of porttui's own had brought no answer."""

    doing: tuple[Doing, ...] = ()
    """The processes that hold the listener."""
    taken: int | None = None
    """How many of the connections that waited to be accepted at first (porttui's own first ones and others, eight at
    most) no longer wait. None: none was there to be followed."""
    over: int | None = None
    """How many of the connections that were accepted before porttui connected (eight at most) are over."""
    queue: int | None = None
    """How many connections wait at the listener now."""
    moved: Counters = {}
    """What the kernel's counters moved by since the first word was to be said."""


class Moment(Value, frozen=True, kw_only=True):
    """What the socket tables showed of the target's port for a while: equal readings in a row are one moment."""

    at: dt.datetime
    """The first reading that showed this."""
    until: dt.datetime
    """The last one."""
    looks: int = 1
    """How many readings showed it."""
    listeners: tuple[Socket, ...] = ()
    """Every TCP listener on the port in this network namespace."""
    processes: tuple[Process, ...] = ()
    """Their owners, as they were then; some may be gone by now."""
    outcome: str | None = None
    """How a connection ended that was tried then, as in `Attempt.outcome`; None when none was."""
