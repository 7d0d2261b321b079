"""A farm of real sockets on many processes, to measure with: both ends of loopback connections, and listeners.

    with farm(10_000) as grown:
        print(grown.ports[0], grown.pids[0])

Each process has one listener and its share of the connections, accepted by itself, and a name of its own ("farm-017").
Everything dies with the process that made the farm. `alone()` first, so that nothing else is in the tables.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

_NAME = 15
"""PR_SET_NAME of prctl(2)."""
_INSIDE = "PORTTUI_BENCH_NAMESPACE"


class Farm(NamedTuple):
    """A farm that has grown."""

    pids: tuple[int, ...]
    ports: tuple[int, ...]
    """The listener of each process."""
    rows: int
    """How many sockets there are: both ends of every connection, and the listeners."""


def alone() -> None:
    """Begin this program again in a network namespace of its own; as an ordinary user stay where we are."""
    if os.geteuid() != 0 or os.environ.get(_INSIDE):
        return
    command = 'ip link set lo up && sysctl -qw net.ipv4.ip_local_port_range="10000 65000" && exec "$@"'
    argv = ("unshare", "--net", "sh", "-c", command, "sh", sys.executable, *sys.orig_argv[1:])
    os.execvpe(argv[0], argv, {**os.environ, _INSIDE: "1"})  # noqa: S606


@contextlib.contextmanager
def farm(ends: int, processes: int = 200, *, restless: int = 0) -> Iterator[Farm]:
    """Grow a farm.

    Args:
        ends: ends of connections, an even number.
        processes: they are shared out among so many.
        restless: so many more processes open and close connections without a pause.
    """
    argv = (sys.executable, __file__, str(ends // 2), str(processes), str(restless))
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as grown:
        assert grown.stdin is not None
        assert grown.stdout is not None
        try:
            told = json.loads(grown.stdout.readline())
            yield Farm(tuple(told["pids"]), tuple(told["ports"]), 2 * (ends // 2) + processes)
        finally:
            grown.stdin.close()
            grown.wait()


def _main(connections: int, processes: int, restless: int) -> None:
    """Be the farm until standard input is closed."""
    ended, _ours = os.pipe()  # the children see its end when this process has gone, however it went
    pids, ports = [], []
    for number in range(processes):
        count = connections // processes + (number < connections % processes)
        pid, port = _child(number, count, ended)
        pids.append(pid)
        ports.append(port)
    for number in range(restless):
        _child(processes + number, -1, ended)
    print(json.dumps({"pids": pids, "ports": ports}), flush=True)
    sys.stdin.read()


def _child(number: int, count: int, ended: int) -> tuple[int, int]:
    """Start one process and wait until it has its connections; -1 for one that never rests."""
    said, say = os.pipe()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(KeyboardInterrupt):
            _be(number, count, ended, say)
        os._exit(0)
    os.close(say)
    port = int(os.read(said, 16))
    os.close(said)
    return pid, port


def _be(number: int, count: int, ended: int, say: int) -> None:
    ctypes.CDLL(None).prctl(_NAME, f"farm-{number:03}".encode(), 0, 0, 0)
    for descriptor in range(3, 64):  # among them our end of the pipe that tells us of the end
        if descriptor not in (ended, say):
            with contextlib.suppress(OSError):
                os.close(descriptor)
    server = socket.create_server(("127.0.0.1", 0), backlog=8)
    held = [server]
    for _ in range(count):
        held += [socket.create_connection(server.getsockname()), server.accept()[0]]
    os.write(say, str(server.getsockname()[1]).encode())
    os.close(say)
    while not select.select([ended], [], [], 0 if count < 0 else None)[0]:
        with socket.create_connection(server.getsockname()), server.accept()[0]:
            time.sleep(0.02)


if __name__ == "__main__":
    _main(*map(int, sys.argv[1:]))
