"""Facts of connections: how they opened, or what came back instead."""

from __future__ import annotations

from typing import Literal

from porttui.model.base import Value
from porttui.model.facts.absence import Counters


class Icmp(Value, frozen=True, kw_only=True):
    """An ICMP or ICMPv6 error that answered a connection attempt, from the socket's error queue (ip(7), IP_RECVERR)."""

    version: Literal[4, 6]
    type: int
    code: int
    sender: str
    """The address that sent it; empty when not told."""


class Fate(Value, frozen=True, kw_only=True):
    """What became of our own connection on the server's side: the reverse row in the socket table."""

    row: Literal["missing", "waiting", "accepted", "unknown"]
    """missing: no such row here (translated, or another namespace); waiting: the kernel opened it and no program has
    accepted it (inode 0); accepted: a program has it; unknown: the table could not be read."""
    closed: bool = False
    """The server's program took the connection and has closed its end of it."""
    unread: int | None = None
    """Bytes of ours that the server's program has not read yet."""
    received: int | None = None
    """Bytes of ours that have arrived at all, read or not; None when the system does not count."""
    unsent: int | None = None
    """Bytes of the server's answer that have not arrived at our end."""
    to_address: str = ""
    """Where the connection was led when it was translated (NAT): the local end of its row, or what connection tracking
    says; empty when it was not, or when that is not known."""
    to_port: int = 0
    source: str = ""
    """The client's address as the server's side has it, where connection tracking told it."""


class Attempt(Value, frozen=True, kw_only=True):
    """TCP connection attempts to one address."""

    address: str
    port: int
    role: Literal["asked", "elsewhere", "sidestep"] = "asked"
    """asked: an address of the target; elsewhere: a listener near it that was tried so that it can be recommended;
    sidestep: an address of the target once more, from another address of this machine, to see what stops the asked."""
    outcome: str
    """"open", "timeout", or the name of the errno: "ECONNREFUSED", "EHOSTUNREACH" ..."""
    immediate: bool = False
    """connect(2) itself returned the error, before any packet."""
    ms: float = 0.0
    tries: int = 1
    """How many connections were begun; more than one when the counters had to be told from other traffic."""
    icmp: Icmp | None = None
    burst: Counters = {}
    """What the counters moved by in the few milliseconds around `tries` first packets."""
    whole: Counters = {}
    """What they moved by until the outcome."""
    rounds: tuple[Counters, ...] | None = None
    """What those of packets moved by around each of a few more refusals by a rule, all alike and with nothing in
    between; () where other traffic moved them as well; None: it was not asked."""
    transmits_counted: bool = False
    """Whether this kernel has the counter OutTransmits at all (Linux 6.6)."""
    devices_counted: bool = False
    """Whether the packets that interfaces sent were counted: Dev.Loopback, and Dev.Outside for all others together."""
    source: str = ""
    source_port: int = 0
    peer: str = ""
    """The address at the other end, when it opened; connecting to 0.0.0.0 or :: reaches a loopback address."""
    self_connected: bool = False
    """The socket is connected to itself (RFC 9293, 3.5, simultaneous open)."""
    fate: Fate | None = None
    """Read before the connection was given up, on systems that can tell it without a program; a silent one has one
    only where connection tracking told it."""
