"""One TCP connection that is bounded in time, and that remembers how it ended and what came first.

Everything that talks to a server goes through it: banners, hellos, TLS handshakes and HTTP requests.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Literal

from porttui.model.base import Value
from porttui.model.facts import Exchange, Fate
from porttui.model.printable import printable
from porttui.observe.errors import errno_name
from porttui.observe.sockaddr import family_of, sockaddr

FateReader = Callable[[str, int, str, int], Fate]
"""Server address and port, our address and port -> where the connection stands (`Platform.fate`)."""
Role = Literal["asked", "elsewhere", "proxy", "variant", "redirect"]
Said = Literal[
    "nothing", "http", "https", "tls", "redis", "postgresql", "postgresql-startup", "memcached", "http2", "socks"
]  # fmt: skip
Ending = Literal["closed", "reset", "silent", "refused", "error"]

SHOWN = 200
"""Characters of an answer that become a fact (Exchange.data)."""
_KEPT = 16384
"""Received bytes that are kept to recognise a protocol by."""


class Wire:
    """A connection of porttui's own. Not thread-safe; `close` may be called at any time and more than once."""

    def __init__(self, address: str, port: int, *, seconds: float, fate: FateReader | None = None) -> None:
        """Prepare a connection; nothing is sent before `open`.

        Args:
            address: where to connect, an IP address; IPv6 may carry a scope.
            port: 1 to 65535.
            seconds: how long the whole conversation may take, from now.
            fate: how to look up the server's side; asked when time is over before an answer came.
        """
        self.address = address
        self.port = port
        self.deadline = time.monotonic() + seconds
        self.begun = time.monotonic()
        self.first = b""
        """The first bytes that came, before any decryption."""
        self.ending: Ending | None = None
        """How it ended: closed, reset or silent while reading; refused when it never opened."""
        self.error = ""
        self.fate: Fate | None = None
        self._fate_reader = fate
        self._late = False
        """Bytes were received after the deadline."""
        self._socket: socket.socket | None = None

    @property
    def ms(self) -> float:
        """Milliseconds since the conversation began."""
        return round((time.monotonic() - self.begun) * 1000, 3)

    def open(self) -> None:
        """Connect.

        Raises:
            OSError: it did not open (TimeoutError when nobody answered in time).
        """
        try:
            self._socket = self._connect()
        except OSError as error:
            # a reset in answer to the first packet is ECONNREFUSED (RFC 9293, 3.10.7.3): this one was open before
            self.ending = "reset" if isinstance(error, ConnectionResetError) else "refused"
            self.error = "timed out" if isinstance(error, TimeoutError) else _words(error)
            raise

    def _connect(self) -> socket.socket:
        """Open a connection; not by create_connection, whose getaddrinfo(3) knows no scope of ::1 (``::1%lo``)."""
        place = sockaddr(self.address, self.port)
        connection = socket.socket(family_of(self.address), socket.SOCK_STREAM)
        try:
            connection.settimeout(self._left())
            connection.connect(place)
        except OSError:
            connection.close()
            raise
        return connection

    def send(self, data: bytes) -> None:
        """Send all of `data`.

        Raises:
            OSError: the connection broke, or the peer takes nothing (TimeoutError).
        """
        if not data:
            return  # send(2) of nothing would take a pending ECONNRESET away from the next receive
        connection = self._connected()
        connection.settimeout(self._left())
        try:
            connection.sendall(data)
        except OSError as error:
            self._ended(error)
            raise

    def receive(self, limit: int = 16384) -> bytes:
        """Wait for the next bytes; empty when the peer has closed its side.

        Raises:
            TimeoutError: time is over; `fate` was read while the connection was open.
            OSError: the connection broke.
        """
        connection = self._connected()
        try:
            data = self._next_bytes(connection, limit)
        except OSError as error:
            self._ended(error)
            raise
        if not data:
            self.ending = self.ending or "closed"
        elif len(self.first) < _KEPT:
            self.first += data[: _KEPT - len(self.first)]
        return data

    def _next_bytes(self, connection: socket.socket, limit: int) -> bytes:
        """Receive; once after the deadline for what is there already, and then no more: a server may never stop."""
        if self._late:
            raise TimeoutError("timed out")
        self._late = time.monotonic() > self.deadline
        connection.settimeout(self._left())
        return connection.recv(limit)

    def shorten(self, seconds: float) -> None:
        """Let the rest of the conversation take at most `seconds` from now, and never longer than before."""
        self.deadline = min(self.deadline, time.monotonic() + seconds)

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()

    def _ended(self, error: OSError) -> None:
        self.error = _words(error)
        if isinstance(error, TimeoutError):
            self.ending = "silent"
            self.error = ""
            self._read_fate()
        else:
            # A server that closes with our bytes unread sends a reset; a second write then meets EPIPE (tcp(7)).
            self.ending = "reset" if isinstance(error, ConnectionResetError | BrokenPipeError) else "error"

    def _read_fate(self) -> None:
        if self._fate_reader is None:
            return
        connection = self._connected()
        # The peer's name, not `address`: a connection to 0.0.0.0 leads to 127.0.0.1 (ip(7)).
        with contextlib.suppress(OSError):
            peer, source = connection.getpeername(), connection.getsockname()
            self.fate = self._fate_reader(peer[0], peer[1], source[0], source[1])

    def _connected(self) -> socket.socket:
        if self._socket is None:
            raise OSError("not connected")
        return self._socket

    def _left(self) -> float:
        # Zero would mean non-blocking; a millisecond lets bytes that are there already be read.
        return max(0.001, self.deadline - time.monotonic())


class Call(Value, frozen=True, kw_only=True):
    """Whom to talk to, and how to look at the other side."""

    address: str
    port: int
    role: Role = "asked"
    fate: FateReader | None = None

    def wire(self, seconds: float) -> Wire:
        """Prepare a connection."""
        return Wire(self.address, self.port, seconds=seconds, fate=self.fate)

    def exchange(self, wire: Wire, sent: Said, protocol: str | None) -> Exchange:
        """Turn a conversation that is over into a fact: bytes came, or the way in which none did."""
        return Exchange(
            address=self.address,
            port=self.port,
            role=self.role,
            sent=sent,
            outcome="answer" if wire.first else wire.ending or "error",
            protocol=protocol,
            data=printable(wire.first, SHOWN),
            error="" if wire.first else wire.error,
            fate=wire.fate,
            ms=wire.ms,
        )


def _words(error: OSError) -> str:
    return printable(f"{errno_name(error)}: {error.strerror}" if error.strerror else str(error))
