"""Facts of the way to an address: routes, what refuses packets on them, neighbours."""

from __future__ import annotations

from typing import Literal

from porttui.model.base import Value


class Route(Value, frozen=True, kw_only=True):
    """What the kernel answers to "which way to this address?" (RTM_GETROUTE, rtnetlink(7))."""

    destination: str
    kind: str = ""
    """"local", "unicast", "blackhole", "prohibit", "unreachable", "broadcast" ...; empty when `error` is set."""
    interface: str | None = None
    source: str | None = None
    gateway: str | None = None
    error: str | None = None
    """Name of the errno that the lookup ended with, such as "ENETUNREACH"."""


class RouteBlock(Value, frozen=True, kw_only=True):
    """An entry of the routing policy that sends no packet on: a route or a rule (ip-route(8), ip-rule(8))."""

    by: Literal["route", "rule"]
    kind: str
    """"blackhole", "unreachable", "prohibit", or of routes "throw"."""
    destination: str
    """The prefix that it is for: "10.0.0.0/8", "::/0"."""
    table: str = "main"
    """Of a route: the name or number of its table."""
    priority: int | None = None
    """Of a rule: lower ones are asked first."""
    uids: tuple[int, int] | None = None
    """Of a rule: first and last user that it is for; None for all."""
    ports: tuple[int, int] | None = None
    """Of a rule: first and last port of the other side that it is for; None for all."""
    partial: bool = False
    """Of a rule: it has conditions besides these (source, mark, interface ...)."""


class Neighbour(Value, frozen=True, kw_only=True):
    """What the kernel knows of an address on a local network: an entry of its ARP or NDP table (arp(7))."""

    address: str
    interface: str
    state: str
    """"REACHABLE", "STALE", "DELAY", "PROBE", "INCOMPLETE" (asked, no answer yet), "FAILED" (asked in vain), ..."""
