from __future__ import annotations

import socket
import struct

import pytest

from porttui.model.facts import Icmp
from porttui.observe.error_queue import decode_error


def _message(origin: int, kind: int, code: int, offender: bytes) -> bytes:
    return struct.pack("=IBBBBII", 113, origin, kind, code, 0, 0, 0) + offender


_V4 = struct.pack("=HH", socket.AF_INET, 0) + socket.inet_aton("192.0.2.1") + bytes(8)
_V6 = struct.pack("=HHI", socket.AF_INET6, 0, 0) + socket.inet_pton(socket.AF_INET6, "2001:db8::1") + bytes(4)


@pytest.mark.parametrize(
    ("message", "icmp"),
    [
        (_message(2, 3, 13, _V4), Icmp(version=4, type=3, code=13, sender="192.0.2.1")),
        (_message(3, 1, 1, _V6), Icmp(version=6, type=1, code=1, sender="2001:db8::1")),
        (_message(2, 3, 1, bytes(16)), Icmp(version=4, type=3, code=1, sender="")),
        (_message(2, 3, 1, b""), Icmp(version=4, type=3, code=1, sender="")),
        (_message(1, 0, 0, _V4), None),
    ],
    ids=["icmp", "icmp6", "sender not told", "no sender", "the kernel's own"],
)
def test_the_error_names_its_sender(message: bytes, icmp: Icmp | None) -> None:
    assert decode_error(message) == (113, icmp)


def test_a_short_message_is_nothing() -> None:
    assert decode_error(b"\1\0\0\0\2") == (0, None)
