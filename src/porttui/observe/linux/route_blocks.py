"""Entries of the routing policy that send no packet on, by rtnetlink(7). No privilege is needed.

`porttui.observe.linux.route` tells that the kernel refuses an address; here is which entry makes it do so.
"""

from __future__ import annotations

import _socket as socket  # see netlink
import ipaddress
import struct
import sys
from collections.abc import Iterable

from porttui.model.address import IPAddress, parse_ip
from porttui.model.facts import RouteBlock, Unseen
from porttui.observe.errors import errno_name
from porttui.observe.linux.netlink import ask, attributes

_RTM_GETROUTE, _RTM_GETRULE = 26, 34
_HEADER = struct.Struct("=BBBBBBBBI")
"""struct rtmsg: family, destination length, source length, tos, table, protocol, scope, type, flags; and struct
fib_rule_hdr, with two reserved bytes and the action in place of protocol, scope and type (linux/fib_rules.h)."""
_ROUTE_KINDS = {6: "blackhole", 7: "unreachable", 8: "prohibit", 9: "throw"}
"""rtm_type, linux/rtnetlink.h."""
_RULE_KINDS = {6: "blackhole", 7: "unreachable", 8: "prohibit"}
"""FR_ACT_*, linux/fib_rules.h."""
_TABLES = {253: "default", 254: "main", 255: "local"}
_RTA_DST, _RTA_PRIORITY, _RTA_TABLE = 1, 6, 15
_FRA_DST, _FRA_PRIORITY, _FRA_UID_RANGE, _FRA_IP_PROTO, _FRA_DPORT_RANGE, _FRA_DPORT_MASK = 1, 6, 20, 22, 24, 29
_FRA_HARMLESS = {_FRA_DST, _FRA_PRIORITY, _FRA_UID_RANGE, _FRA_IP_PROTO, _FRA_DPORT_RANGE, 13, 14, 15, 18, 21}
"""Attributes that are read here, or that are no condition: suppressors, table, padding, protocol."""
_INVERT = 2
"""FIB_RULE_INVERT."""
_OF_THE_KERNEL = 0xFFFFFFFF
"""Metric of the "unreachable default" that older kernels keep in each IPv6 table: it means that there is no route."""
_MOST = 32


def linux_route_blocks(addresses: Iterable[str]) -> tuple[RouteBlock, ...] | Unseen:
    """Return the routes and rules that refuse one of the addresses, the most exact first, at most 32.

    Args:
        addresses: IPv4 or IPv6.
    """
    wanted = [ip for address in addresses if (ip := parse_ip(address)) is not None]
    try:
        found = [*_rules(wanted), *_routes(wanted)]
    except OSError as error:
        return Unseen(what="routes that refuse", reason=f"netlink: {errno_name(error)}", how_to_see="ip route; ip rule")
    found.sort(key=lambda each: -int(each.destination.rpartition("/")[2]))
    return tuple(found[:_MOST])


def _routes(wanted: list[IPAddress]) -> Iterable[RouteBlock]:
    for family in {_family(ip) for ip in wanted}:
        for kind, called in _ROUTE_KINDS.items():  # the kernel sends only these where it can (Linux 4.20), else all
            body = _HEADER.pack(family, 0, 0, 0, 0, 0, 0, kind, 0)
            for answer in ask(_RTM_GETROUTE, body, dump=True, strict=True):
                _, length, _, _, table, _, _, there, _ = _HEADER.unpack_from(answer)
                known = attributes(answer[_HEADER.size :])
                if there != kind or _number(known.get(_RTA_PRIORITY)) == _OF_THE_KERNEL:
                    continue
                number = _number(known.get(_RTA_TABLE)) or table
                prefix = _prefix(family, known.get(_RTA_DST), length)
                if any(ip in prefix for ip in wanted):
                    name = _TABLES.get(number, str(number))
                    yield RouteBlock(by="route", kind=called, destination=str(prefix), table=name)


def _rules(wanted: list[IPAddress]) -> Iterable[RouteBlock]:
    for family in {_family(ip) for ip in wanted}:
        for answer in ask(_RTM_GETRULE, _HEADER.pack(family, 0, 0, 0, 0, 0, 0, 0, 0), dump=True):
            _, length, source, tos, _, _, _, action, flags = _HEADER.unpack_from(answer)
            known = attributes(answer[_HEADER.size :])
            protocol = known.get(_FRA_IP_PROTO, b"\6")
            prefix = _prefix(family, known.get(_FRA_DST), length)
            if known.get(_FRA_DPORT_MASK) == b"\xff\xff":  # the whole port counts
                del known[_FRA_DPORT_MASK]
            if action not in _RULE_KINDS or protocol != b"\6" or not any(ip in prefix for ip in wanted):
                continue
            yield RouteBlock(
                by="rule",
                kind=_RULE_KINDS[action],
                destination=str(prefix),
                priority=_number(known.get(_FRA_PRIORITY)) or 0,
                uids=_pair("=II", known.get(_FRA_UID_RANGE)),
                ports=_pair("=HH", known.get(_FRA_DPORT_RANGE)),
                partial=bool(source or tos or flags & _INVERT or set(known) - _FRA_HARMLESS),
            )


def _family(ip: IPAddress) -> int:
    return socket.AF_INET6 if ip.version == 6 else socket.AF_INET


def _prefix(family: int, raw: bytes | None, length: int) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    if family == socket.AF_INET6:
        return ipaddress.IPv6Network((int.from_bytes(raw or b"", "big"), length), strict=False)
    return ipaddress.IPv4Network((int.from_bytes(raw or b"", "big"), length), strict=False)


def _number(raw: bytes | None) -> int | None:
    return int.from_bytes(raw[:4], sys.byteorder) if raw else None


def _pair(shape: str, raw: bytes | None) -> tuple[int, int] | None:
    if raw is None or len(raw) < struct.calcsize(shape):
        return None
    first, last = struct.unpack_from(shape, raw)
    return int(first), int(last)
