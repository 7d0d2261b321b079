"""Asking the kernel by netlink(7), without any program: links, addresses, routes, socket tables, firewall rules.

Unlike /sys/class/net, which shows the namespace of whoever mounted it, this is always our own network namespace.
"""

from __future__ import annotations

import _socket as socket  # what is needed of it, without what takes twice as long to import
import contextlib
import errno
import os
import struct
import sys
from collections.abc import Iterator

NLM_F_REQUEST = 1
NLM_F_DUMP = 0x300
NLMSG_ERROR = 2
NLMSG_DONE = 3
_HEADER = struct.Struct("=IHHII")
"""struct nlmsghdr: length, type, flags, sequence, port (netlink(7))."""
_ATTRIBUTE = struct.Struct("=HH")
"""struct nlattr, and struct rtattr: length, type (netlink(7), rtnetlink(7))."""
_SOL_NETLINK, _NETLINK_GET_STRICT_CHK = 270, 12
"""linux/socket.h, linux/netlink.h."""
_SECONDS = 2.0
_DATAGRAMS = 20_000
"""More of them are not read; each has up to 32 kB, so it is hundreds of thousands of sockets or rules."""
_KIND = 0x3FFF
"""NLA_TYPE_MASK: without the flags for nested and byte order."""


class NoNetlinkError(OSError):
    """The kernel could not be asked."""


def ask(kind: int, body: bytes, *, dump: bool = False, protocol: int = 0, strict: bool = False) -> Iterator[bytes]:
    """Send one request and yield the bodies of the answers.

    Args:
        kind: message type, such as RTM_GETLINK or SOCK_DIAG_BY_FAMILY.
        body: the fixed part and its attributes.
        dump: ask for all of them.
        protocol: NETLINK_ROUTE (0) or another netlink family.
        strict: let the kernel leave out what `body` does not describe; older kernels (4.20) send all the same.

    Raises:
        NoNetlinkError: netlink is missing or denied, or silent for two seconds: nothing is known.
        OSError: the kernel's answer is this error; E2BIG: there are more answers than are read.
    """
    with _asked(kind, body, dump=dump, protocol=protocol, strict=strict) as link:
        for _ in range(_DATAGRAMS):
            for answer, content in _messages(_receive(link)):
                if answer == NLMSG_DONE:
                    return
                if answer == NLMSG_ERROR:
                    raise_error(content)
                    return
                yield content
            if not dump:
                return
        raise OSError(errno.E2BIG, f"more than {_DATAGRAMS} answers")


def datagrams(kind: int, body: bytes, *, protocol: int = 0) -> Iterator[bytes]:
    """Ask for all of something and yield the answers as they come, each with many messages, for quick readers.

    The reader closes the generator when it meets NLMSG_DONE; arguments and errors are those of `ask`, but that errors
    of the kernel are messages (`raise_error`).
    """
    with _asked(kind, body, dump=True, protocol=protocol) as link:
        for _ in range(_DATAGRAMS):
            yield _receive(link)
        raise OSError(errno.E2BIG, f"more than {_DATAGRAMS} answers")


def raise_error(content: bytes) -> None:
    """Raise what the body of an NLMSG_ERROR says; zero is no error but an acknowledgement.

    Raises:
        OSError: the kernel's answer.
    """
    number = -int.from_bytes(content[:4], sys.byteorder, signed=True)
    if number:
        raise OSError(number, os.strerror(number))


@contextlib.contextmanager
def _asked(
    kind: int, body: bytes, *, dump: bool = False, protocol: int = 0, strict: bool = False
) -> Iterator[socket.socket]:
    """Send a request, and give the socket on which its answers come."""
    if sys.platform != "linux":
        raise NoNetlinkError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
    flags = NLM_F_REQUEST | (NLM_F_DUMP if dump else 0)
    with contextlib.ExitStack() as opened:
        try:
            link = opened.enter_context(contextlib.closing(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)))
            link.settimeout(_SECONDS)
            if strict:
                with contextlib.suppress(OSError):
                    link.setsockopt(_SOL_NETLINK, _NETLINK_GET_STRICT_CHK, 1)
            link.sendto(_HEADER.pack(_HEADER.size + len(body), kind, flags, 1, 0) + body, (0, 0))
        except OSError as error:
            raise NoNetlinkError(error.errno, error.strerror) from error
        yield link


def _receive(link: socket.socket) -> bytes:
    try:
        return link.recv(65536)
    except OSError as error:
        raise NoNetlinkError(error.errno or errno.ETIMEDOUT, str(error)) from error


def attribute(kind: int, value: bytes) -> bytes:
    """Return one attribute, padded to four bytes."""
    return _ATTRIBUTE.pack(_ATTRIBUTE.size + len(value), kind) + value + bytes(-len(value) % 4)


def attributes(data: bytes) -> dict[int, bytes]:
    """Return the attributes that follow a message's fixed part, by type; the first of each."""
    found: dict[int, bytes] = {}
    place = 0
    while place + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, place)
        if length < _ATTRIBUTE.size:
            break
        found.setdefault(kind & _KIND, data[place + _ATTRIBUTE.size : place + length])
        place += (length + 3) & ~3
    return found


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Cut one datagram into its messages: type and body."""
    place = 0
    while place + _HEADER.size <= len(data):
        length, kind, _, _, _ = _HEADER.unpack_from(data, place)
        if length < _HEADER.size:
            return
        yield kind, data[place + _HEADER.size : place + length]
        place += (length + 3) & ~3
