"""The small reverse proxy of the labs: it passes a request on, and answers 502 when nobody takes it."""

from __future__ import annotations

import argparse
import socket
import sys
import threading
from pathlib import Path
from typing import NoReturn

if not __package__:  # started by its path
    sys.path[0] = str(Path(__file__).parents[3])
from porttui.labs.programs.tie import failed, ready, tie

_BAD = b"HTTP/1.1 502 Bad Gateway\r\nServer: gate.py\r\nContent-Length: 12\r\nConnection: close\r\n\r\nBad Gateway\n"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Tell it in one line."""
        failed(self.prog, message)


def main() -> None:
    """Pass requests on until porttui goes away."""
    tie()
    parser = _Parser(prog="gate.py", allow_abbrev=False, add_help=False)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--to", required=True, help="a port of 127.0.0.1")
    options = parser.parse_args()
    upstream = options.to.rpartition(":")[2]
    if not upstream.isdecimal() or options.to.rpartition(":")[0] not in ("", "127.0.0.1", "localhost"):
        failed("gate.py", f"{options.to}: it passes on to this machine only, as in 127.0.0.1:3000")
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind(("127.0.0.1", options.port))
        server.listen()
    except (OSError, OverflowError) as error:
        failed("gate.py", error)
    ready(server.getsockname()[1])
    while True:
        connection, _ = server.accept()
        threading.Thread(target=_pass_on, args=(connection, int(upstream)), daemon=True).start()


def _pass_on(connection: socket.socket, upstream: int) -> None:
    with connection:
        try:
            connection.settimeout(5)
            request = connection.recv(8192)
            connection.sendall(_answer(request, upstream) if request else b"")
        except OSError:  # the client went away
            return


def _answer(request: bytes, upstream: int) -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", upstream), 2) as further:
            further.sendall(request)
            answer = b""
            while more := further.recv(8192):
                answer += more
    except (OSError, OverflowError):
        return _BAD
    return answer or _BAD


if __name__ == "__main__":
    main()
