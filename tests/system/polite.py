"""A server with unusual but proper manners, for the stage: ``python -I -S polite.py MANNER [PORT]``.

Binds, prints its port, and serves until it is killed. Uses the standard library alone.
"""

from __future__ import annotations

import gzip
import os
import socket
import sys
import threading
import time
from collections.abc import Callable

Talk = Callable[[socket.socket, bytes], None]
"""What to do with a request: the connection, and the path that was asked for."""
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_HELLO = _OK + b"Content-Length: 5\r\n\r\nhello"


def _no_content(connection: socket.socket, _path: bytes) -> None:
    connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


def _old(connection: socket.socket, _path: bytes) -> None:
    """Answer as in 1996: no length, the end of the connection is the end of the page."""
    connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nhello")
    connection.close()


def _chunked(connection: socket.socket, _path: bytes) -> None:
    connection.sendall(_OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    connection.sendall(b"6;note=x\r\n world\r\n0\r\nX-Trailer: yes\r\n\r\n")


def _late(connection: socket.socket, _path: bytes) -> None:
    """Think for two seconds, as a page does that asks a database."""
    time.sleep(2)
    connection.sendall(_HELLO)


def _dripping(connection: socket.socket, _path: bytes) -> None:
    connection.sendall(_OK + b"Content-Length: 10\r\n\r\n")
    for byte in b"hello, you":
        connection.sendall(bytes((byte,)))
        time.sleep(0.08)


def _squeezed(connection: socket.socket, _path: bytes) -> None:
    body = gzip.compress(b"hello " * 1000)
    connection.sendall(_OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def _big(connection: socket.socket, _path: bytes) -> None:
    connection.sendall(_OK + b"Content-Length: %d\r\n\r\n" % 50_000_000)
    for _ in range(500):
        connection.sendall(bytes(100_000))


def _endless(connection: socket.socket, _path: bytes) -> None:
    """Events without an end (text/event-stream), as a live page has them."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    while True:
        connection.sendall(b"data: tick\n\n")
        time.sleep(0.1)


def _closing(connection: socket.socket, _path: bytes) -> None:
    connection.sendall(_OK + b"Connection: close\r\nContent-Length: 5\r\n\r\nhello")
    connection.close()


def _abrupt(connection: socket.socket, _path: bytes) -> None:
    """Answer in full, and reset the connection when the client is done with it."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.sendall(_OK + b"Connection: close\r\nContent-Length: 5\r\n\r\nhello")
    connection.shutdown(socket.SHUT_WR)
    connection.recv(1)
    connection.close()


def _early(connection: socket.socket, _path: bytes) -> None:
    """Say what is going on first (RFC 8297), then answer."""
    connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n")
    connection.sendall(_HELLO)


def _moved_within(connection: socket.socket, path: bytes) -> None:
    """Send the visitor to the login page of the same server, as most applications do at /."""
    if path == b"/":
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n")
    else:
        connection.sendall(_HELLO)


def _head_only(connection: socket.socket, _path: bytes) -> None:
    connection.sendall(b"HTTP/1.1 405 Method Not Allowed\r\nAllow: HEAD\r\nContent-Length: 0\r\n\r\n")


def _sockets_only(connection: socket.socket, _path: bytes) -> None:
    head = b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    connection.sendall(head + b"Content-Length: 0\r\n\r\n")


def _unmodified(connection: socket.socket, _path: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200\r\ncontent-length:5\r\nX-Folded: a\r\n\r\nhello")


MANNERS: dict[str, Talk] = {
    "no-content": _no_content,
    "http-1.0": _old,
    "chunked": _chunked,
    "late": _late,
    "dripping": _dripping,
    "gzip": _squeezed,
    "big": _big,
    "endless": _endless,
    "connection-close": _closing,
    "reset-after-the-answer": _abrupt,
    "early-hints": _early,
    "login-page": _moved_within,
    "no-reason-phrase": _unmodified,
    "head-only": _head_only,
    "websocket-only": _sockets_only,
}


def main() -> None:
    """Listen on 127.0.0.1 and serve in one manner."""
    manner = sys.argv[1]
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    server.listen()
    if manner == "forked":  # workers of one parent that share one socket
        for _ in range(3):
            if os.fork() == 0:
                _serve(server, "chunked")
    print(server.getsockname()[1], flush=True)  # noqa: T201
    if manner == "forked":
        threading.Event().wait()
    _serve(server, manner)


def _serve(server: socket.socket, manner: str) -> None:
    while True:
        connection, _ = server.accept()
        threading.Thread(target=_talk, args=(connection, MANNERS[manner]), daemon=True).start()


def _talk(connection: socket.socket, talk: Talk) -> None:
    try:
        while request := _request(connection):
            talk(connection, request.split()[1])
    except OSError:
        pass  # the client has seen enough


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(4096)
        if not more:
            return b""
        data += more
    return data


if __name__ == "__main__":
    main()
