"""Trying to bind the port, as a server would, and giving it back at once.

bind(2) without listen(2) accepts no connection and leaves nothing behind, so a running service notices nothing.
"""

from __future__ import annotations

import _socket as socket  # see netlink
import contextlib
import sys
from collections.abc import Iterable

from porttui.model.address import is_wildcard
from porttui.model.facts import BindTry
from porttui.observe.errors import errno_name
from porttui.observe.sockaddr import family_of, sockaddr


def try_binds(addresses: Iterable[str], port: int) -> tuple[BindTry, ...]:
    """Bind each address, first plainly and then with SO_REUSEADDR, and close at once.

    On Windows only plainly: there SO_REUSEADDR takes the port away from its owner (Winsock, "Using SO_REUSEADDR and
    SO_EXCLUSIVEADDRUSE").

    Args:
        addresses: addresses of this machine, 0.0.0.0 and :: among them.
        port: 1 to 65535.

    Returns:
        One or two tries an address, in the order given. Every error is noted by its name.

    Raises:
        ValueError: one of `addresses` is no address.
    """
    ways = (False,) if sys.platform == "win32" else (False, True)
    return tuple(
        BindTry(address=address, port=port, reuse_address=reuse, error=_bind(address, port, reuse))
        for address in addresses
        for reuse in ways
    )


def _bind(address: str, port: int, reuse: bool) -> str | None:
    """Bind once; return the name of the errno, or None."""
    try:
        name = sockaddr(address, port)
        with contextlib.closing(socket.socket(family_of(address), socket.SOCK_STREAM)) as sock:
            if reuse:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if sock.family == socket.AF_INET6 and not is_wildcard(address):
                # For :: the default stays, because it is what the user's server gets: dual stack, or not, by
                # net.ipv6.bindv6only (ipv6(7), IPV6_V6ONLY).
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind(name)
    except OSError as error:
        return errno_name(error)
    return None
