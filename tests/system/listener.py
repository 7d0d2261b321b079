"""A server that does one thing, for the stage: ``python -I -S listener.py --address ::1 --do silent``.

Binds, prints its port, and serves until it is killed. Uses the standard library alone.
"""

from __future__ import annotations

import argparse
import os
import socket
import threading
import time
from typing import NoReturn

_MANNERS = ("http", "banner", "silent", "close", "never", "bind", "udp", "unix")


def main() -> None:
    """Listen as the options say."""
    options = _options()
    if options.do == "unix":
        _unix(options)
    family = socket.AF_INET6 if ":" in options.address else socket.AF_INET
    server = socket.socket(family, socket.SOCK_DGRAM if options.do == "udp" else socket.SOCK_STREAM)
    if not options.no_reuse:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if options.reuseport:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if family == socket.AF_INET6 and options.v6only is not None:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, options.v6only)
    if options.device:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, options.device.encode())
    server.bind((options.address, options.port))
    if options.do not in ("bind", "udp"):
        server.listen(options.backlog)
    print(server.getsockname()[1], flush=True)  # noqa: T201
    if options.lives:  # counted from here on: how long the start takes is the machine's affair
        end = threading.Timer(options.lives, os._exit, (1,))
        end.daemon = True
        end.start()
    if options.do in ("bind", "udp", "never"):
        threading.Event().wait()
    while True:
        connection, _ = server.accept()
        threading.Thread(target=_serve, args=(connection, options), daemon=True).start()


def _unix(options: argparse.Namespace) -> NoReturn:
    """Listen on a path in place of an address."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(options.address)
    server.listen()
    print(options.port, flush=True)  # noqa: T201
    while True:
        threading.Event().wait()


def _serve(connection: socket.socket, options: argparse.Namespace) -> None:
    with connection:
        if options.do == "close":
            return
        if options.do == "banner":
            connection.sendall(options.text.encode() + b"\r\n")
            while connection.recv(4096):
                pass
        elif options.do == "http":
            while _request(connection):
                connection.sendall(_answer(options.status, options.text))
        else:  # silent: read, and never answer
            while connection.recv(4096):
                pass


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(4096)
        if not more:
            return b""
        data += more
    return data


def _answer(status: int, text: str) -> bytes:
    body = text.encode()
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
    head = (
        f"HTTP/1.1 {status} Staged\r\nDate: {date}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--backlog", type=int, default=16)
    parser.add_argument("--v6only", type=int, default=0, choices=(0, 1))
    parser.add_argument("--v6only-by-system", dest="v6only", action="store_const", const=None)
    parser.add_argument("--no-reuse", action="store_true", help="leave SO_REUSEADDR off")
    parser.add_argument("--reuseport", action="store_true", help="SO_REUSEPORT")
    parser.add_argument("--device", default="", help="SO_BINDTODEVICE")
    parser.add_argument("--do", default="http", choices=_MANNERS)
    parser.add_argument("--status", type=int, default=200, help="of --do http")
    parser.add_argument("--text", default="hello", help="the body, or the banner")
    parser.add_argument("--lives", type=float, default=0.0, help="end after having listened for so many seconds")
    parser.add_argument("--note", help="is not used: a word for the command line")
    return parser.parse_args()


if __name__ == "__main__":
    main()
