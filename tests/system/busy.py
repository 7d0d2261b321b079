"""Other traffic on the stage, so that the counters of the namespace move for reasons that are not porttui's.

``python -I -S busy.py``: a server and its client on loopback, several hundred connections a second, until it is killed.
Uses the standard library alone.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time


def _serve(server: socket.socket) -> None:
    while True:
        with contextlib.suppress(OSError), server.accept()[0] as connection:
            connection.sendall(connection.recv(100))


def _ask(port: int) -> None:
    """Ask the server, and knock at a closed port as well: resets are counted too. Where nothing gets through, go on."""
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.02) as connection:
            connection.sendall(b"hello")
            connection.recv(100)
        with contextlib.suppress(OSError), socket.socket() as knocking:
            knocking.settimeout(0.02)
            knocking.connect(("127.0.0.1", 1))
        time.sleep(0.002)


if __name__ == "__main__":
    server = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=_serve, args=(server,), daemon=True).start()
    print("ready", flush=True)  # noqa: T201
    _ask(server.getsockname()[1])
