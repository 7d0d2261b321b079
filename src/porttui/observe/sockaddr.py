"""Addresses as text, turned into what socket calls take, and back; never by asking a resolver."""

from __future__ import annotations

import _socket as socket  # see netlink
import errno
import os
from collections.abc import Sequence

from porttui.model.address import parse_ip
from porttui.model.printable import printable


def family_of(address: str) -> int:
    """Return AF_INET6 for an IPv6 address and AF_INET for an IPv4 one."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def sockaddr(address: str, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
    """Return the tuple that connect(2) and bind(2) take.

    Args:
        address: IPv4 or IPv6; an IPv6 scope may be a name or a number (``fe80::1%eth0``, RFC 4007, section 11).
        port: 0 to 65535.

    Raises:
        ValueError: `address` is no address. A name must not reach a socket call, which would look it up.
        OSError: ENODEV, the scope names no interface of this machine.
    """
    if parse_ip(address) is None:
        raise ValueError(f"{address!r} is not an address")
    if family_of(address) == socket.AF_INET:
        return address, port
    plain, _, scope = address.partition("%")
    return plain, port, 0, _scope_id(scope)


def address_text(name: Sequence[str | int | bytes]) -> str:
    """Write the address of a socket name as text, an IPv6 one with its scope."""
    address = str(name[0])
    scope = int(name[3]) if len(name) == 4 else 0
    if not scope or "%" in address:
        return address
    try:
        return f"{address}%{printable(socket.if_indextoname(scope), 16)}"
    except OSError:
        return f"{address}%{scope}"


def _scope_id(scope: str) -> int:
    if not scope:
        return 0
    if scope.isdecimal():
        return int(scope)
    try:
        return socket.if_nametoindex(scope)
    except OSError as error:  # its errno is None in Python 3.11
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV)) from error
