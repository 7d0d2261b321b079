"""Connection tracking (conntrack), on which NAT rests: is it at work here, and where does it lead a connection?

Where the kernel tracks no connection of this network namespace, no NAT rule can be in force: each NAT chain switches
tracking on (nf_ct_netns_get). How many entries there are is told to everybody; an entry itself to root only.
"""

from __future__ import annotations

import _socket as socket  # see netlink
import contextlib
import struct
from collections.abc import Iterable
from typing import TYPE_CHECKING

from porttui.model.base import Value
from porttui.observe import files
from porttui.observe.linux import netlink

if TYPE_CHECKING:
    from pathlib import Path

_COUNT = "proc/sys/net/netfilter/nf_conntrack_count"
_SIGNS = ("proc/net/stat/nf_conntrack", "proc/sys/net/netfilter")
"""One of these is there where the kernel has connection tracking."""
_NETLINK_NETFILTER = 12
_CT_GET = 1 << 8 | 1
"""NFNL_SUBSYS_CTNETLINK and IPCTNL_MSG_CT_GET (linux/netfilter/nfnetlink.h, nfnetlink_conntrack.h)."""
_NESTED = 0x8000
_ORIGINAL, _REPLY = 1, 2
"""CTA_TUPLE_ORIG, CTA_TUPLE_REPLY."""
_IP, _PROTO = 1, 2
"""CTA_TUPLE_IP, CTA_TUPLE_PROTO."""
_NUMBER, _SOURCE_PORT, _DESTINATION_PORT = 1, 2, 3
"""CTA_PROTO_NUM, CTA_PROTO_SRC_PORT, CTA_PROTO_DST_PORT."""


class Ends(Value, frozen=True):
    """Both ends of a connection as its server's side has them, after translation."""

    address: str
    """Where the connection was led."""
    port: int
    source: str
    """What its client seems to be there."""
    source_port: int
    """The client's port there."""


def tracked(families: Iterable[int], root: Path | str = "") -> bool | None:
    """Tell whether this machine's own connections are tracked, by a datagram that porttui sends to itself.

    A tracked datagram stays in the table for half a minute; so a table that is empty afterwards tracks nothing.

    Args:
        families: 4 and 6, those that matter.
        root: where /proc is; another folder in tests.

    Returns:
        False: not tracked, so no NAT rule is in force. None: the kernel does not tell.
    """
    if not files.is_there(f"{root}/{_COUNT}"):
        known = any(files.is_there(f"{root}/{each}") for each in _SIGNS)
        return None if known else False
    for family in families:
        if not _send_to_self(family):
            return None
    try:
        return int(files.read(f"{root}/{_COUNT}")) > 0
    except (OSError, ValueError):
        return None


def _send_to_self(family: int) -> bool:
    kind, address = (socket.AF_INET6, "::1") if family == 6 else (socket.AF_INET, "127.0.0.1")
    try:
        with contextlib.closing(socket.socket(kind, socket.SOCK_DGRAM)) as one:
            one.bind((address, 0))
            one.connect(one.getsockname())
            one.send(b"")
    except OSError:
        return False
    return True


def translated(address: str, port: int, source: str, source_port: int) -> Ends | None:
    """Look up where the kernel has led a connection of ours.

    Args:
        address: the peer that the client's own socket names.
        port: its port.
        source: the client's own address.
        source_port: the client's own port.

    Returns:
        The server's end, the same as asked when nothing was translated; None when this user may not know
        (CAP_NET_ADMIN) or the connection is not in the table.
    """
    try:
        family, peer, own = _packed(address, source)
        body = struct.pack("=BBH", family, 0, 0) + _tuple(own, peer, source_port, port)
        answer = next(netlink.ask(_CT_GET, body, protocol=_NETLINK_NETFILTER), b"")
    except (OSError, ValueError):
        return None
    reply = netlink.attributes(netlink.attributes(answer[4:]).get(_REPLY, b""))
    ip, proto = netlink.attributes(reply.get(_IP, b"")), netlink.attributes(reply.get(_PROTO, b""))
    first, second = (1, 2) if family == socket.AF_INET else (3, 4)  # CTA_IP_V4_SRC, _DST; CTA_IP_V6_SRC, _DST
    if first not in ip or second not in ip or not {_SOURCE_PORT, _DESTINATION_PORT} <= proto.keys():
        return None
    to_port, from_port = (struct.unpack(">H", proto[each][:2])[0] for each in (_SOURCE_PORT, _DESTINATION_PORT))
    return Ends(socket.inet_ntop(family, ip[first]), to_port, socket.inet_ntop(family, ip[second]), from_port)


def _packed(address: str, source: str) -> tuple[int, bytes, bytes]:
    """Return the family and both addresses as bytes; mapped ones as IPv4.

    Raises:
        OSError: one of them is no address.
    """
    one, other = (text.partition("%")[0].lower().removeprefix("::ffff:") for text in (address, source))
    family = socket.AF_INET6 if ":" in one else socket.AF_INET
    return family, socket.inet_pton(family, one), socket.inet_pton(family, other)


def _tuple(source: bytes, destination: bytes, source_port: int, port: int) -> bytes:
    first, second = (1, 2) if len(source) == 4 else (3, 4)
    ip = netlink.attribute(first, source) + netlink.attribute(second, destination)
    proto = netlink.attribute(_NUMBER, bytes([socket.IPPROTO_TCP]))
    proto += netlink.attribute(_SOURCE_PORT, struct.pack(">H", source_port))
    proto += netlink.attribute(_DESTINATION_PORT, struct.pack(">H", port))
    inside = netlink.attribute(_IP | _NESTED, ip) + netlink.attribute(_PROTO | _NESTED, proto)
    return netlink.attribute(_ORIGINAL | _NESTED, inside)
