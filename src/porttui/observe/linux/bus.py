"""The system's message bus, asked directly: whether a service is there, and one property of it.

A program that asks it is a Python program of its own for firewalld, which takes half a second to start. The protocol
is that of the D-Bus specification (Message Protocol, Authentication Protocol, Message Bus Messages); nothing is
started by a question (NO_AUTO_START).
"""

from __future__ import annotations

import os
import socket
import struct

from porttui.observe import files

_SYSTEM = "run/dbus/system_bus_socket"
"""D-Bus specification, Well-known Message Bus Instances; /var/run is a link to /run today."""
_BUS, _BUS_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_CALL, _RETURN, _ERROR = 1, 2, 3
_NO_AUTO_START = 2
_PATH, _INTERFACE, _MEMBER, _DESTINATION, _SIGNATURE = 1, 2, 3, 6, 8
_MOST = 65536
"""Bytes of an answer."""


def is_there(root: str = "") -> bool:
    """Tell whether there is a bus to be asked: its socket, or another address in the environment."""
    return "DBUS_SYSTEM_BUS_ADDRESS" in os.environ or files.is_there(f"{root}/{_SYSTEM}")


def text_property(service: str, path: str, name: str, *, root: str = "", seconds: float = 0.5) -> str | None:
    """Return a property of a service that is a text.

    Args:
        service: its name on the bus; also the name of the interface.
        path: of the object that has the property.
        name: of the property.
        root: where /run is; another folder in tests.
        seconds: how long each answer may take.

    Returns:
        The text; None when nobody has the name of the service on the bus.

    Raises:
        OSError: the bus cannot be reached or does not let us in, the service did not answer in time or refused, or
            what came is no such answer.
    """
    with socket.socket(socket.AF_UNIX) as bus:
        bus.settimeout(seconds)
        bus.connect(f"{root}/{_SYSTEM}")
        bus.sendall(b"\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\r\n")
        if not bus.recv(_MOST).startswith(b"OK "):
            raise PermissionError("the bus refused")
        bus.sendall(b"BEGIN\r\n" + _call(1, _BUS, _BUS_PATH, _BUS, "Hello"))
        _answer(bus)
        bus.sendall(_call(2, _BUS, _BUS_PATH, _BUS, "NameHasOwner", service))
        order, held = _answer(bus)
        if not _number(order, held, 0):
            return None
        bus.sendall(_call(3, service, path, _PROPERTIES, "Get", service, name))
        order, answer = _answer(bus)
    if answer[:4] != b"\1s\0\0":  # a variant begins with its signature; the length follows at a multiple of 4
        raise OSError("the answer is no text")
    return answer[8 : 8 + _number(order, answer, 4)].decode("utf-8", "replace")


def _call(serial: int, service: str, path: str, interface: str, member: str, *arguments: str) -> bytes:
    """Return the bytes of a call whose arguments are texts, in little-endian order."""
    fields = b""
    texts = ((_PATH, b"o", path), (_DESTINATION, b"s", service), (_INTERFACE, b"s", interface), (_MEMBER, b"s", member))
    for code, kind, text in texts:
        fields = _aligned(fields, 8) + bytes((code, 1)) + kind + b"\0" + _text(text)
    if arguments:
        fields = _aligned(fields, 8) + bytes((_SIGNATURE, 1)) + b"g\0"
        fields += bytes((len(arguments),)) + b"s" * len(arguments) + b"\0"
    body = b""
    for each in arguments:
        body = _aligned(body, 4) + _text(each)
    head = struct.pack("<cBBBII", b"l", _CALL, _NO_AUTO_START, 1, len(body), serial)
    return _aligned(head + struct.pack("<I", len(fields)) + fields, 8) + body


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<I", len(data)) + data + b"\0"


def _aligned(data: bytes, to: int) -> bytes:
    return data + bytes(-len(data) % to)


def _answer(bus: socket.socket) -> tuple[str, bytes]:
    """Return the byte order and the body of the next answer; what else is told to everybody is passed over."""
    while True:
        head = _exactly(bus, 16)
        order = "<" if head[:1] == b"l" else ">"
        fields = _number(order, head, 12)
        body = _number(order, head, 4)
        if fields + body > _MOST:
            raise OSError("the answer is too long")
        rest = _exactly(bus, fields + -fields % 8 + body)
        if head[1] == _ERROR:
            raise OSError("the question was refused")
        if head[1] == _RETURN:
            return order, rest[len(rest) - body :]


def _number(order: str, data: bytes, at: int) -> int:
    if len(data) < at + 4:
        raise OSError("the answer is too short")
    return int(struct.unpack_from(order + "I", data, at)[0])


def _exactly(bus: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = bus.recv(count - len(data))
        if not more:
            raise ConnectionResetError("the bus ended the connection")
        data += more
    return data
