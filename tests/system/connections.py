"""Programs that leave connections on a port: over, alive after their listener, or going out from it."""

from __future__ import annotations

import subprocess
import sys

from tests.system.people import Person
from tests.system.stage import Namespace

_OVER = """
import socket, sys
port, reuse, count = map(int, sys.argv[1:])
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
server.bind(("127.0.0.1", port))
server.listen()
for _ in range(count):
    client = socket.create_connection(("127.0.0.1", port))
    accepted, _ = server.accept()
    accepted.close()  # the side that closes first keeps TIME_WAIT
    client.recv(1)
    client.close()
"""
_LEFT = """
import socket, sys, threading
port, reuse = map(int, sys.argv[1:])
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
server.bind(("127.0.0.1", port))
server.listen()
print("listens", flush=True)
accepted, _ = server.accept()
server.close()
print("left", flush=True)
threading.Event().wait()
"""
_OUT = """
import socket, sys, threading
address, port = sys.argv[1], int(sys.argv[2])
while True:
    try:
        client = socket.create_connection((address, port))
        break
    except ConnectionRefusedError:
        if sys.argv[3] != "again":
            raise
print(client.getsockname()[1], flush=True)
if sys.argv[3] == "close":
    client.close()
else:
    threading.Event().wait()
"""


def leave_time_wait(stage: Namespace, *, reuse: bool, count: int = 3, person: Person = Person.OTHER) -> int:
    """Run a server that ends after it has closed some connections, and return its port."""
    port = stage.free_port()
    stage.run(sys.executable, "-I", "-S", "-c", _OVER, str(port), str(int(reuse)), str(count), person=person)
    return port


def leave_connection(
    stage: Namespace, *, reuse: bool, port: int = 0, person: Person = Person.OTHER
) -> tuple[subprocess.Popen[str], int]:
    """Start a server that accepts one connection, closes its listener and goes on; return it with its port."""
    port = port or stage.free_port()
    server = stage.popen(sys.executable, "-I", "-S", "-c", _LEFT, str(port), str(int(reuse)), person=person)
    assert server.stdout is not None
    assert server.stdout.readline() == "listens\n", server.communicate()
    stage.crowd(port, 1)
    assert server.stdout.readline() == "left\n", server.communicate()
    return server, port


def go_out(
    stage: Namespace,
    port: int,
    *,
    address: str = "127.0.0.1",
    close: bool = False,
    again: bool = False,
    person: Person = Person.OTHER,
) -> int:
    """Start a client of a server and return the source port that the kernel gave it.

    Args:
        stage: where.
        port: of the server.
        address: of the server.
        close: whether it ends at once.
        again: whether it tries again when it is refused, and again.
        person: whose program it is.
    """
    manner = "close" if close else "again" if again else "keep"
    client = stage.popen(sys.executable, "-I", "-S", "-c", _OUT, address, str(port), manner, person=person)
    assert client.stdout is not None
    line = client.stdout.readline()
    assert line, client.communicate()
    if close:
        client.wait()
    return int(line)
