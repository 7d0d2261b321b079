"""porttui asked a thousand times and imported once.

To start porttui costs more than three times what its look costs, and the system tests ask it more often than anything
else. So each test worker keeps one process that has imported what a look imports and has not looked at anything; every
question is answered by a fork of it, which enters the namespaces of the stage, becomes the person who asks and runs
porttui as if it had just been started. A question that is about the start as well (other variables, a command around
it) starts porttui in earnest, and so does bench/accuracy.py.

That process is asker_process.py.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.system import people
from tests.system.people import Person

_MOST = 1 << 17
"""Bytes of an answer."""
_PROCESS = Path(__file__).with_name("asker_process.py")
_servers: dict[tuple[tuple[str, str], ...], tuple[subprocess.Popen[bytes], socket.socket]] = {}
_known: dict[str, None] = {}
"""The modules that porttui was seen to import; the process imports them before it forks again."""


def ask(
    argv: list[str], person: Person, holder: int, environment: dict[str, str], seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run porttui to its end.

    Args:
        argv: what stands behind `porttui`.
        person: who asks.
        holder: pid of a process that lives in the network namespace.
        environment: all its variables; each set of them has a process of its own.
        seconds: how long to wait.

    Raises:
        TimeoutError: it did not end in time. It is killed.
    """
    out, err = os.memfd_create("stdout"), os.memfd_create("stderr")
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        with ours, its:
            request = {
                "argv": argv,
                "namespaces": people.namespaces(person, holder),
                "uid": person.value,
                "import": list(_known),
            }
            socket.send_fds(_server(environment), [_packed(request)], [its.fileno(), out, err])
            its.close()
            ours.settimeout(seconds)
            pid = _received(ours)["pid"]
            try:
                ended = _received(ours)
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise
        _known.update(dict.fromkeys(ended["imported"]))
        return subprocess.CompletedProcess(argv, ended["status"], _written(out), _written(err))
    finally:
        os.close(out)
        os.close(err)


def close() -> None:
    """End the processes that are forked, if there are any."""
    while _servers:
        process, channel = _servers.popitem()[1]
        channel.close()
        process.wait()


def _server(environment: dict[str, str]) -> socket.socket:
    key = tuple(environment.items())
    if key not in _servers:
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            process = subprocess.Popen(
                [sys.executable, "-P", str(_PROCESS)], stdin=its.fileno(), env=environment, cwd="/"
            )
        _servers[key] = process, ours
    return _servers[key][1]


def _packed(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


def _received(channel: socket.socket) -> dict[str, Any]:
    data = channel.recv(_MOST)
    assert data, "porttui died without a word"
    told: dict[str, Any] = json.loads(data)
    return told


def _written(file: int) -> str:
    with open(os.dup(file), "rb") as reader:  # noqa: PTH123
        reader.seek(0)
        return reader.read().decode(errors="replace")
