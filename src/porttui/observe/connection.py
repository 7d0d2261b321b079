"""One non-blocking TCP connection attempt, from connect(2) to its outcome.

Non-blocking is not a matter of taste: a blocking connect(2) on loopback holds the socket while the ICMP error of a
firewall arrives, loses it (TcpExt.LockDroppedIcmps) and gets its answer one second later, from the retransmission.
"""

from __future__ import annotations

import _socket as socket  # see netlink
import errno
import math
import select
import struct
import sys
import time
from collections.abc import Callable, Iterable

from porttui.model.facts import Icmp
from porttui.observe.error_queue import keep_errors, read_errors
from porttui.observe.errors import errno_name
from porttui.observe.sockaddr import address_text, family_of, sockaddr

UNDER_WAY = "timeout"
"""Outcome of an attempt that nothing has answered: what it is when no more time is left."""
OPEN = "open"
_PENDING = {errno.EINPROGRESS, errno.EWOULDBLOCK}
"""What connect(2) says when it has sent its SYN: EINPROGRESS, on Windows WSAEWOULDBLOCK."""

_LINGER = struct.Struct("hh" if sys.platform == "win32" else "ii")
"""struct linger: on, and for how many seconds; zero seconds means a reset instead of an orderly end (socket(7))."""


class Connection:
    """A connection attempt: begun when it is made, brought on by `wait`; must be closed."""

    __slots__ = ("began", "ended", "icmp", "immediate", "outcome", "peer", "socket", "source")

    def __init__(self, address: str, port: int, source: str = "") -> None:
        """Send the first packet, or find out at once that none can be sent.

        Args:
            address: where to.
            port: 1 to 65535.
            source: an address of this machine to send from; empty for the one that the kernel chooses.

        Raises:
            ValueError: `address` is no address.
        """
        self.began = time.monotonic()
        self.outcome = UNDER_WAY
        self.immediate = False
        """connect(2), or a call before it, returned the error; nothing was sent."""
        self.icmp: Icmp | None = None
        self.source: tuple[str, int] = ("", 0)
        """Local address and port; empty when the kernel chose none."""
        self.peer: tuple[str, int] = ("", 0)
        """The real other end; empty when not open."""
        self.socket: socket.socket | None = None
        try:
            name = sockaddr(address, port)
            self.socket = socket.socket(family_of(address), socket.SOCK_STREAM)
            self.socket.setblocking(False)
            keep_errors(self.socket)
            if source:
                self.socket.bind(sockaddr(source, 0))
            error = self.socket.connect_ex(name)
            self.source = _name(self.socket.getsockname)
        except OSError as failure:
            error = failure.errno or errno.EINVAL
        self.ended = time.monotonic()
        if error == 0:
            self._opened()
        elif error not in _PENDING:
            self.immediate = True
            self.outcome = errno_name(error)
            self.close()

    @property
    def ms(self) -> float:
        """Milliseconds from the first packet to the outcome, or to the last look."""
        return (self.ended - self.began) * 1000

    @property
    def self_connected(self) -> bool:
        """Whether both ends are the same socket (RFC 9293, 3.5, simultaneous open)."""
        return self.outcome == OPEN and self.source == self.peer

    def settle(self) -> None:
        """Read the outcome of a socket that poll(2) reported."""
        if self.socket is None:
            return
        self.ended = time.monotonic()
        error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        queued, self.icmp = read_errors(self.socket)
        if error == 0 and _name(self.socket.getpeername) != ("", 0):
            self._opened()
            return
        # An ICMP error that arrived while the socket was locked is in the queue and not in SO_ERROR.
        error = error or queued
        if error == errno.ECONNRESET:
            # A reset in answer to the first packet is ECONNREFUSED (RFC 9293, 3.10.7.3): this connection was open.
            self.outcome = OPEN
            self.close()
        elif error:
            self.outcome = errno_name(error)
            self.close()

    def close(self) -> None:
        """Give the socket back, without a byte sent. A second call does nothing."""
        if self.socket is None:
            return
        if self.self_connected:
            # An orderly end would leave TIME_WAIT on the very port that a server wants to bind: reset it instead.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER.pack(1, 0))
        self.socket.close()
        self.socket = None

    def _opened(self) -> None:
        if self.socket is not None:
            self.outcome = OPEN
            self.source = _name(self.socket.getsockname)
            self.peer = _name(self.socket.getpeername)


def wait(connections: Iterable[Connection], until: float) -> None:
    """Wait until one of the connections that are under way has its outcome, or until the time is over.

    Args:
        connections: those without an open socket under way are passed over.
        until: by `time.monotonic`; in the past, it is looked at once.
    """
    waiting = [one for one in connections if one.socket is not None and one.outcome == UNDER_WAY]
    if not waiting:
        return
    for one in _ready(waiting, max(0.0, until - time.monotonic())):
        one.settle()
    for one in waiting:
        if one.outcome == UNDER_WAY:
            one.ended = time.monotonic()


def _ready(waiting: list[Connection], seconds: float) -> list[Connection]:
    """Wait for the outcome of any of them, by poll(2): epoll would take a descriptor, which may be what is short."""
    sockets = {one.socket.fileno(): one for one in waiting if one.socket is not None}
    if not hasattr(select, "poll"):  # Windows tells a refusal among the exceptions
        _, open_ones, failed = select.select((), sockets, sockets, seconds)
        return [sockets[number] for number in {*open_ones, *failed}]
    poll = select.poll()
    for number in sockets:
        poll.register(number, select.POLLOUT)
    return [sockets[number] for number, _ in poll.poll(math.ceil(seconds * 1000))]


def _name(ask: Callable[[], tuple[str | int, ...]]) -> tuple[str, int]:
    """Call getsockname or getpeername; ("", 0) when there is no such end."""
    try:
        name = ask()
    except OSError:
        return "", 0
    port = int(name[1])
    return (address_text(name), port) if port else ("", 0)
