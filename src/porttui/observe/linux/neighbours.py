"""The neighbour table: which machines of the local networks have answered (arp(7)), by rtnetlink(7). No privilege."""

from __future__ import annotations

import _socket as socket  # see netlink
import contextlib
import struct
from collections.abc import Iterable

from porttui.model.address import same_address
from porttui.model.facts import Neighbour, Unseen
from porttui.model.printable import printable
from porttui.observe.errors import errno_name
from porttui.observe.linux.netlink import ask, attributes

_RTM_GETNEIGH = 30
_NDA_DST = 1
_NEIGHBOUR = struct.Struct("=BxxxiHBB")
"""struct ndmsg: family, interface, state, flags, type (linux/neighbour.h)."""
_STATES = {
    0x01: "INCOMPLETE",
    0x02: "REACHABLE",
    0x04: "STALE",
    0x08: "DELAY",
    0x10: "PROBE",
    0x20: "FAILED",
    0x40: "NOARP",
    0x80: "PERMANENT",
}
"""NUD_*, linux/neighbour.h."""


def linux_neighbours(addresses: Iterable[str]) -> tuple[Neighbour, ...] | Unseen:
    """Return the entries of the neighbour table for some addresses.

    Args:
        addresses: IPv4 or IPv6; those without an entry are left out.
    """
    wanted = tuple(addresses)
    found = []
    try:
        for family in (socket.AF_INET, socket.AF_INET6):
            for answer in ask(_RTM_GETNEIGH, _NEIGHBOUR.pack(family, 0, 0, 0, 0), dump=True):
                there, index, state, _, _ = _NEIGHBOUR.unpack_from(answer)
                raw = attributes(answer[_NEIGHBOUR.size :]).get(_NDA_DST)
                if there != family or not raw:
                    continue
                address = socket.inet_ntop(family, raw)
                if any(same_address(address, each) for each in wanted):
                    told = _STATES.get(state, str(state))
                    found.append(Neighbour(address=address, interface=_interface(index), state=told))
    except OSError as error:
        return Unseen(what="neighbour table", reason=f"netlink: {errno_name(error)}", how_to_see="ip neighbour")
    return tuple(found)


def _interface(index: int) -> str:
    with contextlib.suppress(OSError):
        return printable(socket.if_indextoname(index), 16)
    return str(index)
