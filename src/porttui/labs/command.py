"""A command of the learner's in the network of a lab: run within bounds, with what it printed; it ends with the lab."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from typing import NamedTuple

from porttui.labs.stage import Stage, environment

SECONDS = 20.0
_MOST_BYTES = 4_000_000


class Printed(NamedTuple):
    """What a command printed."""

    text: bytes
    status: int | None
    """None: it took too long or printed too much, and was ended."""


def run(stage: Stage, *argv: str, errors: bool = True, seconds: float = SECONDS) -> Printed:
    """Run a command where the lab plays: in its network, with its variables, and with nothing to read from.

    Args:
        stage: of the lab.
        argv: the command.
        errors: take in what it writes on stderr, too.
        seconds: how long it may take.

    Raises:
        OSError: it cannot be started.
        ValueError: neither can one with a NUL in its arguments.
    """
    with subprocess.Popen(
        (*stage.inside(), *argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if errors else subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
        env={**environment(), **stage.variables},
    ) as process:
        stage.commands.append(process)
        text, whole = _read(process, time.monotonic() + seconds)
        if not whole:
            os.killpg(process.pid, signal.SIGKILL)
        status = process.wait()
        stage.commands.remove(process)
    return Printed(text, status if whole else None)


def _read(process: subprocess.Popen[bytes], until: float) -> tuple[bytes, bool]:
    """Return what is printed, and whether it came to its end."""
    text = b""
    if process.stdout is None:
        return text, True
    while len(text) < _MOST_BYTES:
        if not select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
            return text, False
        more = os.read(process.stdout.fileno(), 65536)
        if not more:
            return text, True
        text += more
    return text, False
