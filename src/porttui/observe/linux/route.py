"""Which way the kernel would send a packet, by RTM_GETROUTE of rtnetlink(7). Sends nothing, needs no privilege.

The answer holds for the asking user: rules with a uidrange are obeyed (ip-rule(8)).
"""

from __future__ import annotations

import _socket as socket  # see netlink
import struct
import sys

from porttui.model.facts import Route, Unseen
from porttui.model.printable import printable
from porttui.observe.errors import errno_name
from porttui.observe.linux.netlink import NoNetlinkError, ask, attribute, attributes
from porttui.observe.sockaddr import family_of, sockaddr

_RTM_GETROUTE = 26
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_PREFSRC, _RTA_VIA = 1, 4, 5, 7, 18
_ROUTE = struct.Struct("=BBBBBBBBI")
"""struct rtmsg: family, destination length, source length, tos, table, protocol, scope, type, flags."""
_KINDS = {
    1: "unicast",
    2: "local",
    3: "broadcast",
    4: "anycast",
    5: "multicast",
    6: "blackhole",
    7: "unreachable",
    8: "prohibit",
    9: "throw",
}
"""rtm_type, linux/rtnetlink.h."""


def linux_route(address: str) -> Route | Unseen:
    """Ask the kernel which way a packet to `address` would go.

    Args:
        address: IPv4 or IPv6, with its scope where it needs one.

    Raises:
        ValueError: `address` is no address.
    """
    try:
        name = sockaddr(address, 0)
        family = family_of(address)
        raw = socket.inet_pton(family, name[0])
        body = _ROUTE.pack(family, len(raw) * 8, 0, 0, 0, 0, 0, 0, 0) + attribute(_RTA_DST, raw)
        if len(name) == 4 and name[3]:
            body += attribute(_RTA_OIF, struct.pack("=I", name[3]))
        answer = next(ask(_RTM_GETROUTE, body), b"")
    except NoNetlinkError as error:
        return Unseen(what="route", reason=f"netlink: {errno_name(error)}", how_to_see=f"ip route get {address}")
    except OSError as error:  # this is the answer: no route, prohibit, blackhole, unreachable, no such interface
        return Route(destination=address, error=errno_name(error))
    return _decode(address, answer)


def _decode(address: str, answer: bytes) -> Route | Unseen:
    if len(answer) < _ROUTE.size:
        return Unseen(what="route", reason="the kernel gave no answer", how_to_see=f"ip route get {address}")
    family, _, _, _, _, _, _, kind, _ = _ROUTE.unpack_from(answer)
    found = attributes(answer[_ROUTE.size :])
    return Route(
        destination=address,
        kind=_KINDS.get(kind, str(kind)),
        interface=_interface(found.get(_RTA_OIF)),
        source=_address(family, found.get(_RTA_PREFSRC)),
        gateway=_address(family, found.get(_RTA_GATEWAY)) or _via(found.get(_RTA_VIA)),
    )


def _address(family: int, raw: bytes | None) -> str | None:
    return socket.inet_ntop(family, raw) if raw else None


def _via(raw: bytes | None) -> str | None:
    """Decode struct rtvia: a gateway of the other family (linux/rtnetlink.h)."""
    return _address(int.from_bytes(raw[:2], sys.byteorder), raw[2:]) if raw else None


def _interface(raw: bytes | None) -> str | None:
    if raw is None:
        return None
    (index,) = struct.unpack("=I", raw)
    try:
        return printable(socket.if_indextoname(index), 16)
    except OSError:
        return None
