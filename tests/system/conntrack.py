"""Fill the connection tracking table of this network namespace: ``python -I -S conntrack.py``, as root.

The entries are connections of others that are established and in use (ASSURED), so that the kernel does not drop them
early. They are made by ctnetlink (linux/netfilter/nfnetlink_conntrack.h) and are gone with the namespace; the limit
itself, which is the machine's, stays as it is. A second for 262144 entries. Uses the standard library alone.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

_NEW = 0x0100
"""NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW."""
_CREATE = 0x601
"""NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL."""
_PLACE, _ADDRESS = 0x1234, b"\x01\x02\x03\x04"
"""Port and address of the pattern; each entry gets its own in their place."""
_PEER = b"\x0a\xff\x00\x01"
_ONCE = 256
"""Messages in one send."""


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def _nested(kind: int, *inner: bytes) -> bytes:
    return _attribute(kind | 0x8000, b"".join(inner))


def _tuple(kind: int, source: bytes, target: bytes, source_port: int, target_port: int) -> bytes:
    ports = (struct.pack(">H", port) for port in (source_port, target_port))
    protocol = (_attribute(1, b"\x06"), *(_attribute(number, port) for number, port in enumerate(ports, 2)))
    return _nested(kind, _nested(1, _attribute(1, source), _attribute(2, target)), _nested(2, *protocol))


def _pattern() -> bytes:
    """Return the message that makes one entry: an established TCP connection, seen in both directions."""
    body = struct.pack("=BBH", socket.AF_INET, 0, 0)
    body += _tuple(1, _ADDRESS, _PEER, _PLACE, 0x5678) + _tuple(2, _PEER, _ADDRESS, 0x5678, _PLACE)
    body += _attribute(3, struct.pack(">I", 0x0E))  # IPS_SEEN_REPLY | IPS_ASSURED | IPS_CONFIRMED
    body += _attribute(7, struct.pack(">I", 3600)) + _nested(4, _nested(1, _attribute(1, b"\x03")))
    return struct.pack("=IHHII", 16 + len(body), _NEW, _CREATE, 1, 0) + body


def fill() -> None:
    """Make entries until there are as many as the kernel allows."""
    settings = Path("/proc/sys/net/netfilter")
    most = int((settings / "nf_conntrack_max").read_text())
    pattern = _pattern()
    port, address = struct.pack(">H", _PLACE), _ADDRESS
    ports = [at for at in range(len(pattern)) if pattern[at : at + 2] == port]
    addresses = [at for at in range(len(pattern)) if pattern[at : at + 4] == address]
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12) as link:  # NETLINK_NETFILTER
        for first in range(0, most, _ONCE):
            many = bytearray(pattern * _ONCE)
            for number in range(_ONCE):
                start = number * len(pattern)
                high, low = divmod(first + number, 65536)
                for at in ports:
                    struct.pack_into(">H", many, start + at, low)
                for at in addresses:
                    struct.pack_into(">I", many, start + at, 0x0A000000 + high)
            link.send(many)
    count = int((settings / "nf_conntrack_count").read_text())
    assert count >= most, f"only {count} of {most} entries were made"


if __name__ == "__main__":
    fill()
