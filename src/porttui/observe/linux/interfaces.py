"""The network interfaces of our own network namespace, by rtnetlink(7)."""

from __future__ import annotations

import _socket as socket  # see netlink
import ipaddress
import struct

from porttui.model.facts import Interface, Unseen
from porttui.model.printable import printable
from porttui.observe.errors import errno_name
from porttui.observe.linux.netlink import ask, attributes

_RTM_GETLINK = 18
_RTM_GETADDR = 22
_IFLA_IFNAME = 3
_IFLA_LINKINFO = 18
_IFLA_INFO_KIND = 1
_IFA_ADDRESS = 1
_IFA_LOCAL = 2
_IFF_UP = 1
_IFF_LOOPBACK = 8
_LINK = struct.Struct("=BxHiII")
"""struct ifinfomsg: family, type, index, flags, change."""
_ADDR = struct.Struct("=BBBBI")
"""struct ifaddrmsg: family, prefix length, flags, scope, index."""
_SCOPE_LINK = 253


def linux_interfaces() -> tuple[Interface, ...] | Unseen:
    """List the network interfaces with their addresses, in the kernel's order."""
    try:
        addresses = _addresses()
        return tuple(_interface(body, addresses) for body in ask(_RTM_GETLINK, _LINK.pack(0, 0, 0, 0, 0), dump=True))
    except OSError as error:
        return Unseen(what="network interfaces", reason=f"netlink: {errno_name(error)}", how_to_see="ip address")


def _interface(body: bytes, addresses: dict[int, list[tuple[str, int]]]) -> Interface:
    _, _, index, flags, _ = _LINK.unpack_from(body)
    known = attributes(body[_LINK.size :])
    name = printable(known.get(_IFLA_IFNAME, b"").rstrip(b"\0"), 16)
    made = attributes(known.get(_IFLA_LINKINFO, b"")).get(_IFLA_INFO_KIND, b"")
    return Interface(
        name=name,
        up=bool(flags & _IFF_UP),
        loopback=bool(flags & _IFF_LOOPBACK),
        kind=printable(made.rstrip(b"\0"), 32),
        addresses=tuple(address.replace("%", f"%{name}") for address, _ in addresses.get(index, ())),
        networks=tuple(dict.fromkeys(_network(address, length) for address, length in addresses.get(index, ()))),
    )


def _network(address: str, length: int) -> str:
    return str(ipaddress.ip_network((address.rstrip("%"), length), strict=False))


def _addresses() -> dict[int, list[tuple[str, int]]]:
    """Return addresses and prefix lengths by interface index; a link-local IPv6 address ends in a bare "%"."""
    found: dict[int, list[tuple[str, int]]] = {}
    for body in ask(_RTM_GETADDR, _ADDR.pack(0, 0, 0, 0, 0), dump=True):
        family, length, _, scope, index = _ADDR.unpack_from(body)
        known = attributes(body[_ADDR.size :])
        # On a point-to-point link IFA_ADDRESS is the far end; IFA_LOCAL is ours (linux/if_addr.h).
        raw = known.get(_IFA_LOCAL) or known.get(_IFA_ADDRESS)
        if raw is None or family not in {socket.AF_INET, socket.AF_INET6}:
            continue
        text = socket.inet_ntop(family, raw)
        local = family == socket.AF_INET6 and scope == _SCOPE_LINK
        found.setdefault(index, []).append((f"{text}%" if local else text, length))
    return found
