"""What hostile servers do with a connection; each is a `Talk` for `tests.servers.Script`."""

from __future__ import annotations

import gzip
import random
import socket
import time

from tests.servers import Talk, hear

ESCAPES = (
    "\x1b[2J\x1b[31m \x1b]0;owned\x07 \x1b]8;;http://evil/\x07link\x1b]8;;\x07 \x1b]52;c;b3duZWQ=\x07 \x9b31m \x85 "
)
"""CSI, OSC 0 (title), OSC 8 (link), OSC 52 (clipboard), and C1 control characters."""
BIDI = "\u202eevil\u202c \u2066left\u2069 \u200f \u2028 \ufeff"
NASTY = f"{ESCAPES}{BIDI} [/oops] [red]\x00\x7f\b\r"
"""All of it, with markup, a NUL, a DEL, a backspace and a return that would write over the line."""
NASTY_BYTES = NASTY.encode() + b"\x9b2J\xff\xfe"
OK = b"HTTP/1.1 200 OK\r\n"


def forever(data: bytes, *, first: bytes = b"", asked: bool = True) -> Talk:
    """Send `first` and then `data` again and again, as fast as it is taken."""
    many = data * max(1, 65536 // len(data))

    def talk(connection: socket.socket) -> None:
        if asked:
            hear(connection)
        connection.sendall(first)
        while True:
            connection.sendall(many)

    return talk


def slowly(data: bytes, *, first: bytes = b"", asked: bool = True, seconds: float = 0.25) -> Talk:
    """Send `first`, then one byte of `data` at a time, and the last one for ever; a real server may take a second."""

    def talk(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if asked:
            hear(connection)
        connection.sendall(first)
        at = 0
        while True:
            connection.sendall(data[at : at + 1])
            at = min(at + 1, len(data) - 1)
            time.sleep(seconds)

    return talk


def says(data: bytes, *, asked: bool = True) -> Talk:
    """Send data and close in order."""

    def talk(connection: socket.socket) -> None:
        if asked:
            hear(connection)
        connection.sendall(data)

    return talk


def page(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """Return a whole HTTP answer."""
    lines = (b"HTTP/1.1 " + status, *headers, b"Content-Length: %d" % len(body), b"Connection: close")
    return b"\r\n".join((*lines, b"", body))


def rubbish(seed: int, size: int = 20_000) -> bytes:
    """Return bytes without any sense, the same for a seed."""
    return random.Random(seed).randbytes(size)


def bomb() -> bytes:
    """Return 50 kB that unpack to 50 MB."""
    return gzip.compress(bytes(50_000_000), 9)


NEVER_FINISHED: dict[str, Talk] = {
    "endless headers": forever(b"X-Header: abcdefgh\r\n", first=OK),
    "an endless header": forever(b"x", first=OK + b"X-Header: "),
    "an endless status line": forever(b"x", first=b"HTTP/1.1 200 "),
    "endless early hints": forever(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"),
    "endless continues": forever(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "one byte at a time": slowly(OK + b"X-Header: abc"),
    "one header byte at a time": slowly(b"x", first=OK + b"X-Header: "),
    "10 MB in a header": says(OK + b"X-Header: " + b"x" * 10_000_000 + b"\r\n\r\n"),
    "10 MB in the status line": says(b"HTTP/1.1 200 " + b"x" * 10_000_000 + b"\r\n\r\n"),
    "10 000 000 headers": says(OK + b"X: y\r\n" * 2_000_000 + b"\r\n"),
    "headers that break off": says(OK + b"X-Header: "),
}
"""HTTP whose headers never end, or are more than anybody takes."""

ENDLESS_BODIES: dict[str, Talk] = {
    "an endless body": forever(b"body ", first=OK + b"\r\n"),
    "an endless body in chunks": forever(b"1\r\nx\r\n", first=OK + b"Transfer-Encoding: chunked\r\n\r\n"),
    "chunks with long extensions": forever(
        b"1;" + b"x" * 10_000 + b"\r\nx\r\n", first=OK + b"Transfer-Encoding: chunked\r\n\r\n"
    ),
    "an endless chunk extension": forever(b"x", first=OK + b"Transfer-Encoding: chunked\r\n\r\n1;"),
    "endless trailers": forever(b"X: y\r\n", first=OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"),
    "a body of one byte at a time": slowly(b"x", first=OK + b"\r\n"),
    "10 MB in one line": says(page(b"x" * 10_000_000)),
    "a gzip bomb": says(page(bomb(), b"Content-Encoding: gzip")),
    "a length that no server has": forever(b"x", first=OK + b"Content-Length: 99999999999999999999\r\n\r\n"),
}
"""HTTP whose headers are fine, and whose body has no end or no bounds."""

NO_HTTP: dict[str, Talk] = {
    "rubbish": says(rubbish(1)),
    "endless rubbish": forever(rubbish(2)),
    "rubbish before the question": forever(rubbish(3), asked=False),
    "high bytes": forever(bytes(range(128, 256))),
    "zeros": forever(bytes(4096), asked=False),
    "10 MB in one line": says(b"x" * 10_000_000 + b"\n", asked=False),
    "an endless line": forever(b"x", asked=False),
    "a banner of one byte at a time": slowly(b"Welcome to this server. ", asked=False),
    "escape sequences": says(NASTY_BYTES * 10, asked=False),
    "an HTTP version that does not exist": says(b"HTTP/9.9 200 OK\r\n\r\n"),
    "a status that is no number": says(b"HTTP/1.1 abc OK\r\n\r\n"),
    "a TLS record without end": forever(b"\x16\x03\x03\x40\x00" + b"x" * 16384),
    "endless TLS alerts": forever(b"\x15\x03\x03\x00\x02\x01\x5a"),
    "empty TLS records": forever(b"\x16\x03\x03\x00\x00"),
}
"""Servers that speak nothing that anybody knows."""

ESCAPING: dict[str, Talk] = {
    "a banner": says(b"220 " + NASTY_BYTES + b"\r\n", asked=False),
    "an SSH banner": says(b"SSH-2.0-" + NASTY_BYTES + b"\r\n", asked=False),
    "a reason": says(page(b"", status=b"500 " + ESCAPES.encode() + BIDI.encode())),
    "a plain reason": says(page(b"", status=b"200 \x9b31m \xc2\x9b31m " + BIDI.encode())),
    "a header": says(page(b"ok", b"Server: \x9b2J " + (BIDI + " [/oops] \x80").encode(), b"X-\xe2\x80\xae: y")),
    "a header with controls": says(page(b"ok", b"Server: " + NASTY_BYTES)),
    "a body": says(page(NASTY_BYTES * 50, b"Content-Type: text/html")),
    "an error's body": says(page(NASTY_BYTES * 50, status=b"500 [/oops]")),
    "a gateway": says(page(NASTY_BYTES, b"Server: \x9bnginx", status=b"502 Bad Gateway")),
    "a redirect": says(page(b"", b"Location: http://[/oops]" + BIDI.encode() + b"/\x9b", status=b"302 Found")),
    "a version": says(b"HTTP/1.1\x1b[2J 200 OK\r\n\r\n"),
}
"""Servers that try to write on the user's terminal."""
