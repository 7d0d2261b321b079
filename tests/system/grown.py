"""Servers that have run for a while, for tests that are not about young ones.

porttui watches a listener whose owner has just started until it is sure that it stays: two seconds in every test, for a
reason that no user of a server has who started it a minute ago. The kernel counts the age of a process from fork(2) and
not from execve(2), so a few shells that wait to become a server are kept in stock, and the oldest of them is taken.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections import deque

from porttui.observe.settle import YOUNG

_STOCK = 6
"""Tests start two or three servers a second at most; with so many in stock the next is old enough when it is needed."""
_SHELL = """
while IFS= read -r line; do command="$command$line
"; done
[ "$command" ] || exit
exec </dev/null
eval "exec $command"
"""
"""Reads to the end, without another process, and becomes the command; without a command, or a reader, it ends."""

_stock: deque[tuple[float, subprocess.Popen[str]]] = deque()


def start(argv: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    """Start a program in a process, and a session, that is no longer young."""
    while len(_stock) <= _STOCK:
        _stock.append((time.monotonic(), _shell(environment)))
    born, process = _stock.popleft()
    time.sleep(max(0.0, born + YOUNG + 0.1 - time.monotonic()))
    assert process.stdin is not None
    os.write(process.stdin.fileno(), os.fsencode(shlex.join(argv) + "\n"))
    process.stdin.close()
    process.stdin = None  # the program reads from /dev/null
    return process


def close() -> None:
    """Let those go that have become nothing."""
    while _stock:
        _stock.popleft()[1].communicate()


def _shell(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ("sh", "-c", _SHELL),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=environment,
        start_new_session=True,
    )
