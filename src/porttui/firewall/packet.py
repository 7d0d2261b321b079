"""One packet, as far as rules may ask about it."""

from __future__ import annotations

from typing import Literal

from porttui.model.base import Value

Span = tuple[int, int]
"""A number that is only known to lie between two, both included."""


class Packet(Value, frozen=True, kw_only=True):
    """A packet at one hook. What is None cannot be known."""

    family: Literal[4, 6]
    source: str | None
    """None: translated to an address that cannot be told, or anybody's."""
    destination: str | None
    protocol: int = 6
    """IP protocol number: 6 TCP, 1 ICMP, 58 ICMPv6."""
    source_port: Span = (0, 65535)
    destination_port: Span = (0, 65535)
    icmp: tuple[int, int] | None = None
    """Type and code, of an ICMP packet."""
    tcp_flags: int = 0x02
    """The flags of the TCP header; SYN (RFC 9293, 3.1)."""
    iif: str | None = ""
    """The interface that it came in by; empty where there is none (the output hook), None where it is not known."""
    oif: str | None = ""
    uid: int | None = None
    """Of the local socket that sent it; see `own`."""
    gid: int | None = None
    groups: tuple[int, ...] | None = None
    """The supplementary groups of who made that socket."""
    own: bool = False
    """Whether a local socket is attached to it: only on its way out, until it goes into the loopback interface."""
    tos: int | None = 0
    """The byte that IPv4 calls type of service and IPv6 traffic class: DSCP, and two bits of ECN (RFC 3168, 5)."""
    mark: int = 0
    state: Literal["new", "established", "related", "untracked", "invalid"] = "new"
    """What connection tracking makes of it."""
    reply: bool = False
    """Whether it goes against the direction of the connection's first packet."""
    dnat: bool = False
    """Whether the connection's destination was translated (ct status dnat)."""
    snat: bool | None = False
    """None: to an address that is not known, and perhaps to the one that it had."""
    nat_done: tuple[str, ...] = ()
    """Which of "dnat" and "snat" was decided: a translation to what it was before is one, and no status tells of it."""
    ct_mark: int = 0
    becomes: tuple[str | None, Span] | None = None
    """Of a later packet of the connection: where NAT leads it when it comes to it."""


class World(Value, frozen=True, kw_only=True):
    """What rules may ask about the machine itself."""

    addresses: frozenset[str] = frozenset()
    """The addresses of all interfaces."""
    networks: tuple[tuple[str, str], ...] = ()
    """The networks that interfaces are on, as (interface, "10.0.0.0/8")."""
    kinds: tuple[tuple[str, str], ...] = ()
    """What made the interfaces that are no hardware, as (interface, "bridge"); see ip-link(8), type."""
    complete: bool = False
    """Whether these are all that there are; otherwise an address that is not among them may be local too."""
